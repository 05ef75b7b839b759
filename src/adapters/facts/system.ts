/** What apt-get(8), os-release(5) and two looks at the processors say of the system. Pure. */
import type { CpuInfo } from 'node:os';
import { harmless } from '../../values/harmless.ts';
import { notUnderstood } from '../understood.ts';

/**
 * Counts the "Inst" lines of `apt-get -s dist-upgrade`:
 * `Inst unzip [6.0-28] (6.0-28+deb12u1 Debian-Security:12/oldstable-security [amd64])`.
 * A security update is one that an archive offers whose label or suite says so.
 * @throws Failure 'not-understood' where it is not an answer of apt-get at all
 */
export function parseUpgrade(text: string): { pending: number; security: number } {
  if (!/^\d+ upgraded, \d+ newly installed, /m.test(text)) notUnderstood('apt-get', text);
  const lines = text.split('\n').filter((line) => line.startsWith('Inst '));
  const offered = lines.map((line) => line.slice(line.indexOf('(')));
  return { pending: lines.length, security: offered.filter((from) => /-security\b|\bsecurity:/i.test(from)).length };
}

/** "gatehouse 1.2.0" of our own images, otherwise the distribution. @throws Failure 'not-understood' */
export function parseBuildVersion(osRelease: string): string {
  const value = (name: string) => unquoted(new RegExp(`^${name}=(.*)$`, 'm').exec(osRelease)?.[1] ?? '');
  const image = [value('IMAGE_ID'), value('IMAGE_VERSION')];
  const found = image.every(Boolean) ? image.join(' ') : value('PRETTY_NAME') || value('NAME');
  return harmless(found, { most: 80 }) || notUnderstood('os-release', osRelease);
}

/** Shell quoting as far as os-release(5) allows it. */
function unquoted(text: string): string {
  const [, double, single] = /^\s*(?:"(.*)"|'(.*)')\s*$/.exec(text) ?? [];
  return double?.replace(/\\(["$`\\])/g, '$1') ?? single ?? text.trim();
}

export interface Busy {
  /** Milliseconds of processor time since boot, all cores. */
  busy: number;
  whole: number;
}

export function busy(cpus: readonly CpuInfo[]): Busy {
  const times = cpus.map((cpu) => cpu.times);
  const idle = times.reduce((sum, { idle }) => sum + idle, 0);
  const whole = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: whole - idle, whole };
}

/** Percent of all cores between two looks, with one decimal; 0 where no time has passed. */
export function load(before: Busy, after: Busy): number {
  const whole = after.whole - before.whole;
  const percent = whole > 0 ? ((after.busy - before.busy) * 100) / whole : 0;
  return Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10;
}

/** Blanks that processors pad their names with are dropped; a machine without a name of its own has the architecture's. */
export function cpuModel(cpus: readonly CpuInfo[], architecture: string): string {
  const model = harmless((cpus[0]?.model ?? '').replace(/\s+/g, ' ').trim(), { most: 80 });
  return model === '' || model === 'unknown' ? architecture : model;
}
