/** `gatehouse logs …`: what is asked for, what people read, what scripts read, and the exit codes. */
import { describe, expect, test } from 'vitest';
import type { LogPage, LogPageRequest } from '../../src/appliance.ts';
import { patternOf, sourceOf } from '../../src/cli/log-source.ts';
import { files, search, show } from '../../src/cli/logs.ts';
import { running } from './asked.ts';

const bad = '\u001b[2J\u001b]0;owned\u0007';
const now = Date.parse('2026-11-21T10:00:00Z');

describe('the log that is meant', () => {
  test('is the journal, a file, or a container', () => {
    expect(sourceOf(undefined, {})).toEqual({ kind: 'journal' });
    expect(sourceOf('/var/log/nginx/access.log', {})).toEqual({ kind: 'file', path: 'nginx/access.log' });
    expect(sourceOf(undefined, { container: 'camsd' })).toEqual({ kind: 'container', id: 'camsd' });
    const journal = sourceOf(
      undefined,
      { unit: 'docker', priority: 'err', since: '2h', until: '2026-11-21T09:00:00Z' },
      now,
    );
    expect(journal).toEqual({
      kind: 'journal',
      unit: 'docker.service',
      priority: 3,
      since: '2026-11-21T08:00:00.000Z',
      until: '2026-11-21T09:00:00.000Z',
    });
    expect(sourceOf(undefined, { journal: true, since: '2026-11-21 09:30' }, now)).toEqual({
      kind: 'journal',
      since: new Date(2026, 10, 21, 9, 30).toISOString(),
    });
    expect(sourceOf(undefined, { since: 'yesterday' }, now)).toEqual({
      kind: 'journal',
      since: new Date(2026, 10, 20).toISOString(),
    });
  });

  test.each([
    ['syslog', { unit: 'docker' }],
    ['syslog', { container: 'x' }],
    ['syslog', { priority: 'err' }],
    [undefined, { container: 'x', since: '1h' }],
    [undefined, { priority: '8' }],
    [undefined, { priority: 'bad' }],
    [undefined, { since: 'soon' }],
    [undefined, { since: '2026-13-41' }],
  ])('is refused where it is none: %j %j', (file, options) => {
    expect(() => sourceOf(file, options)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'bad-value' }) }),
    );
  });

  test('is filtered by a text or by an expression', () => {
    expect(patternOf({})).toBeUndefined();
    expect(patternOf({ only: 'a.b' })).toEqual({ text: 'a.b', regular: false });
    expect(patternOf({ regex: 'a.b', case: true })).toEqual({ text: 'a.b', regular: true, matchCase: true });
    expect(() => patternOf({ only: 'a', regex: 'b' })).toThrow();
  });
});

/** A log of so many lines, in pages of at most three, the first of each search empty. */
function logOf(count: number) {
  const asked: LogPageRequest[] = [];
  const page = async (request: LogPageRequest): Promise<LogPage> => {
    asked.push(request);
    if (request.only && asked.length === 1) return { lines: [], isEnd: false, reached: request.from };
    const all = Array.from({ length: count }, (_, at) => ({ place: `${at}`, text: `line ${at} ${bad}` }));
    const isOlder = request.direction === 'older';
    const at = request.from === 'newest' ? count : request.from === 'oldest' ? -1 : Number(request.from);
    const rest = isOlder ? all.slice(0, at) : all.slice(at + 1);
    const most = Math.min(3, request.lines);
    const lines = isOlder ? rest.slice(-most) : rest.slice(0, most);
    return { lines, isEnd: rest.length <= most };
  };
  return { asked, page };
}

describe('gatehouse logs', () => {
  test('show prints the last lines, the newest last, harmless, from as many pages as it takes', async () => {
    const log = logOf(10);
    const { context, out } = running({ appliance: { logs: { page: log.page } } });
    expect(await show(context, 'a.log', { lines: 5 })).toBe(0);
    expect(out()).toBe('line 5 \nline 6 \nline 7 \nline 8 \nline 9 \n');
    expect(log.asked.map(({ lines, from }) => [lines, from])).toEqual([
      [5, 'newest'],
      [2, '7'],
    ]);
  });

  test('show --oldest prints the first', async () => {
    const { context, values } = running({ appliance: { logs: { page: logOf(10).page } }, json: true });
    expect(await show(context, 'a.log', { lines: 4, oldest: true })).toBe(0);
    expect(values()).toMatchObject([{ lines: [{ place: '0' }, { place: '1' }, { place: '2' }, { place: '3' }] }]);
  });

  test('show --follow goes on from the last line, and says what happens to the log', async () => {
    const line = { place: '3', text: `new ${bad}`, more: 5 };
    const follow = async (args: { from: string }, call: { progress?: (news: never) => void } = {}) => {
      expect(args.from).toBe('1');
      for (const news of [
        { kind: 'lines', lines: [line], skipped: 7 },
        { kind: 'rotated' },
        { kind: 'truncated' },
        { kind: 'interrupted', why: bad },
        { kind: 'resumed' },
      ])
        call.progress?.(news as never);
    };
    const { context, out } = running({ appliance: { logs: { page: logOf(2).page, follow: follow as never } } });
    expect(await show(context, 'a.log', { lines: 1, follow: true })).toBe(0);
    expect(out().split('\n')).toEqual([
      'line 1 ',
      '(7 lines came too fast and are left out)',
      'new … (5 more characters)',
      '(the log goes on in a new file)',
      '(the log was emptied, and begins anew)',
      '(nothing can be read for now: )',
      '(it can be read again)',
      '',
    ]);
  });

  test('search gives the newest first, up to the limit, and 5 where there is none', async () => {
    const found = running({ appliance: { logs: { page: logOf(10).page } }, json: true });
    expect(await search(found.context, 'line', 'a.log', { limit: 4 })).toBe(0);
    expect(found.values()).toMatchObject([
      { lines: [{ place: '9' }, { place: '8' }, { place: '7' }, { place: '6' }], isAll: false },
    ]);
    const none = running({ appliance: { logs: { page: logOf(0).page } } });
    expect(await search(none.context, 'line', 'a.log', { limit: 4 })).toBe(5);
    expect(none.out()).toBe('No line holds that.\n');
  });

  test('files says what they are', async () => {
    const list = [
      { path: `a${bad}.log`, size: 5, changedAt: '2026-11-21T10:00:00.000Z' },
      { path: 'wtmp', size: 768, changedAt: '2026-11-21T10:00:00.000Z', unreadable: 'made of records (wtmp)' },
    ];
    const { context, out } = running({ appliance: { logs: { files: async () => list } } });
    expect(await files(context)).toBe(0);
    expect(out()).toContain('a.log  5      2026-11-21 10:00:00');
    expect(out()).toContain('made of records (wtmp)');
    expect(out()).not.toContain('\u001b');
  });
});
