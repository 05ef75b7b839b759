/** What operators get of a change: one at a time, seen and answered from anywhere, and back whenever a step fails. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChangesState } from '../../src/appliance.ts';
import { armingHere } from '../../src/changes/arm-here.ts';
import { ChangeKeeper, type ChangeNews } from '../../src/changes/change.ts';
import { realDisk } from '../../src/changes/disk.ts';
import type { ChangeParts } from '../../src/changes/parts.ts';
import { wayBack } from '../../src/changes/way-back.ts';
import { Failure, fail } from '../../src/errors.ts';
import { draft, Place, recorded } from './place.ts';

let place: Place;
const keepers: ChangeKeeper[] = [];
beforeEach(() => {
  place = Place.make();
});
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.close();
  place.end();
});

/** A service on that place. */
async function begin(window = 60, change: Partial<ChangeParts> = {}): Promise<ChangeKeeper> {
  const keeper = await ChangeKeeper.begin(place.parts(window, change));
  keepers.push(keeper);
  return keeper;
}

const problem = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Failure ? error.problem : String(error)),
  );

/** The first state that is like that. */
function seen(keeper: ChangeKeeper, isIt: (state: ChangesState) => unknown): Promise<ChangesState> {
  const stop = new AbortController();
  return new Promise((resolve) => {
    const progress = (state: ChangesState) => {
      if (!isIt(state)) return;
      resolve(state);
      stop.abort();
    };
    void keeper.watch({ signal: stop.signal, progress });
  });
}

const never = () => new Promise<never>(() => undefined);

/** A test of the change that waits: `begun` once the files are written and told, and goes on at `go`. */
function waiting() {
  const gate = { go: (): void => undefined, open: (): void => undefined };
  const begun = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const test = () => {
    gate.open();
    return new Promise<void>((resolve) => {
      gate.go = resolve;
    });
  };
  return { gate, begun, test };
}

test('a change goes its steps, waits for an answer and is kept by whoever says so', async () => {
  const keeper = await begin();
  const news: ChangeNews[] = [];
  const pending = await keeper.apply(draft, 'anna', { progress: (one) => news.push(one) });
  expect(news).toEqual([
    { step: 'Checking' },
    { step: 'Arming the way back' },
    { step: 'Writing 6 files' },
    { step: 'Telling systemd-networkd' },
    { step: 'Telling systemd-resolved' },
    { step: 'Testing' },
    { test: { test: 'link', passed: true, said: 'There is a carrier.' } },
  ]);
  expect(pending).toMatchObject({ phase: 'asking', what: 'Network settings of eth0', by: 'anna', left: 60 });
  expect(keeper.state().pending).toMatchObject({ id: pending.id, phase: 'asking' });
  expect(await keeper.keep(pending.id, 'ben')).toMatchObject({ outcome: 'kept', why: 'kept by ben' });
  expect(place.which()).toBe('after');
  expect(keeper.state()).toMatchObject({ last: { outcome: 'kept' }, held: [] });
  expect(keeper.state().pending).toBeUndefined();
  expect(place.leftInChangeFolder).toEqual([]);
  expect(place.audit.map(({ by, what, outcome }) => [by, what, outcome])).toEqual([
    ['anna', 'change Network settings of eth0', 'asking'],
    ['ben', 'keep Network settings of eth0', 'done'],
  ]);
});

test('the way back is armed before the first file is written, and let go when the change is kept', async () => {
  const seenAt: [seconds: number, which: unknown][] = [];
  const arming = recorded(never);
  const arm = async (seconds: number) => {
    seenAt.push([seconds, place.which()]);
    await recorded(never).arm(seconds);
  };
  const keeper = await begin(60, { arming: { ...arming, arm } });
  const { id } = await keeper.apply(draft, 'anna');
  expect(seenAt.map(([seconds]) => seconds)).toEqual([2 + 60 + 1, 60 + 1]);
  expect(seenAt[0]?.[1]).toBe('before');
  await keeper.keep(id, 'anna');
});

