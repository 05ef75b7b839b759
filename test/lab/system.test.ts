/** The lab's clock, host names, SSH and operator's password, and that they are kept in its folder. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/values/secret.ts';
import { oddMachine, quickLab } from './place.ts';

const never = new AbortController().signal;

test('the time zone is chosen from all that there are, and clock and Info follow, also after a new start', async () => {
  const lab = await quickLab();
  const { time, facts } = lab.machine;
  expect(await time.zones(never)).toEqual(expect.arrayContaining(['Europe/Madrid', 'Asia/Kathmandu', 'Etc/UTC']));
  expect(await time.effective(never)).toMatchObject({ zone: 'Etc/UTC', now: expect.stringMatching(/\+00:00$/) });
  await time.setZone('Asia/Kathmandu', never);
  expect(await time.effective(never)).toMatchObject({ zone: 'Asia/Kathmandu', now: expect.stringMatching(/\+05:45$/) });
  expect(await facts.zone(never)).toEqual({ name: 'Asia/Kathmandu', abbreviation: '+0545', offset: '+0545' });
  await expect(time.setZone('Europe/Nowhere', never)).rejects.toMatchObject({ problem: { code: 'bad-value' } });
  await expect(time.setZone('../../etc', never)).rejects.toMatchObject({ problem: { code: 'bad-value' } });
  await lab.close();
  const again = await quickLab({ folder: lab.folder });
  expect((await again.machine.facts.zone(never)).name).toBe('Asia/Kathmandu');
});

test('the clock is synchronised by the first time server that answers, once it is told of them', async () => {
  const { machine } = await quickLab({ machine: oddMachine('switched') });
  const use = async (...servers: string[]) => {
    const [file] = machine.time.files(servers, ['default.lab.test']);
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(file?.path ?? '', '..'), { recursive: true });
    await writeFile(file?.path ?? '', file?.content ?? '');
    await machine.time.tell(never);
    return machine.time.effective(never);
  };
  expect(await use()).toMatchObject({ synchronised: true, server: 'default.lab.test', stratum: expect.any(Number) });
  expect(await use('silent.lab.test', '10.20.0.1')).toMatchObject({ synchronised: true, server: '10.20.0.1' });
  const unsynchronised = await use('silent.lab.test');
  expect(unsynchronised.synchronised).toBe(false);
  expect(unsynchronised).not.toHaveProperty('server');
});

test('host names are entries of ours in a file that has others, which stay', async () => {
  const { hosts } = (await quickLab()).machine;
  expect(await hosts.read()).toMatchObject({
    entries: [],
    others: expect.arrayContaining([{ name: 'localhost', address: '127.0.0.1' }]),
  });
  const entries = [{ name: 'files.lab.test', address: '10.20.0.7' }];
  expect(await hosts.write(entries)).toMatchObject({ entries });
  expect(await hosts.write([])).toMatchObject({
    entries: [],
    others: expect.arrayContaining([{ name: 'localhost', address: '127.0.0.1' }]),
  });
});

test('SSH is the unit of the machine, with the same host keys each time and the sessions of the data', async () => {
  const lab = await quickLab();
  const { ssh, units } = lab.machine;
  const before = await ssh.state(never);
  expect(before).toMatchObject({ enabled: true, sessions: [] });
  for (const { sha256 } of before.fingerprints) expect(sha256).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  await ssh.disable(never);
  expect(await units.list(['ssh.service'], never)).toMatchObject([{ state: 'inactive' }]);
  expect(await ssh.state(never)).toEqual({ ...before, enabled: false });
  await ssh.enable(never);
  expect(await ssh.state(never)).toEqual(before);
  const busy = await quickLab({ machine: oddMachine('switched') });
  expect((await busy.machine.ssh.state(never)).sessions).toMatchObject([{ user: 'operator', from: '10.20.0.9' }]);
});

test("the operator's password is known again by its hash alone, in a file for the owner", async () => {
  const lab = await quickLab({ machine: oddMachine('switched') });
  const { login } = lab.machine;
  const password = new Secret('Tr0ub4dor & 3 – ü');
  expect(await login.state('operator', never)).toEqual({ exists: true, hasPassword: false, keys: 0 });
  expect(await login.isPassword('operator', new Secret(''), never)).toBe(false);
  await login.setPassword('operator', password, never);
  expect(await login.state('operator', never)).toMatchObject({ hasPassword: true });
  expect(await login.isPassword('operator', password, never)).toBe(true);
  expect(await login.isPassword('operator', new Secret('Tr0ub4dor & 3 – u'), never)).toBe(false);
  expect(await login.isPassword('root', password, never)).toBe(false);
  const file = join(lab.state, 'root/etc/shadow');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toContain('Tr0ub4dor');
  for (const bad of ['', 'two\nlines', 'x'.repeat(501)])
    await expect(login.setPassword('operator', new Secret(bad), never)).rejects.toMatchObject({
      problem: { code: 'bad-value' },
    });
});
