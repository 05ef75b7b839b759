/**
 * One file over loopback and back, by a real sshd: fetched as the offer's listener gives it (chroot, read-only, logged)
 * and sent as the service sends it, each beside what OpenSSH's own clients do. The files lie in memory, so that no disk
 * is measured. Each is run three times; the quickest counts.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sftp from 'ssh2-sftp-client';
import type { Report } from '../../src/appliance.ts';
import { askKey, logIn } from '../../src/jobs/handover/connect.ts';
import { uploadOver } from '../../src/jobs/handover/upload.ts';
import { Secret } from '../../src/values/secret.ts';

const megabytes = Number(process.argv[2] ?? 500);
const folder = mkdtempSync('/mnt/gatehouse-bench-');
// Here, as all that lies above the listener's folder must be root's alone.
chmodSync(folder, 0o755);
const shown = join(folder, 'root/report');
const file = join(shown, 'report.age');
const key = join(folder, 'key');
const servers: ChildProcess[] = [];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function serve(options: readonly string[]): Promise<number> {
  const port = await freePort();
  const usual = ['ListenAddress=127.0.0.1', `Port=${port}`, `HostKey=${key}`, `AuthorizedKeysFile=${key}.pub`];
  const all = [...usual, 'PidFile=none', 'StrictModes=no', 'PermitRootLogin=yes', ...options];
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  servers.push(
    spawn('/usr/sbin/sshd', ['-D', '-f', 'none', ...all.flatMap((one) => ['-o', one])], { stdio: 'ignore' }),
  );
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return port;
    await pause(50);
  }
}

function run(program: string, port: number, args: readonly string[], input = ''): void {
  const usual = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    `IdentityFile=${key}`,
    `Port=${port}`,
  ];
  execFileSync(program, ['-F', 'none', '-q', ...usual.flatMap((one) => ['-o', one]), ...args], {
    input,
    stdio: 'pipe',
  });
}

const cases: { what: string; once: () => unknown; best: number }[] = [];

const measure = (what: string, once: () => unknown) => void cases.push({ what, once, best: Number.POSITIVE_INFINITY });

/** In turn, so that what else the machine does meets them all. */
async function measureAll(): Promise<void> {
  for (let time = 0; time < 3; time += 1)
    for (const one of cases) {
      const began = performance.now();
      await one.once();
      one.best = Math.min(one.best, performance.now() - began);
    }
  for (const { what, best } of cases) console.log(`${what.padEnd(64)} ${Math.round((megabytes * 1000) / best)} MB/s`);
}

/** As the service does it; `isCompared`: until it has been read back. */
async function send(port: number, report: Report, isCompared: boolean): Promise<void> {
  const signal = new AbortController().signal;
  const socket = async () => {
    const opened = connect(port, '127.0.0.1');
    await once(opened, 'connect');
    return opened;
  };
  const target = { host: '127.0.0.1', port, user: 'root', folder: join(folder, 'sent') };
  const { sha256 } = await askKey(await socket(), target.host, signal);
  const login = { sha256, key: new Secret(readFileSync(key, 'utf8')) };
  const connection = await logIn(await socket(), target, login, signal);
  const enough = new AbortController();
  const tell = ({ state }: { state: string }) => {
    if (!isCompared && state === 'comparing') enough.abort();
  };
  const sent = uploadOver(connection, { report, path: file, target, patience: 30_000, tell }, enough.signal);
  await sent.catch((error: unknown) => {
    if (isCompared) throw error;
  });
  rmSync(join(folder, 'sent'), { recursive: true });
  mkdirSync(join(folder, 'sent'));
}

try {
  mkdirSync(shown, { recursive: true, mode: 0o755 });
  mkdirSync(join(folder, 'sent'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  execFileSync('sh', ['-c', `head -c ${megabytes}000000 /dev/urandom >"$1"`, 'sh', file]);
  const content = readFileSync(file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const report = { name: 'report.age', size: content.length, sha256 } as Report;
  const plain = await serve(['Subsystem=sftp internal-sftp']);
  const server = 'internal-sftp -R -l INFO -d /report';
  const listener = await serve([
    `Subsystem=sftp ${server}`,
    `ForceCommand=${server}`,
    `ChrootDirectory=${join(folder, 'root')}`,
    'DisableForwarding=yes',
    'Compression=no',
  ]);
  const got = join(folder, 'got');
  console.log(`${megabytes} MB over loopback`);
  measure('fetched by scp, plain sshd', () => run('scp', plain, [`root@127.0.0.1:${file}`, got]));
  measure('fetched by scp -O (the old protocol), plain sshd', () =>
    run('scp', plain, ['-O', `root@127.0.0.1:${file}`, got]),
  );
  measure('fetched by sftp, the listener', () => run('sftp', listener, ['root@127.0.0.1'], `get report.age ${got}\n`));
  for (const [what, options] of [
    ['by itself', {}],
    ['64 pieces of 255 KiB', { concurrency: 64, chunkSize: 255 << 10 }],
  ] as const)
    measure(`fetched by ssh2-sftp-client, ${what}, the listener`, async () => {
      const client = new Sftp();
      await client.connect({ host: '127.0.0.1', port: listener, username: 'root', privateKey: readFileSync(key) });
      await client.fastGet('report.age', got, options);
      await client.end();
    });
  measure('sent by scp', () => run('scp', plain, [file, `root@127.0.0.1:${join(folder, 'sent/x')}`]));
  measure('sent by sftp', () => run('sftp', plain, ['root@127.0.0.1'], `put ${file} ${join(folder, 'sent/x')}\n`));
  measure('sent by the service', () => send(plain, report, false));
  measure('sent by the service, and read back to compare', () => send(plain, report, true));
  await measureAll();
} finally {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true, force: true });
}