test('without an answer it goes back, is compared, and both are told', async () => {
  const keeper = await begin(0.5);
  await keeper.apply(draft, 'anna');
  const { last } = await seen(keeper, (state) => !state.pending && state.last);
  expect(last).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
  expect(place.which()).toBe('before');
  expect(place.told).toEqual(['networkd', 'resolved', 'networkd', 'resolved']);
  expect(place.audit.at(-1)).toMatchObject({ what: 'undo Network settings of eth0', outcome: 'no answer' });
});

test('what does not come back as it was is said', async () => {
  let told = 0;
  const tell = async () => {
    told += 1;
    if (told > 2) throw fail('program-failed', { program: 'networkctl', exitCode: 1, said: 'No.' });
    place.tell();
  };
  const keeper = await begin(60, { tell });
  const { id } = await keeper.apply(draft, 'anna');
  const { differs } = await keeper.undo(id, 'ben');
  expect(differs?.[0]).toContain('networkd could not be told: networkctl ended with code 1.');
  expect(differs?.join()).toContain('Network/10-gatehouse-eth0.network: 644 [Match]');
  expect(place.which()).toBe('before');
});

test('an asker who is gone changes nothing: the question stands', async () => {
  const keeper = await begin();
  const stop = new AbortController();
  const gone = keeper.apply(draft, 'anna', { signal: stop.signal, progress: () => stop.abort() });
  expect(await problem(gone)).toMatchObject({ code: 'aborted' });
  const { pending } = await seen(keeper, (state) => state.pending?.phase === 'asking');
  expect(await keeper.keep(pending?.id ?? '', 'ben')).toMatchObject({ outcome: 'kept' });
});

test('one change at a time: a second is refused and told of the first', async () => {
  const keeper = await begin();
  const one = keeper.apply(draft, 'anna');
  const early = await problem(keeper.apply(draft, 'ben'));
  expect(early).toMatchObject({ code: 'change-pending', details: { by: 'anna', until: '' } });
  const { id, until } = await one;
  const second = await problem(keeper.apply({ section: 'reset-network' }, 'ben'));
  expect(second).toEqual({ code: 'change-pending', details: { what: 'Network settings of eth0', by: 'anna', until } });
  await keeper.undo(id, 'anna');
  expect(await problem(keeper.apply(draft, 'ben'))).toBeUndefined();
});

test('keeping is refused while it is applied, after it ended, and where a file is not as it was written', async () => {
  const { gate, begun, test } = waiting();
  const keeper = await begin(60, { test });
  const work = keeper.apply(draft, 'anna');
  await begun;
  const early = keeper.state().pending?.id ?? '';
  expect(await problem(keeper.keep(early, 'ben'))).toMatchObject({ code: 'change-not-asking' });
  gate.go();
  const { id } = await work;
  writeFileSync(join(place.top, 'network/10-gatehouse-eth0.network'), 'other');
  expect(await problem(keeper.keep(id, 'ben'))).toMatchObject({ code: 'not-allowed' });
  expect(keeper.state().pending).toMatchObject({ phase: 'asking' });
  expect(await keeper.undo(id, 'ben')).toMatchObject({ outcome: 'undone', differs: [] });
  expect(await problem(keeper.keep(id, 'ben'))).toEqual({
    code: 'change-not-asking',
    details: { why: 'It was undone: asked by ben.' },
  });
});

