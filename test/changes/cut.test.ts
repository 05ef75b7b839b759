/** A process that is gone after any single step on the disk: what the next start of the machine makes of it. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ChangeKeeper } from '../../src/changes/change.ts';
import { wayBack } from '../../src/changes/way-back.ts';
import { cutting } from './cutting.ts';
import { draft, Place } from './place.ts';

vi.setConfig({ testTimeout: 90_000 });

let place: Place;
beforeEach(() => {
  place = Place.make();
});
afterEach(() => place.end());

type Ending = 'keep' | 'undo';

/** Applies and ends a change on a disk that is cut after so many steps. Was the end answered? How many steps were it? */
async function cutAfter(steps: number, ending: Ending): Promise<{ answered: boolean; steps: number }> {
  const disk = cutting(steps);
  const keeper = await ChangeKeeper.begin(place.parts(60, { disk }));
  try {
    const { id } = await keeper.apply(draft, 'anna');
    await keeper[ending](id, 'anna');
    return { answered: true, steps: disk.steps };
  } catch {
    return { answered: false, steps: disk.steps };
  } finally {
    keeper.close();
  }
}

/** What the machine does at its next start; twice, as it can be cut there too. */
async function startAgain(): Promise<void> {
  await wayBack(place.wayBackParts(), { atBoot: true });
  place.tell();
  const before = place.seen();
  expect(await wayBack(place.wayBackParts(), { atBoot: true })).toEqual({ outcome: 'nothing to do' });
  expect(place.seen()).toEqual(before);
  const keeper = await ChangeKeeper.begin(place.parts(60));
  keeper.close();
}

describe.each<Ending>(['keep', 'undo'])('a change that shall end with %s, cut after each of its steps', (ending) => {
  test('is wholly there or wholly not, and there only where it was to be kept', async () => {
    const whole = await cutAfter(Infinity, ending);
    expect(whole).toMatchObject({ answered: true });
    expect(place.which()).toBe(ending === 'keep' ? 'after' : 'before');
    expect(whole.steps).toBeGreaterThan(30);
    const seen = new Set<string>();
    for (let steps = 0; steps < whole.steps; steps++) {
      place.reset();
      const { answered } = await cutAfter(steps, ending);
      await startAgain();
      const which = place.which();
      expect(which, `cut after step ${steps}`).toBeTypeOf('string');
      if (ending === 'undo') expect(which).toBe('before');
      else if (answered) expect(which).toBe('after');
      seen.add(String(which));
      expect(place.leftInChangeFolder).toEqual([]);
    }
    expect([...seen].sort()).toEqual(ending === 'keep' ? ['after', 'before'] : ['before']);
  });
});

test('a way back that is cut again and again comes to its end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.array(fc.nat(25), { maxLength: 5 }), async (first, cuts) => {
      place.reset();
      await cutAfter(first, 'undo');
      for (const cut of cuts)
        await wayBack(place.wayBackParts(cutting(cut)), { atBoot: true }).catch((error: unknown) => error);
      await startAgain();
      expect(place.which()).toBe('before');
      expect(place.running()).toEqual(
        Object.fromEntries(Object.entries(place.seen()).filter(([name]) => !name.startsWith('settings'))),
      );
    }),
    { numRuns: 60 },
  );
});

describe('a disk that refuses one step while the service lives', () => {
  const refused = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  test('leads back, with the reason told, or to what was asked for', async () => {
    const count = cutting(Infinity);
    const keeper = await ChangeKeeper.begin(place.parts(60, { disk: count }));
    const begun = count.steps;
    await keeper.apply(draft, 'anna');
    keeper.close();
    for (let steps = begun; steps < count.steps; steps++) {
      place.reset();
      const disk = cutting(steps, { forever: false, error: refused });
      const one = await ChangeKeeper.begin(place.parts(60, { disk }));
      const error = await one.apply(draft, 'anna').then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      one.close();
      expect(String(error?.message), `refused after step ${steps}`).toContain('no space left');
      expect(place.which(), `refused after step ${steps}`).toBe('before');
      expect(one.state().pending).toBeUndefined();
    }
  });
});
