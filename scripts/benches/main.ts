/**
 * Runs the parts of the bench that are named, or all, one after the other, each in a process of its own, and prints what
 * they found. What a part lacks on this machine is told of, and no failure; see scripts/bench.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lacking } from '../../test/setup/lacking.ts';
import type { Needs, Part, Row } from './part.ts';
import { parts } from './parts.ts';
import { asJson, asMarkdown, asText, type Outcome } from './table.ts';

const usage = `Usage: scripts/bench [PART…] [SETTING=NUMBER…] [--runs N] [--quick] [--json | --markdown] [--list]
  --runs N     each thing at least so often; default 20
  --quick      two runs of small things, to see that it works; its figures say nothing
  --folder DIR where files are made; default ${tmpdir()}, or /var/tmp for large ones`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    folder: { type: 'string' },
    program: { type: 'string' },
    /** For the process of a part: which. */
    part: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const given = Object.fromEntries(
  positionals.filter((word) => word.includes('=')).map((word) => [word.split('=')[0], Number(word.split('=')[1])]),
);
const wanted = positionals.filter((word) => !word.includes('='));
const runs = Number(values.runs ?? (values.quick ? 2 : 20));
const top = process.env.GATEHOUSE_TOP ?? process.cwd();
const program = values.program ?? join(top, 'dist/gatehouse');

/** What the part's settings are, by the command line or by themselves. */
function settingsOf(part: Part): Record<string, number> {
  return Object.fromEntries(
    Object.entries(part.settings ?? {}).map(([name, { usual, quick }]) => [
      name,
      given[name] ?? (values.quick ? quick : usual),
    ]),
  );
}

async function load(name: string): Promise<Part> {
  const found = parts[name];
  if (!found) throw new Error(`there is no part ${name}: ${Object.keys(parts).join(', ')}`);
  return (await found()).part;
}

/** Large files are not to lie where a machine keeps its small ones, in memory. */
const placeFor = ({ disk, memory }: Needs) => (memory ? '/mnt' : (values.folder ?? (disk ? '/var/tmp' : tmpdir())));

function reasonAgainst({ needs, ...part }: Part): string {
  const { programs = [], paths = [], root = false, memory = false, disk } = needs;
  const reason = lacking({
    programs: [...programs, ...(memory ? ['unshare', 'mount'] : [])],
    paths,
    root: root || memory,
  });
  if (reason || !disk) return reason;
  const { bavail, bsize } = statfsSync(placeFor(needs));
  const bytes = disk(settingsOf({ needs, ...part }));
  return bavail * bsize >= bytes ? '' : `${Math.ceil(bytes / 1e9)} GB of disk are not free`;
}

/** The process of one part: sends its rows to whoever started it. */
async function runPart(name: string): Promise<void> {
  const stop = new AbortController();
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(event, () => stop.abort());
  const part = await load(name);
  const folder = mkdtempSync(join(placeFor(part.needs), 'gatehouse-bench-'));
  const kept = join(top, '.cache/bench', name);
  mkdirSync(kept, { recursive: true });
  const say = (text: string) => console.error(`${name}: ${text}`);
  try {
    const rows = await part.run(stop.signal, { runs, settings: settingsOf(part), folder, kept, program, say });
    await new Promise((sent) => process.send?.(rows, sent));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (process.connected) process.disconnect();
  }
}

function start(name: string, { memory = false }: Needs): ChildProcess {
  const self = fileURLToPath(import.meta.url);
  const args = ['--part', name, ...process.argv.slice(2)];
  if (!memory) return fork(self, args, { stdio: ['ignore', 2, 2, 'ipc'] });
  // Seen by nobody else, and gone with its last process.
  const inMemory = 'mount -t tmpfs -o mode=755 tmpfs /mnt && exec "$@"';
  return spawn('unshare', ['--mount', 'sh', '-c', inMemory, 'sh', process.execPath, self, ...args], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
}

async function outcomeOf(name: string): Promise<Outcome> {
  const part = await load(name);
  const set = Object.keys(part.settings ?? {}).flatMap((one) =>
    given[one] === undefined ? [] : `${one}=${given[one]}`,
  );
  const outcome: Outcome = { name, about: part.about, command: ['scripts/bench', name, ...set].join(' '), rows: [] };
  const leftOut = reasonAgainst(part);
  if (leftOut) return { ...outcome, leftOut };
  console.error(`${name} …`);
  const child = start(name, part.needs);
  const stop = () => child.kill('SIGTERM');
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let rows: Row[] | undefined;
  child.once('message', (message) => {
    rows = message as Row[];
  });
  const code = await new Promise((ended) => child.once('close', (exit, signal) => ended(exit ?? signal)));
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return rows ? { ...outcome, rows } : { ...outcome, failed: `it ended with ${code}; why stands above` };
}

async function list(): Promise<void> {
  for (const name of Object.keys(parts)) {
    const { about, settings = {} } = await load(name);
    console.log(`${name.padEnd(12)} ${about}`);
    for (const [setting, { usual, about: what }] of Object.entries(settings))
      console.log(`${' '.repeat(15)}${setting}=${usual}  ${what}`);
  }
}

/** No host name: it says nothing of the machine. */
function machine(): string {
  const [first] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB of memory`;
  const load = `load ${loadavg()[0]?.toFixed(1)} when it began`;
  return [
    `${cpus().length} cores (${first?.model})`,
    memory,
    `Linux ${release()}`,
    `Node ${process.version}`,
    load,
  ].join(', ');
}

async function main(): Promise<void> {
  const names = wanted.length > 0 ? wanted : Object.keys(parts);
  for (const name of names) await load(name);
  const found = { machine: machine(), date: new Date().toISOString().slice(0, 10), outcomes: [] as Outcome[] };
  for (const name of names) found.outcomes.push(await outcomeOf(name));
  console.log((values.json ? asJson : values.markdown ? asMarkdown : asText)(found));
  if (found.outcomes.some(({ failed }) => failed)) process.exitCode = 1;
}

if (values.help) console.log(usage);
else if (values.list) await list();
else if (values.part) await runPart(values.part);
else await main();
