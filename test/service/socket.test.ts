/** The service on its socket: who may open it, what is left of a killed one, what the death of a client ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fakeMachine, plainFacts, plainList, unitStatus, untilAborted } from '../machines/fake.ts';
import { failing, group, linkTo, reached, seen, serviceOn, temporaryFolder } from './world.ts';

const plain = () => fakeMachine({ facts: plainFacts, units: { list: plainList } });
const bits = (path: string) => (statSync(path).mode & 0o7777).toString(8);

test('directory and socket are open to the group and to nobody else', async () => {
  const { socket } = await serviceOn(plain());
  expect(bits(dirname(socket))).toBe('750');
  expect(bits(socket)).toBe('660');
  expect(statSync(socket).gid).toBe(process.getgid?.());
});

test('the socket was never wider than that, under whatever umask', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'run'), { mode: 0o750 });
  chmodSync(join(folder, 'run'), 0o750);
  const modes = new Set<string>();
  const watcher = watch(join(folder, 'run'), (_event, name) => {
    const path = join(folder, 'run', name ?? '');
    if (existsSync(path)) modes.add(bits(path));
  });
  const before = process.umask(0);
  try {
    await serviceOn(plain(), folder);
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(before);
  }
  await vi.waitFor(() => expect(modes.size).toBeGreaterThan(0));
  watcher.close();
  for (const mode of modes) expect(['600', '660']).toContain(mode);
});

test('it says in one line of its log that it is ready', async () => {
  const { log, socket } = await serviceOn(plain());
  expect(log).toEqual([`<6>listening on ${socket} for group ${group}, version 9.9\n`]);
});

test('a second service is refused, and the first goes on', async () => {
  const folder = temporaryFolder();
  const { socket } = await serviceOn(plain(), folder);
  await expect(serviceOn(plain(), folder)).rejects.toThrow(`A Gatehouse service is already running on ${socket}.`);
  expect(await linkTo(socket).appliance.about({})).toMatchObject({ version: '9.9' });
});

test('the socket that a killed service left is replaced', async () => {
  const folder = temporaryFolder();
  const socket = join(folder, 'run', 'gatehouse.sock');
  mkdirSync(dirname(socket), { mode: 0o750 });
  const left = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`,
  ]);
  await once(left.stdout, 'data');
  left.kill('SIGKILL');
  await once(left, 'exit');
  expect(existsSync(socket)).toBe(true);
  await serviceOn(plain(), folder);
  expect(await linkTo(socket).appliance.about({})).toMatchObject({ version: '9.9' });
});

test('a file in the place of the socket is left alone', async () => {
  const folder = temporaryFolder();
  const socket = join(folder, 'run', 'gatehouse.sock');
  mkdirSync(dirname(socket));
  writeFileSync(socket, 'mine');
  await expect(serviceOn(plain(), folder)).rejects.toThrow('is no socket');
  expect(readFileSync(socket, 'utf8')).toBe('mine');
});

test('a directory that everybody may write in is refused', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'run'));
  chmodSync(join(folder, 'run'), 0o777);
  await expect(serviceOn(plain(), folder)).rejects.toThrow('can be written by everybody');
});

test('at its end what is under way is aborted and the socket is gone', async () => {
  let wasAborted = false;
  const machine = fakeMachine({
    ping: {
      run: async (_request, { signal, progress }) => {
        progress({ kind: 'lost', seq: 1 });
        return untilAborted(signal).finally(() => {
          wasAborted = true;
        });
      },
    },
  });
  const { service, socket } = await serviceOn(machine);
  const { appliance } = linkTo(socket);
  const pinging = appliance.ping.run({ host: '::1' }, { progress: () => void service.close() });
  expect(await failing(pinging)).toMatchObject({ code: 'service-gone' });
  await vi.waitFor(() => expect(wasAborted).toBe(true));
  await vi.waitFor(() => expect(existsSync(socket)).toBe(false));
});

test('a watch ends in the service when its client is killed', async () => {
  let wasAborted = false;
  const updates = (signal: AbortSignal) =>
    untilAborted(signal).finally(() => {
      wasAborted = true;
    });
  // At its real pace, where the limit of that reading is 25 s: what ends it earlier can only be the client's death.
  const { socket } = await serviceOn(fakeMachine({ facts: { ...plainFacts, updates } }), temporaryFolder(), 1);
  const client = spawn(process.execPath, ['-e', watching(socket, 'info.watch')]);
  await once(client.stdout, 'data');
  expect(wasAborted).toBe(false);
  client.kill('SIGKILL');
  await vi.waitFor(() => expect(wasAborted).toBe(true), { timeout: 5000 });
});

function watching(socket: string, method: string): string {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { progressToken: 1 } });
  return `const s = require('net').connect(${JSON.stringify(socket)}); s.write(${JSON.stringify(`Content-Length: ${body.length}\r\n\r\n${body}`)}); s.on('data', (d) => console.log(String(d)))`;
}

test('twenty consoles at once each see the machine, and one that floods with rubbish harms none', async () => {
  const { socket } = await serviceOn(plain());
  const rubbish = dial(socket);
  rubbish.on('error', () => undefined);
  rubbish.write(Buffer.alloc(5 << 20, 'garbage '));
  const links = Array.from({ length: 20 }, () => linkTo(socket));
  const names = await Promise.all(
    links.map(async ({ appliance }) => {
      const info = await seen(appliance.info.watch, ({ applianceName }) => applianceName.state === 'known');
      return (await appliance.units.list({})).length + JSON.stringify(info.applianceName);
    }),
  );
  expect(new Set(names)).toEqual(new Set(['8{"state":"known","value":"gate1"}']));
  if (!rubbish.destroyed) await once(rubbish, 'close');
});

test('a slow operation holds up no other on the same connection', async () => {
  const machine = fakeMachine({
    facts: plainFacts,
    units: { list: plainList },
    ping: { run: (_r, { signal }) => untilAborted(signal) },
  });
  const { socket } = await serviceOn(machine);
  const { appliance } = linkTo(socket);
  const stop = new AbortController();
  const pinging = failing(appliance.ping.run({ host: '::1' }, { signal: stop.signal }));
  expect(await appliance.status.read({})).toMatchObject({ name: 'gate1' });
  stop.abort();
  expect(await pinging).toMatchObject({ code: 'aborted' });
});

test('what changes the machine is in a file that only root reads, with who did it', async () => {
  const machine = fakeMachine({
    facts: plainFacts,
    units: { list: plainList, act: async () => undefined, show: async (name) => unitStatus(name) },
  });
  const { socket, state, log } = await serviceOn(machine);
  await linkTo(socket).appliance.units.restart({ name: 'docker.service' });
  const file = join(state, 'audit.jsonl');
  expect(bits(file)).toBe('600');
  const entries = readFileSync(file, 'utf8').trim().split('\n');
  expect(entries.map((line) => JSON.parse(line))).toMatchObject([
    {
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      user: userInfo().username,
      uid: process.getuid?.(),
      pid: process.pid,
      what: 'restart docker.service',
      outcome: 'done',
    },
  ]);
  expect(log.filter((line) => line.startsWith('<5>audit: '))).toHaveLength(1);
});

test('a disk that cannot be written stops no action, and the log says so', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'state', 'audit.jsonl'), { recursive: true });
  const machine = fakeMachine({
    facts: plainFacts,
    units: { list: plainList, act: async () => undefined, show: async (name) => unitStatus(name) },
  });
  const { socket, log } = await serviceOn(machine, folder);
  const outcome = await linkTo(socket).appliance.units.restart({ name: 'docker.service' });
  expect(outcome.succeeded).toBe(true);
  expect(log.some((line) => line.startsWith('<4>the audit log'))).toBe(true);
  await reached(linkTo(socket), 'connected');
});