describe('a step that fails leads back, and its reason is told:', () => {
  const refused = () => Promise.reject(fail('program-failed', { program: 'networkctl', exitCode: 1, said: 'No.' }));
  let tells = 0;
  beforeEach(() => {
    tells = 0;
  });
  const failing: [what: string, change: () => Partial<ChangeParts>, why: string][] = [
    [
      'a daemon that refuses',
      () => ({ tell: async () => (tells++ ? place.tell() : refused()) }),
      'networkctl ended with',
    ],
    ['a daemon that hangs', () => ({ tell: async () => (tells++ ? place.tell() : never()) }), 'did not answer within'],
    ['a test that breaks', () => ({ test: refused }), 'networkctl ended with'],
    ['a test that hangs', () => ({ test: never }), 'did not answer within'],
  ];
  test.each(failing)('%s', async (_what, change, why) => {
    const keeper = await begin(60, change());
    const problemSeen = await problem(keeper.apply(draft, 'anna'));
    expect(problemSeen).toMatchObject({
      code: 'change-undone',
      details: { why: expect.stringContaining(why), differs: '' },
    });
    expect(place.which()).toBe('before');
    expect(place.leftInChangeFolder).toEqual([]);
    expect(keeper.state().last).toMatchObject({ outcome: 'undone', why: expect.stringContaining(why) });
  });

  test('a check, before anything is armed', async () => {
    const prepare = () => Promise.reject(fail('bad-value', { field: 'gateway', why: 'outside', right: '10.0.0.1' }));
    const keeper = await begin(60, { prepare });
    expect(await problem(keeper.apply(draft, 'anna'))).toMatchObject({ code: 'bad-value' });
    expect(keeper.state()).toEqual({ held: [] });
  });

  test('a way back that cannot be armed: nothing is written, nothing is told', async () => {
    const arm = () => Promise.reject(fail('unavailable', { what: 'systemd-run', why: 'it is not installed' }));
    const keeper = await begin(60, { arming: { ...recorded(never), arm } });
    expect(await problem(keeper.apply(draft, 'anna'))).toMatchObject({ code: 'unavailable' });
    expect(place.which()).toBe('before');
    expect(place.told).toEqual([]);
    expect(place.leftInChangeFolder).toEqual([]);
    expect(keeper.state()).toEqual({ held: [] });
  });
});

test('a change whose marker the way back would not understand is not begun', async () => {
  const { clock } = place.wayBackParts();
  const keeper = await begin(60, { clock: { ...clock, boot: () => undefined as unknown as string } });
  expect(await problem(keeper.apply(draft, 'anna'))).toMatchObject({ code: 'internal' });
  expect(place.which()).toBe('before');
  expect(place.leftInChangeFolder).toEqual([]);
});

test('what is in effect before may be unreadable: the change is made, and that it was not compared is said', async () => {
  const keeper = await begin(60, { effective: () => Promise.reject(fail('unavailable', { what: 'ip', why: 'gone' })) });
  const { id } = await keeper.apply(draft, 'anna');
  expect((await keeper.undo(id, 'anna')).differs).toEqual([
    'Not compared: what was in effect before could not be read.',
  ]);
});

test('undoing while it is applied stops it, and nothing is written afterwards', async () => {
  const { begun, test } = waiting();
  const keeper = await begin(60, { test });
  const work = problem(keeper.apply(draft, 'anna'));
  await begun;
  expect(place.which()).not.toBe('before');
  expect(await keeper.undo(keeper.state().pending?.id ?? '', 'ben')).toMatchObject({
    outcome: 'undone',
    why: 'asked by ben',
  });
  expect(await work).toMatchObject({ code: 'change-undone', details: { why: 'asked by ben' } });
  expect(place.which()).toBe('before');
});

test('what goes back after a test that failed says which', async () => {
  const keeper = await begin(60, {
    test: async (_draft, tell) => {
      tell({ test: 'gateway', passed: true, said: 'It answers.' });
      tell({ test: 'DNS', passed: false, said: '192.0.2.1 does not answer.' });
    },
  });
  const { id } = await keeper.apply(draft, 'anna');
  expect(await keeper.undo(id, 'ben')).toMatchObject({
    why: 'asked by ben; the test of DNS failed: 192.0.2.1 does not answer',
  });
});

