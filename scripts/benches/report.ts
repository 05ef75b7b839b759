/**
 * How fast a report is made, beside `tar | zstd -3 | age` of the same bytes. Redaction, the archive and the two filters
 * are the product's; the collector only reads one folder of log files.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportJob } from '../../src/appliance.ts';
import type { Item } from '../../src/jobs/report/item.ts';
import { Keep } from '../../src/jobs/report/keep.ts';
import { itemStates, makeReport } from '../../src/jobs/report/make.ts';
import { besideOf, figureOf, type Part, type Row, sideBySide } from './part.ts';

const files = 10;

export const part: Part = {
  about: 'A report beside the bare tar | zstd -3 | age of the same logs.',
  needs: { programs: ['tar', 'zstd', 'age', 'age-keygen'], disk: ({ megabytes = 0 }) => megabytes * 2e6 },
  settings: { megabytes: { about: 'logs that go into it', usual: 1000, quick: 5 } },
  async run(signal, { runs, settings: { megabytes = 0 }, folder, say }) {
    const logs = join(folder, 'logs');
    say(`writing ${megabytes} MB`);
    mkdirSync(logs);
    for (let number = 0; number < files; number += 1) fill(join(logs, `${number}.log`), (megabytes * 1e6) / files);
    const identity = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const recipient = /^# public key: (\w+)$/m.exec(identity)?.[1] ?? '';
    const all: Record<'ours' | 'bare', Took[]> = { ours: [], bare: [] };
    const take = (of: Took[], work: () => Promise<Took>) => async () => {
      const took = await work();
      of.push(took);
      return megabytes / took.seconds;
    };
    const { ours, ...others } = await sideBySide(signal, runs, {
      ours: take(all.ours, () => product(folder, recipient)),
      bare: take(all.bare, () => plain(folder, recipient)),
    });
    // The first was to be warm.
    const row = (what: string, of: (took: Took) => number): Row => ({
      what: `${what} of a report of ${megabytes} MB`,
      unit: 'MB',
      ours: figureOf(all.ours.slice(1).map(of)),
      beside: besideOf({ bare: figureOf(all.bare.slice(1).map(of)) }),
    });
    const wanted = [{ least: 0.8, of: 'bare' }];
    return [
      {
        what: `report of ${megabytes} MB of logs`,
        unit: 'MB/s',
        ...(ours ? { ours } : {}),
        beside: besideOf(others),
        wanted,
      },
      row('size', ({ size }) => size / 1e6),
      { ...row('most memory', ({ memory }) => memory), note: 'resident, of this process and the programs' },
    ];
  },
};

/** Lines as services write them, and a secret in one of a thousand. */
function fill(path: string, size: number): void {
  const file = openSync(path, 'w');
  let at = 0;
  for (let line = 0; at < size; ) {
    let piece = '';
    for (; piece.length < 1 << 20; line += 1) {
      const time = new Date(1.76e12 + line * 137).toISOString();
      const id = ((line * 2654435761) >>> 0).toString(16);
      const rest =
        line % 1000 === 0
          ? `login with password=geheim${id}`
          : `request ${id} of 10.0.${line % 256}.${line % 199} took ${line % 977} ms, status ${line % 7 ? 200 : 404}`;
      piece += `${time} gate proxy[${line % 4096}]: ${rest} for /api/v1/items/${id}?page=${line % 50}\n`;
    }
    at += writeSync(file, piece);
  }
  closeSync(file);
}

interface Took {
  seconds: number;
  size: number;
  /** Highest resident memory, MB: of this process, or of the three programs. */
  memory: number;
}

async function plain(folder: string, recipient: string): Promise<Took> {
  const out = join(folder, 'plain.tar.zst.age');
  const line = 'tar -cf - -C "$1" . | /usr/bin/env zstd -3 -T2 -q -c | age -r "$2" >"$3"';
  const began = performance.now();
  const child = spawn('bash', ['-o', 'pipefail', '-c', line, 'x', join(folder, 'logs'), recipient, out], {
    stdio: 'inherit',
  });
  const watched = peak(() => childrenOf(child.pid ?? 0));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`it ended with ${code}`);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, size: statSync(out).size, memory: watched() };
}

async function product(folder: string, recipient: string): Promise<Took> {
  const keep = new Keep({ folder: join(folder, 'kept'), bytes: 1e12 });
  await keep.prepare();
  const item: Item = {
    ...{ name: 'logs', title: 'logs', about: 'logs', seconds: 600, most: 1e12 },
    async collect(out) {
      for (let number = 0; number < files; number += 1)
        await out.file(`${number}.log`, join(folder, 'logs', `${number}.log`));
    },
  };
  const items = [item];
  const job: ReportJob = {
    ...{ id: '1', startedAt: new Date().toISOString(), by: 'bench', phase: 'collecting', bytes: 0 },
    items: itemStates(items),
  };
  const watched = peak(() => [process.pid, ...childrenOf(process.pid)]);
  const began = performance.now();
  const { report } = await makeReport({
    ...{ keep, items, job, machine: 'bench', version: '0', recipients: [recipient] },
    secrets: [{ kind: 'proxy password', text: 'KolibrieFeder_-/|~!?@#$%^&*+=' }],
    signal: new AbortController().signal,
    changed: () => undefined,
    isUsed: () => false,
    removed: () => undefined,
  });
  const seconds = (performance.now() - began) / 1000;
  await keep.remove(report.name);
  return { seconds, size: report.size, memory: watched() };
}

/** Looks every 20 ms; asked, it gives the most and stops. */
function peak(processes: () => number[]): () => number {
  let most = 0;
  const look = () => {
    const now = processes().reduce((sum, pid) => sum + resident(pid), 0);
    most = Math.max(most, now);
  };
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    return most / 1e6;
  };
}

function childrenOf(pid: number): number[] {
  const own = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

function resident(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
