/** What the kit knows of a terminal: keys, size, look, painting. Types only. */
import type { Widgets } from 'blessed';

/**
 * One key press. `name`: up down left right home end pageup pagedown enter tab backtab escape backspace delete insert
 * space, f1…f12, ctrl-a…ctrl-z, alt-x, paste, or the character itself. `text`: what it would type (one character, or
 * the whole paste, made harmless: no control characters but newline and tab); absent for keys that type nothing.
 */
export interface Key {
  name: string;
  text?: string;
}

/** What the terminal can do, as far as we use it. */
export interface Look {
  /** 0 is mono: only bold, underline and inverse. */
  colours: 256 | 16 | 8 | 0;
  /** May any character of Unicode be sent? Otherwise ASCII only, but for lines. */
  unicode: boolean;
  /** Of all these only what the letters of a PC's own text screen have, code page 437: others are a square there. */
  few?: true;
  /** How box lines are drawn: as Unicode, by the terminal's own alternate character set, or with + - |. */
  lines: 'unicode' | 'acs' | 'ascii';
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** The value of TERM that was believed. */
  readonly name: string;
  readonly screen: Widgets.Screen;
  readonly look: Look;
  /** Paints everything anew in that look. */
  setLook(look: Look): void;
  /** Asked first, the plainest look; then the richest that this terminal can show, and from there on the next poorer. */
  nextLook(): Look;
  onKey(listener: (key: Key) => void): () => void;
  onResize(listener: () => void): () => void;
  /** Called before each paint is sent, to write the cells of `screen.lines`. */
  onPaint(listener: () => void): () => void;
  /** Where the cursor stands after the next paint; hidden without a place. */
  cursor(x?: number, y?: number): void;
  /** Asks for a paint; many asks before it make one. While the line is busy the paint waits, and shows the newest state. */
  invalidate(): void;
  /** Forgets what the terminal shows and paints all of it. */
  repaint(): void;
  /** Bytes sent so far. */
  readonly sent: number;
  /** Leaves the terminal as it was found. Safe to call twice, and from anywhere. */
  close(): void;
}
