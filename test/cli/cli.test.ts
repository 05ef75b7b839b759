/** The command line as scripts meet it: the built program, its output, its exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitTable } from '../../src/cli/exit.ts';
import { asciiJson } from '../../src/cli/output.ts';
import { group } from '../service/world.ts';

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let folder = '';
let program = '';

/** Built anew, so that what is tested is what is here. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
  program = join(folder, 'main.mjs');
  const build = spawn(process.execPath, ['scripts/build.mjs', 'src/main.ts', program], { cwd: top });
  expect((await once(build, 'exit'))[0]).toBe(0);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  code: number;
  out: string;
  err: string;
}

function begin(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told: Told = { code: -1, out: '', err: '' };
  child.stdout.on('data', (chunk) => (told.out += chunk));
  child.stderr.on('data', (chunk) => (told.err += chunk));
  const ended = once(child, 'close').then(([code]) => ({ ...told, code: code as number }));
  return { child, told, ended };
}

const gatehouse = (...args: string[]) => begin(...args).ended;
const lab = (machine: string) => [`--lab=${machine}`, '--lab-folder', join(folder, `lab-${machine}`)];
const json = (text: string) => JSON.parse(text);

test('--version and --help answer, and help has the exit codes', async () => {
  expect(await gatehouse('--version')).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
  const { code, out } = await gatehouse('--help');
  expect(code).toBe(0);
  expect(out).toContain(exitTable);
});

test('a reader that has seen enough ends it without a word', async () => {
  const ends = async (...args: string[]) => {
    const { child, told, ended } = begin(...args);
    child.stdout.destroy();
    expect(await ended, told.err).toMatchObject({ code: 0, err: '' });
  };
  await ends('--help');
  await ends('man');
  await ends(...lab('healthy'), 'info');
});

test('without a terminal the console says so in a sentence', async () => {
  const told = await gatehouse();
  expect(told).toMatchObject({ code: 2, out: '' });
  expect(told.err).toMatch(/^gatehouse: .*terminal.*\n$/);
});

test('wrong usage is 2, as text on standard error or as JSON on standard output', async () => {
  expect(await gatehouse('reboot')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('no command reboot'),
  });
  const { code, out, err } = await gatehouse('ping', '--count', 'x', '--json');
  expect({ code, err }).toEqual({ code: 2, err: '' });
  expect(json(out)).toMatchObject({ error: { code: 'bad-value', what: expect.stringContaining('whole number') } });
});

test('no service is 3, and says why', async () => {
  const socket = join(folder, 'none.sock');
  const [text, told] = await Promise.all([
    gatehouse('status', '--socket', socket),
    gatehouse('status', '--socket', socket, '--json'),
  ]);
  expect(text).toMatchObject({ code: 3, out: '', err: expect.stringContaining('no such socket') });
  expect(told.code).toBe(3);
  expect(json(told.out)).toMatchObject({
    error: { code: 'service-gone', details: { socket }, advice: expect.any(String) },
  });
}, 15_000);

test('info, status and units of the lab, for people and for scripts', async () => {
  const info = await gatehouse('info', ...lab('healthy'));
  expect(info.out).toContain('10.20.0.15/24');
  expect(json((await gatehouse('info', '--json', ...lab('healthy'))).out)).toMatchObject({ shortfalls: [] });
  expect((await gatehouse('status', ...lab('healthy'))).out).toContain('not registered');
  const units = json((await gatehouse('units', 'list', '--json', ...lab('healthy'))).out);
  expect(units.map(({ name }: { name: string }) => name)).toContain('docker.service');
}, 20_000);

test('a unit is named without .service, shown, restarted', async () => {
  const shown = json((await gatehouse('units', 'status', 'docker', '--json', ...lab('healthy'))).out);
  const { code, out } = await gatehouse('units', 'restart', 'docker', '--json', ...lab('healthy'));
  const told = out.trim().split('\n').map(json);
  expect(code).toBe(0);
  expect(told[0]).toEqual({ step: 'Restarting docker.service' });
  expect(told.at(-1)).toMatchObject({ succeeded: true, unit: { name: 'docker.service' } });
  expect(told.at(-1).unit.startedAt).not.toBe(shown.startedAt);
}, 20_000);

test('a unit that does not start is 1, with its log; one to be kept 4; one that is not there 5', async () => {
  const failed = await gatehouse('units', 'start', 'docker', ...lab('unit-failed'));
  expect(failed).toMatchObject({ code: 1, out: expect.stringContaining('Its log:') });
  expect((await gatehouse('units', 'stop', 'systemd-networkd', ...lab('healthy'))).code).toBe(4);
  expect((await gatehouse('units', 'status', 'cron', ...lab('healthy'))).code).toBe(5);
}, 20_000);

test('hostile logs reach no terminal, neither as text nor as JSON', async () => {
  for (const more of [[], ['--json']]) {
    for (const command of [['units', 'list'], ['units', 'log', 'docker'], ['info']]) {
      const { out } = await gatehouse(...command, ...more, ...lab('hostile'));
      expect(out.length).toBeGreaterThan(100);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
      expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
    }
  }
}, 30_000);

test('JSON stays what it was when it is made harmless', () => {
  const value = { text: 'a\u001b[31m\u009b\u202e\u{e0041}é漢', number: 1 };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  expect(asciiJson(value)).not.toMatch(/[\u001b\u009b\u202e]|\u{e0041}/u);
  expect(json(asciiJson(value))).toEqual(value);
});

test('Ctrl-C stops a ping, which still gives its summary', async () => {
  const { child, ended } = begin('ping', '10.20.0.1', '--count', '1000', '--json', ...lab('healthy'));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const { code, out } = await ended;
  expect(code).toBe(130);
  expect(json(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ kind: 'summary', address: '10.20.0.1' });
}, 15_000);

test('a wrong host is 2, a name that nobody knows 5', async () => {
  expect((await gatehouse('ping', 'a b', ...lab('healthy'))).code).toBe(2);
  expect((await gatehouse('ping', 'no-such-name.example', '--count', '1', ...lab('healthy'))).code).toBe(5);
}, 15_000);

test('the service as a process: ready, answers, ends at SIGTERM with 0, and a second one is refused', async () => {
  const socket = join(folder, 'run', 'gatehouse.sock');
  const options = [
    'service',
    '--group',
    group,
    '--socket',
    socket,
    '--state',
    join(folder, 'state'),
    ...lab('two-interfaces'),
  ];
  const { child, told, ended } = begin(...options);
  await once(child.stderr, 'data');
  expect(told.err).toMatch(/^<6>listening on /);
  expect(json((await gatehouse('status', '--json', '--socket', socket)).out)).toMatchObject({ registered: false });
  const second = await gatehouse('service', '--group', group, '--socket', socket, ...lab('no-docker'));
  expect(second).toMatchObject({ code: 1, err: expect.stringContaining('already running') });
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, err: expect.stringContaining('<6>ended') });
  const unknown = await gatehouse('service', '--group', 'no-such-group', '--socket', socket, ...lab('no-docker'));
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('groupadd') });
}, 30_000);
