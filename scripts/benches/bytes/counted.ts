/** A program in a terminal whose bytes are counted, from a key until nothing more comes. */
import { Pty, type PtyOptions } from '../../../test/terminal/pty.ts';

/** Milliseconds without a byte after which a screen counts as painted. */
const still = 200;

/** The arrows as these terminals send them to a program that asked for it in curses' way (kcuu1, kcud1). */
export function arrows(term: string): { up: string; down: string } {
  const lead = term === 'linux' || term === 'vt220' ? '\x1b[' : '\x1bO';
  return { up: `${lead}A`, down: `${lead}B` };
}

export class Counted {
  readonly pty: Pty;

  constructor(program: string, args: readonly string[], options: PtyOptions) {
    this.pty = new Pty(program, args, options);
  }

  /** Bytes until the screen shows this, and stands still. */
  async until(seen: string | RegExp): Promise<number> {
    const before = this.pty.bytes;
    await this.pty.waitFor(seen, 30_000);
    await this.rest();
    return this.pty.bytes - before;
  }

  /** Bytes that keys lead to; with `seen` not before the screen shows that. */
  async press(keys: string, seen?: string | RegExp): Promise<number> {
    const before = this.pty.bytes;
    this.pty.send(keys);
    if (seen === undefined) await this.pty.waitFor(() => this.pty.bytes > before, 30_000);
    else await this.pty.waitFor(seen, 30_000);
    await this.rest();
    return this.pty.bytes - before;
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const look = (seen: number) => {
        if (this.pty.bytes === seen) resolve();
        else setTimeout(look, still, this.pty.bytes);
      };
      look(-1);
    });
  }

  end(): Promise<void> {
    return this.pty.kill();
  }
}
