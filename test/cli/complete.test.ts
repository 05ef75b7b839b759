/** The command line is whole: it reaches every operation, and each answer in JSON is what its documented schema says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defaultBrand } from '../../src/brand/brand.ts';
import { asks, isReading } from '../../src/cli/asks.ts';
import { type Bounds, commandTree, runProgram } from '../../src/cli/program.ts';
import { leavesOf } from '../../src/cli/tree.ts';
import { connect } from '../../src/client/connect.ts';
import { type OperationName, operationNames } from '../../src/operations.ts';
import { operationOf, remoteAppliance } from '../../src/rpc/remote.ts';
import { version } from '../../src/version.ts';
import { group } from '../service/world.ts';

const suffix = defaultBrand.platforms[0]?.suffix ?? '';
const top = fileURLToPath(new URL('../..', import.meta.url));

/** Those that ask no appliance: a service or a platform of one's own, and what the command line tells of itself. */
const alone =
  /^(service|way-back|reset-now|settings-for|platform (serve|code|appliance)\b.*|report open|schema|completion|man)$/;
/** Asked by any command, where changes need the password. */
const byAll: OperationName[] = ['access.check'];

const paths = Object.keys(asks).filter((path) => !alone.test(path)) as (keyof typeof asks)[];

test('every operation is asked by a command', () => {
  const asked = new Set(paths.flatMap((path) => asks[path]));
  expect(operationNames.filter((name) => !asked.has(name) && !byAll.includes(name))).toEqual([]);
});

test('every command is either known with what it asks, or asks no appliance', () => {
  const leaves = leavesOf(commandTree()).map(({ path }) => path);
  expect(leaves.filter((path) => !(path in asks) && !alone.test(path))).toEqual([]);
  expect(paths.filter((path) => !leaves.includes(path))).toEqual([]);
});

test('what a login shell takes reads, and names no file of this machine', () => {
  const taken = leavesOf(commandTree()).filter(({ path }) => isReading(path));
  expect(taken.length).toBeGreaterThan(30);
  for (const { path, command } of taken) {
    const words = [
      ...command.options.map(({ flags }) => flags),
      ...command.registeredArguments.map((one) => one.name()),
    ];
    // Of logs it is one below the service's log folder.
    const files = words.filter((word) => /file|path|dir|folder|identity|key/.test(word) && word !== 'file');
    expect(files, path).toEqual([]);
  }
});

interface Try {
  path: keyof typeof asks;
  args?: string[];
  input?: string;
  /** Ended by Ctrl-C when it has told something, or asks that. */
  until?: 'told' | OperationName;
  /** Default: 0. */
  exit?: number;
}

let folder = '';
let socket = '';
let end: () => Promise<void> = async () => undefined;
let code = '';
let schemas: Record<string, z.ZodType> = {};
const asked = new Set<OperationName>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-complete-'));
  socket = join(folder, 'run', 'gatehouse.sock');
  const program = join(folder, 'main.mjs');
  const built = spawn(process.execPath, ['scripts/build.mjs', 'src/main.ts', program], { cwd: top, stdio: 'inherit' });
  expect((await once(built, 'exit'))[0]).toBe(0);
  // The real ones, made of the types as the build makes them.
  const file = join(folder, 'schemas.json');
  const making = `import { writeSchemas } from './scripts/schemas.mjs'; await writeSchemas(${JSON.stringify(file)});`;
  const made = spawn(process.execPath, ['--input-type=module', '-e', making], { cwd: top, stdio: 'inherit' });
  expect((await once(made, 'exit'))[0]).toBe(0);
  const { commands, error, $defs } = JSON.parse(readFileSync(file, 'utf8'));
  const all = Object.entries({ ...commands, error }) as [string, object][];
  schemas = Object.fromEntries(all.map(([name, schema]) => [name, z.fromJSONSchema({ ...schema, $defs })]));
  const options = ['--lab=healthy', '--lab-folder', join(folder, 'lab'), '--socket', socket, '--group', group];
  const service = spawn(process.execPath, [program, 'service', ...options], { stdio: ['ignore', 'inherit', 'pipe'] });
  end = async () => {
    service.kill('SIGTERM');
    if (service.exitCode === null) await once(service, 'exit');
  };
  await once(service.stderr, 'data');
  service.stderr.resume();
  const link = connect(socket, version);
  code = (await link.appliance.about({})).lab?.code ?? '';
  link.close();
}, 120_000);
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs one command in this process against that service. Gives its lines, and fails where it asks what it should not. */
async function run({ path, args = [], input = '', until }: Try): Promise<{ exit: number; lines: unknown[] }> {
  let told = '';
  let interrupted = false;
  const interrupt = () => {
    if (!interrupted) setImmediate(() => process.emit('SIGINT'));
    interrupted = true;
  };
  const bounds: Bounds = {
    cut: () => undefined,
    only: (appliance) =>
      remoteAppliance(async (name, given, call = {}) => {
        asked.add(name);
        expect([...asks[path], ...byAll], path).toContain(name);
        const answer = operationOf(appliance, name)(given, call);
        if (until === name) interrupt();
        return answer;
      }),
  };
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    told += text;
    if (until === 'told') interrupt();
    return true;
  });
  const { stdin } = process;
  Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true });
  try {
    const exit = await runProgram([...path.split(' '), ...args, '--json', '--socket', socket], bounds);
    const lines = told.split('\n').filter(Boolean);
    return { exit, lines: lines.map((line) => JSON.parse(line)) };
  } finally {
    write.mockRestore();
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  }
}

