/**
 * Asks the journal of the machine that it runs on, inside a booted host: `node … '{"ask": "page", …}'`. One line of JSON
 * for each piece of news, and one for the result or the problem. A follow ends with its input.
 */
import { journalReader, journalUnits } from '../../src/adapters/logs/journal.ts';
import type { JournalFilter, LogPattern } from '../../src/appliance.ts';
import { problemOf } from '../../src/errors.ts';

interface Asked {
  ask: 'page' | 'search' | 'count' | 'follow' | 'units';
  filter?: JournalFilter;
  from?: string;
  direction?: 'older' | 'newer';
  lines?: number;
  only?: LogPattern;
  pattern?: LogPattern;
}

const { ask, filter = {}, ...request } = JSON.parse(process.argv[2] ?? '') as Asked;
const stop = new AbortController();
const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const call = { signal: stop.signal, progress: (news: unknown) => say({ news }) };
const reader = journalReader(filter);
if (ask === 'follow') process.stdin.resume().once('end', () => stop.abort());

const answers: Record<Asked['ask'], () => Promise<unknown>> = {
  page: () => reader.page({ from: 'newest', direction: 'older', lines: 100, ...request }, stop.signal),
  search: () => reader.search(request as Parameters<typeof reader.search>[0], call),
  count: () => reader.count(request as Parameters<typeof reader.count>[0], call),
  follow: () => reader.follow({ from: 'newest', ...request }, call),
  units: () => journalUnits(stop.signal),
};
try {
  say({ result: (await answers[ask]()) ?? null });
} catch (error) {
  say({ problem: problemOf(error, String(error)) });
}
process.stdin.destroy();
