/**
 * The power of a real machine is cut at random points of a reset, and it is booted again: completely reset, or, where the
 * cut came before it was decided, not touched at all. GATEHOUSE_CUTS says how often (10), GATEHOUSE_SEED at which points.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chance } from '../setup/chance.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds, until } from './machine.ts';
import { ResetHost } from './reset-host.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;
const cuts = Number(process.env.GATEHOUSE_CUTS ?? 10);
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);

/** Where the cut is: randomly after that, until a little later than it takes without a cut. */
const points = ['asked', 'switched on', 'deleting', 'deleting again'] as const;
type Point = (typeof points)[number];

describeWith({ ...hostNeeds, paths: [program] }, `a reset cut at ${cuts} random points (seed ${seed})`, () => {
  let machine: ResetHost;
  let before: string[];
  /** Milliseconds that each part takes. */
  let spans: Record<Point, number>;
  beforeAll(async () => {
    machine = await ResetHost.make();
    await machine.host.boot();
    await machine.answers();
    before = await machine.look();
    spans = await uncut();
    await machine.host.powerCut();
  }, 180_000);
  afterAll(() => machine?.host.end());

  // Not a wait for anything: the moment is what is random.
  const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const isDecided = () => existsSync(join(machine.disk, 'var/lib/gatehouse-reset/marker'));
  const isBegun = () => !existsSync(join(machine.disk, 'home/operator/.ssh/authorized_keys'));

  const ask = () =>
    machine.host.run(['gatehouse', 'reset', '--yes-delete-everything', '--in', '0']).catch(() => undefined);

  /** A reset of the running machine, timed. */
  async function uncut(): Promise<Record<Point, number>> {
    const { host } = machine;
    const times = [performance.now()];
    const asked = ask();
    await host.wentDown();
    await asked;
    times.push(performance.now());
    const booting = host.boot();
    await until('the reset to begin', isBegun, 30_000);
    times.push(performance.now());
    await until('the reset to be complete', () => !isDecided(), 60_000);
    times.push(performance.now());
    await booting;
    const [down, begun, complete] = times.slice(1).map((time, at) => 1.2 * (time - (times[at] ?? 0))) as [
      number,
      number,
      number,
    ];
    return { asked: down, 'switched on': begun + complete, deleting: complete, 'deleting again': complete };
  }

  /** Switches it on, and cuts its power so long after that, or after its reset has begun. */
  async function cutWhileStarting(wait: number, isDeleting: boolean): Promise<void> {
    const { host } = machine;
    const booting = host.boot().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (isDeleting) await until('the reset to begin', () => isBegun() || !isDecided(), 30_000);
    await after(wait);
    await host.powerCut();
    await booting;
    await host.powerCut();
  }

  /** A reset that is cut there. */
  async function cut(point: Point, random: () => number): Promise<string> {
    const { host } = machine;
    const wait = random() * spans[point];
    await machine.own();
    await host.boot();
    await machine.answers();
    const asked = ask();
    if (point === 'asked') {
      await after(wait);
      await host.powerCut();
      await asked;
      return `${wait.toFixed(0)} ms after it was asked for`;
    }
    expect(await host.wentDown()).toBe('reboot');
    await asked;
    const times = point === 'deleting again' ? 2 : 1;
    for (let time = 0; time < times; time++) await cutWhileStarting(wait / (time + 1), point !== 'switched on');
    return `${point}, ${wait.toFixed(0)} ms`;
  }

  test('is complete after the next start, or was never decided', { timeout: 60_000 + cuts * 60_000 }, async () => {
    console.log(`${cuts} cuts, seed ${seed}, within ms: ${JSON.stringify(spans)}`);
    const random = chance(seed);
    const seen = { 'before it was decided': 0, 'in the middle': 0, 'after it was complete': 0 };
    for (let done = 0; done < cuts; done++) {
      const { host } = machine;
      const at = await cut(points[done % points.length] as Point, random);
      const [decided, begun] = [isDecided(), isBegun()];
      await host.boot();
      await machine.answers();
      const why = `cut ${done}, ${at}, seed ${seed}`;
      if (!decided && !begun) {
        seen['before it was decided'] += 1;
        expect(await machine.look(), why).toEqual(before);
      } else {
        seen[decided ? 'in the middle' : 'after it was complete'] += 1;
        expect(await machine.left(), why).toBe('');
        expect(await machine.look(), why).toEqual(machine.first);
      }
      expect(isDecided(), why).toBe(false);
      await host.powerCut();
    }
    console.log(`none half: ${JSON.stringify(seen)}`);
  });
});
