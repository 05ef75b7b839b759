/** A report made of items of a test's own, with real zstd and age, and opened again with the standard tools. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ItemState, ReportJob } from '../../../src/appliance.ts';
import type { Item } from '../../../src/jobs/report/item.ts';
import { Keep } from '../../../src/jobs/report/keep.ts';
import type { KnownSecret } from '../../../src/jobs/report/known.ts';
import { itemStates, type Made, makeReport } from '../../../src/jobs/report/make.ts';

export const reportPrograms = ['age', 'age-keygen', 'zstd', 'ssh-keygen', 'tar'];

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-report-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export interface Support {
  identity: string;
  recipient: string;
}

export function supportKey(place: string): Support {
  const identity = join(place, 'identity.txt');
  const text = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(identity, text, { mode: 0o600 });
  return { identity, recipient: /^# public key: (\w+)$/m.exec(text)?.[1] ?? '' };
}

export interface Options {
  items: Item[];
  keep: Keep;
  recipients: string[];
  secrets?: KnownSecret[];
  hostKey?: string;
  signal?: AbortSignal;
  at?: Date;
  removed?: (names: string[]) => void;
  isUsed?: (name: string) => boolean;
}

export async function made(options: Options): Promise<Made & { states: ItemState[] }> {
  const { items, keep, recipients, secrets = [], hostKey, at = new Date() } = options;
  const { signal = new AbortController().signal, removed = () => undefined, isUsed = () => false } = options;
  const job: ReportJob = {
    ...{ id: '1', startedAt: at.toISOString(), by: 'the test', phase: 'collecting', bytes: 0 },
    items: itemStates(items),
  };
  await keep.prepare();
  const result = await makeReport({
    ...{ keep, items, job, machine: 'gate.test', version: '9', secrets, recipients, signal, removed },
    ...(hostKey === undefined ? {} : { hostKey }),
    changed: () => undefined,
    isUsed,
  });
  return { ...result, states: job.items };
}

/** Unpacked as the README says. Gives the folder. */
export function opened(archive: string, identity: string): string {
  const to = folder();
  const line = 'set -eo pipefail; age -d -i "$1" "$2" | zstd -dc | tar -xf - -C "$3"';
  execFileSync('bash', ['-c', line, 'open', identity, archive, to], { stdio: ['ignore', 'ignore', 'pipe'] });
  return to;
}

export function manifestIn(place: string) {
  return JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')) as { isComplete: boolean; items: ItemState[] };
}

/** All files below, each with its name, as bytes. */
export function filesIn(place: string): { path: string; bytes: Buffer }[] {
  if (!existsSync(place)) return [];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(place, path)).isFile())
    .map((path) => ({ path, bytes: readFileSync(join(place, path)) }));
}

export function keepIn(place: string, bounds: { count?: number; bytes?: number } = {}): Keep {
  mkdirSync(place, { recursive: true });
  return new Keep({ folder: place, ...bounds });
}

export function item(name: string, collect: Item['collect'], more: Partial<Item> = {}): Item {
  return { name, title: name, about: name, seconds: 20, most: 1 << 20, collect, ...more };
}
