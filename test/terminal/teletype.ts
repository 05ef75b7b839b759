/**
 * Somebody who reads the plain console line by line and answers its prompts: at a terminal, or at the end of two pipes.
 * Nothing is looked at twice: what is waited for must come after what was seen last.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Built } from './operator.ts';
import { Pty, type PtyOptions } from './pty.ts';

export interface Reader {
  /** All that came, as text. */
  readonly output: string;
  /** Types an answer and Enter. */
  say(answer: string): void;
  /** Types, without Enter. */
  type(keys: string): void;
  /** Waits for it behind what was seen last. Gives the text up to its end. */
  see(what: string | RegExp, limit?: number): Promise<string>;
  /** The exit code. */
  readonly exited: Promise<number | null>;
  kill(): Promise<void>;
}

const labOf = (built: Built, machine: string) => [
  '--plain',
  `--lab=${machine}`,
  `--lab-folder=${mkdtempSync(join(dirname(built.program), 'lab-'))}`,
];

/** The first prompt, or a place behind it: what a match is looked for in. */
class Place {
  private at = 0;

  async see(
    what: string | RegExp,
    output: () => string,
    wait: (holds: () => boolean, limit: number) => Promise<void>,
    limit: number,
  ): Promise<string> {
    const found = () => {
      const rest = output().slice(this.at);
      if (typeof what === 'string') return rest.includes(what) ? rest.indexOf(what) + what.length : -1;
      const match = what.exec(rest);
      return match ? match.index + match[0].length : -1;
    };
    await wait(() => found() >= 0, limit).catch(() => {
      throw new Error(`not told within ${limit} ms: ${what}\n--- since then:\n${output().slice(this.at)}`);
    });
    const text = output().slice(this.at, this.at + found());
    this.at += found();
    return text;
  }
}

/** At a terminal. */
export class Teletype implements Reader {
  readonly pty: Pty;
  private readonly place = new Place();

  constructor(program: string, args: readonly string[], options: PtyOptions = {}) {
    this.pty = new Pty(program, args, options);
  }

  static lab(built: Built, machine: string, options?: PtyOptions): Teletype {
    return new Teletype(built.program, labOf(built, machine), options);
  }

  get output(): string {
    return Buffer.from(this.pty.raw, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
  }

  get exited(): Promise<number> {
    return this.pty.exited.then(({ exitCode }) => exitCode);
  }

  say(answer: string): void {
    this.type(`${answer}\r`);
  }

  type(keys: string): void {
    this.pty.send(keys);
  }

  see(what: string | RegExp, limit = 8000): Promise<string> {
    return this.place.see(
      what,
      () => this.output,
      (holds, most) => this.pty.waitFor(holds, most),
      limit,
    );
  }

  async kill(): Promise<void> {
    await this.pty.kill();
  }
}

/** At the end of two pipes, as behind a plain socket. */
export class Piped implements Reader {
  output = '';
  readonly exited: Promise<number | null>;
  readonly process: ChildProcess;
  private readonly place = new Place();
  private readonly listeners = new Set<() => void>();

  constructor(program: string, args: readonly string[]) {
    this.process = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TERM: '' } });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        for (const listener of [...this.listeners]) listener();
      });
    this.exited = new Promise((resolve) => this.process.once('close', (code) => resolve(code)));
  }

  static lab(built: Built, machine: string): Piped {
    return new Piped(built.program, labOf(built, machine));
  }

  say(answer: string): void {
    this.type(`${answer}\n`);
  }

  type(keys: string): void {
    this.process.stdin?.write(keys);
  }

  see(what: string | RegExp, limit = 8000): Promise<string> {
    const wait = (holds: () => boolean, most: number) =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (!holds()) return;
          clearTimeout(timer);
          this.listeners.delete(check);
          resolve();
        };
        const timer = setTimeout(() => {
          this.listeners.delete(check);
          reject(new Error('too late'));
        }, most);
        this.listeners.add(check);
        check();
      });
    return this.place.see(what, () => this.output, wait, limit);
  }

  /** Nobody types any more. */
  end(): void {
    this.process.stdin?.end();
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
