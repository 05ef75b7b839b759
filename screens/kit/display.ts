/** What a console is shown on, whatever it looks like: pieces for the screens, and what is true beside all of them. */
import type { Problem } from '../../src/errors.ts';
import type { StatusPart } from './status-line.ts';
import type { Ui } from './ui.ts';

export interface Display {
  readonly ui: Ui;
  /** When a key was pressed last, in milliseconds since 1970. */
  readonly lastKey: number;
  /** Never resolves where leaving is the main menu's business alone; otherwise when the operator left from anywhere. */
  readonly left: Promise<void>;
  /** Whose console it is, and beside it what is meant to be seen, from short to long: "LAB", "LAB (healthy)". */
  name(vendor: string, mark: readonly string[]): void;
  /** The line that is always true. */
  status(parts: readonly StatusPart[]): void;
  /** Said over everything until it is taken back: the service is gone, say. */
  notice(problem: Problem | undefined): void;
  /** Nothing of what lies below is seen, until the password is right. `check` gives what is wrong with one. */
  lock(check: (password: string, signal: AbortSignal) => Promise<string | undefined>): Promise<void>;
  /** Leaves the terminal as it was found. Safe to call twice. */
  close(): void;
}
