/** The marker of a decided reset: whole or not there; that it is there counts, not what it says. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Marker } from '../../src/reset/marker.ts';
import { realReset } from '../../src/reset/reset.ts';

let folder: string;
beforeEach(() => {
  const top = mkdtempSync(join(tmpdir(), 'gatehouse-marker-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  folder = join(top, 'reset');
});

test('decided, said something of, taken back: nothing of it is left', async () => {
  const reset = realReset(new Marker(folder), () => 'this boot');
  expect(await reset.decided()).toBeUndefined();
  await reset.remark('nobody decided anything');
  expect(existsSync(folder)).toBe(false);
  await reset.decide('anna');
  await reset.remark('the platform was not told');
  expect(await new Marker(folder).read()).toMatchObject({ by: 'anna', remarks: ['the platform was not told'] });
  expect(await reset.decided()).toEqual({ by: 'anna', when: 'now' });
  expect(await realReset(new Marker(folder), () => 'a later boot').decided()).toEqual({ by: 'anna', when: 'before' });
  await reset.takeBack();
  await reset.takeBack();
  expect(existsSync(folder)).toBe(false);
});

test('one that cannot be read counts all the same; one that was never whole does not', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'marker.new'), '{"version":1');
  expect(await new Marker(folder).read()).toBeUndefined();
  writeFileSync(join(folder, 'marker'), 'torn');
  expect(await new Marker(folder).read()).toMatchObject({ by: 'somebody' });
  await new Marker(folder).remove();
  expect(existsSync(folder)).toBe(false);
});