/** In this order: what a later one needs, an earlier one makes. */
const tries = (): Try[] => {
  const key = join(folder, 'key');
  writeFileSync(key, 'no key\n', { mode: 0o600 });
  const wanted = join(folder, 'wanted.yaml');
  writeFileSync(wanted, 'version: 1\n');
  const state = (path: Try['path']): Try => ({ path, args: ['--watch'], until: 'told' });
  const states = [
    'info',
    'status',
    'units list',
    'containers list',
    'images list',
    'network list',
    'time show',
  ] as const;
  const more = [
    'ssh show',
    'registration show',
    'changes show',
    'power status',
    'report list',
    'capture status',
  ] as const;
  return [
    ...[...states, ...more].flatMap((path): Try[] => [{ path }, state(path)]),
    { path: 'ping', args: ['10.20.0.1', '--count', '1'] },
    { path: 'units status', args: ['docker'] },
    { path: 'units log', args: ['docker'] },
    { path: 'units stop', args: ['cron'], exit: 5 },
    { path: 'units stop', args: ['docker'] },
    { path: 'units start', args: ['docker'] },
    { path: 'units restart', args: ['docker'] },
    { path: 'containers show', args: ['cams-logstash'] },
    { path: 'containers log', args: ['cams-logstash', '-f'], until: 'logs.follow' },
    { path: 'containers stop', args: ['cams-logstash'] },
    { path: 'containers start', args: ['cams-logstash'] },
    { path: 'containers restart', args: ['cams-logstash'] },
    { path: 'images show', args: ['cams-logstash'], exit: 5 },
    { path: 'logs files' },
    { path: 'logs units' },
    { path: 'logs show', args: ['-n', '5', '--follow'], until: 'logs.follow' },
    { path: 'logs search', args: ['e', '--limit', '3'] },
    { path: 'logs search', args: ['e', '--limit', '1'] },
    { path: 'logs count', args: ['e'] },
    { path: 'stats show' },
    { path: 'stats watch', until: 'told' },
    { path: 'stats history', args: ['appliance'] },
    { path: 'report items' },
    { path: 'capture plan' },
    { path: 'capture start', args: ['--seconds', '600'] },
    { path: 'capture stop' },
    { path: 'capture start', args: ['--seconds', '10', '--wait'], until: 'told' },
    { path: 'capture stop' },
    { path: 'report make', args: ['--no-wait'] },
    { path: 'report cancel' },
    { path: 'report host-key', args: ['127.0.0.1:9'], exit: 1 },
    { path: 'report cancel-upload' },
    { path: 'setup status' },
    { path: 'setup pass', args: ['proxy'] },
    { path: 'setup finish' },
    { path: 'setup again' },
    { path: 'export' },
    { path: 'apply', args: [wanted, '--dry-run'] },
    { path: 'apply', args: [wanted] },
    { path: 'network show', args: ['eth0'] },
    { path: 'network set', args: ['eth0', '--dhcp', '--dry-run'] },
    { path: 'network set', args: ['eth0', '--dhcp', '--mtu', '1400'], exit: 10 },
    { path: 'changes keep' },
    { path: 'network reset', args: ['--no-wait'], exit: 10 },
    { path: 'changes undo' },
    { path: 'changes hold', args: ['dns'], until: 'changes.hold' },
    { path: 'dns show' },
    { path: 'dns set', args: ['--server', '10.20.0.1', '--dry-run'] },
    { path: 'dns clear', args: ['--dry-run'] },
    { path: 'proxy show' },
    { path: 'proxy set', args: ['--proxy', 'proxy.lab.test:3128', '--dry-run'] },
    { path: 'proxy enable', args: ['--dry-run'], exit: 2 },
    { path: 'proxy disable', args: ['--dry-run'] },
    { path: 'hosts list' },
    { path: 'hosts set', args: ['a.example.com=10.0.0.7'] },
    { path: 'hosts add', args: ['b.example.com=10.0.0.8'] },
    { path: 'hosts remove', args: ['b.example.com'] },
    { path: 'time zones' },
    { path: 'time set', args: ['--zone', 'Europe/Madrid'] },
    { path: 'platform show' },
    { path: 'platform set', args: [suffix] },
    { path: 'proxy test', exit: 5 },
    { path: 'connectivity' },
    { path: 'registration register', args: [code] },
    { path: 'registration show' },
    { path: 'registration deregister' },
    { path: 'console show' },
    { path: 'console set', args: ['--lock', '5'] },
    { path: 'console set-password', input: 'the-first-one-of-all\n' },
    { path: 'ssh enable' },
    { path: 'ssh disable' },
    { path: 'settings versions' },
    { path: 'settings difference', args: ['1', '2'] },
    { path: 'settings restore', args: ['1', '--dry-run'] },
    { path: 'audit', args: ['-n', '1000'] },
    { path: 'audit', args: ['--follow'], until: 'told' },
    { path: 'power reboot', args: ['--in', '600'] },
    { path: 'power cancel' },
    { path: 'power shutdown', args: ['--in', '600'] },
    { path: 'power cancel' },
    { path: 'reset', args: ['--plan'] },
    { path: 'reset', args: ['--yes-delete-everything', '--in', '600'] },
    { path: 'power cancel' },
  ];
};

