/** Power cuts on a disk that forgets what was not synced: the order of what is synced is what saves the machine. */
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ChangeKeeper } from '../../src/changes/change.ts';
import { type FileState, realDisk } from '../../src/changes/disk.ts';
import { wayBack } from '../../src/changes/way-back.ts';
import { ForgetfulDisk } from './forgetful.ts';
import { draft, Place, recorded } from './place.ts';

vi.setConfig({ testTimeout: 90_000 });

let place: Place;
let before: Map<string, FileState>;
beforeAll(async () => {
  place = Place.make();
  before = new Map();
  for (const { path } of place.files()) {
    const file = await realDisk.read(path);
    if (file) before.set(path, file);
  }
});
afterAll(() => place.end());

function newDisk(): ForgetfulDisk {
  return new ForgetfulDisk(new Map(before), ['', ...place.files().map(({ path }) => dirname(path))]);
}

const parts = (disk: ForgetfulDisk) => ({
  ...place.wayBackParts(),
  disk,
  tell: async () => undefined,
  effective: async () => ({}),
});

type Ending = 'keep' | 'undo';

async function change(disk: ForgetfulDisk, ending: Ending): Promise<{ asked: boolean; answered: boolean }> {
  const own = parts(disk);
  const arming = recorded(() => wayBack(own, { atBoot: false }));
  const keeper = await ChangeKeeper.begin({ ...place.parts(60), ...own, arming }).catch(() => undefined);
  if (!keeper) return { asked: false, answered: false };
  let asked = false;
  try {
    const { id } = await keeper.apply(draft, 'anna');
    asked = true;
    await keeper[ending](id, 'anna');
    return { asked, answered: true };
  } catch {
    return { asked, answered: false };
  } finally {
    keeper.close();
  }
}

/** 'before', 'after', or the names that are neither. Left-over second names do no harm. */
function which(disk: ForgetfulDisk): string {
  const files = disk.files();
  const is = (path: string, content: string | undefined, mode: number | undefined) => {
    const file = files.get(path);
    if (content === undefined) return file === undefined;
    return file?.content.toString() === content && file.mode === mode;
  };
  const wrong = place
    .files()
    .filter(({ path }) => !is(path, before.get(path)?.content.toString(), before.get(path)?.mode));
  if (wrong.length === 0) return 'before';
  if (place.files().every(({ path, content, mode }) => is(path, content ?? undefined, mode))) return 'after';
  return wrong.map(({ path }) => path).join();
}

test.each<Ending>(['keep', 'undo'])('a change that shall end with %s is whole after any power cut', async (ending) => {
  const whole = newDisk();
  expect(await change(whole, ending)).toEqual({ asked: true, answered: true });
  const steps = fc.nat(whole.steps + 2);
  const losses = fc.infiniteStream(fc.boolean());
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(steps, losses, fc.array(fc.nat(40), { maxLength: 3 }), async (cut, lost, again) => {
      const isLost = () => lost.next().value;
      const disk = newDisk();
      disk.left = cut;
      const { asked, answered } = await change(disk, ending);
      disk.switchOn(isLost);
      for (const next of again) {
        disk.left = next;
        await wayBack(parts(disk), { atBoot: true }).catch(() => undefined);
        disk.switchOn(isLost);
      }
      await wayBack(parts(disk), { atBoot: true });
      const found = which(disk);
      seen.add(found);
      if (ending === 'undo' || !asked) expect(found).toBe('before');
      else if (answered) expect(found).toBe('after');
      else expect(['before', 'after']).toContain(found);
      const marker = join(place.top, 'change');
      expect(disk.files().has(join(marker, 'pending.json'))).toBe(false);
      expect(disk.files().has(join(marker, 'going-back.json'))).toBe(false);
      expect(await wayBack(parts(disk), { atBoot: true })).toEqual({ outcome: 'nothing to do' });
    }),
    { numRuns: 1500 },
  );
  expect([...seen].sort()).toEqual(ending === 'keep' ? ['after', 'before'] : ['before']);
});
