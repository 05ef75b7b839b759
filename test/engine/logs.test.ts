/** Logs of containers of a real engine: what they write, whatever it is, in whole lines, page by page and followed. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { realContainers } from '../../src/adapters/containers/containers.ts';
import { Matcher } from '../../src/adapters/logs/journal-match.ts';
import type { Containers, LogReader } from '../../src/adapters/machine.ts';
import type { LogEntry, LogNews, LogPlace } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { until } from '../host/machine.ts';
import { failing } from '../service/world.ts';
import { describeWith } from '../setup/needs.ts';
import { engineNeeds, startEngine, type TestEngine } from './engine.ts';

const never = new AbortController().signal;
const call = { signal: never, progress: () => undefined };

describeWith(engineNeeds, 'logs of a real engine', () => {
  let engine: TestEngine;
  let containers: Containers;

  beforeAll(async () => {
    engine = await startEngine();
    containers = realContainers({ matcherOf: (patterns) => new Matcher(patterns), place: engine.place });
  });
  afterAll(() => engine?.end());

  const ended = (name: string) =>
    until('its end', async () => (await engine.inspect(name, '{{.State.Status}}')) === 'exited');
  const texts = (lines: readonly LogEntry[]) => lines.map(({ text }) => text);

  /** From an end to the other, by pages of that many lines; each line once, in order. */
  async function all(log: LogReader, direction: 'older' | 'newer', size: number): Promise<LogEntry[]> {
    const found: LogEntry[] = [];
    let from: LogPlace = direction === 'older' ? 'newest' : 'oldest';
    for (;;) {
      const { lines, isEnd } = await log.page({ from, direction, lines: size }, never);
      if (direction === 'older') found.unshift(...lines);
      else found.push(...lines);
      const edge = direction === 'older' ? lines[0] : lines.at(-1);
      if (isEnd || !edge) return found;
      from = edge.place;
    }
  }

  test('pages in both directions give each line once, and agree with docker logs', async () => {
    await engine.run('counter', 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done');
    await ended('counter');
    const log = containers.log('counter');
    const theirs = (await engine.docker('logs', 'counter')).trimEnd().split('\n');
    expect(theirs).toHaveLength(3000);
    for (const direction of ['older', 'newer'] as const) {
      const lines = await all(log, direction, 700);
      expect(texts(lines)).toEqual(theirs);
      expect(new Set(lines.map(({ place }) => place)).size).toBe(3000);
    }
    const middle = (await all(log, 'newer', 1000))[1500];
    const [older, newer] = await Promise.all(
      (['older', 'newer'] as const).map((direction) =>
        // A reader that has never seen the log knows the place as well.
        realContainers({ matcherOf: (patterns) => new Matcher(patterns), place: engine.place })
          .log('counter')
          .page({ from: middle?.place ?? '', direction, lines: 2 }, never),
      ),
    );
    expect(texts(older?.lines ?? [])).toEqual(['line 1498', 'line 1499']);
    expect(texts(newer?.lines ?? [])).toEqual(['line 1501', 'line 1502']);
  });

  test('behind a line that was the newest no line is missing, however many were added since', async () => {
    const flood = 'i=0; while [ $i -lt 3000 ]; do echo later $i; i=$((i+1)); done';
    await engine.run('growing', `echo first; until [ -e /go ]; do sleep 0.05; done; ${flood}`);
    const log = containers.log('growing');
    const newest = () => log.page({ from: 'newest', direction: 'older', lines: 5 }, never);
    const [first] = await until('its line', async () => {
      const { lines } = await newest();
      return lines.length > 0 && lines;
    });
    await engine.docker('exec', 'growing', 'touch', '/go');
    await ended('growing');
    const { lines } = await log.page({ from: first?.place ?? '', direction: 'newer', lines: 3 }, never);
    expect(texts(lines)).toEqual(['later 0', 'later 1', 'later 2']);
    const { news, lines: told, stop, done } = followed('growing', first?.place);
    await until('the last line', () => told().at(-1) === 'later 2999');
    const skipped = news.reduce((sum, one) => sum + (one.kind === 'lines' ? one.skipped : 0), 0);
    expect(told().length + skipped).toBe(3000);
    stop.abort();
    await done;
  });

  test('lines of both outputs are there, each with its source and time', async () => {
    await engine.run('both', 'echo out; sleep 0.1; echo err >&2; sleep 0.1; echo again');
    await ended('both');
    const { lines, isEnd } = await containers.log('both').page({ from: 'newest', direction: 'older', lines: 9 }, never);
    expect(lines.map(({ text, from }) => [text, from])).toEqual([
      ['out', 'stdout'],
      ['err', 'stderr'],
      ['again', 'stdout'],
    ]);
    expect(isEnd).toBe(true);
    for (const { at } of lines) expect(Math.abs(Date.parse(at ?? '') - Date.now())).toBeLessThan(60_000);
  });

  for (const terminal of [false, true]) {
    test(`escape sequences, long lines, NULs and no newline at the end ${terminal ? 'on a terminal' : 'in frames'}`, async () => {
      const name = terminal ? 'wild-terminal' : 'wild';
      const script = [
        "printf '\\033]0;owned\\007\\033[2J\\302\\233{red-fg}\\n'",
        "head -c 100000 /dev/zero | tr '\\0' x; echo",
        "head -c 40000 /dev/zero | tr '\\0' y; echo",
        "printf 'a\\0b\\377c\\n\\n'",
        "printf 'open end'",
      ].join('; ');
      await engine.run(name, script, terminal ? ['--tty'] : []);
      await ended(name);
      const lines = await all(containers.log(name), 'older', 2);
      expect(texts(lines).map((text) => text.slice(0, 40))).toEqual([
        '\u001b]0;owned\u0007\u001b[2J\u009b{red-fg}',
        'x'.repeat(40),
        'y'.repeat(40),
        'a\0b\ufffdc',
        '',
        'open end',
      ]);
      expect(lines.map(({ text, more = 0 }) => text.length + more).slice(1, 3)).toEqual([100_000, 40_000]);
      expect(Math.max(...lines.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(16_384);
      expect(texts(await all(containers.log(name), 'newer', 2))).toEqual(texts(lines));
    });
  }

  test('a search finds the next line in either direction, a count counts, a filter leaves the rest out', async () => {
    await engine.run(
      'haystack',
      'i=0; while [ $i -lt 5000 ]; do echo "straw $i"; i=$((i+1)); done; echo Needle; echo end',
    );
    await ended('haystack');
    const log = containers.log('haystack');
    const pattern = { text: '^straw [123]7$', regular: true };
    const found: (string | undefined)[] = [];
    for (const direction of ['older', 'newer'] as const) {
      let from: LogPlace = direction === 'older' ? 'newest' : 'oldest';
      for (;;) {
        const next: LogEntry | undefined = (await log.search({ from, direction, pattern }, call)).found;
        found.push(next?.text);
        if (!next) break;
        from = next.place;
      }
    }
    const order = ['straw 37', 'straw 27', 'straw 17'];
    expect(found).toEqual([...order, undefined, ...order.toReversed(), undefined]);
    expect(await log.count({ pattern: { text: '99', regular: false } }, call)).toEqual({ found: 95 });
    expect(await log.count({ pattern: { text: 'needle', regular: false } }, call)).toEqual({ found: 1 });
    const only = { text: 'straw 4..0$', regular: true };
    const { lines, isEnd } = await log.page({ from: 'newest', direction: 'older', lines: 2, only }, never);
    expect(texts(lines)).toEqual(['straw 4980', 'straw 4990']);
    expect(isEnd).toBe(false);
    const wrong = log.search({ from: 'oldest', direction: 'newer', pattern: { text: '(', regular: true } }, call);
    expect(await failing(wrong)).toMatchObject({ code: 'bad-pattern' });
  });

  test('a pattern that backtracks for ever is refused, and holds nothing up', async () => {
    await engine.run('bait', 'echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab');
    await ended('bait');
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 10);
    onTestFinished(() => clearInterval(ticking));
    const pattern = { text: '^(a+)+$', regular: true };
    const searched = containers.log('bait').search({ from: 'newest', direction: 'older', pattern }, call);
    expect(await failing(searched)).toMatchObject({ code: 'bad-pattern' });
    expect(longest).toBeLessThan(1000);
  });

  test('a driver that keeps no log says so; a place of another log, and a container that is none, are refused', async () => {
    await engine.run('mute', 'echo lost', ['--log-driver', 'none']);
    await ended('mute');
    const page = { from: 'newest', direction: 'older', lines: 5 } as const;
    expect(await failing(containers.log('mute').page(page, never))).toEqual({
      code: 'log-unreadable',
      details: { name: 'mute', why: expect.stringContaining('keep none') },
    });
    expect(await failing(containers.log('mute').page({ ...page, from: '1-2-3' }, never))).toMatchObject({
      code: 'bad-value',
    });
    expect(await failing(containers.log('absent').page(page, never))).toMatchObject({ code: 'unknown-container' });
  });

  /** A follow under way. */
  function followed(name: string, from: LogPlace = 'newest', ready?: () => Promise<void>) {
    const news: LogNews[] = [];
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const done: Promise<Problem | 'ended'> = containers
      .log(name)
      .follow({ from }, { signal: stop.signal, progress: (one) => void news.push(one), ...(ready ? { ready } : {}) })
      .then(
        () => 'ended' as const,
        (error) => error.problem,
      );
    const lines = () => news.flatMap((one) => (one.kind === 'lines' ? texts(one.lines) : []));
    return { news, lines, stop, done };
  }

  test('a log is followed through stop and start, each line once, and ends when the container is removed', async () => {
    const script = 'echo begin; i=0; while true; do echo tick $i; i=$((i+1)); sleep 0.05; done';
    await engine.run('ticking', script, ['--stop-timeout', '0']);
    const { news, lines, done } = followed('ticking', 'oldest');
    await until('some lines', () => lines().length > 10);
    await engine.docker('stop', '--time', '0', 'ticking');
    await until('word of it', () => news.some(({ kind }) => kind === 'interrupted'));
    const before = lines().length;
    await engine.docker('start', 'ticking');
    await until('more lines', () => lines().length > before + 10);
    expect(news.filter(({ kind }) => kind !== 'lines').map(({ kind }) => kind)).toEqual(['interrupted', 'resumed']);
    await engine.docker('rm', '--force', 'ticking');
    expect(await done).toMatchObject({ code: 'log-gone' });
    const second = lines().lastIndexOf('begin');
    const counted = (from: number, count: number) => Array.from({ length: count }, (_, at) => `tick ${from + at}`);
    expect(lines().slice(0, second)).toEqual(['begin', ...counted(0, second - 1)]);
    expect(lines().slice(second)).toEqual(['begin', ...counted(0, lines().length - second - 1)]);
  });

  test('from a place on it goes on behind that line; given up, it ends', async () => {
    await engine.run('slow', 'echo one; echo two; echo three; sleep 1000');
    const log = containers.log('slow');
    const page = await until('its lines', async () => {
      const found = await log.page({ from: 'oldest', direction: 'newer', lines: 3 }, never);
      return found.lines.length === 3 && found;
    });
    const { lines, stop, done } = followed('slow', page.lines[0]?.place);
    await until('the rest', () => lines().length === 2);
    expect(lines()).toEqual(['two', 'three']);
    stop.abort();
    expect(await done).toBe('ended');
  });

  test('of a flood the newest is told, what was left out is counted, and nothing is held up', async () => {
    await engine.run('flood', 'yes "$(head -c 100 /dev/zero | tr "\\0" z)" | head -n 400000; echo over; sleep 1000');
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    onTestFinished(() => clearInterval(ticking));
    const { news, lines, stop, done } = followed('flood', 'oldest');
    await until('its end', () => lines().at(-1) === 'over', 60_000);
    const skipped = news.reduce((sum, one) => sum + (one.kind === 'lines' ? one.skipped : 0), 0);
    expect(lines().length + skipped).toBe(400_001);
    expect(skipped).toBeGreaterThan(0);
    expect(longest).toBeLessThan(250);
    stop.abort();
    await done;
  });

  test('nothing is told to who does not read, and the rest when they do', async () => {
    await engine.run('unread', 'i=0; while true; do echo line $i; i=$((i+1)); sleep 0.02; done');
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { news, lines, stop, done } = followed('unread', 'oldest', () => held);
    const other = followed('unread', 'oldest');
    await until('the first news', () => news.length > 0);
    // Others are told of much more in the time.
    const count = lines().length;
    await until('more for others', () => other.lines().length > count + 50);
    expect(news).toHaveLength(1);
    goOn();
    await until('the rest', () => lines().length > count + 50);
    expect(lines()).toEqual(Array.from({ length: lines().length }, (_, at) => `line ${at}`));
    stop.abort();
    expect(await done).toBe('ended');
  });

  test('an engine that is killed interrupts what follows, which goes on with the next one', async () => {
    await engine.run('lasting', 'echo first; sleep 1000', ['--restart', 'always']);
    const { news, lines, stop, done } = followed('lasting', 'oldest');
    await until('a line', () => lines().length === 1);
    await engine.kill();
    await until('word of it', () => news.some(({ kind }) => kind === 'interrupted'));
    await engine.start();
    await until('the next line', () => lines().length === 2, 30_000);
    expect(news.some(({ kind }) => kind === 'resumed')).toBe(true);
    stop.abort();
    expect(await done).toBe('ended');
  });
});
