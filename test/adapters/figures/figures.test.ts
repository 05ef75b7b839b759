/** Whose control group is whose, and what it counts, with either version of control groups. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { blkio, cpuStat, ioStat, memoryStat1, memoryStat2, mounts1, mounts2, netDev } from './recorded.ts';
import { treeWith } from './tree.ts';

const id = 'ab'.repeat(32);
const other = 'cd'.repeat(32);
const v2 = (path: string, limit = 'max'): Record<string, string> => ({
  [`sys/fs/cgroup/${path}/cpu.stat`]: cpuStat,
  [`sys/fs/cgroup/${path}/memory.current`]: '20008192\n',
  [`sys/fs/cgroup/${path}/memory.stat`]: memoryStat2,
  [`sys/fs/cgroup/${path}/memory.max`]: `${limit}\n`,
  [`sys/fs/cgroup/${path}/io.stat`]: ioStat,
});
const counters2 = { cpu: 16355201, memory: 20_000_000, read: 42991617, written: 67108866 };

test('cgroup v2: the appliance, a unit, one of a template in its slice, one of a slice of its own', async () => {
  const tree = treeWith(mounts2, {
    ...v2('system.slice/docker.service', '200000000'),
    ...v2('system.slice/system-getty.slice/getty@tty1.service'),
    ...v2('app.slice/app-burn.slice/burn@a\\x2db.service'),
    ...v2('system.slice/_memory.service'),
    ...v2('system.slice/cron.service'),
  });
  const found = await tree.counted('docker.service', 'getty@tty1.service', 'burn@a\\x2db.service', 'memory.service');
  expect([...found.keys()].sort()).toEqual([
    'appliance',
    'burn@a\\x2db.service',
    'docker.service',
    'getty@tty1.service',
    'memory.service',
  ]);
  expect(found.get('docker.service')).toEqual({
    kind: 'unit',
    id: 'docker.service',
    from: 'system.slice/docker.service',
    ...counters2,
    memoryLimit: 200_000_000,
  });
  expect(found.get('appliance')).toMatchObject({ kind: 'appliance', received: 2278234649, written: 39046488 * 512 });
});

test('cgroup v1: the same, counted in the hierarchy of each controller; processor time from v2 beside it', async () => {
  const at = (controller: string, path: string, file: string) => `sys/fs/cgroup/${controller}/${path}/${file}`;
  const unit = 'system.slice/docker.service';
  const tree = treeWith(mounts1, {
    [at('systemd', unit, 'cgroup.procs')]: '1\n',
    [at('unified', unit, 'cpu.stat')]: cpuStat,
    [at('memory', unit, 'memory.usage_in_bytes')]: '100000000\n',
    [at('memory', unit, 'memory.stat')]: memoryStat1,
    [at('memory', unit, 'memory.limit_in_bytes')]: '9223372036854771712\n',
    [at('blkio', unit, 'blkio.throttle.io_service_bytes')]: blkio,
    [at('cpu,cpuacct', `docker/${id}`, 'cpuacct.usage')]: '5000000\n',
    [at('memory', `docker/${id}`, 'memory.usage_in_bytes')]: '1000\n',
    [at('memory', `docker/${id}`, 'memory.limit_in_bytes')]: '268435456\n',
    [at('blkio', `docker/${id}`, 'blkio.throttle.io_service_bytes_recursive')]:
      '254:0 Read 7\n254:0 Write 8\nTotal 15\n',
  });
  const found = await tree.counted('docker.service');
  expect(found.get('docker.service')).toEqual({
    kind: 'unit',
    id: 'docker.service',
    from: unit,
    cpu: 16355201,
    memory: 100_000_000 - 77_852_672,
    read: 90430464,
    written: 299008000,
  });
  expect(found.get(id)).toEqual({
    kind: 'container',
    id,
    from: `docker/${id}`,
    cpu: 5000,
    memory: 1000,
    memoryLimit: 268_435_456,
    read: 7,
    written: 8,
  });
});

test('containers of either driver, with the network that they have of their own', async () => {
  const tree = treeWith(mounts2, {
    ...v2(`system.slice/docker-${id}.scope`),
    [`sys/fs/cgroup/system.slice/docker-${id}.scope/cgroup.procs`]: '41\n42\n',
    ...v2(`docker/${other}`),
    // An engine of its own inside: its processes lie further down.
    [`sys/fs/cgroup/docker/${other}/cgroup.procs`]: '',
    [`sys/fs/cgroup/docker/${other}/init/cgroup.procs`]: '51\n',
    'proc/41/net/dev': netDev.replaceAll(/^ *(?:ifb|eth1|eth0\.|docker|veth).*\n/gm, ''),
    'proc/51/net/dev': netDev,
  });
  tree.link('proc/41/ns/net', 'net:[2]');
  tree.link('proc/51/ns/net', 'net:[1]');
  const found = await tree.counted();
  expect(found.get(id)).toMatchObject({ kind: 'container', received: 2278233649, sent: 7225801 });
  // It shares the appliance's network: nothing that could be told apart.
  expect(found.get(other)).toEqual({ kind: 'container', id: other, from: `docker/${other}`, ...counters2 });
});

test('a process that has ended is replaced by another of the same container, not by whoever has its number', async () => {
  const tree = treeWith(mounts2, {
    ...v2(`docker/${id}`),
    [`sys/fs/cgroup/docker/${id}/cgroup.procs`]: '41\n',
    'proc/41/net/dev': 'eth0: 5 0 0 0 0 0 0 0 6 0 0 0 0 0 0 0\n',
    'proc/42/net/dev': 'eth0: 50 0 0 0 0 0 0 0 60 0 0 0 0 0 0 0\n',
  });
  tree.link('proc/41/ns/net', 'net:[2]');
  expect((await tree.counted()).get(id)).toMatchObject({ received: 5, sent: 6 });
  tree.write({ [`sys/fs/cgroup/docker/${id}/cgroup.procs`]: '42\n' });
  tree.remove('proc/41/ns/net');
  tree.link('proc/41/ns/net', 'net:[9]');
  tree.link('proc/42/ns/net', 'net:[2]');
  expect((await tree.counted()).get(id)).toMatchObject({ received: 50, sent: 60 });
});

test('hostile names: nothing within a unit or a session is taken for a unit or a container', async () => {
  const tree = treeWith(mounts2, {
    ...v2('system.slice/other.service/docker.service'),
    ...v2(`system.slice/other.service/${id}`),
    ...v2('user.slice/user-1000.slice/session-1.scope/docker.service'),
    ...v2(`user.slice/user-1000.slice/user@1000.service/docker/${id}`),
    ...v2(`docker/${'AB'.repeat(32)}`),
    ...v2(`docker/${id}x`),
    ...v2('system.slice/\x1b[2Jdocker.service\n'),
    ...v2(`${'deep.slice/'.repeat(20)}docker.service`),
  });
  expect([...(await tree.counted('docker.service')).keys()]).toEqual(['appliance']);
});

test('a flood of groups is left after some thousands, and at most 200 containers are counted', async () => {
  const many = Array.from({ length: 300 }, (_, at) => at.toString(16).padStart(64, '0'));
  const tree = treeWith(
    mounts2,
    Object.fromEntries(many.map((one) => [`sys/fs/cgroup/docker/${one}/cpu.stat`, cpuStat])),
  );
  expect((await tree.counted()).size).toBe(201);
});

test('a pipe where a file should be is not waited for', async () => {
  const tree = treeWith(mounts2, v2('system.slice/docker.service'));
  tree.remove('sys/fs/cgroup/system.slice/docker.service/memory.stat');
  execFileSync('mkfifo', [`${tree.root}/sys/fs/cgroup/system.slice/docker.service/memory.stat`]);
  expect((await tree.counted('docker.service')).get('docker.service')).toMatchObject({ memory: 20_008_192 });
});

test('where nothing is mounted, the appliance is told, and nothing invented', async () => {
  const tree = treeWith('');
  expect([...(await tree.counted('docker.service')).keys()]).toEqual(['appliance']);
  tree.remove('proc');
  expect([...(await tree.counted()).values()]).toEqual([{ kind: 'appliance', id: 'appliance', from: '/proc' }]);
});
