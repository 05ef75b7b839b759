/** The machine on the other end of the host's cable: a network namespace that lives as long as the process in it. */
import type { ChildProcess } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { type Answer, type AskOptions, ask, kill, must, start, until } from './programs.ts';

export class Neighbour {
  private constructor(
    private readonly holder: ChildProcess,
    /** Its address on the bridge "lan", which the host's interfaces hang on. */
    readonly address: string,
  ) {}

  static async begin(address: string, prefix: number): Promise<Neighbour> {
    const holder = start(['unshare', '--net', 'sleep', 'infinity']);
    const ours = readlinkSync('/proc/self/ns/net');
    await until('the network namespace', () => namespaceOf(holder.pid) !== ours);
    const neighbour = new Neighbour(holder, address);
    for (const command of [
      'link set lo up',
      'link add lan type bridge',
      `addr add ${address}/${prefix} dev lan`,
      'link set lan up',
    ])
      await must(neighbour.enter(['ip', ...command.split(' ')]));
    return neighbour;
  }

  /** The command as it has to be started outside to run there. Files and programs are those of the machine around. */
  enter(argv: readonly string[]): string[] {
    return ['nsenter', `--net=/proc/${this.holder.pid}/ns/net`, '--', ...argv];
  }

  run(argv: readonly string[], options?: AskOptions): Promise<Answer> {
    return ask(this.enter(argv), options);
  }

  end(): Promise<void> {
    return kill(this.holder);
  }
}

/** Until setpriv and unshare have done their work it is still our own, and for a moment unreadable. */
function namespaceOf(pid: number | undefined): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return readlinkSync('/proc/self/ns/net');
  }
}
