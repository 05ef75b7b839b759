/**
 * Opens the terminal: puts together what it can do, its size, its keys, and painting, and takes it until close().
 * The one entry of this folder for the rest of the kit, beside discard.ts.
 */
import type { ReadStream, WriteStream } from 'node:tty';
import { fail } from '../../../src/errors.ts';
import { guard } from './guard.ts';
import { Input } from './input.ts';
import { chooseLook, lookAfter, looksOf } from './look.ts';
import { bareScreen } from './mend.ts';
import { Output, speedOf } from './output.ts';
import { Painter, type Spot } from './painter.ts';
import { quieten } from './quiet.ts';
import { knownSize, SizeAsker, usual } from './size.ts';
import { readTerminfo, type Terminfo } from './terminfo.ts';
import type { Key, Look, Terminal } from './types.ts';

export interface OpenOptions {
  /** Default: the process's own. */
  input?: ReadStream;
  output?: WriteStream;
  env?: Readonly<Record<string, string | undefined>>;
  /** The terminal went away. Default: end the process with 129, as SIGHUP would. */
  onLost?(): void;
  /** Told of an error that nobody caught, just before the process ends with 70. */
  onCrash?(error: unknown): void;
}

/** @throws Failure 'terminal-unusable': no terminal, unknown to this machine, or one that cannot move its cursor. */
export async function openTerminal(options: OpenOptions = {}): Promise<Terminal> {
  const { input = process.stdin, output = process.stdout, env = process.env } = options;
  const name = env.TERM ?? '';
  if (!input.isTTY || !output.isTTY)
    throw fail('terminal-unusable', { term: '', why: 'input or output is not a terminal' });
  const opened = new OpenTerminal(input as ReadStream, output, env, readTerminfo(name), options);
  await opened.begin();
  return opened;
}

class OpenTerminal implements Terminal {
  look: Look;
  private readonly looks: Look[];
  private readonly keyListeners = new Set<(key: Key) => void>();
  private readonly resizeListeners = new Set<() => void>();
  private readonly paintListeners = new Set<() => void>();
  /** Keys typed before anybody listened. */
  private early: Key[] = [];
  private readonly painter: Painter;
  private readonly line: Output;
  private readonly keys: Input;
  private readonly asker: SizeAsker;
  private readonly bare: ReturnType<typeof bareScreen>;
  private size = usual;
  private spot: Spot | null = null;
  private state: 'beginning' | 'taken' | 'left' | 'closed' = 'beginning';
  private switched = false;
  private frameAsked = false;
  private frameWaits = false;
  private unguard: () => void = () => undefined;
  private unquiet: () => void = () => undefined;

  constructor(
    private readonly input: ReadStream,
    private readonly output: WriteStream,
    env: Readonly<Record<string, string | undefined>>,
    private readonly terminfo: Terminfo,
    private readonly options: OpenOptions,
  ) {
    const facts = { terminfo, env };
    this.look = chooseLook(facts);
    this.looks = looksOf(facts);
    this.painter = new Painter(terminfo, this.look);
    this.line = new Output(
      output,
      () => this.onDrained(),
      () => this.lose(),
      speedOf(env.GATEHOUSE_TTY),
    );
    this.asker = new SizeAsker((bytes) => this.line.write(bytes));
    this.keys = new Input({ onKey: (key) => this.onKeyPressed(key), onPosition: this.asker.onPosition });
    this.size = knownSize(output) ?? usual;
    this.bare = bareScreen(terminfo, this.size, () => this.invalidate());
  }

  get name(): string {
    return this.terminfo.name;
  }
  get columns(): number {
    return this.size.columns;
  }
  get rows(): number {
    return this.size.rows;
  }
  get screen(): Terminal['screen'] {
    return this.bare.screen;
  }
  get sent(): number {
    return this.line.sent;
  }

  async begin(): Promise<void> {
    this.unguard = guard({
      enter: () => this.enter(),
      leave: () => this.leave(),
      resized: () => this.onWindow(),
      drained: (limit) => this.line.drained(limit),
      onCrash: (error) => this.options.onCrash?.(error),
    });
    this.input.on('data', this.onData);
    this.input.on('end', this.onInputLost);
    this.input.on('error', this.onInputLost);
    this.output.on('resize', this.onWindow);
    this.input.setRawMode(true);
    this.input.resume();
    await this.askSize();
    if (this.state === 'beginning') this.enter();
  }

  setLook(look: Look): void {
    this.look = look;
    this.painter.setLook(look);
    this.invalidate();
  }

