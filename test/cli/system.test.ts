/** System from the command line, whole: the built program, a service on a lab, a real terminal, wrong gateways. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { group } from '../service/world.ts';
import { Pty } from '../terminal/pty.ts';

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-system-'));
const program = join(folder, 'main.mjs');
const socket = join(folder, 'run', 'gatehouse.sock');
const state = join(folder, 'state');
let service: ChildProcess;

/** The service of a lab, which all the tests ask. */
beforeAll(async () => {
  const build = spawn(process.execPath, ['scripts/build.mjs', 'src/main.ts', program], { cwd: top });
  expect((await once(build, 'exit'))[0]).toBe(0);
  const options = ['--group', group, '--socket', socket, '--state', state, '--lab-folder', join(folder, 'lab')];
  service = spawn(process.execPath, [program, 'service', '--lab=two-interfaces', '--brand', 'qgs', ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(service.stderr as NodeJS.ReadableStream, 'data');
}, 60_000);
afterAll(async () => {
  service.kill('SIGTERM');
  await once(service, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

async function gatehouse(args: string, input = ''): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args.split(' '), '--socket', socket]);
  const told = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (told.out += chunk));
  child.stderr.on('data', (chunk) => (told.err += chunk));
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { ...told, code };
}

const values = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const read = async (args: string) => values((await gatehouse(`${args} --json`)).out)[0];
const address = async () => (await read('network show eth0')).addresses[0]?.address;
const wrong = 'network set eth0 --static 10.20.0.77/24 --gateway 10.20.0.254';
const right = 'network set eth0 --static 10.20.0.77/24 --gateway 10.20.0.1';

function terminal(args: string): Pty {
  const pty = new Pty(process.execPath, [program, ...args.split(' '), '--socket', socket]);
  onTestFinished(() => pty.kill());
  return pty;
}

test('a wrong gateway is applied, fails its test, waits with 10, and is undone from another command', async () => {
  const { code, out } = await gatehouse(`${wrong} --json`);
  expect(code).toBe(10);
  const told = values(out);
  expect(told[0]).toHaveProperty('plan.differences');
  expect(told.filter(({ test: one }) => one && !one.passed).map(({ test: one }) => one.test)).toContain('gateway');
  expect(told.at(-1)).toMatchObject({
    pending: { phase: 'asking', newAddress: expect.stringContaining('10.20.0.77') },
  });
  expect(await address()).toBe('10.20.0.77/24');
  expect((await gatehouse(right)).code).toBe(4);
  const undone = await gatehouse('changes undo');
  expect(undone).toMatchObject({ code: 0, out: expect.stringContaining('The machine is as it was') });
  expect(await address()).toBe('10.20.0.15/24');
  expect((await gatehouse('changes keep')).code).toBe(4);
}, 60_000);

test('at a terminal the countdown runs, "n" goes back and "y" keeps', async () => {
  await gatehouse('dns set --server 10.20.0.1 --keep-if-tested');
  const no = terminal(right);
  await no.waitFor(/Keep these settings\? \[y\/N\] \(11\d s left\)/, 15_000);
  no.send('\x1b[Anx\x7f\r');
  expect((await no.exited).exitCode).toBe(1);
  expect(await address()).toBe('10.20.0.15/24');

  const yes = terminal(right);
  await yes.waitFor('[y/N]', 15_000);
  yes.send('y\r');
  expect((await yes.exited).exitCode).toBe(0);
  expect(await read('network show eth0')).toMatchObject({ configured: { method: 'static', address: '10.20.0.77/24' } });
  expect((await gatehouse('network reset --keep-if-tested')).code).toBe(0);
  expect(await address()).toBe('10.20.0.15/24');
}, 60_000);

test('an answer given elsewhere ends the question at the terminal', async () => {
  const pty = terminal('dns clear');
  await pty.waitFor('[y/N]', 15_000);
  expect((await gatehouse('changes keep')).code).toBe(0);
  expect((await pty.exited).exitCode).toBe(0);
  expect(pty.screen().join('\n')).toContain('DNS settings: kept');
}, 60_000);

test('a proxy that asks for a password passes with it, tells 407 without, and the password is nowhere', async () => {
  await gatehouse('dns set --server 8.8.8.8 --keep-if-tested');
  // DHCP is asked anew for it.
  await vi.waitUntil(async () => (await address())?.startsWith('10.20.0.15'), { timeout: 10_000 });
  expect((await gatehouse('platform set US1')).out).toContain('qg1.apps.qualys.com');
  const without = await gatehouse('proxy set --proxy password.lab.test:3128 --user lab --keep-if-tested');
  expect(without).toMatchObject({ code: 1, out: expect.stringContaining('407') });
  const given = await gatehouse(
    'proxy set --proxy password.lab.test:3128 --user lab --password-stdin --keep-if-tested',
    'lab\n',
  );
  expect(given).toMatchObject({ code: 0, out: expect.stringContaining('through the proxy password.lab.test:3128') });
  expect(await read('proxy show')).toMatchObject({
    enabled: true,
    proxies: [{ host: 'password.lab.test', port: 3128, user: 'lab', hasPassword: true }],
  });
  const secret = 'n0t-to-be-seen';
  const other = await gatehouse('proxy set --host dead.lab.test --user u --password-stdin', `${secret}\n`);
  expect(other.code).toBe(10);
  expect((await gatehouse('changes undo')).code).toBe(0);
  for (const text of [given.out, other.out, other.err, readFileSync(join(state, 'audit.jsonl'), 'utf8')])
    expect(text).not.toContain(secret);
  expect((await gatehouse('proxy disable --keep-if-tested')).code).toBe(0);
}, 60_000);

test('wrong values are 2 and say all that is wrong; an interface that is not there is 5', async () => {
  const both = await gatehouse('network set eth0 --static 10.20.0.0/24 --gateway 10.9.9.9 --vlan 5000');
  expect(both.code).toBe(2);
  expect(both.err).toMatch(/VLAN/i);
  expect(both.err).toMatch(/address/);
  expect((await gatehouse('network set eth0 --dhcp --static 10.0.0.5/24')).code).toBe(2);
  expect((await gatehouse('network show eth9')).code).toBe(5);
  expect((await gatehouse('time set --zone Europe/Nowhere')).code).toBe(2);
}, 60_000);

test('hosts, time, SSH, console and versions, for people and for scripts', async () => {
  expect((await gatehouse('hosts set files.lab.test=10.20.0.7')).out).toMatch(/^files\.lab\.test +10\.20\.0\.7$/m);
  expect(await read('hosts list')).toMatchObject({ entries: [{ name: 'files.lab.test', address: '10.20.0.7' }] });
  expect((await gatehouse('time set --zone Europe/Madrid')).out).toContain('Europe/Madrid');
  expect(await read('time zones')).toContain('Asia/Kathmandu');
  expect((await gatehouse('console set-password', 'a good password\n')).code).toBe(0);
  expect((await gatehouse('console set --ask on --lock 10')).out).toMatch(/Locked when idle +after 10 min/);
  expect((await gatehouse('ssh disable')).out).toMatch(/^SSH +disabled$/m);
  expect((await gatehouse('ssh enable')).out).toMatch(/^SSH +enabled$/m);
  const versions = await read('settings versions');
  const [{ revision }, { revision: before }] = versions;
  expect((await gatehouse(`settings difference ${before} ${revision}`)).out).toContain('Will be');
  expect((await gatehouse('settings restore 999 --dry-run')).code).toBe(5);
}, 60_000);
