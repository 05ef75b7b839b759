/**
 * A log of a given size beside a small one, made here and removed afterwards: time to the first page, memory, and how
 * fast lines are found from its end, with what less(1), grep and ripgrep take for the same. The needle is in the first
 * line alone, so that everything is looked through. What is in the page cache counts: each file is read once before.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { logFiles } from '../../src/adapters/logs/log-files.ts';
import type { LogPattern } from '../../src/appliance.ts';

const { values } = parseArgs({
  options: { size: { type: 'string', default: '10G' }, folder: { type: 'string', default: '/var/tmp' } },
});
const size = bytesOf(values.size);
const folder = await mkdtemp(join(values.folder, 'gatehouse-bench-'));
const never = new AbortController().signal;
const logs = logFiles(folder, folder);
let mostMemory = 0;
const watch = setInterval(() => {
  mostMemory = Math.max(mostMemory, process.memoryUsage.rss());
}, 20);

try {
  make(join(folder, 'large.log'), size);
  make(join(folder, 'small.log'), 10e6);
  // less takes minutes for what is large.
  const part = Math.min(size, 400e6);
  make(join(folder, 'part.log'), part);
  const large = join(folder, 'large.log');
  await ran('cat', [large]);
  const begin = process.memoryUsage.rss();
  table('First page (50 lines)', [
    ['small, 10 MB', `${(await firstPage('small.log')).toFixed(1)} ms`],
    [`large, ${values.size}`, `${(await firstPage('large.log')).toFixed(1)} ms`],
    ['tail -n 50', `${(((await ran('tail', ['-n', '50', large])) ?? 0) * 1000).toFixed(1)} ms`],
  ]);
  const rates: [string, string][] = [];
  const rate = (what: string, seconds: number | undefined, bytes = size) =>
    rates.push([what, seconds === undefined ? 'not installed' : `${Math.round(bytes / 1e6 / seconds)} MB/s`]);
  rate('text, capitals count', await found({ text: 'NEEDLE-7f3a', regular: false }));
  rate('text, capitals do not', await found({ text: 'needle-7f3a', regular: false }));
  rate('expression', await found({ text: 'NEEDLE-[0-9a-f]+c', regular: true }));
  rate('expression, two branches', await found({ text: 'FATAL.*needle|NEEDLE-7f3', regular: true }));
  rate('expression that looks around', await found({ text: '(?<!x)NEEDLE-7f3', regular: true }));
  rate('count, text', await counted({ text: 'NEEDLE-7f3a', regular: false }));
  rate('less, backward, text, of 400 MB', await less(join(folder, 'part.log'), '?\u0012NEEDLE-7f3a'), part);
  rate('less, backward, expression, of 400 MB', await less(join(folder, 'part.log'), '?NEEDLE-[0-9a-f]+c'), part);
  rate('grep -F', await ran('grep', ['-cF', 'NEEDLE-7f3a', large]));
  rate('grep -E', await ran('grep', ['-cE', 'NEEDLE-[0-9a-f]+c', large]));
  rate('ripgrep', await ran('rg', ['-cF', 'NEEDLE-7f3a', large]));
  table(`All of ${values.size} looked through, from the end`, rates);
  const memory = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  table('Memory of the reader', [
    ['before', memory(begin)],
    ['most', memory(mostMemory)],
  ]);
} finally {
  clearInterval(watch);
  await rm(folder, { recursive: true });
}
process.exit(0);

function bytesOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)([MG]?)$/.exec(text) ?? [];
  if (count === undefined) throw new Error('--size is a number with M or G behind it');
  return Number(count) * { '': 1, M: 1e6, G: 1e9 }[unit as '' | 'M' | 'G'];
}

/** Lines of 60 to 280 characters, as logs have them. */
function make(file: string, bytes: number): void {
  const words = 'session opened closed for user operator from port agent package release update cache hit miss'.split(
    ' ',
  );
  const line = (at: number) => {
    const time = new Date(1.79e12 + at * 13).toISOString();
    const text = Array.from({ length: 4 + ((at * 7) % 25) }, (_, word) => words[(at * 31 + word * 17) % words.length]);
    return `${time} gatehouse camsd[${400 + (at % 90)}]: ${['INFO', 'INFO', 'WARN', 'ERROR'][at % 4]} ${text.join(' ')}\n`;
  };
  const block = Buffer.from(Array.from({ length: 100_000 }, (_, at) => line(at)).join(''));
  const handle = openSync(file, 'wx');
  let written = writeSync(handle, '2026-11-21T00:00:00.000Z gatehouse camsd[1]: NEEDLE-7f3a9c is in this line alone\n');
  while (written < bytes) written += writeSync(handle, block, 0, Math.min(block.length, bytes - written));
  closeSync(handle);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Of five, the middle one; ms. */
async function firstPage(path: string): Promise<number> {
  const times: number[] = [];
  const page = () => logs.file(path).page({ from: 'newest', direction: 'older', lines: 50 }, never);
  for (let turn = 0; turn < 5; turn++) times.push(await timed(page));
  return times.sort((a, b) => a - b)[2] ?? 0;
}

/** Seconds. */
async function found(pattern: LogPattern): Promise<number> {
  const reader = logs.file('large.log');
  let text: string | undefined;
  const call = { signal: never, progress: () => undefined };
  const took = await timed(async () => {
    text = (await reader.search({ from: 'newest', direction: 'older', pattern }, call)).found?.text;
  });
  if (!text?.includes('NEEDLE-7f3a9c')) throw new Error(`"${pattern.text}" was not found`);
  return took / 1000;
}

async function counted(pattern: LogPattern): Promise<number> {
  const call = { signal: never, progress: () => undefined };
  return (await timed(() => logs.file('large.log').count({ pattern }, call))) / 1000;
}

/** Seconds; undefined where the program is not there. */
function ran(program: string, args: string[]): Promise<number | undefined> {
  const started = performance.now();
  return new Promise((resolve) => {
    // Not /dev/null: grep then leaves at the first line that it finds.
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const child = spawn(program, args, { stdio: [...stdio], env: { ...process.env, LC_ALL: 'C' } });
    child.stdout.resume();
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve((performance.now() - started) / 1000));
  });
}

/** Goes to the end, asks for the pattern backward, and waits for the line: typed to it on a pty of script(1). Seconds. */
function less(file: string, typed: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', TERM: 'vt100', LESSSECURE: '1' };
    const child = spawn('script', ['-qfec', `less -n ${file}`, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let [output, asked, started] = ['', 0, 0];
    const type = (keys: string) => {
      output = '';
      asked += 1;
      child.stdin.write(keys);
    };
    const tooLong = setTimeout(() => child.kill(), 900_000);
    child.on('error', () => resolve(undefined));
    child.on('close', () => {
      clearTimeout(tooLong);
      resolve(undefined);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
      if (asked === 0 && output.length > 500) type('G');
      else if (asked === 1 && output.includes('(END)')) {
        started = performance.now();
        type(`${typed}\n`);
      } else if (asked === 2 && output.includes('is in this')) {
        resolve((performance.now() - started) / 1000);
        child.stdin.write('q');
        asked += 1;
      }
    });
  });
}

function table(title: string, rows: [string, string][]): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  console.log([`\n${title}`, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n'));
}