  nextLook(): Look {
    const plainest = this.looks.at(-1);
    // Whoever cannot read the screen, or waits for each byte of it, has no time to go through all of them.
    if (!this.switched && plainest && this.look !== plainest) {
      this.switched = true;
      return plainest;
    }
    return lookAfter(this.look, this.looks);
  }

  onKey(listener: (key: Key) => void): () => void {
    this.keyListeners.add(listener);
    const early = this.early;
    this.early = [];
    if (early.length > 0) setImmediate(() => early.map((key) => this.onKeyPressed(key)));
    return () => this.keyListeners.delete(listener);
  }

  onResize(listener: () => void): () => void {
    this.resizeListeners.add(listener);
    return () => this.resizeListeners.delete(listener);
  }

  onPaint(listener: () => void): () => void {
    this.paintListeners.add(listener);
    return () => this.paintListeners.delete(listener);
  }

  cursor(x?: number, y?: number): void {
    this.spot = x === undefined || y === undefined ? null : { x, y };
  }

  invalidate(): void {
    if (this.frameAsked || this.state === 'closed') return;
    this.frameAsked = true;
    setImmediate(() => this.frame());
  }

  repaint(): void {
    this.painter.forget();
    this.invalidate();
    if (!knownSize(this.output)) void this.askSize();
  }

  close(): void {
    if (this.state === 'closed') return;
    this.leave();
    this.state = 'closed';
    this.keys.close();
    this.input.off('data', this.onData);
    this.output.off('resize', this.onWindow);
    this.input.pause();
    void this.line.drained(1000).then((sent) => {
      // Not before: a Ctrl-C would end the process before what leaves the terminal is sent.
      this.unguard();
      this.line.release();
      // What a stuck line does not take would keep the process for ever.
      if (!sent && this.line.stuck) process.exit();
    });
  }

  private enter(): void {
    if (this.state === 'taken' || this.state === 'closed') return;
    this.state = 'taken';
    this.unquiet = quieten();
    this.input.setRawMode(true);
    const { string, paste } = this.terminfo;
    this.line.write((string.enterScreen ?? '') + (string.linesReady ?? '') + (paste ? '\x1b[?2004h' : ''));
    this.painter.forget();
    this.invalidate();
  }

  private leave(): void {
    if (this.state === 'left' || this.state === 'closed') return;
    const wasTaken = this.state === 'taken';
    this.state = 'left';
    if (wasTaken) this.line.write(leaving(this.terminfo));
    this.unquiet();
    try {
      this.input.setRawMode(false);
    } catch {
      // The terminal is gone, and its mode with it.
    }
  }

  private frame(): void {
    this.frameAsked = false;
    if (this.state !== 'taken') return;
    if (this.line.busy) {
      this.frameWaits = true;
      return;
    }
    this.bare.draw();
    for (const listener of [...this.paintListeners]) listener();
    this.line.write(this.painter.paint(this.bare.lines, this.columns, this.rows, this.spot));
  }

  private onDrained(): void {
    if (!this.frameWaits) return;
    this.frameWaits = false;
    this.invalidate();
  }

  private readonly onData = (bytes: Buffer): void => this.keys.feed(bytes);

  private onKeyPressed(key: Key): void {
    if (this.keyListeners.size === 0) {
      // Nobody types so much ahead; a line that sends noise might.
      if (this.early.length < 1000) this.early.push(key);
    } else for (const listener of [...this.keyListeners]) listener(key);
  }

  private readonly onWindow = (): void => {
    const size = knownSize(this.output);
    if (size) this.resize(size);
    // Away and back within one signal: the size is the same, and what was shown is gone.
    this.painter.forget();
    this.invalidate();
  };

  private async askSize(): Promise<void> {
    if (knownSize(this.output)) return;
    const size = await this.asker.ask(this.terminfo);
    if (size) this.resize(size);
  }

  private resize(size: typeof usual): void {
    if (this.state === 'closed' || (size.columns === this.columns && size.rows === this.rows)) return;
    this.size = size;
    this.bare.resize(size);
    for (const listener of [...this.resizeListeners]) listener();
    this.painter.forget();
    this.invalidate();
  }

  private readonly onInputLost = (): void => this.lose();

  private lose(): void {
    if (this.state === 'closed') return;
    this.close();
    if (this.options.onLost) this.options.onLost();
    else process.exit(129);
  }
}

/** What undoes all that was done to the terminal, in an order that also works where half of it was never done. */
function leaving({ string, paste, move }: Terminfo): string {
  const off = (string.linesOff ?? '') + (string.plain ?? '') + (paste ? '\x1b[?2004l' : '');
  // Without a second screen to leave, what we painted must not stay behind.
  const away = string.leaveScreen ? move(0, 0) + string.leaveScreen : (string.clear ?? '');
  return off + away + (string.showCursor ?? '');
}
