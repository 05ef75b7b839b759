/**
 * The conversation of the plain console: what is said, line by line, and whose turn it is to be answered. Lines that
 * were typed ahead wait for the next prompt. Knows no screen, and no more of the terminal than the port it is given.
 */
import { harmless, harmlessLines } from '../../../src/values/harmless.ts';
import { columns, wrap } from '../../../src/values/width.ts';
import { t } from '../../texts/texts.ts';
import type { Key } from '../terminal/types.ts';

/** Where it all goes to and comes from. */
export interface Port {
  /** Writes it at once, or queues it where the line is slow. */
  write(text: string): void;
  /** Forgets what was written and is not on its way yet: whole lines, and the rest of the last one. */
  drop(): void;
  /** Earlier lines are still on their way. */
  readonly busy: boolean;
  readonly columns: number;
  /** Lines that fit on a page. */
  readonly rows: number;
  /** What is typed is echoed here: a terminal in raw mode. Otherwise it is the other end's business. */
  readonly echoes: boolean;
}

/** Who is asked first: what comes unasked goes before what waits, and a lock before all. */
export type Level = 'ordinary' | 'decision' | 'lock';
const ranks: Record<Level, number> = { ordinary: 0, decision: 1, lock: 2 };

export interface Asked {
  level?: Level;
  /** What is typed is not echoed, and means nothing but itself. */
  hidden?: boolean;
  /** Said on "?". */
  help?: readonly string[];
  /** The asker is gone: the answer is undefined. */
  signal?: AbortSignal;
}

/** One that has the keys while it is the topmost. Without a prompt it works, and what is typed waits. */
interface Turn {
  level: Level;
  prompt?: string;
  hidden: boolean;
  help: readonly string[];
  /** What was typed of the answer so far. */
  typed: string;
  take(line: string): void;
  giveUp(): void;
}

const everywhere = () =>
  t`! tells the status of the appliance. < or Ctrl-C goes back, and gives up what runs. Ctrl-D leaves the console.`;
/** Characters of one answer, and of all that is typed ahead: a line that sends noise might send more. */
const longest = 4096;
const mostAhead = 64 * 1024;
/** Lines that are kept while the console is locked. */
const mostHeld = 200;

export class Talk {
  /** When something was typed last, in milliseconds since 1970. */
  lastKey = Date.now();
  /** Aborted when the operator left, or the terminal is gone. */
  readonly over: AbortSignal;
  readonly left: Promise<void>;
  private readonly closing = new AbortController();
  private readonly turns: Turn[] = [];
  /** The turn whose prompt stands on the terminal, last of all. */
  private shown: Turn | undefined;
  /** The cursor stands at the beginning of a line. */
  private fresh = true;
  private ahead = '';
  private ended = false;
  private scheduled = false;
  private readonly held: string[] = [];
  private locks = 0;
  private statusLine = '';
  private onStatus: () => void = () => undefined;
  private readonly firstStatus = new Promise<void>((resolve) => {
    this.onStatus = resolve;
  });

  constructor(private readonly port: Port) {
    this.over = this.closing.signal;
    this.left = new Promise((resolve) => this.over.addEventListener('abort', () => resolve()));
  }

  /** The line that is always true; empty until it is known. */
  get status(): string {
    return this.statusLine;
  }

  set status(line: string) {
    this.statusLine = line;
    this.onStatus();
  }

  /** Ends when there is a status, or after so many milliseconds. */
  async statusKnown(limit: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    await Promise.race([this.firstStatus, late]);
    clearTimeout(timer);
  }

  get page(): number {
    return Math.max(5, Math.min(20, this.port.rows - 3));
  }

  /** Live lines had better wait. */
  get busy(): boolean {
    return this.port.busy || this.isLocked;
  }

