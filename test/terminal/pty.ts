/**
 * A program in a real pseudo terminal, with a real terminal emulator at the other end that answers as terminals do.
 * For every test that looks at the console from outside.
 */
import * as pty from '@lydell/node-pty';
import headless from '@xterm/headless';

export interface PtyOptions {
  columns?: number;
  rows?: number;
  /** TERM. */
  term?: string;
  /** Added to the bare environment that the program gets; undefined removes. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** The terminal answers nothing: no cursor reports, no attributes. */
  mute?: boolean;
}

export interface CellLook {
  text: string;
  bold: boolean;
  underline: boolean;
  inverse: boolean;
  /** Palette index; -1 is the terminal's own. */
  foreground: number;
  background: number;
}

export class Pty {
  /** Bytes that the program has sent. */
  bytes = 0;
  /** All that it has sent, as Latin-1 text: for what must never be sent. */
  raw = '';
  ended: { exitCode: number; signal: number } | undefined;
  readonly exited: Promise<{ exitCode: number; signal: number }>;
  readonly emulator: InstanceType<typeof headless.Terminal>;
  private readonly process: pty.IPty;
  private readonly waiters = new Set<() => void>();
  private paused = false;
  private closed = false;

  constructor(program: string, args: readonly string[], options: PtyOptions = {}) {
    const { columns = 80, rows = 24, term = 'xterm-256color' } = options;
    this.emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.process = pty.spawn(program, [...args], {
      name: term,
      cols: columns,
      rows,
      env: environment(term, options.env),
      encoding: null,
      ...(options.cwd ? { cwd: options.cwd } : {}),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    this.process.onData((data) => this.take(data as unknown as Buffer));
    if (!options.mute) this.emulator.onData((reply) => this.send(reply));
    this.exited = new Promise((resolve) => {
      this.process.onExit(({ exitCode, signal }) => {
        this.ended = { exitCode, signal: signal ?? 0 };
        resolve(this.ended);
        this.wake();
      });
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Types: text, or bytes. */
  send(keys: string | Buffer): void {
    if (!this.ended) this.process.write(keys as string);
  }

  /** The lines of the screen, without trailing blanks. */
  screen(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: this.emulator.rows },
      (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
    );
  }

  /** The screen as one text, lines joined by newlines. */
  text(): string {
    return this.screen().join('\n');
  }

  /** How one cell looks; counted from 0. */
  cell(x: number, y: number): CellLook {
    const { active } = this.emulator.buffer;
    const cell = active.getLine(active.baseY + y)?.getCell(x);
    if (!cell) throw new Error(`no cell at ${x},${y}`);
    return {
      text: cell.getChars(),
      bold: cell.isBold() !== 0,
      underline: cell.isUnderline() !== 0,
      inverse: cell.isInverse() !== 0,
      foreground: cell.isFgDefault() ? -1 : cell.getFgColor(),
      background: cell.isBgDefault() ? -1 : cell.getBgColor(),
    };
  }

  get cursor(): { x: number; y: number; visible: boolean } {
    const { cursorX: x, cursorY: y } = this.emulator.buffer.active;
    // Not in the public interface of the headless terminal; the last of the two sequences tells it as well.
    const visible = this.raw.lastIndexOf('\x1b[?25h') >= this.raw.lastIndexOf('\x1b[?25l');
    return { x, y, visible };
  }

  /** The alternate screen is shown. */
  get alternate(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    this.process.resize(columns, rows);
  }

  /** Stops reading, as a line with XOFF does, and goes on. */
  pause(on: boolean): void {
    this.paused = on;
    if (on) this.process.pause();
    else this.process.resume();
  }

  /** Resolves when the screen shows the text, or the condition holds; rejects with the screen after `limit` ms. */
  waitFor(what: string | RegExp | ((pty: Pty) => boolean), limit = 5000): Promise<void> {
    const holds = () => {
      if (typeof what === 'function') return what(this);
      return what instanceof RegExp ? what.test(this.text()) : this.text().includes(what);
    };
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!holds()) return;
        this.waiters.delete(check);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiters.delete(check);
        const end = this.ended ? ` (ended with ${this.ended.exitCode}, signal ${this.ended.signal})` : '';
        reject(new Error(`not seen within ${limit} ms${end}: ${what}\n${this.text()}`));
      }, limit);
      this.waiters.add(check);
      check();
    });
  }

  /** A signal to the program itself, or to its whole group. */
  signal(name: NodeJS.Signals, whole = false): void {
    process.kill(whole ? -this.pid : this.pid, name);
  }

  /** The terminal goes away, as when a line is unplugged or a connection lost. */
  hangUp(): void {
    (this.process as unknown as { destroy(): void }).destroy();
  }

  /** Ends it whatever it does, and waits for its end. */
  async kill(): Promise<void> {
    if (this.paused) this.pause(false);
    if (!this.ended) {
      try {
        process.kill(-this.pid, 'SIGKILL');
      } catch {
        // It ended in between.
      }
      await this.exited;
    }
    // What is still on its way would be printed on a disposed screen.
    this.closed = true;
    await new Promise<void>((resolve) => this.emulator.write('', resolve));
    this.emulator.dispose();
  }

  private take(data: Buffer): void {
    if (this.closed) return;
    this.bytes += data.length;
    this.raw += data.toString('latin1');
    this.emulator.write(data, () => this.wake());
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}

function environment(term: string, added: Record<string, string | undefined> = {}): Record<string, string> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '/' } = process.env;
  const all: Record<string, string | undefined> = { PATH, HOME, LANG: 'C.UTF-8', TERM: term, ...added };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
