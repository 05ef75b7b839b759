/** Who is at the other end of a real socket: the user that the kernel noted, whatever the client does or says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Who } from '../../src/appliance.ts';
import { logTo } from '../../src/service/log.ts';
import { ownWho, whoAsks } from '../../src/service/who.ts';
import { describeWith } from '../setup/needs.ts';
import { temporaryFolder } from './world.ts';

/** A socket that everybody may open, and who opened it, in that order. */
async function listening() {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const path = join(folder, 'socket');
  const asked: Promise<Who>[] = [];
  const log: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    asked.push(whoAsks(socket, 'gatehouse', logTo({ write: (text) => log.push(text) })));
    server.emit('asked');
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o666);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const count = async (wanted: number) => {
    while (asked.length < wanted) await once(server, 'asked');
    return Promise.all(asked);
  };
  return { path, count, log };
}

/** Connects as that user, and stays until the test is over, or goes at once. */
function connectAs(uid: number, path: string, after = 'sleep 60'): void {
  const script = `use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new($ARGV[0]) or die; ${after}`;
  const program = ['perl', '-e', script, path];
  const child = spawn('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...program], {
    stdio: 'ignore',
    env: { ...process.env, USER: 'root', LOGNAME: 'root', SSH_CONNECTION: '6.6.6.6 1 2.2.2.2 22', SUDO_USER: 'root' },
  });
  onTestFinished(() => void child.kill());
}

test('this process is its user', async () => {
  expect(await ownWho()).toMatchObject({ user: userInfo().username, uid: process.getuid?.(), pid: process.pid });
});

describeWith({ root: true, programs: ['setpriv', 'perl'] }, 'another user', () => {
  test('is named by the kernel, not by their environment; without an account by their number', async () => {
    const { path, count, log } = await listening();
    connectAs(48_211, path);
    const [who] = await count(1);
    expect(who).toMatchObject({ by: expect.stringMatching(/^user 48211 \(name unknown\)/), uid: 48_211 });
    expect(who).not.toHaveProperty('user');
    expect(JSON.stringify(who)).not.toContain('6.6.6.6');
    expect(log).toEqual([]);
  });

  test('with an account has its name', async () => {
    const { path, count } = await listening();
    connectAs(1, path);
    expect(await count(1)).toMatchObject([{ user: 'daemon', uid: 1 }]);
  });

  test('is known also when they hang up at once, or become another program', async () => {
    const { path, count } = await listening();
    connectAs(48_212, path, 'exit');
    await count(1);
    connectAs(48_213, path, 'exec "sleep", "60"');
    expect((await count(2)).map(({ uid }) => uid)).toEqual([48_212, 48_213]);
  });

  test('is told from nineteen others that come at the same time', async () => {
    const { path, count } = await listening();
    const uids = Array.from({ length: 20 }, (_, at) => 48_300 + at);
    for (const uid of uids) connectAs(uid, path);
    const found = (await count(20)).map(({ uid }) => uid ?? 0);
    expect(found.sort((a, b) => a - b)).toEqual(uids);
  });

  test('cannot pass for a service by the title that they give themselves', async () => {
    const { path, count } = await listening();
    connectAs(48_214, path, '$0 = "sshd: root@pts/0"; sleep 60');
    const [who] = await count(1);
    expect(who).toMatchObject({ uid: 48_214 });
    expect(who).not.toHaveProperty('address');
  });
});
