/**
 * The power of a real machine is cut at random points of a reset, and it is booted again: completely reset, or, where the
 * cut came before it was decided, not touched at all. GATEHOUSE_CUTS says how often (10), GATEHOUSE_SEED at which points.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds, until } from './machine.ts';
import { ResetHost } from './reset-host.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;
const cuts = Number(process.env.GATEHOUSE_CUTS ?? 10);
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);

/** Where the cut is: so many milliseconds at most (random) after that. Deleting is what takes several cuts. */
const points = { asked: 600, 'switched on': 1200, deleting: 900, 'deleting again': 900 } as const;
type Point = keyof typeof points;

/** Marsaglia's xorshift: the same points for the same seed. */
function randomOf(start: number): () => number {
  let state = start * 2_654_435_761 + 1_013_904_223 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

describeWith({ ...hostNeeds, paths: [program] }, `a reset cut at ${cuts} random points (seed ${seed})`, () => {
  let machine: ResetHost;
  let before: string[];
  beforeAll(async () => {
    machine = await ResetHost.make();
    await machine.host.boot();
    await machine.answers();
    before = await machine.look();
    await machine.host.powerCut();
  }, 120_000);
  afterAll(() => machine?.host.end());

  // Not a wait for anything: the moment is what is random.
  const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const isDecided = () => existsSync(join(machine.disk, 'var/lib/gatehouse-reset/marker'));
  const isBegun = () => !existsSync(join(machine.disk, 'home/operator/.ssh/authorized_keys'));

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
    const wait = random() * points[point];
    await machine.own();
    await host.boot();
    await machine.answers();
    const asked = host.run(['gatehouse', 'reset', '--yes-delete-everything', '--in', '0']).catch(() => undefined);
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
    console.log(`${cuts} cuts, seed ${seed}`);
    const random = randomOf(seed);
    const names = Object.keys(points) as Point[];
    const seen = { 'before it was decided': 0, 'in the middle': 0, 'after it was complete': 0 };
    for (let done = 0; done < cuts; done++) {
      const { host } = machine;
      const at = await cut(names[done % names.length] as Point, random);
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
