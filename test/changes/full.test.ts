/** A disk without room, a real one: there is always a way back, also for what takes more room than there is. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChangeKeeper } from '../../src/changes/change.ts';
import type { Effective } from '../../src/changes/parts.ts';
import { wayBack } from '../../src/changes/way-back.ts';
import { describeWith } from '../setup/needs.ts';
import { draft, Place } from './place.ts';

const page = 4096;

describeWith({ root: true, programs: ['mount', 'umount'] }, 'a disk without room', () => {
  let top: string;
  let place: Place;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'full-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${64 * page}`, 'tmpfs', top]);
    mkdirSync(join(top, 'machine'));
    place = Place.make(join(top, 'machine'));
  });
  afterEach(() => {
    execFileSync('umount', ['--lazy', top]);
    rmSync(top, { recursive: true, force: true });
  });

  /** Leaves room for so many files, and no more. */
  function fill(pages: number): void {
    rmSync(join(top, 'ballast'), { force: true });
    const { bavail, bsize } = statfsSync(top);
    writeFileSync(join(top, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - pages * page)));
  }

  /** The daemons remember without the disk. */
  function parts() {
    let running: Effective = {};
    const read = () => Object.fromEntries(Object.entries(place.seen()).filter(([name]) => !/settings|\/\./.test(name)));
    running = read();
    return {
      tell: async () => {
        running = read();
      },
      effective: async () => running,
    };
  }

  test('at any write of a change refuses it, and the machine is as before', async () => {
    const outcomes: string[] = [];
    for (let pages = 0; outcomes.at(-1) !== 'applied'; pages++) {
      expect(pages).toBeLessThan(40);
      rmSync(join(top, 'ballast'), { force: true });
      place.reset();
      fill(pages);
      const keeper = await ChangeKeeper.begin(place.parts(60, parts()));
      const outcome = await keeper.apply(draft, 'anna').then(
        () => 'applied',
        (error: Error) => String(error.message),
      );
      outcomes.push(outcome);
      if (outcome !== 'applied') {
        expect(outcome, `room for ${pages}`).toMatch(/ENOSPC|no space left/);
        expect(place.which(), `room for ${pages}`).toBe('before');
        expect(keeper.state().pending).toBeUndefined();
      }
      keeper.close();
    }
    expect(outcomes.length).toBeGreaterThan(5);
  });

  test('that fills up while the question stands does not bar the way back', async () => {
    const keeper = await ChangeKeeper.begin(place.parts(60, parts()));
    const { id } = await keeper.apply(draft, 'anna');
    fill(0);
    expect(await keeper.undo(id, 'anna')).toMatchObject({ outcome: 'undone' });
    expect(place.which()).toBe('before');
    keeper.close();
  });

  test('does not bar it at the next start either', async () => {
    const keeper = await ChangeKeeper.begin(place.parts(60, parts()));
    await keeper.apply(draft, 'anna');
    keeper.close();
    fill(0);
    expect(await wayBack({ ...place.wayBackParts(), ...parts() }, { atBoot: true })).toMatchObject({
      outcome: 'undone',
    });
    expect(place.which()).toBe('before');
    expect(place.leftInChangeFolder).toEqual([]);
  });
});
