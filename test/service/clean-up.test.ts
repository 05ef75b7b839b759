/** The service cleans up by itself: what the audit and the status line say of it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Status } from '../../src/appliance.ts';
import { fakeMachine, plainFacts, plainList } from '../machines/fake.ts';
import { describeWith } from '../setup/needs.ts';
import { applianceOn, temporaryFolder } from './world.ts';

const MB = 1 << 20;

describeWith({ root: true, programs: ['mount', 'umount'] }, 'a service whose log disk is nearly full', () => {
  test('removes what is old and says so; says what it cannot mend; and that it is over', async () => {
    const logs = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40M', 'tmpfs', logs]);
    onTestFinished(() => void execFileSync('umount', ['--lazy', logs]));
    const fill = (left: number) => {
      const { bavail, bsize } = statfsSync(logs);
      writeFileSync(join(logs, 'other'), Buffer.alloc(bavail * bsize - left * MB, 1));
    };
    mkdirSync(join(logs, 'app'));
    writeFileSync(join(logs, 'app/app.log.1'), Buffer.alloc(4 * MB, 1));
    fill(3);
    const machine = fakeMachine({
      facts: plainFacts,
      units: { list: plainList },
      cleanUp: { logs, diagnostics: '/nonexistent', shrinkJournal: async () => 0 },
    });
    const { appliance, entries, log } = await applianceOn(machine);
    await vi.waitUntil(() => entries.length > 0);
    expect(existsSync(join(logs, 'app/app.log.1'))).toBe(false);
    expect(entries).toEqual([
      {
        by: 'automatic clean-up',
        what: `remove ${logs}/app/app.log.1`,
        before: '4 MB',
        after: expect.stringMatching(/^removed, since 7\.\d % of the file system of .* was free$/),
        outcome: 'done',
      },
    ]);
    expect(log.join('')).toContain(`clean-up: removed ${logs}/app/app.log.1, 4 MB`);
    const told: Status[] = [];
    const stop = new AbortController();
    const watching = appliance.status.watch({}, { signal: stop.signal, progress: (status) => told.push(status) });
    await vi.waitUntil(() => told.length > 0);
    expect(told[0]).not.toHaveProperty('diskFull');
    rmSync(join(logs, 'other'));
    fill(1);
    await vi.waitUntil(() => told.at(-1)?.diskFull !== undefined, 10_000);
    expect(told.at(-1)?.diskFull).toBe(
      `The disk of ${logs} is nearly full: 1 MB of 42 MB are free, and nothing is left that may be removed by itself.`,
    );
    rmSync(join(logs, 'other'));
    await vi.waitUntil(() => told.at(-1)?.diskFull === undefined, 10_000);
    expect(entries).toHaveLength(1);
    stop.abort();
    await watching;
  });
});
