/** Changes on a lab through the service: a wrong gateway is seen, and leads back; so does a lab that is closed. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Appliance, ChangeDraft, TestResult } from '../../src/appliance.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { defaultSettings } from '../../src/settings/schema.ts';
import { openStore } from '../../src/settings/store.ts';
import { quickLab } from './place.ts';
import { serviceOn } from './served.ts';

const eth0 = (gateway: string): ChangeDraft => ({
  section: 'interface',
  name: 'eth0',
  settings: { method: 'static', address: '10.20.0.77/24', gateway, ipv6: { method: 'off' } },
});

async function opened(folder?: string): Promise<{ lab: Lab; appliance: Appliance; close(): Promise<void> }> {
  const lab = await quickLab(folder === undefined ? {} : { folder });
  const { appliance, close } = await serviceOn(lab);
  onTestFinished(close);
  return {
    lab,
    appliance,
    async close() {
      close();
      await lab.close();
    },
  };
}

const address = async ({ network }: Appliance) => (await network.read({}))[0]?.addresses[0]?.address;
const files = (lab: Lab) => readdir(join(lab.state, 'root/etc/systemd/network')).catch(() => []);
const failed = (tests: readonly TestResult[]) => tests.filter(({ passed }) => !passed).map(({ test: name }) => name);

test('a right gateway passes, the files are written, and kept they outlast the lab', async () => {
  const { lab, appliance, close } = await opened();
  const { id, tests } = await appliance.changes.apply({ draft: eth0('10.20.0.1') });
  expect(failed(tests)).not.toContain('gateway');
  expect(await address(appliance)).toBe('10.20.0.77/24');
  expect(await files(lab)).toContain('10-gatehouse-eth0.network');
  expect(await appliance.changes.keep({ id })).toMatchObject({ outcome: 'kept' });
  await close();
  const again = await opened(lab.folder);
  expect(await address(again.appliance)).toBe('10.20.0.77/24');
  expect((await again.appliance.network.read({}))[0]?.configured).toMatchObject({ method: 'static' });
});

test('a wrong gateway fails its test, and undone the machine is as it was, which was compared', async () => {
  const { lab, appliance } = await opened();
  const { id, tests } = await appliance.changes.apply({ draft: eth0('10.20.0.254') });
  expect(failed(tests)).toContain('gateway');
  expect(await appliance.changes.undo({ id })).toMatchObject({ outcome: 'undone', differs: [] });
  expect(await address(appliance)).toBe('10.20.0.15/24');
  expect(await files(lab)).toEqual([]);
});

test('a lab that is closed while it asks has gone back when it is opened again, and says why', async () => {
  const { lab, appliance, close } = await opened();
  await appliance.changes.apply({ draft: eth0('10.20.0.254') });
  await close();
  const again = await opened(lab.folder);
  expect(await files(lab)).not.toContain('10-gatehouse-eth0.network');
  expect(await address(again.appliance)).toBe('10.20.0.15/24');
  await vi.waitFor(async () =>
    expect((await again.appliance.changes.read({})).last).toMatchObject({
      outcome: 'undone',
      why: 'the machine was switched off or started again',
      differs: [],
    }),
  );
  expect(await readFile(join(lab.state, 'audit.jsonl'), 'utf8')).toContain('undo Network settings of eth0');
});

test('without an answer it goes back by itself when the time is over', async () => {
  const lab = await quickLab();
  const store = await openStore(join(lab.state, 'settings'), { notice: () => undefined });
  await store.save({ ...defaultSettings, windowSeconds: 5 }, { revision: 0, by: 'this test', what: 'A short window' });
  const { appliance, close } = await serviceOn(lab);
  onTestFinished(close);
  await appliance.changes.apply({ draft: eth0('10.20.0.254') });
  await vi.waitUntil(async () => (await appliance.changes.read({})).last, { timeout: 15_000 });
  expect((await appliance.changes.read({})).last).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
  expect(await address(appliance)).toBe('10.20.0.15/24');
  expect(await files(lab)).not.toContain('10-gatehouse-eth0.network');
}, 30_000);
