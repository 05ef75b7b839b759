/** What V8 has compiled beforehand of dist/, which scripts/test has built: taken where it holds, and done without elsewhere. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { version } from '../../src/version.ts';

const dist = join(import.meta.dirname, '../../dist');
let folder: string;
let program: string;

/** Tells at the end which files' compiled code was refused (true) or taken (false). */
const teller = `
const vm = require('node:vm');
const told = {};
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    if (options?.cachedData) told[options.filename.replace(/.*\\/(\\w+)-.*/, '$1')] = this.cachedDataRejected;
  }
};
process.on('exit', () => console.error(JSON.stringify(told)));
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-compiled-'));
  cpSync(dist, folder, { recursive: true });
  program = join(folder, 'main.cjs');
  writeFileSync(join(folder, 'teller.cjs'), teller);
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = (...options: string[]) =>
  execFileSync(process.execPath, [...options, program, '--version'], { encoding: 'utf8', stdio: 'pipe' }).trim();
const takenBy = (...options: string[]) => {
  const told = execFileSync(
    'sh',
    [
      '-c',
      '"$@" 2>&1 >/dev/null',
      'sh',
      process.execPath,
      '-r',
      join(folder, 'teller.cjs'),
      ...options,
      program,
      '--version',
    ],
    { encoding: 'utf8' },
  );
  return JSON.parse(told) as Record<string, boolean>;
};

test('it is there for the console, its screens, the commands and the service', () => {
  const names = readdirSync(dist).filter((name) => name.endsWith('.cache'));
  expect(names.map((name) => name.replace(/-.*/, '')).sort()).toEqual(['appliance', 'commands', 'console', 'later']);
});
test('V8 takes it, started as the wrapper does', () => expect(takenBy()).toEqual({ console: false, commands: false }));
test('V8 takes it for the service, which has other options a moment later', async () => {
  const lab = ['--lab=healthy', `--lab-folder=${join(folder, 'lab')}`, '--socket', join(folder, 'socket')];
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  const service = spawn(
    process.execPath,
    ['-r', join(folder, 'teller.cjs'), program, ...lab, 'service', '--group', group],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  onTestFinished(() => void service.kill('SIGKILL'));
  let said = '';
  for await (const piece of service.stderr.setEncoding('utf8')) {
    said += piece;
    // Once: a second signal would end it before it tells.
    if (said.includes('listening on') && !service.killed) service.kill();
  }
  expect(said).toContain('"appliance":false');
});
test('made for other options it is refused, and all works', () => {
  expect(takenBy('--stack-size=900')).toEqual({ console: true, commands: true });
  expect(start('--stack-size=900')).toBe(version);
});
test('damaged or absent, all works', () => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.cache')))
    writeFileSync(join(folder, name), 'x');
  expect(start()).toBe(version);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.cache'))) rmSync(join(folder, name));
  expect(start()).toBe(version);
});
