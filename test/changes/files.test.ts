/** Files of a change on a real disk: where they may be, what stays of them, and links that lead elsewhere. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realMachine } from '../../src/adapters/real.ts';
import { realDisk } from '../../src/changes/disk.ts';
import { changedFiles, isInPlace, putFiles, restoreFiles } from '../../src/changes/files.ts';
import { placesOf } from '../../src/changes/places.ts';
import { Failure } from '../../src/errors.ts';
import { savedPlaces } from '../../src/settings/store.ts';
import { Place } from './place.ts';

let place: Place;
beforeEach(() => {
  place = Place.make();
});
afterEach(() => place.end());

const eth0 = () => join(place.top, 'network/10-gatehouse-eth0.network');
const changing = (path: string) => changedFiles(realDisk, [{ path, content: 'new', mode: 0o644 }], place.places);
const refusal = (path: string) =>
  changing(path).then(
    () => 'taken',
    (error: unknown) => (error instanceof Failure ? error.problem.code : String(error)),
  );

describe('the places of a change', () => {
  const places = placesOf('/var/lib/gatehouse');

  test.each([
    ['/etc/systemd/network/10-gatehouse-eth0.network', true],
    ['/etc/systemd/resolved.conf.d/50-gatehouse.conf', true],
    ['/var/lib/gatehouse/settings/settings.json', true],
    ['/var/lib/gatehouse/settings/versions/settings.7.json', true],
    ['/etc/systemd/network/10-gatehouse-', false],
    ['/etc/systemd/network/10-lan.network', false],
    ['/etc/systemd/network/10-gatehouse-x/../../../shadow', false],
    ['/etc/systemd/network/10-gatehouse-x/y', false],
    ['/etc/systemd/resolved.conf.d/50-gatehouse.conf.d', false],
    ['/var/lib/gatehouse/settings/', false],
    ['/var/lib/gatehouse/audit.jsonl', false],
    ['/etc/shadow', false],
    ['etc/systemd/network/10-gatehouse-eth0.network', false],
    ['/etc/systemd/network/10-gatehouse-a\nb', false],
    ['', false],
  ])('%j: %s', (path, expected) => expect(isInPlace(path, places)).toBe(expected));

  test('that the service writes are those that the way back may put back', () => {
    const written = [...realMachine().changing.places, ...savedPlaces('/var/lib/gatehouse/settings')];
    expect(written.length).toBeGreaterThan(5);
    for (const place of written) {
      const path = /[/-]$/.test(place) ? `${place}eth0.network` : place;
      expect(isInPlace(path, places), path).toBe(true);
    }
  });

  test('hold no path that leads elsewhere, whatever it looks like', () => {
    const piece = fc.constantFrom('..', '.', '', 'etc', 'shadow', '10-gatehouse-', 'settings', '\0', 'versions');
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.array(piece, { maxLength: 5 }), (begin, pieces) => {
        const path = begin + pieces.join('/');
        if (isInPlace(path, places)) expect(path).not.toMatch(/(^|\/)\.\.(\/|$)|\/\/|\0/);
      }),
    );
  });
});

describe('a file that is a link, or behind one', () => {
  test('is not followed', async () => {
    const elsewhere = join(place.top, 'run/elsewhere');
    writeFileSync(elsewhere, 'precious');
    symlinkSync(elsewhere, join(place.top, 'network/10-gatehouse-link.network'));
    expect(await refusal(join(place.top, 'network/10-gatehouse-link.network'))).toBe('not-allowed');
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  });

  test('in its folder, is not followed either', async () => {
    mkdirSync(join(place.top, 'run/folder'));
    symlinkSync(join(place.top, 'run/folder'), join(place.top, 'resolved.conf.d'));
    expect(await refusal(join(place.top, 'resolved.conf.d/50-gatehouse.conf'))).toBe('not-allowed');
  });

  test('a folder in its place is refused', async () => {
    mkdirSync(join(place.top, 'network/10-gatehouse-folder.network'));
    expect(await refusal(join(place.top, 'network/10-gatehouse-folder.network'))).toBe('not-allowed');
  });

  test('put there while a change is pending, is replaced, and what it leads to is left alone', async () => {
    const [file] = await changing(eth0());
    if (!file) throw new Error('no file');
    await putFiles(realDisk, [file], () => undefined);
    const elsewhere = join(place.top, 'run/elsewhere');
    writeFileSync(elsewhere, 'precious');
    await realDisk.remove(eth0());
    symlinkSync(elsewhere, eth0());
    expect(await restoreFiles(realDisk, [file], place.places)).toEqual([]);
    expect(place.which()).toBe('before');
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  });
});

test('owner and permissions come back, and a new file can be read by the daemons whatever the umask is', async () => {
  const isRoot = process.getuid?.() === 0;
  chmodSync(eth0(), 0o640);
  if (isRoot) await import('node:fs').then(({ chownSync }) => chownSync(eth0(), 12, 34));
  const before = statSync(eth0());
  const files = await changedFiles(
    realDisk,
    [
      { path: eth0(), content: null, mode: 0o644 },
      { path: join(place.top, 'resolved.conf.d/50-gatehouse.conf'), content: 'x', mode: 0o644 },
    ],
    place.places,
  );
  const umask = process.umask(0o077);
  try {
    await putFiles(realDisk, files, () => undefined);
    expect(existsSync(eth0())).toBe(false);
    expect(statSync(join(place.top, 'resolved.conf.d')).mode & 0o777).toBe(0o755);
    expect(statSync(join(place.top, 'resolved.conf.d/50-gatehouse.conf')).mode & 0o777).toBe(0o644);
    expect(await restoreFiles(realDisk, files, place.places)).toEqual([]);
  } finally {
    process.umask(umask);
  }
  const { mode, uid, gid } = statSync(eth0());
  expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
});

test('one file that cannot be put back does not keep the others from it', async () => {
  const files = await changedFiles(realDisk, place.files(), place.places);
  await putFiles(realDisk, files, () => undefined);
  await realDisk.remove(eth0());
  mkdirSync(join(eth0(), 'in the way'), { recursive: true });
  const failed = await restoreFiles(realDisk, files, place.places);
  expect(failed.map(({ path }) => path)).toEqual([eth0()]);
  expect(readFileSync(join(place.top, 'settings/settings.json'), 'utf8')).toContain('old');
});
