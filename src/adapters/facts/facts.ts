/**
 * What the machine is and how it is: read anew each time, nothing kept but the last look at processors and interfaces.
 * What programs and files say is understood in the files beside this one.
 *
 * Of `systeminformation` only its memory reading is used, loaded when first asked for: on Linux it reads one file of
 * /proc. Its other functions (time, osInfo, cpu, currentLoad, fsSize, diskLayout, networkInterfaces) start shells
 * with pipes of sed and grep, which nothing here may do.
 */
import { access, readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { arch, cpus, hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { DiskFacts, TimeFacts } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { type Ran, run } from '../../run.ts';
import type { Facts } from '../machine.ts';
import { notUnderstood } from '../understood.ts';
import { type Clock, dateFormat, parseDate, parseSynchronised, zoneFacts } from './clock.ts';
import { type Disk, lsblkArguments, parseDisks } from './disks.ts';
import { interfacesReader } from './interfaces.ts';
import { parseDefaultRoute, parseInterfaces, parseResolvConf, parseResolvedServers } from './network.ts';
import { type Busy, busy, cpuModel, load, parseBuildVersion, parseUpgrade } from './system.ts';

/** Milliseconds. `quick` leaves time for a fall-back, `look` is for the processors. */
const limits = { quick: 2_500, updates: 25_000, look: 300 };

export function realFacts(): Facts {
  return {
    hostName: async () => hostname() || notUnderstood('the kernel', 'an empty host name'),
    interfaces: interfacesReader(interfaces),
    dnsServers,
    time,
    zone: async (signal) => zoneFacts(await readlink('/etc/localtime').catch(() => undefined), await clock(signal)),
    updates,
    buildVersion,
    disks,
    cpu: cpuReader(),
    memory,
  };
}

function quick(program: string, args: readonly string[], signal: AbortSignal): Promise<Ran> {
  return run(program, args, { limit: limits.quick, signal });
}

/** The answer, or undefined where the program is not there, fails or does not answer: its fall-back is then used. */
async function perhaps<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const absent =
      error instanceof Failure && ['unavailable', 'program-failed', 'timed-out'].includes(error.problem.code);
    if (absent) return undefined;
    throw error;
  }
}

async function interfaces(signal: AbortSignal) {
  const ip = async (args: string[]) => (await quick('ip', ['-j', ...args], signal)).stdout;
  const [addresses, four, six] = await Promise.all([
    ip(['-d', 'addr']),
    ip(['-4', 'route', 'show', 'default']),
    // Fails where the kernel has no IPv6.
    perhaps(ip(['-6', 'route', 'show', 'default'])),
  ]);
  return parseInterfaces(addresses, parseDefaultRoute(four) ?? parseDefaultRoute(six ?? ''));
}

const resolved = ['org.freedesktop.resolve1', '/org/freedesktop/resolve1', 'org.freedesktop.resolve1.Manager', 'DNS'];

async function dnsServers(signal: AbortSignal): Promise<string[]> {
  const answer = await perhaps(quick('busctl', ['--json=short', 'get-property', ...resolved], signal));
  if (answer) return parseResolvedServers(answer.stdout);
  const text = await readFile('/etc/resolv.conf', 'utf8').catch((cause) => {
    throw fail(
      'unavailable',
      { what: 'The list of DNS servers', why: 'systemd-resolved does not answer, and there is no /etc/resolv.conf.' },
      cause,
    );
  });
  return parseResolvConf(text);
}

/** By date(1), since this process would keep the zone that it was started with. */
async function clock(signal: AbortSignal): Promise<Clock> {
  return parseDate((await quick('date', [dateFormat], signal)).stdout);
}

async function time(signal: AbortSignal): Promise<TimeFacts> {
  const asked = perhaps(quick('timedatectl', ['show', '--property=NTPSynchronized'], signal));
  const [answer, { now }] = await Promise.all([asked, clock(signal)]);
  return { now, ...(answer ? { synchronised: parseSynchronised(answer.stdout) } : {}) };
}

const simulate = ['-s', '-o', 'Debug::NoLocking=1', '-o', 'APT::Get::Show-User-Simulation-Note=false', 'dist-upgrade'];

async function updates(signal: AbortSignal) {
  const what = 'The state of system updates';
  const lists = await readdir('/var/lib/apt/lists').catch((cause) => {
    throw fail('unavailable', { what, why: 'This machine has no apt.' }, cause);
  });
  if (!lists.some((name) => /_Packages(?:\.|$)/.test(name)))
    throw fail('unavailable', { what, why: 'The lists of packages have not been fetched yet.' });
  const { stdout } = await run('apt-get', simulate, { limit: limits.updates, signal });
  const flags = ['/run/reboot-required', '/var/run/reboot-required'].map((file) =>
    access(file).then(
      () => true,
      () => false,
    ),
  );
  return { ...parseUpgrade(stdout), rebootNeeded: (await Promise.all(flags)).includes(true) };
}

async function buildVersion(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8')
    .catch(() => readFile('/usr/lib/os-release', 'utf8'))
    .catch((cause) => {
      throw fail('unavailable', { what: 'The build version', why: 'There is no /etc/os-release.' }, cause);
    });
  return parseBuildVersion(text);
}

async function disks(signal: AbortSignal): Promise<{ disk1: DiskFacts; disk2: DiskFacts | null }> {
  const answer = await perhaps(quick('lsblk', lsblkArguments, signal));
  const found = answer && parseDisks(answer.stdout);
  if (found) return { disk1: await filled(found.root), disk2: found.second ? await filled(found.second) : null };
  const { used, total } = await room('/');
  return { disk1: { device: 'rootfs', size: total, used, total }, disk2: null };
}

async function filled({ device, size, mountedAt }: Disk): Promise<DiskFacts> {
  return { device, size, ...(mountedAt === undefined ? {} : await room(mountedAt)) };
}

/** As df(1) reckons: what is kept for root counts as free. */
async function room(path: string): Promise<{ used: number; total: number }> {
  const { blocks, bfree, bsize } = await statfs(path).catch((cause) => {
    throw fail('unavailable', { what: 'The use of the disk', why: 'Its file system does not answer.' }, cause);
  });
  return { used: (blocks - bfree) * bsize, total: blocks * bsize };
}

function cpuReader(): Facts['cpu'] {
  let last: { at: number; look: Busy } | undefined;
  return async (signal) => {
    // Between two calls where they follow on each other, else over a moment of its own.
    const fresh = last && performance.now() - last.at < 60_000 ? last : undefined;
    const wait = fresh ? limits.look - (performance.now() - fresh.at) : limits.look;
    const before = fresh?.look ?? busy(cpus());
    if (wait > 0)
      await pause(wait, undefined, { signal }).catch((cause) => {
        throw fail('aborted', {}, cause);
      });
    const now = cpus();
    if (now.length === 0) throw fail('unavailable', { what: 'The processor', why: 'The kernel tells of none.' });
    last = { at: performance.now(), look: busy(now) };
    return { model: cpuModel(now, arch()), count: now.length, load: load(before, last.look) };
  };
}

async function memory(): Promise<{ total: number; available: number }> {
  const { default: reader } = await import('systeminformation/lib/memory.js');
  const { total, available } = await reader.mem();
  if (!(total > 0) || !(available >= 0)) notUnderstood('/proc/meminfo', `${total} ${available}`);
  return { total, available };
}
