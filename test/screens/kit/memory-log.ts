/** A log in memory behind the same shape as the contract's: "line 0" is the oldest. Answers a moment later. */

import type { LogSupply } from '../../../screens/kit/log-window.ts';
import type { LogEntry, LogNews } from '../../../src/appliance.ts';

export function memoryLog(count: number, text = (at: number) => `line ${at}`) {
  const entries: LogEntry[] = [];
  const grow = (more: number) => {
    const from = entries.length;
    const added = Array.from({ length: more }, (_, n) => ({ place: `p${from + n}`, text: text(from + n) }));
    entries.push(...added);
    return added;
  };
  grow(count);
  let tell: ((news: LogNews) => void) | undefined;
  let pages = 0;
  let skipped = 0;
  const index = (from: string) => (from === 'oldest' ? -1 : from === 'newest' ? entries.length : Number(from.slice(1)));
  const beyond = (from: string, direction: 'older' | 'newer') =>
    direction === 'older' ? entries.slice(0, index(from)).reverse() : entries.slice(index(from) + 1);
  const supply: LogSupply = {
    async page({ from, direction, lines }) {
      pages += 1;
      await Promise.resolve();
      const all = beyond(from, direction);
      const part = all.slice(0, lines);
      const inOrder = direction === 'older' ? part.reverse() : part;
      const share = inOrder[0] ? index(inOrder[0].place) / entries.length : 0;
      return { lines: inOrder, isEnd: part.length === all.length, share };
    },
    async search({ from, direction, pattern }, { signal } = {}) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      const found = beyond(from, direction).find(({ text }) => new RegExp(pattern.text).test(text));
      return found ? { found } : {};
    },
    async count({ pattern }) {
      return { found: entries.filter(({ text }) => new RegExp(pattern.text).test(text)).length };
    },
    follow: ({ from }, { signal, progress }) =>
      new Promise((resolve) => {
        tell = progress;
        const missed = beyond(from, 'newer');
        if (missed.length > 0) tell?.({ kind: 'lines', lines: missed, skipped });
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  return {
    supply,
    /** Adds lines, and tells whoever follows, now or once they do. */
    write(more: number, passed = 0) {
      skipped = passed;
      const lines = grow(more);
      tell?.({ kind: 'lines', lines, skipped });
    },
    tell: (news: LogNews) => tell?.(news),
    get pages() {
      return pages;
    },
  };
}
