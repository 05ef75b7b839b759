/**
 * The service's own log: lines on stderr, which systemd takes into the journal with their priority (sd-daemon(3)).
 * One entry is one line, whatever is in it.
 */
import { harmless } from '../values/harmless.ts';

export interface Log {
  error(text: string): void;
  warning(text: string): void;
  notice(text: string): void;
  info(text: string): void;
}

const priorities = { error: 3, warning: 4, notice: 5, info: 6 } as const;

/** A log that writes to `out`. */
export function logTo(out: { write(text: string): unknown }): Log {
  const at = (level: keyof typeof priorities) => (text: string) => {
    out.write(`<${priorities[level]}>${harmless(text)}\n`);
  };
  return { error: at('error'), warning: at('warning'), notice: at('notice'), info: at('info') };
}

/** The log of this process. Whoever reads it may go away, as a journald that is killed: no reason to end with it. */
export function ownLog(): Log {
  process.stderr.on('error', () => undefined);
  return logTo(process.stderr);
}
