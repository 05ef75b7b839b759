/**
 * Sees to it that the terminal is left as it was found, however the process ends, and is taken again after a stop.
 * The only file here that listens to the process. What leaving and entering mean is told by its owner.
 */

import { terminalsHere } from './gone.ts';

export interface Guarded {
  /** Takes the terminal: raw mode, screen, paint. */
  enter(): void;
  /** Gives it back as it was found. Writes at once where the line lets it. Safe to call twice. */
  leave(): void;
  /** Resolves true when all that leaving wrote is sent, false after the limit (milliseconds). */
  drained(limit: number): Promise<boolean>;
  /** The window may have another size now, or have had one in between. */
  resized(): void;
  /** Told of an error that nobody caught, with its stack; shown nowhere. */
  onCrash?(error: unknown): void;
}

/** A line that takes nothing must not keep the process alive. */
const leavingLimit = 1000;
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Watches until the function it gives is called. */
export function guard(guarded: Guarded): () => void {
  let ending = false;
  const end = async (code: number, sentence?: string) => {
    if (ending) return;
    ending = true;
    guarded.leave();
    const sent = await guarded.drained(leavingLimit);
    // On a stuck line even a sentence would block for ever.
    if (sentence && (sent || !process.stderr.isTTY)) process.stderr.write(`${sentence}\n`);
    process.exit(code);
  };
  const crash = (error: unknown) => {
    try {
      guarded.onCrash?.(error);
    } finally {
      void end(70, 'Gatehouse made a mistake and had to end. Open the console again; nothing that was saved is lost.');
    }
  };
  const stop = stopper(guarded, () => ending);
  const terminals = terminalsHere();
  const onExit = () => {
    // First: what cannot be left as it was found may end the process at once.
    terminals.closeGone();
    guarded.leave();
  };
  const onWindow = () => guarded.resized();
  const bySignal = (signal: NodeJS.Signals) => void end(signals[signal as keyof typeof signals]);

  const names = Object.keys(signals) as (keyof typeof signals)[];
  for (const name of names) process.on(name, bySignal);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.on('exit', onExit);
  process.on('SIGWINCH', onWindow);
  stop.on();
  return () => {
    for (const name of names) process.off(name, bySignal);
    process.off('uncaughtException', crash);
    process.off('unhandledRejection', crash);
    process.off('exit', onExit);
    process.off('SIGWINCH', onWindow);
    stop.off();
  };
}

/** SIGTSTP: leave, stop as everybody does, and come back by SIGCONT, or at once where stopping is not possible. */
function stopper(guarded: Guarded, isEnding: () => boolean): { on(): void; off(): void } {
  let leftFor: NodeJS.Timeout | undefined;
  const back = () => {
    clearTimeout(leftFor);
    leftFor = undefined;
    if (isEnding()) return;
    process.off('SIGTSTP', stop);
    process.on('SIGTSTP', stop);
    // Whoever ran meanwhile may have changed the tty's mode: leaving first makes entering set all of it again.
    guarded.leave();
    guarded.enter();
  };
  const stop = () => {
    if (isEnding()) return;
    guarded.leave();
    void guarded.drained(leavingLimit).then(() => {
      process.off('SIGTSTP', stop);
      // The whole group, so that a wrapper stops too. In an orphaned group (a login shell has no job control above it)
      // the kernel discards the default stop, and no SIGCONT comes: then the timer brings us back.
      process.kill(0, 'SIGTSTP');
      leftFor = setTimeout(back, 100);
    });
  };
  return {
    on() {
      process.on('SIGTSTP', stop);
      process.on('SIGCONT', back);
    },
    off() {
      clearTimeout(leftFor);
      process.off('SIGTSTP', stop);
      process.off('SIGCONT', back);
    },
  };
}
