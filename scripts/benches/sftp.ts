/**
 * One file over loopback and back, by a real sshd: fetched as the offer's listener gives it (chroot, read-only, logged)
 * and sent as the service sends it, each beside what OpenSSH's own clients do. The files lie in memory, so that no disk
 * is measured.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sftp from 'ssh2-sftp-client';
import type { Report } from '../../src/appliance.ts';
import { askKey, logIn } from '../../src/jobs/handover/connect.ts';
import { uploadOver } from '../../src/jobs/handover/upload.ts';
import { Secret } from '../../src/values/secret.ts';
import { besideOf, type Figure, type Part, type Row, sideBySide, timed, type Wanted } from './part.ts';

/** What a server of this bench needs to be started and asked. */
interface Place {
  folder: string;
  key: string;
  file: string;
  servers: ChildProcess[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function serve({ key, servers }: Place, options: readonly string[]): Promise<number> {
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

function run({ key }: Place, program: string, port: number, args: readonly string[], input = ''): void {
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

/** As the service does it; `isCompared`: until its checksum was compared, and it has its name. */
async function send({ folder, key, file }: Place, port: number, report: Report, isCompared: boolean): Promise<void> {
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

async function rows(signal: AbortSignal, place: Place, runs: number, megabytes: number): Promise<Row[]> {
  const { folder, key, file } = place;
  const shown = join(folder, 'root/report');
  // All that lies above the listener's folder must be root's alone.
  chmodSync(folder, 0o755);
  mkdirSync(shown, { recursive: true, mode: 0o755 });
  mkdirSync(join(folder, 'sent'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  execFileSync('sh', ['-c', `head -c ${megabytes}000000 /dev/urandom >"$1"`, 'sh', file]);
  const content = readFileSync(file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const report = { name: 'report.age', size: content.length, sha256 } as Report;
  const plain = await serve(place, ['Subsystem=sftp internal-sftp']);
  const server = 'internal-sftp -R -l INFO -d /report';
  const listener = await serve(place, [
    `Subsystem=sftp ${server}`,
    `ForceCommand=${server}`,
    `ChrootDirectory=${join(folder, 'root')}`,
    'DisableForwarding=yes',
    'Compression=no',
  ]);
  const got = join(folder, 'got');
  const host = 'root@127.0.0.1';
  const rate = (work: () => unknown) => () => timed(work).then((ms) => (megabytes * 1000) / ms);
  const byLibrary = (options: Sftp.FastGetTransferOptions) => async () => {
    const client = new Sftp();
    await client.connect({ host: '127.0.0.1', port: listener, username: 'root', privateKey: readFileSync(key) });
    await client.fastGet('report.age', got, options);
    await client.end();
  };
  const takes = {
    scp: rate(() => run(place, 'scp', plain, [`${host}:${file}`, got])),
    'sftp of a plain sshd': rate(() => run(place, 'sftp', plain, [host], `get ${file} ${got}\n`)),
    listener: rate(() => run(place, 'sftp', listener, [host], `get report.age ${got}\n`)),
    library: rate(byLibrary({})),
    libraryWide: rate(byLibrary({ concurrency: 64, chunkSize: 255 << 10 })),
    scpSent: rate(() => run(place, 'scp', plain, [file, `${host}:${join(folder, 'sent/x')}`])),
    sftpSent: rate(() => run(place, 'sftp', plain, [host], `put ${file} ${join(folder, 'sent/x')}\n`)),
    sent: rate(() => send(place, plain, report, false)),
    compared: rate(() => send(place, plain, report, true)),
  };
  const {
    listener: fetched,
    library,
    libraryWide,
    scpSent,
    sftpSent,
    sent,
    compared,
    ...others
  } = await sideBySide(signal, runs, takes);
  const row = (
    what: string,
    ours: Figure | undefined,
    beside: Record<string, Figure | undefined>,
    wanted?: Wanted,
  ): Row => ({
    ...{ what, unit: 'MB/s', beside: besideOf(beside) },
    ...(ours ? { ours } : {}),
    ...(wanted ? { wanted: [wanted] } : {}),
  });
  const ofPlain = { least: 0.95, of: 'sftp of a plain sshd' };
  return [
    row(`report of ${megabytes} MB fetched by sftp from the listener`, fetched, others, ofPlain),
    row('the same by ssh2-sftp-client as it is', library, {}),
    row('the same by ssh2-sftp-client, 64 pieces of 255 KiB', libraryWide, {}),
    row(`report of ${megabytes} MB sent`, sent, { scp: scpSent, sftp: sftpSent }, { least: 0.8, of: 'sftp' }),
    row('the same, its checksum compared', compared, { sftp: sftpSent }),
  ];
}

export const part: Part = {
  about: 'A report fetched and sent over loopback, beside OpenSSH.',
  needs: { programs: ['sshd', 'ssh-keygen', 'scp', 'sftp'], memory: true },
  settings: { megabytes: { about: 'size of the report', usual: 500, quick: 5 } },
  async run(signal, { runs, settings: { megabytes = 0 }, folder }) {
    const place = { folder, key: join(folder, 'key'), file: join(folder, 'root/report/report.age'), servers: [] };
    try {
      return await rows(signal, place, runs, megabytes);
    } finally {
      for (const server of place.servers as ChildProcess[]) server.kill();
    }
  },
};
