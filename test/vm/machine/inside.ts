/** The other end of `inside`: commands run as root in the machine, over a virtio port. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Answer } from '../../host/machine/programs.ts';

const hex = (text: string | Buffer) => Buffer.from(text).toString('hex') || '-';
const text = (word = '-') => (word === '-' ? '' : Buffer.from(word, 'hex').toString());

export class Inside {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private count = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => socket.destroy());
    createInterface(socket).on('line', (line) => {
      const [number, code, stdout, stderr] = line.split(' ');
      const resolve = this.waiting.get(Number(number));
      this.waiting.delete(Number(number));
      resolve?.({ exitCode: Number(code), stdout: text(stdout), stderr: text(stderr) });
    });
  }

  static async open(path: string): Promise<Inside> {
    const socket = connect(path);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Inside(socket);
  }

  /** @throws Error when nothing has come within `limit` ms, as of a machine that is off, or not up yet */
  run(argv: readonly string[], limit: number): Promise<Answer> {
    const number = ++this.count;
    const seconds = String(limit / 1000);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(number);
        reject(new Error(`${argv.join(' ')}: no answer within ${limit} ms`));
      }, limit + 1000);
      this.waiting.set(number, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      const words = ['timeout', '--kill-after=1', seconds, ...argv].map(hex);
      // The empty line ends what an earlier command has left unfinished in the port.
      this.socket.write(`\n${number} ${words.join(' ')}\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
