/** The kernel's counters, as recorded from it, and whatever else stands in such a file. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseBlkio,
  parseCount,
  parseDisks,
  parseHierarchies,
  parseInterfaceBytes,
  parseIo,
  parseKeyed,
  parseMemory,
  parseProcessors,
} from '../../../src/adapters/figures/parse.ts';
import { neverBreaksOn } from '../rubbish.ts';
import {
  blkio,
  cpuStat,
  diskstats,
  ioStat,
  meminfo,
  memoryStat1,
  memoryStat2,
  mounts1,
  mounts2,
  netDev,
  stat,
} from './recorded.ts';

const disks = new Set(['254:0', '259:0']);

test('processor time is what was worked, on all cores: no waiting, and nothing that a hypervisor kept', () => {
  expect(parseProcessors(stat)).toEqual({ cores: 2, cpu: (772603 + 10 + 208720 + 5 + 2838) * 10_000 });
  expect(parseProcessors('')).toEqual({ cores: 1 });
});

test('memory in use is without what could be had at once', () => {
  expect(parseMemory(meminfo)).toEqual({ memory: (24684084 - 23774364) * 1024, memoryLimit: 24684084 * 1024 });
  expect(parseMemory('MemTotal: 1 kB\nMemAvailable: 2 kB\n')).toEqual({});
});

test('each byte of the network counts once: neither loopback, nor containers, nor a VLAN on its interface', () => {
  expect(parseInterfaceBytes(netDev, true)).toEqual({ received: 2278233649 + 1000, sent: 7225801 + 2000 });
  const own = netDev.replaceAll(/^.*(?:eth[01]|eth0\.10|ifb0|docker0):.*\n/gm, '');
  expect(parseInterfaceBytes(own, false)).toEqual({ received: 900, sent: 900 });
  expect(parseInterfaceBytes(own, true)).toEqual({ received: 900, sent: 900 });
  expect(parseInterfaceBytes('', true)).toEqual({});
});

test('each byte of the disks counts once: no partition, nothing that is made of disks, no memory', () => {
  expect(parseDisks(diskstats)).toEqual([
    { number: '254:0', read: 13630698 * 512, written: 39046288 * 512 },
    { number: '259:0', read: 100 * 512, written: 200 * 512 },
  ]);
});

test('a group of cgroup v2: time, idle page cache, disks', () => {
  expect(parseKeyed(cpuStat, 'usage_usec')).toBe(16355201);
  expect(parseKeyed(memoryStat2, 'inactive_file')).toBe(8192);
  expect(parseIo(ioStat, disks)).toEqual({ read: 42991617, written: 67108866 });
  expect(parseIo('', disks)).toEqual({ read: 0, written: 0 });
});

test('a group of cgroup v1: the page cache of all groups in it, disks', () => {
  expect(parseKeyed(memoryStat1, 'total_inactive_file')).toBe(77852672);
  expect(parseBlkio(blkio, disks)).toEqual({ read: 90430464, written: 299008000 });
  // A kernel that does not count there, as this one's 6.18 without a limit.
  expect(parseBlkio('Total 0\n', disks)).toEqual({});
});

test('"max", nothing, and numbers that would not be exact are no counts', () => {
  expect(['max\n', '', '9223372036854771712\n', '-1', '1e3', '12\n'].map(parseCount)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    12,
  ]);
});

test('hierarchies are found where they are mounted, the first of several', () => {
  expect(parseHierarchies(mounts2)).toEqual({ unified: '/sys/fs/cgroup' });
  expect(parseHierarchies(mounts1)).toEqual({
    unified: '/sys/fs/cgroup/unified',
    cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
    memory: '/sys/fs/cgroup/memory',
    blkio: '/sys/fs/cgroup/blkio',
    systemd: '/sys/fs/cgroup/systemd',
  });
  expect(parseHierarchies('cgroup2 /odd\\040place cgroup2 rw 0 0\n')).toEqual({ unified: '/odd place' });
});

test('whatever is in the files, counts are whole numbers from 0 or absent', () => {
  const sane = (found: object) => {
    for (const value of Object.values(found))
      if (typeof value === 'number') expect(Number.isInteger(value) && value >= 0).toBe(true);
  };
  neverBreaksOn(stat, (text) => sane(parseProcessors(text)));
  neverBreaksOn(meminfo, (text) => sane(parseMemory(text)));
  neverBreaksOn(netDev, (text) => sane(parseInterfaceBytes(text, true)));
  neverBreaksOn(diskstats, (text) => parseDisks(text).forEach(sane));
  neverBreaksOn(ioStat, (text) => sane(parseIo(text, disks)));
  neverBreaksOn(blkio, (text) => sane(parseBlkio(text, disks)));
  neverBreaksOn(memoryStat2, (text) => sane({ found: parseKeyed(text, 'inactive_file') }));
  neverBreaksOn(mounts1, parseHierarchies);
});

test('what a kernel writes of interfaces and disks is read back, whatever the counts', () => {
  const count = fc.nat({ max: 2 ** 31 });
  const names = fc.uniqueArray(fc.stringMatching(/^en[a-z]{1,8}$/), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(names, count, count, (given, received, sent) => {
      const line = (name: string) => `${name.padStart(6)}: ${received} 1 0 0 0 0 0 0 ${sent} 1 0 0 0 0 0 0`;
      const all = given.map(line).join('\n');
      expect(parseInterfaceBytes(all, true)).toEqual({ received: received * given.length, sent: sent * given.length });
    }),
  );
});
