/**
 * A week of a console that is left open: screens opened and left, a log that is written while it is followed, reports
 * made while they are watched. Memory may not grow with any of it. A sample of the week here; scripts/soak/week is the
 * whole, and says how much each process grew.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import type { Link } from '../../src/client/link.ts';
import { version } from '../../src/version.ts';
import { describeWith } from '../setup/needs.ts';
import { type Built, buildConsole, innermost, keys } from './operator.ts';
import { Pty } from './pty.ts';
import { Visitor } from './visitor.ts';

/** How much of the week; undefined for the sample. */
const part = process.env.GATEHOUSE_WEEK === undefined ? undefined : Number(process.env.GATEHOUSE_WEEK);
const whole = part !== undefined;
const week = whole
  ? { screens: 10_000 * part, lines: 1_000_000 * part, reports: 1000 * part, patience: 6 * 3_600_000 }
  : { screens: 136, lines: 40_000, reports: 4, patience: 180_000 };

/**
 * MB that a process may have more at the end than after the first part of it all. In the sample the engine is still
 * about to find out how much room it wants; what a leak of a screen takes is more than that.
 */
const most = whole ? 8 : 40;

/** The week is that of the console as it is installed, which has less in memory at once. */
const installed = join(import.meta.dirname, '../../dist/gatehouse');
let built: Built;
let program: string;
let folder: string;
let service: ChildProcess;
let pty: Pty;
let link: Link;

const listening = (child: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (told.includes('listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`the service ended: ${told}`)));
  });

beforeAll(async () => {
  built = buildConsole();
  program = whole ? installed : built.program;
  folder = mkdtempSync(join(dirname(built.program), 'week-'));
  const socket = join(folder, 'socket');
  const args = ['--lab=healthy', `--lab-folder=${folder}`, '--socket', socket, 'service', '--group', 'root'];
  service = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(service);
  link = connect(socket, version);
  pty = new Pty(program, ['--socket', socket]);
  await pty.waitFor(/ gatehouse-lab .*registered/, 20_000);
}, 120_000);

afterAll(async () => {
  link?.close();
  await pty?.kill();
  service?.kill('SIGKILL');
  built?.remove();
});

/** MB, of the program itself: the console's wrapper stays its parent. */
function resident(pid: number | undefined): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const isShell = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'node';
  const status = readFileSync(`/proc/${isShell && child ? child : pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / 1e6;
}

/** How often is looked: the first is what the last are compared with. */
const looks = whole ? 10 : 4;

/** Resident memory after each part: what is left when a moment was quiet. */
class Growth {
  private readonly seen: { console: number; service: number }[] = [];

  async look(done: number): Promise<void> {
    let [ofConsole, ofService] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let turn = 0; turn < 5; turn++) {
      await pause(whole ? 500 : 50);
      ofConsole = Math.min(ofConsole, resident(pty.pid));
      ofService = Math.min(ofService, resident(service.pid));
    }
    this.seen.push({ console: ofConsole, service: ofService });
    if (whole) console.log(`${done}: console ${ofConsole.toFixed(1)} MB, service ${ofService.toFixed(1)} MB`);
  }

  /** From the first look to the least of the last two. */
  of(name: 'console' | 'service'): number {
    const all = this.seen.map((one) => one[name]);
    return Math.min(...all.slice(-2)) - (all[0] ?? 0);
  }
}

/** Does it in parts, and looks after each. */
async function inParts(count: number, work: (count: number) => Promise<void>): Promise<Growth> {
  const growth = new Growth();
  for (let part = 1; part <= looks; part++) {
    await work(Math.round(count / looks));
    await growth.look(Math.round((count / looks) * part));
  }
  return growth;
}

function expectFlat(growth: Growth): void {
  expect(growth.of('console')).toBeLessThan(most);
  expect(growth.of('service')).toBeLessThan(most);
}

const open = async (typed: string, text: string | RegExp) => {
  pty.send(typed);
  await pty.waitFor(text, 20_000);
};

describe('memory stays what it is', () => {
  test(`over ${week.screens} screens that are opened and left`, { timeout: week.patience }, async ({ signal }) => {
    const visitor = new Visitor(pty);
    const growth = await inParts(week.screens, async (count) => {
      const until = visitor.visits + count;
      while (visitor.visits < until) await visitor.round(signal);
    });
    await visitor.home();
    expectFlat(growth);
  });

  test(`over ${week.lines} lines of a log that is followed`, { timeout: week.patience }, async () => {
    const log = join(folder, 'healthy/root/var/log/a-week.log');
    writeFileSync(log, 'the first line\n');
    await open(`${keys.home}d${keys.enter}`, 'Containers');
    await open(`l${keys.enter}`, 'a-week.log');
    await open(`${keys.down}${keys.enter}`, 'the first line');
    pty.send('f');
    let written = 0;
    const growth = await inParts(week.lines, async (count) => {
      for (const end = written + count; written < end; ) {
        const piece = Math.min(5000, end - written);
        const lines = Array.from(
          { length: piece },
          (_, at) => `line ${written + at + 1} of a week, as services write them\n`,
        );
        written += piece;
        appendFileSync(log, lines.join(''));
        await pty.waitFor(new RegExp(`line ${written} of`), 20_000);
      }
    });
    await new Visitor(pty).home();
    expectFlat(growth);
  });
});

describeWith({ programs: ['age', 'tar', 'zstd'] }, 'memory stays what it is as well', () => {
  test(`over ${week.reports} reports that are watched`, { timeout: week.patience }, async () => {
    const growth = await inParts(week.reports, async (count) => {
      for (let made = 0; made < count; made++) await report();
    });
    await new Visitor(pty).home();
    expectFlat(growth);
  });
});

/** Started as from another console, looked at on this one until it is kept, and left. */
async function report(): Promise<void> {
  await new Visitor(pty).home();
  await open(`${keys.home}d${keys.enter}`, 'Containers');
  await open(`g${keys.enter}`, 'SFTP download');
  await link.appliance.report.start({ items: ['settings', 'network'] });
  pty.send(keys.enter);
  const done = new AbortController();
  const made = link.appliance.report
    .watch({}, { signal: done.signal, progress: ({ job }) => job === undefined && done.abort() })
    .catch(() => undefined);
  // Where the machine is quick it is made before anything is seen of it.
  const seen = pty.waitFor(
    (p) => ['Generating the report', 'What goes into the report'].includes(innermost(p)),
    20_000,
  );
  await Promise.race([seen.catch(() => undefined), made]);
  await made;
}