  /** Aborted when that one is, or all is over. */
  until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.over]);
  }

  // -------------------------------------------------------------- saying

  /** Says paragraphs; a prompt that waits is said again below them. */
  say(...paragraphs: readonly string[]): void {
    this.interrupt(paragraphs.flatMap((text) => this.lines(text)));
  }

  /** A title, with an empty line before it. */
  title(text: string): void {
    this.say('', harmless(text));
  }

  /** Text from elsewhere, line by line, each indented: none can pass for a prompt. */
  quote(...texts: readonly string[]): void {
    this.interrupt(texts.flatMap((text) => this.lines(harmless(text), 2)));
  }

  /** Says something that happened meanwhile, without asking again below it. */
  tell(text: string, indent = 0): void {
    if (this.over.aborted) return;
    const { shown } = this;
    this.put(this.lines(text, indent));
    if (!this.isLocked && shown?.typed && !shown.hidden && this.port.echoes) this.write(shown.typed);
  }

  /** Continued lines are indented: what comes from outside cannot begin one of ours. */
  private lines(text: string, indent = 0): string[] {
    const width = Math.max(16, this.port.columns - 1 - indent - 2);
    return wrap(harmlessLines(text), width).map((line, at) =>
      line === '' ? '' : ' '.repeat(indent + (at === 0 ? 0 : 2)) + line.trimEnd(),
    );
  }

  private interrupt(lines: readonly string[]): void {
    this.put(lines);
    if (!this.isLocked) this.again();
  }

  private put(lines: readonly string[]): void {
    if (this.over.aborted) return;
    if (this.isLocked) this.held.push(...lines.slice(0, Math.max(0, mostHeld - this.held.length)));
    else this.print(lines);
  }

  private print(lines: readonly string[]): void {
    this.breakLine();
    this.port.write(lines.map((line) => `${line}\n`).join(''));
  }

  private breakLine(): void {
    if (!this.fresh) this.port.write('\n');
    this.fresh = true;
  }

  private write(text: string): void {
    if (!text) return;
    this.port.write(text);
    this.fresh = text.endsWith('\n');
  }

  private get isLocked(): boolean {
    return this.locks > 0;
  }

  // -------------------------------------------------------------- turns

  /** The answer; undefined where the operator goes back, or the asker is gone. Never resolves once it is over. */
  ask(prompt: string, asked: Asked = {}): Promise<string | undefined> {
    const { level = 'ordinary', hidden = false, help = [], signal } = asked;
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(undefined);
      const end = (answer: string | undefined) => {
        signal?.removeEventListener('abort', onAbort);
        this.leave(turn);
        if (!this.over.aborted) resolve(answer);
      };
      const onAbort = () => end(undefined);
      const turn: Turn = {
        level,
        prompt,
        hidden,
        help,
        typed: '',
        take: (line) => {
          if (hidden || !this.command(turn, line.trim())) end(hidden ? line : line.trim() === '<' ? undefined : line);
        },
        giveUp: () => level !== 'lock' && end(undefined),
      };
      signal?.addEventListener('abort', onAbort);
      this.enter(turn);
    });
  }

  /** From now on nothing is said and asked but by askLocked, until the function it gives is called. */
  lock(): () => void {
    this.locks += 1;
    this.shown = undefined;
    return () => {
      this.locks -= 1;
      if (!this.isLocked) this.print(this.held.splice(0));
      this.schedule();
    };
  }

  /** The answer to what a lock asks; nothing goes back from there. */
  askLocked(said: string, prompt: string): Promise<string | undefined> {
    this.print(this.lines(said));
    return this.ask(prompt, { level: 'lock', hidden: true });
  }

  /** Something works until the function it gives is called; Ctrl-C calls `giveUp`. */
  working(giveUp: () => void): () => void {
    const turn: Turn = { level: 'ordinary', hidden: false, help: [], typed: '', take: () => undefined, giveUp };
    this.enter(turn);
    return () => this.leave(turn);
  }

  private enter(turn: Turn): void {
    this.turns.push(turn);
    this.schedule();
  }

  private leave(turn: Turn): void {
    const at = this.turns.indexOf(turn);
    if (at < 0) return;
    this.turns.splice(at, 1);
    if (this.shown === turn) this.shown = undefined;
    this.schedule();
  }

  private get top(): Turn | undefined {
    const turns = this.isLocked ? this.turns.filter(({ level }) => level === 'lock') : this.turns;
    const highest = Math.max(...turns.map(({ level }) => ranks[level]));
    return turns.findLast(({ level }) => ranks[level] === highest);
  }

  private command(turn: Turn, line: string): boolean {
    if (line === '?') this.say(...turn.help, everywhere());
    else if (line === '!') this.say(this.status || t`The status is not known yet.`);
    else return false;
    return true;
  }

  /** After whatever is asked next has been asked. */
  private schedule(): void {
    if (this.scheduled || this.over.aborted) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.goOn();
    });
  }

  private goOn(): void {
    const { top } = this;
    if (top?.prompt === undefined || this.over.aborted) return;
    this.show(top);
    const end = this.ahead.indexOf('\n');
    const typed = end < 0 ? this.ahead : this.ahead.slice(0, end);
    this.ahead = end < 0 ? '' : this.ahead.slice(end + 1);
    this.type(top, typed);
    if (end >= 0) this.answer(top);
    else if (this.ended) this.end();
  }

  private show(turn: Turn): void {
    if (this.shown === turn) return;
    this.breakLine();
    this.shown = turn;
    if (!turn.prompt) return;
    const lines = this.lines(turn.prompt);
    // Where nothing is echoed here, what is typed begins a line of its own.
    this.write(lines.join('\n') + (this.port.echoes ? ' ' : '\n'));
    if (!turn.hidden && this.port.echoes) this.write(turn.typed);
  }

  private answer(turn: Turn): void {
    const line = turn.typed;
    turn.typed = '';
    if (this.port.echoes) this.write('\n');
    this.shown = undefined;
    turn.take(line);
    this.schedule();
  }

  // -------------------------------------------------------------- keys

  key({ name, text }: Key): void {
    this.lastKey = Date.now();
    const turn = this.shown && this.shown === this.top ? this.shown : undefined;
    if (name === 'ctrl-c') this.giveUp();
    else if (name === 'ctrl-d') this.leaveBy(turn);
    else if (name === 'enter') this.pressed(turn);
    else if (name === 'backspace') this.erase(turn, 1);
    else if (name === 'ctrl-u') this.erase(turn, longest);
    else if (name === 'ctrl-r' || name === 'ctrl-l') this.again();
    else if (name === 'tab') this.typedText(turn, ' ');
    else if (text !== undefined) this.typedText(turn, text);
  }

  /** No more can be typed: it ends where nothing is left of what was. */
  endOfInput(): void {
    this.ended = true;
    this.schedule();
  }

  /** Says no more and asks no more. */
  end(): void {
    if (this.over.aborted) return;
    this.breakLine();
    this.closing.abort();
  }

  /** The prompt once more, on a line of its own. */
  again(): void {
    this.shown = undefined;
    this.schedule();
  }

  private giveUp(): void {
    // What was typed was meant for what now never comes.
    this.ahead = '';
    const { top } = this;
    if (!top) return;
    top.typed = '';
    this.port.drop();
    this.breakLine();
    this.shown = undefined;
    top.giveUp();
    this.schedule();
  }

  private leaveBy(turn: Turn | undefined): void {
    if (!this.isLocked && !turn?.typed) this.end();
  }

  private pressed(turn: Turn | undefined): void {
    if (turn) this.answer(turn);
    else this.keep('\n');
  }

  private typedText(turn: Turn | undefined, text: string): void {
    if (turn && !text.includes('\n')) this.type(turn, text);
    else {
      this.keep(text);
      this.schedule();
    }
  }

  private keep(text: string): void {
    if (this.ahead.length < mostAhead) this.ahead += text;
  }

  private type(turn: Turn, text: string): void {
    const taken = text.slice(0, Math.max(0, longest - turn.typed.length));
    turn.typed += taken;
    if (!turn.hidden && this.port.echoes) this.write(taken);
  }

  /** As a terminal's own driver erases (termios(3), ECHOE): back, blank, back. */
  private erase(turn: Turn | undefined, most: number): void {
    if (!turn) {
      this.ahead = most === 1 ? this.ahead.replace(/[^\n]$/u, '') : this.ahead.replace(/[^\n]*$/, '');
      return;
    }
    const characters = [...turn.typed];
    const gone = characters.splice(-Math.min(most, characters.length || 1));
    turn.typed = characters.join('');
    const width = columns(gone.join(''));
    if (turn.hidden || !this.port.echoes || width === 0) return;
    this.port.write('\b'.repeat(width) + ' '.repeat(width) + '\b'.repeat(width));
  }
}
