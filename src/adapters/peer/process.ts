/**
 * Where a process runs, by the kernel's files alone: its terminal, the SSH connection above it, its service. What a
 * process can write itself, its environment and its title, is not looked at. Each part is absent where it cannot be
 * read; nothing here fails.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { uptime } from 'node:os';
import { basename } from 'node:path';
import { run } from '../../run.ts';
import {
  nameOf,
  type ProcessFacts,
  parseConnections,
  parseStat,
  parseUids,
  parseUnit,
  pseudoTerminal,
} from './parse.ts';
import type { Peer } from './peer.ts';

export interface Whereabouts {
  console?: string;
  address?: string;
  unit?: string;
  /** Who logged in, where that was not this user. Only of root: others could write it themselves. */
  login?: string;
}

/** How many parents are looked at. */
const generations = 64;
/** Ticks a second (USER_HZ), and the seconds that two clocks may differ. */
const hertz = 100;
const slack = 0.1;
/** OpenSSH's program for one connection; "sshd-session" since 9.8 (Debian 13). */
const ssh = /^sshd(?:-session)?$/;

/** The name of that account; undefined where there is none. */
export async function accountOf(uid: number): Promise<string | undefined> {
  const local = nameOf(uid, await text('/etc/passwd'));
  if (local !== undefined) return local;
  // Accounts of a directory.
  const asked = await run('getent', ['passwd', '--', String(uid)], { limit: 1000 }).catch(() => undefined);
  return asked && nameOf(uid, asked.stdout);
}

/** @param since seconds of `uptime` before which the process must have begun: a later one only has its number */
export async function whereaboutsOf({ pid, uid }: Peer, since = uptime()): Promise<Whereabouts> {
  const own = await factsOf(pid);
  const [status, cgroup] = await Promise.all([text(`/proc/${pid}/status`), text(`/proc/${pid}/cgroup`)]);
  if (!own || own.began / hertz > since + slack || !parseUids(status).includes(uid)) return {};
  const console = own.terminal === undefined ? undefined : await terminalName(own.terminal);
  const address = await sshAddress(pid, own);
  const unit = console === undefined && address === undefined ? parseUnit(cgroup) : undefined;
  const login = uid === 0 ? await loginOf(pid) : undefined;
  return {
    ...(console === undefined ? {} : { console }),
    ...(address === undefined ? {} : { address }),
    ...(unit === undefined ? {} : { unit }),
    ...(login === undefined ? {} : { login }),
  };
}

async function factsOf(pid: number): Promise<ProcessFacts | undefined> {
  return parseStat(await text(`/proc/${pid}/stat`));
}

/** "ttyS0": the kernel's name of the device. */
async function terminalName(device: string): Promise<string | undefined> {
  const pseudo = pseudoTerminal(device);
  return pseudo ?? readlink(`/sys/dev/char/${device}`).then(basename, () => undefined);
}

/** The other end of the nearest sshd above it that runs as root: what a user runs under that name is not believed. */
async function sshAddress(pid: number, own: ProcessFacts): Promise<string | undefined> {
  let facts: ProcessFacts | undefined = own;
  let at = pid;
  for (let count = 0; facts && at > 1 && count < generations; count += 1) {
    const program = await readlink(`/proc/${at}/exe`).then(basename, () => '');
    if (ssh.test(program) && isRoot(await text(`/proc/${at}/status`))) {
      const address = await otherEnd(at);
      if (address !== undefined) return address;
    }
    at = facts.parent;
    facts = await factsOf(at);
  }
  return undefined;
}

const isRoot = (status: string) => parseUids(status)[0] === 0;

/** Of its first connection: later ones may be those that it forwards. */
async function otherEnd(pid: number): Promise<string | undefined> {
  const descriptors = (await readdir(`/proc/${pid}/fd`).catch(() => [])).map(Number).sort((a, b) => a - b);
  const tables = await Promise.all([text(`/proc/${pid}/net/tcp`), text(`/proc/${pid}/net/tcp6`)]);
  const connections = new Map(tables.flatMap((table) => [...parseConnections(table)]));
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    const address = connections.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
    if (address !== undefined) return address;
  }
  return undefined;
}

/** 4294967295: nobody logged in. */
async function loginOf(pid: number): Promise<string | undefined> {
  const uid = Number((await text(`/proc/${pid}/loginuid`)).trim() || '0');
  return uid === 0 || uid === 0xffffffff ? undefined : accountOf(uid);
}

/** Empty where it cannot be read. */
const text = (path: string) => readFile(path, 'utf8').catch(() => '');
