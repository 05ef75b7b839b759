/** What is counted of real control groups, compared with what the kernel says elsewhere of the same processes. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realFigures } from '../../src/adapters/figures/figures.ts';
import type { Counted } from '../../src/adapters/machine.ts';
import { sampleOf } from '../../src/service/samples.ts';
import { describeWith } from '../setup/needs.ts';
import { until } from './machine/programs.ts';
import { memoryOf, sentBy, TestGroup, timeOf } from './stats-group.ts';

const needs = { root: true, programs: ['unshare', 'nsenter', 'ip', 'ping', 'dd'], paths: ['/sys/fs/cgroup'] };
const megabyte = 1 << 20;

describeWith(needs, 'figures of a real control group', () => {
  let group: TestGroup;
  const figures = realFigures();
  const all = async () => (await figures.count([], new AbortController().signal)).counted;
  const own = async (): Promise<Counted> => {
    const found = (await all()).find(({ id }) => id === group.id);
    if (!found) throw new Error('The group was not found.');
    return found;
  };
  /** Ends when `clock` is so many ms later. */
  const later = (from: Counted, ms: number) => until('time to pass', async () => performance.now() - from.clock > ms);

  beforeEach(() => {
    group = new TestGroup();
  });
  afterEach(() => group.end());

  test('processor: a quota of 30 percent is seen as 30, and as much as the process itself was given', async () => {
    group.limitProcessor(30);
    const burner = group.start('echo on; while :; do :; done');
    await once(burner.stdout ?? process.stdin, 'data');
    const pid = burner.pid ?? 0;
    const [before, timeBefore] = [await own(), timeOf(pid)];
    await later(before, 4000);
    const [after, timeAfter] = [await own(), timeOf(pid)];
    const { cpu = 0 } = sampleOf(before, after, '');
    expect(cpu).toBeGreaterThan(26);
    expect(cpu).toBeLessThan(34);
    const given = (timeAfter - timeBefore) / (after.clock - before.clock) / 10;
    expect(Math.abs(cpu - given)).toBeLessThan(2);
  });

  test('memory: what a process holds, its limit, and no page cache that could go', async () => {
    group.limitMemory(400 * megabyte);
    const file = fileURLToPath(new URL('../../.cache/test-summary-cache', import.meta.url));
    const holder = group.start(
      `head -c 150M /dev/zero >${file}; cat ${file} >/dev/null; sync ${file}; (head -c 100M /dev/zero; echo; cat) | tail -n 1 & echo $!; wait`,
    );
    const [text] = (await once(holder.stdout ?? process.stdin, 'data')) as [Buffer];
    const pid = Number(text.toString().trim());
    await until('it to hold 100 MB', async () => memoryOf(pid) > 99 * megabyte);
    const { memory = 0, memoryLimit } = await own();
    rmSync(file);
    expect(memoryLimit).toBe(400 * megabyte);
    expect(memory).toBeGreaterThanOrEqual(memoryOf(pid));
    expect(memory).toBeLessThan(memoryOf(pid) + 30 * megabyte);
  });

  test("disk: 48 MiB written past the cache and 32 MiB read, to within the file system's own", async () => {
    const folder = mkdtempSync(fileURLToPath(new URL('../../.cache/stats-', import.meta.url)));
    const idle = group.start('cat');
    group.countDisks();
    try {
      const appliance = async () => (await all())[0] as Counted;
      const [before, wholeBefore] = [await own(), await appliance()];
      const file = join(folder, 'written');
      await group.run(`dd if=/dev/zero of=${file} bs=1M count=48 oflag=direct status=none`);
      await group.run(`dd if=${file} of=/dev/null bs=1M count=32 iflag=direct status=none`);
      const [after, wholeAfter] = [await own(), await appliance()];
      const written = (after.written ?? 0) - (before.written ?? 0);
      const read = (after.read ?? 0) - (before.read ?? 0);
      expect(written / megabyte).toBeGreaterThanOrEqual(48);
      expect(written / megabyte).toBeLessThan(50);
      expect(read / megabyte).toBeGreaterThanOrEqual(32);
      expect(read / megabyte).toBeLessThan(34);
      // Others write too.
      expect((wholeAfter.written ?? 0) - (wholeBefore.written ?? 0)).toBeGreaterThanOrEqual(48 * megabyte);
    } finally {
      idle.stdin?.end();
      rmSync(folder, { recursive: true });
    }
  });

  test('network: what was sent in its own network, to the byte, and nothing of others', async () => {
    const talker = group.start(
      'ip link add d0 type veth peer name d1; ip link set d1 up; ip addr add 10.99.0.1/24 dev d0; ip link set d0 up; ip neigh add 10.99.0.2 lladdr 02:00:00:00:00:02 dev d0; echo up; read go; ping -q -c 5 -i 0.2 -W 1 -s 1000 10.99.0.2 >/dev/null; echo sent; cat',
    );
    await once(talker.stdout ?? process.stdin, 'data');
    const before = await own();
    talker.stdin?.write('go\n');
    await once(talker.stdout ?? process.stdin, 'data');
    // The kernel sends a few of its own to find neighbours.
    const pid = talker.pid ?? 0;
    const after = await until('both to say the same', async () => {
      const found = await own();
      return found.sent === sentBy(pid) ? found : undefined;
    });
    expect((after.sent ?? 0) - (before.sent ?? 0)).toBeGreaterThanOrEqual(5 * 1042);
    expect((after.sent ?? 0) - (before.sent ?? 0)).toBeLessThan(5 * 1042 + 3000);
  });
});