test('where systemd cannot start the way back, the service goes it itself', async () => {
  const start = () => Promise.reject(fail('unavailable', { what: 'systemctl', why: 'no bus' }));
  const keeper = await begin(60, { arming: { ...recorded(never), start } });
  const { id } = await keeper.apply(draft, 'anna');
  expect(await keeper.undo(id, 'ben')).toMatchObject({ outcome: 'undone', why: 'asked by ben', differs: [] });
  expect(place.which()).toBe('before');
});

test('a way back that somebody starts by hand is noticed', async () => {
  const keeper = await begin();
  await keeper.apply(draft, 'anna');
  await wayBack(place.wayBackParts(), { atBoot: false });
  const { last } = await seen(keeper, (state) => !state.pending);
  expect(last).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
});

test('a way back that somebody starts by hand while files are written leaves nothing of them', async () => {
  let renames = 0;
  const rename: typeof realDisk.rename = async (from, to) => {
    if (from.endsWith('-new') && from.includes('/network/') && ++renames === 1)
      await wayBack(place.wayBackParts(), { atBoot: false });
    await realDisk.rename(from, to).catch(() => undefined);
  };
  const keeper = await begin(60, { disk: { ...realDisk, rename } });
  expect(await problem(keeper.apply(draft, 'anna'))).toMatchObject({ code: 'change-undone' });
  expect(place.which()).toBe('before');
  expect(keeper.state().pending).toBeUndefined();
});

test('on a machine without systemd the way back goes off by itself too', async () => {
  const arming = armingHere(() => wayBack(place.wayBackParts(), { atBoot: false }));
  const keeper = await begin(60, { arming: { ...arming, arm: () => arming.arm(0.3) } });
  await keeper.apply(draft, 'anna');
  expect(await arming.isArmed()).toBe(true);
  const { last } = await seen(keeper, (state) => !state.pending);
  expect(last).toMatchObject({ outcome: 'undone', differs: [] });
  expect(await arming.isArmed()).toBe(false);
});

describe('a service that starts again', () => {
  test('goes on asking with the time that is left, and the answer counts', async () => {
    const { id } = await (await begin()).apply(draft, 'anna');
    const next = await begin();
    const { pending } = next.state();
    expect(pending).toMatchObject({ id, phase: 'asking', by: 'anna', tests: [{ test: 'link' }] });
    expect(pending?.left).toBeLessThanOrEqual(60);
    expect(await next.keep(id, 'ben')).toMatchObject({ outcome: 'kept' });
    expect(place.which()).toBe('after');
  });

  test('goes back where the time is over, whatever the clock was set to meanwhile', async () => {
    await (await begin(60)).apply(draft, 'anna');
    const { clock } = place.wayBackParts();
    const next = await begin(60, { clock: { ...clock, now: () => new Date(0), uptime: () => clock.uptime() + 61 } });
    const { last } = await seen(next, (state) => !state.pending);
    expect(last).toMatchObject({ outcome: 'undone', why: 'no answer' });
    expect(place.which()).toBe('before');
  });

  test('goes back where it had not come to the question', async () => {
    const { begun, test } = waiting();
    const one = await begin(60, { test });
    const work = problem(one.apply(draft, 'anna'));
    await begun;
    one.close();
    expect(await work).toMatchObject({ code: 'aborted' });
    const next = await begin();
    const { last } = await seen(next, (state) => !state.pending);
    expect(last).toMatchObject({ outcome: 'undone', why: 'the service ended', differs: [] });
  });

  test('compares what an early boot had to leave open', async () => {
    await (await begin()).apply(draft, 'anna');
    const parts = place.wayBackParts();
    const later = { ...parts, clock: { ...parts.clock, boot: () => 'another start' } };
    const done = await wayBack(later, { atBoot: true });
    const why = 'the machine was switched off or started again';
    expect(done).toMatchObject({ ended: { why, differs: ['Not compared yet: the machine is starting.'] } });
    expect(place.told).toEqual(['networkd', 'resolved']);
    place.tell();
    const next = await begin();
    const { last } = await seen(next, (state) => state.last?.differs?.length === 0);
    expect(last).toMatchObject({ outcome: 'undone', why });
  });
});

