/** The automatic clean-up on real file systems that are nearly full: what goes, what stays, and no more than needed. */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CleanUpOptions, cleanUp } from '../../../src/jobs/clean-up/clean-up.ts';
import { until } from '../../host/machine/programs.ts';
import { describeWith } from '../../setup/needs.ts';
import { bundle } from '../../terminal/bundle.ts';

const MB = 1 << 20;
const { signal } = new AbortController();

describeWith({ root: true, programs: ['mount', 'umount'] }, 'a disk of 40 MB that is nearly full', () => {
  let disk: string;
  let logs: string;
  let diagnostics: string;
  let log: string[];
  let reports: { name: string; size: number }[];
  let isBusy: boolean;
  let journal: number;

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'gatehouse-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${40 * MB}`, 'tmpfs', disk]);
    logs = join(disk, 'log');
    diagnostics = join(disk, 'diagnostics');
    for (const folder of [logs, diagnostics]) mkdirSync(folder);
    [log, reports, isBusy, journal] = [[], [], false, 0];
  });
  afterEach(() => {
    execFileSync('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true });
  });

  /** `age`: in days. */
  function write(path: string, megabytes: number, age = 0): void {
    const file = join(disk, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(megabytes * MB, 1));
    const at = Date.now() / 1000 - age * 86_400;
    utimesSync(file, at, at);
  }
  const free = () => {
    const { bavail, bsize } = statfsSync(disk);
    return (bavail * bsize) / MB;
  };
  /** Whatever there is, so much is left free. */
  const fill = (left: number) => write('other', free() - left);
  const options = (more: Partial<CleanUpOptions> = {}): CleanUpOptions => ({
    logs,
    diagnostics,
    oldReports: async () => reports,
    removeReport: async (name) => rmSync(join(diagnostics, name)),
    isBusy: async () => isBusy,
    removed: async (what) => void log.push(what.replace(`${disk}/`, '')),
    async shrinkJournal(bytes) {
      log.push(`journal by ${Math.round(bytes / MB)}`);
      return journal;
    },
    ...more,
  });
  const clean = (more?: Partial<CleanUpOptions>) => cleanUp(options(more), signal);
  const logsLeft = () => readdirSync(logs, { recursive: true, encoding: 'utf8' }).sort();

  test('with room enough nothing is touched', async () => {
    write('log/syslog.1', 5, 9);
    fill(4.5);
    expect(await clean()).toEqual([]);
    expect(log).toEqual([]);
    expect(existsSync(join(logs, 'syslog.1'))).toBe(true);
  });

  test('old reports go first, then the left-over of a capture, then rotated logs, oldest first; no more than needed', async () => {
    reports = [1, 2].map((at) => ({ name: `report-${at}`, size: MB }));
    for (const { name } of reports) write(`diagnostics/${name}`, 1);
    write('diagnostics/upstream.interrupted.pcap', 1);
    write('diagnostics/upstream.pcap', 1);
    write('log/syslog', 1, 90);
    write('log/syslog.1', 1, 1);
    write('log/nginx/access.log.2.gz', 1, 3);
    write('log/app.log-20261101', 1, 2);
    fill(1.5);
    expect(await clean()).toEqual([]);
    // 15 % of 40 MB are 6 MB.
    expect(log).toEqual([
      'report report-1',
      'report report-2',
      'diagnostics/upstream.interrupted.pcap',
      'log/nginx/access.log.2.gz',
      'log/app.log-20261101',
    ]);
    expect(logsLeft()).toEqual(['nginx', 'syslog', 'syslog.1']);
    expect(existsSync(join(diagnostics, 'upstream.pcap'))).toBe(true);
    expect(free()).toBeGreaterThan(6);
    expect(free()).toBeLessThan(7.1);
  });

  test('what is no rotated log stays, whatever its age: live ones, others, links, the journal, what is open', async () => {
    const kept = ['syslog', 'app.log', 'notes-2026', 'backup.tar', 'a.1b', 'wtmp', 'journal/x/system@1.journal.gz'];
    for (const name of kept) write(`log/${name}`, 0.1, 400);
    write('outside/secret.gz', 1, 400);
    symlinkSync('../outside', join(logs, 'linked'));
    symlinkSync('../outside/secret.gz', join(logs, 'linked.gz'));
    write('log/open.log.1', 0.5, 400);
    const open = openSync(join(logs, 'open.log.1'), 'a');
    fill(1);
    const still = await clean();
    closeSync(open);
    expect(log).toEqual(['journal by 5']);
    expect(existsSync(join(disk, 'outside/secret.gz'))).toBe(true);
    for (const name of [...kept, 'linked', 'linked.gz', 'open.log.1']) expect(logsLeft()).toContain(name);
    expect(still).toMatchObject([{ folder: logs, isBusy: false }]);
  });

  test('a folder that is turned into a link at the last moment leads nowhere', async () => {
    write('outside/access.log.1', 1, 9);
    mkdirSync(join(logs, 'app'));
    // The same file by another name, so that nothing but the way to it tells them apart.
    linkSync(join(disk, 'outside/access.log.1'), join(logs, 'app/access.log.1'));
    fill(1);
    let asked = 0;
    await clean({
      // Asked at first, and before each removal: by then the list is made.
      async isBusy() {
        asked += 1;
        if (asked === 2) {
          rmSync(join(logs, 'app'), { recursive: true });
          symlinkSync('../outside', join(logs, 'app'));
        }
        return false;
      },
    });
    expect(asked).toBeGreaterThan(1);
    expect(existsSync(join(disk, 'outside/access.log.1'))).toBe(true);
  });

  test('while a report is made of them nothing is removed, and it says so', async () => {
    write('log/syslog.1', 5, 9);
    fill(1);
    isBusy = true;
    expect(await clean()).toMatchObject([{ folder: logs, isBusy: true }]);
    expect(log).toEqual([]);
    isBusy = false;
    expect(await clean()).toEqual([]);
    expect(log).toEqual(['log/syslog.1']);
  });

  test('two file systems: only what lies on the full one', async () => {
    const other = mkdtempSync(join(tmpdir(), 'gatehouse-other-'));
    write('log/syslog.1', 2, 9);
    reports = [{ name: 'report-1', size: MB }];
    fill(1);
    expect(await clean({ diagnostics: other })).toMatchObject([{ folder: logs }]);
    expect(log).toEqual(['log/syslog.1', 'journal by 3']);
    rmSync(other, { recursive: true });
  });

  test('killed in the middle: the next one goes on, and what stays is whole', async () => {
    for (let i = 0; i < 300; i++) write(`log/part.log.${i}`, 0.1, i + 1);
    fill(0.1);
    const built = bundle('test/jobs/clean-up/slowly.ts');
    for (let round = 0; round < 5; round++) {
      const before = logsLeft().length;
      const child = spawn(process.execPath, [built.file, logs], { stdio: 'ignore' });
      await until('it to remove some', () => logsLeft().length < before - 2, 15_000);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', () => resolve(undefined)));
    }
    built.remove();
    const left = logsLeft();
    // The oldest went first, one after the other.
    expect(new Set(left)).toEqual(new Set(left.map((_name, at) => `part.log.${at}`)));
    expect(await clean()).toEqual([]);
  });
});
