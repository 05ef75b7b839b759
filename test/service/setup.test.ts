/** The first steps: what is done is read from the machine; what was passed over, and that they are over, is kept. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SetupState } from '../../src/appliance.ts';
import { quickLab } from '../lab/place.ts';
import { applianceOn, temporaryFolder } from './world.ts';

async function firstBoot(machine = 'first-boot') {
  const lab = await quickLab({ machine });
  const { appliance, entries } = await applianceOn(lab.machine, lab.state);
  const again = async () => (await applianceOn(lab.machine, lab.state)).appliance;
  return { appliance, entries, again, lab };
}

const doneOf = ({ steps }: SetupState) => steps.filter(({ done }) => done).map(({ name }) => name);

test('a machine that nobody has set up opens with the first steps, and says how it stands', async () => {
  const { appliance } = await firstBoot();
  const state = await appliance.setup.read({});
  expect(state.finished).toBe(false);
  expect(state.steps.map(({ name, done, said }) => [name, done, said])).toEqual([
    ['password', false, 'operator has no password yet'],
    ['network', true, 'eth0 has 10.20.0.15/24 by DHCP'],
    ['time', true, expect.stringMatching(/^the clock is synchronised with 0\.debian\.pool\.ntp\.org$/)],
    ['proxy', false, 'no proxy is set'],
    ['suffix', false, 'none is set yet'],
    ['registration', false, 'not registered yet'],
  ]);
});

test('what is set up elsewhere counts as done', async () => {
  const { appliance } = await firstBoot();
  await appliance.access.setPassword({ next: 'Correct horse' });
  await appliance.platform.set({ suffix: 'platform.gatehouse.test' });
  expect(doneOf(await appliance.setup.read({}))).toEqual(['password', 'network', 'time', 'suffix']);
});

test('a step that was passed over stays so until it is taken up again, also after the service is started anew', async () => {
  const { appliance, again, entries } = await firstBoot();
  await appliance.setup.pass({ step: 'proxy', passed: true }, { by: 'operator on tty1' });
  const isPassed = async (one: typeof appliance) =>
    (await one.setup.read({})).steps.filter(({ passed }) => passed).map(({ name }) => name);
  expect(await isPassed(await again())).toEqual(['proxy']);
  const { finished } = await (await again()).setup.read({});
  expect(finished).toBe(false);
  await appliance.setup.pass({ step: 'proxy', passed: false });
  expect(await isPassed(appliance)).toEqual([]);
  expect(entries[0]).toMatchObject({ by: 'operator on tty1', what: 'pass over proxy in the first steps' });
});

test('once over they stay over; opened again, every step is asked about again', async () => {
  const { appliance, again } = await firstBoot();
  await appliance.setup.pass({ step: 'proxy', passed: true });
  expect((await appliance.setup.finish({ finished: true })).finished).toBe(true);
  expect((await (await again()).setup.read({})).finished).toBe(true);
  const opened = await appliance.setup.finish({ finished: false });
  expect([opened.finished, opened.steps.some(({ passed }) => passed)]).toEqual([false, false]);
});

test('a machine that was set up before there were first steps has none to go', async () => {
  const { appliance, lab } = await firstBoot();
  await appliance.platform.set({ suffix: 'platform.gatehouse.test' });
  const record = join(lab.state, 'setup.json');
  await writeFile(record, '');
  expect((await (await applianceOn(lab.machine, lab.state)).appliance.setup.read({})).finished).toBe(true);
  expect(JSON.parse(await readFile(record, 'utf8'))).toEqual({ finished: true, passed: [] });
});

test('nobody who tries the lab has to go through them', async () => {
  const { appliance } = await firstBoot('healthy');
  expect((await appliance.setup.read({})).finished).toBe(true);
});

test('a step that cannot be read is not done, and says why', async () => {
  const lab = await quickLab({ machine: 'first-boot' });
  const login = { ...lab.machine.login, state: () => Promise.reject(new Error('broken')) };
  const { appliance } = await applianceOn({ ...lab.machine, login }, temporaryFolder());
  const [password] = (await appliance.setup.read({})).steps;
  expect(password).toMatchObject({ done: false, said: expect.stringContaining('Gatehouse made a mistake') });
});
