/**
 * Packets by tcpdump(8) in a transient unit of systemd, which outlives this service: as the user tcpdump, with the one
 * capability that it needs, in a sandbox, and with an end that does not depend on anybody. systemd opens the files:
 * tcpdump holds them, and can name, link or replace none in root's folders. What its output means is in parse.ts.
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { parseSaid } from './parse.ts';
import type { Look, Recorder, Recording } from './recorder.ts';
import { findWay } from './way.ts';

const unit = 'gatehouse-capture.service';
const folder = '/var/diagnostics';
/** What tcpdump says. Named so because AppArmor's profile of it (Debian) lets it write to no other files than *.pcap. */
const said = { folder: '/run/gatehouse-capture', file: '/run/gatehouse-capture/said.pcap' };
/** Milliseconds. */
const limits = { systemctl: 8_000, start: 15_000, stop: 12_000, listening: 10_000 };
/** The kernel hands packets over by the block, when it is full or a second old (packet(7), TPACKET_V3). */
const handOver = 1_100;
/** Bytes of what it said that are looked at. */
const tail = 8192;

export function realRecorder(): Recorder {
  let pid: number | undefined;
  return {
    folder,
    boot: async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    find: findWay,
    async begin(recording, signal) {
      pid = undefined;
      await makeRoomToSpeak();
      await startUnit(recording, signal);
      await listening(signal);
    },
    async look(signal) {
      pid ??= await mainPid(signal);
      const isRunning = await isOurs(pid);
      const { dropped, complaint, isDiskFull } = parseSaid(await heard());
      // The counts are there at the next look.
      if (isRunning) askForCounts(pid);
      return { isRunning, dropped, complaint: isRunning ? '' : complaint, isDiskFull } satisfies Look;
    },
    async end(signal) {
      pid ??= await mainPid(signal);
      // What it has not been handed yet would be lost.
      if (await isOurs(pid)) await wait(handOver, undefined, { signal });
      // systemctl(1): 5 where no such unit is loaded: it has ended.
      await run('systemctl', ['stop', unit], { limit: limits.stop, signal, expect: [0, 5] });
    },
  };
}

async function makeRoomToSpeak(): Promise<void> {
  await mkdir(said.folder, { recursive: true, mode: 0o700 });
  await rm(said.file, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await (await open(said.file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)).close();
}

/** systemd.exec(5), systemd.service(5), systemd.resource-control(5). */
function properties({ seconds, most, file }: Pick<Recording, 'seconds' | 'most' | 'file'>): string[] {
  return [
    'Type=exec',
    'User=tcpdump',
    'AmbientCapabilities=CAP_NET_RAW',
    'CapabilityBoundingSet=CAP_NET_RAW',
    'NoNewPrivileges=yes',
    'StandardInput=null',
    `StandardOutput=truncate:${file}`,
    `StandardError=append:${said.file}`,
    // By itself tcpdump would wait for a packet that may never come (-G does).
    `RuntimeMaxSec=${seconds * 1000 + handOver}ms`,
    'KillSignal=SIGINT',
    'TimeoutStopSec=5',
    `LimitFSIZE=${most}`,
    'LimitCORE=0',
    'MemoryMax=256M',
    'TasksMax=8',
    // The machine's own work comes first.
    'Nice=5',
    'OOMScoreAdjust=500',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectProc=invisible',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
    'RestrictAddressFamilies=AF_PACKET AF_NETLINK AF_UNIX AF_INET AF_INET6',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'MemoryDenyWriteExecute=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
  ];
}

/**
 * -U: what was handed over is in the file. Not in immediate mode, whose buffer has room for so few whole packets that
 * half of 50 000 a second were lost; by the block none was. Kilobytes of the buffer: what took a burst of 150 MB of
 * whole packets without loss.
 */
function tcpdumpArguments({ device, filter, bytesEach }: Recording): string[] {
  const output = ['-w', '-', '-U', '-B', bytesEach === 0 ? '65536' : '8192'];
  return ['-p', '-n', '-s', String(bytesEach), '-i', device, ...output, '--', filter];
}

async function startUnit(recording: Recording, signal: AbortSignal): Promise<void> {
  const args = properties(recording).map((property) => `--property=${property}`);
  const about = ['--quiet', '--collect', `--unit=${unit}`, '--description=Packet capture of Gatehouse'];
  try {
    const command = ['--', 'tcpdump', ...tcpdumpArguments(recording)];
    await run('systemd-run', [...about, ...args, ...command], { limit: limits.start, signal });
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof Failure) || error.problem.code !== 'program-failed') return error;
  const { said: line } = error.problem.details;
  if (/find executable|status=203|No such file/i.test(line))
    return fail('unavailable', { what: 'The packet capture', why: 'tcpdump is not installed on this machine.' }, error);
  if (/already (loaded|exists)|fragment file/i.test(line))
    return fail('capture-failed', { why: `${unit} runs already`, advice: 'Try again in a moment.' }, error);
  if (/not been booted|connect to bus/i.test(line))
    return fail('unavailable', { what: 'The packet capture', why: 'systemd does not answer.' }, error);
  return fail('capture-failed', { why: `systemd says: ${line}`, advice: '' }, error);
}

/** Ends when it listens. @throws Failure 'capture-failed' with why it does not */
async function listening(signal: AbortSignal): Promise<void> {
  const end = performance.now() + limits.listening;
  while (performance.now() < end) {
    const { isListening, complaint } = parseSaid(await heard());
    if (isListening) return;
    if (complaint !== '' || !(await isOurs(await mainPid(signal))))
      throw fail('capture-failed', { why: sentenceOf(complaint || 'tcpdump ended at once'), advice: '' });
    await wait(20, undefined, { signal });
  }
  throw fail('timed-out', { what: 'tcpdump', seconds: limits.listening / 1000 });
}

const sentenceOf = (text: string) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

async function heard(): Promise<string> {
  const file = await open(said.file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tail), 0, tail, Math.max(0, size - tail));
    const first = size > tail ? buffer.indexOf(10) + 1 : 0;
    return buffer.toString('latin1', first, bytesRead);
  } finally {
    await file.close();
  }
}

/** 0: it does not run. */
async function mainPid(signal: AbortSignal): Promise<number> {
  const args = ['show', '--property=MainPID', '--value', unit];
  const { stdout } = await run('systemctl', args, { limit: limits.systemctl, signal });
  return Number(stdout.trim()) || 0;
}

/** Does the process live, and is it still of our unit? Asked of the kernel, as it is asked every second. */
async function isOurs(pid: number): Promise<boolean> {
  if (pid === 0) return false;
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return groups.includes(`/${unit}`);
}

function askForCounts(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR1');
  } catch {
    // It has ended since.
  }
}
