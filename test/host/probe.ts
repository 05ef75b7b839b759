/**
 * Calls one adapter of the real machine and writes what comes of it: `node probe.mjs '{"call": …}'` inside a booted
 * host, where the tests cannot be. One line of JSON for each progress, one for the result or the problem.
 */
import { realMachine } from '../../src/adapters/real.ts';
import { problemOf } from '../../src/errors.ts';

export interface Probe {
  /** "facts.zone", "units.list", "ping.run" */
  call: string;
  /** What comes before the signal, or before ping's call. */
  args?: unknown[];
  /** Give it up after that many pieces of progress. */
  stopAfter?: number;
}

const { call, args = [], stopAfter } = JSON.parse(process.argv[2] ?? '') as Probe;
const [group = '', verb = ''] = call.split('.');
const machine = realMachine() as unknown as Record<string, Record<string, (...all: unknown[]) => Promise<unknown>>>;
const stop = new AbortController();
let told = 0;

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function progress(news: unknown): void {
  say({ news });
  told += 1;
  if (told === stopAfter) stop.abort();
}

const { signal } = stop;
try {
  const result = await machine[group]?.[verb]?.(...args, group === 'ping' ? { signal, progress } : signal);
  say({ result });
} catch (error) {
  say({ problem: problemOf(error, String(error)) });
}