describe('holding for editing', () => {
  test('the second is told who has it, and gets it when the first is gone', async () => {
    const keeper = await begin();
    const [anna, ben] = [new AbortController(), new AbortController()];
    const held = keeper.hold('interface', 'anna', anna.signal);
    expect(keeper.state().held).toMatchObject([{ what: 'Network settings', by: 'anna' }]);
    const details = { what: 'Network settings', by: 'anna', since: expect.any(String) };
    expect(await problem(keeper.hold('interface', 'ben', ben.signal))).toEqual({ code: 'held', details });
    expect(await problem(keeper.hold('reset-network', 'ben', ben.signal))).toEqual({ code: 'held', details });
    expect(await problem(keeper.apply(draft, 'ben'))).toEqual({ code: 'held', details });
    anna.abort();
    await held;
    const second = keeper.hold('interface', 'ben', ben.signal);
    expect(keeper.state().held).toMatchObject([{ by: 'ben' }]);
    expect(await problem(keeper.apply(draft, 'ben'))).toBeUndefined();
    ben.abort();
    await second;
    expect(keeper.state().held).toEqual([]);
  });

  test('others can be held meanwhile', async () => {
    const keeper = await begin();
    const stop = new AbortController();
    const holds = [keeper.hold('dns', 'anna', stop.signal), keeper.hold('proxy', 'ben', stop.signal)];
    expect(keeper.state().held).toHaveLength(2);
    stop.abort();
    await Promise.all(holds);
  });
});

describe('a marker that cannot be understood', () => {
  const pending = () => join(place.top, 'change/pending.json');
  const put = (text: string) => {
    mkdirSync(join(place.top, 'change'), { recursive: true });
    writeFileSync(pending(), text);
  };

  test.each([
    ['rubbish', '\0\xff{]'],
    ['nothing', ''],
    ['another version', '{"version":2}'],
    ['an array', '[]'],
  ])('is set aside and said: %s', async (_what, text) => {
    put(text);
    const { outcome } = await wayBack(place.wayBackParts(), { atBoot: true });
    expect(outcome).toBe('broken');
    expect(place.log.join()).toContain('could not be understood');
    expect(place.leftInChangeFolder).toEqual([expect.stringMatching(/^broken-.*\.json$/)]);
    expect(await wayBack(place.wayBackParts(), { atBoot: true })).toEqual({ outcome: 'nothing to do' });
    const keeper = await begin();
    expect(await problem(keeper.apply(draft, 'anna'))).toBeUndefined();
  });

  test('writes nowhere else: a marker that names another file is not followed, and its text not repeated', async () => {
    const keeper = await begin();
    await keeper.apply(draft, 'anna');
    keeper.close();
    const elsewhere = join(place.top, 'run/daemons');
    const before = readFileSync(elsewhere, 'utf8');
    const eth0 = join(place.top, 'network/10-gatehouse-eth0.network');
    writeFileSync(pending(), readFileSync(pending(), 'utf8').replaceAll(eth0, elsewhere));
    expect(await wayBack(place.wayBackParts(), { atBoot: true })).toMatchObject({ outcome: 'broken' });
    expect(readFileSync(elsewhere, 'utf8')).toBe(before);
    expect(place.log.join()).toContain('is none of the files of Gatehouse');
    expect(place.log.join()).not.toContain('secret');
  });
});

test('the marker, which holds what the settings were, is readable by its owner only', async () => {
  const { statSync } = await import('node:fs');
  const keeper = await begin();
  await keeper.apply(draft, 'anna');
  expect(statSync(join(place.top, 'change')).mode & 0o777).toBe(0o700);
  expect(statSync(join(place.top, 'change/pending.json')).mode & 0o777).toBe(0o600);
});
