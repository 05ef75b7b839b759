/** A log of the lab that is a list of lines, made anew for each look, as the readers of real logs give it. */
import { createContext, Script } from 'node:vm';
import type { LogReader } from '../adapters/machine.ts';
import type { LogEntry, LogPattern, LogPlace } from '../appliance.ts';
import { Failure, fail } from '../errors.ts';
import { pause } from './waiting.ts';

/** Milliseconds from one look to the next while a log is followed. */
const LOOK = 250;
/** Milliseconds that a pattern may take for the whole log. */
const PATIENCE = 500;

/**
 * @param name for failures
 * @param all its lines now, oldest first, each with its own place; rejects where the log cannot be had
 */
export function readerOf(name: string, all: (signal: AbortSignal) => Promise<LogEntry[]>): LogReader {
  const behind = (lines: readonly LogEntry[], from: LogPlace): number => {
    if (from === 'oldest') return 0;
    if (from === 'newest') return lines.length;
    const at = lines.findIndex(({ place }) => place === from);
    if (at < 0) throw fail('log-gone', { name, why: 'The line is not kept any more' });
    return at + 1;
  };
  const beyond = (lines: readonly LogEntry[], from: LogPlace, direction: 'older' | 'newer'): LogEntry[] => {
    const at = behind(lines, from);
    if (direction === 'newer') return lines.slice(at);
    return lines.slice(0, from === 'oldest' || from === 'newest' ? at : at - 1);
  };
  return {
    async page({ from, direction, lines, only }, signal) {
      const rest = holding(beyond(await all(signal), from, direction), only);
      const page = direction === 'older' ? rest.slice(-lines) : rest.slice(0, lines);
      return { lines: page, isEnd: rest.length <= lines };
    },
    async search({ from, direction, pattern, only }, { signal }) {
      const found = holding(holding(beyond(await all(signal), from, direction), only), pattern);
      const next = direction === 'older' ? found.at(-1) : found[0];
      return next ? { found: next } : {};
    },
    async count({ pattern, only }, { signal }) {
      return { found: holding(holding(await all(signal), only), pattern).length };
    },
    async follow({ from, only }, { signal, progress }) {
      let last: LogPlace = from;
      let isInterrupted = false;
      while (!signal.aborted) {
        try {
          const lines = await all(signal);
          if (isInterrupted) progress({ kind: 'resumed' });
          isInterrupted = false;
          const added = beyond(lines, last, 'newer');
          last = lines.at(-1)?.place ?? 'oldest';
          const held = holding(added, only);
          if (held.length > 0) progress({ kind: 'lines', lines: held, skipped: 0 });
        } catch (error) {
          if (!(error instanceof Failure) || !error.problem.code.startsWith('engine-')) {
            if (signal.aborted) return;
            throw error;
          }
          if (!isInterrupted) progress({ kind: 'interrupted', why: 'The container engine does not run' });
          isInterrupted = true;
        }
        await pause(LOOK, signal).catch(() => undefined);
      }
    },
  };
}

// In a context of its own since that is where Node has a time limit: a pattern must not hold the lab.
const trial = new Script('texts.map((text) => expression.test(text))');

/** @throws Failure 'bad-pattern' */
function holding(lines: LogEntry[], pattern: LogPattern | undefined): LogEntry[] {
  if (!pattern) return lines;
  const expression = expressionOf(pattern);
  try {
    const context = createContext({ texts: lines.map(({ text }) => text), expression });
    const holds = trial.runInContext(context, { timeout: PATIENCE }) as boolean[];
    return lines.filter((_line, at) => holds[at]);
  } catch (cause) {
    throw fail('bad-pattern', { pattern: pattern.text, why: 'It takes too long' }, cause);
  }
}

function expressionOf({ text, regular, matchCase = /\p{Lu}/u.test(text) }: LogPattern): RegExp {
  const source = regular ? text : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  try {
    return new RegExp(source, matchCase ? 'u' : 'iu');
  } catch (cause) {
    throw fail('bad-pattern', { pattern: text, why: (cause as Error).message.split(': ').at(-1) ?? 'wrong' }, cause);
  }
}