interface Made {
  report: { name: string };
}

/** With the name of a report, once there is one. */
const ofReport = (name: string): Try[] => [
  { path: 'report offer', args: [name] },
  { path: 'report withdraw' },
  { path: 'report save', args: [name, join(folder, 'saved')] },
  {
    path: 'report upload',
    args: [name, 'a@127.0.0.1:9:x', '--accept', `SHA256:${'A'.repeat(43)}`, '--key', join(folder, 'key')],
    exit: 2,
  },
  { path: 'report remove', args: [name] },
];

test('each command asks only what it is known to ask, and its answers are as its schema says', async () => {
  const wrong: string[] = [];
  const tried = new Set<string>();
  const hold = async (one: Try) => {
    const { exit, lines } = await run(one);
    const name = [one.path, ...(one.args ?? [])].join(' ');
    tried.add(one.path);
    // Ended by Ctrl-C it is well, or says so, as it was when that came.
    const right = one.until ? [0, 130] : [one.exit ?? 0];
    if (!right.includes(exit)) wrong.push(`${name}: exit ${exit}, ${JSON.stringify(lines).slice(0, 300)}`);
    if (lines.length === 0) wrong.push(`${name}: says nothing`);
    for (const line of lines) {
      const isError = typeof line === 'object' && line !== null && 'error' in line;
      const found = schemas[isError ? 'error' : one.path]?.safeParse(line);
      if (!found?.success) wrong.push(`${name}: ${JSON.stringify(line).slice(0, 300)} ${found?.error}`);
    }
    return lines;
  };
  for (const one of tries()) await hold(one);
  const made = (await hold({ path: 'report make', args: ['--items', 'settings'] })).at(-1) as Partial<Made>;
  for (const one of ofReport(made.report?.name ?? '')) await hold(one);
  expect(wrong).toEqual([]);
  expect(paths.filter((path) => !tried.has(path))).toEqual([]);
  expect(operationNames.filter((name) => !asked.has(name) && !byAll.includes(name))).toEqual([]);
}, 240_000);

test('a schema refuses what it does not describe', () => {
  const status = { name: 'a', registered: false, platform: { connected: false }, failedUnits: 0, role: 'viewer' };
  expect(schemas.status?.safeParse(status).success).toBe(true);
  for (const other of [
    { ...status, more: 1 },
    { ...status, role: 'root' },
    { ...status, name: undefined },
  ])
    expect(schemas.status?.safeParse(other).success).toBe(false);
});
