/** Captures of known traffic on a booted Debian: what is in the file, who writes it, and how it ends. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CapturePlan } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { CaptureHost, captureNeeds, latestFile, proxyPort } from './capture-host.ts';
import { until } from './machine.ts';

describeWith(captureNeeds, 'a packet capture of a real machine', () => {
  let capture: CaptureHost;
  beforeAll(async () => {
    capture = await CaptureHost.boot();
  });
  afterAll(() => capture?.end());

  test('holds exactly the packets to and from the proxy, and is written by a process that may do nothing else', async () => {
    const filter = `host 10.77.0.1 and port ${proxyPort}`;
    const outside = await capture.listenOutside(filter);
    const { running } = await capture.start('--seconds', '60');
    expect(running).toMatchObject({
      device: 'eth0',
      filter,
      towards: `the proxy 10.77.0.1:${proxyPort}`,
      bytesEach: 128,
    });
    const status = await capture.inside('cat', `/proc/${await capture.pid()}/status`);
    const user = (await capture.inside('id', '-u', 'tcpdump')).trim();
    expect(status).toMatch(new RegExp(`^Uid:\\t${user}\\t${user}\\t${user}\\t${user}$`, 'm'));
    // CAP_NET_RAW is number 13 (capabilities(7)).
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\t0000000000002000$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);

    await capture.requests(20);
    await capture.inside('ping', '-c3', '-i0.2', '10.77.0.1');
    const again = await capture.gatehouse('start', '--seconds', '60');
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toMatch(/^gatehouse: The packet capture is busy\. .* has been at it since /);
    await capture.requests(5, 3000);
    const latest = await capture.stopped();

    const caught = await capture.packets(latestFile);
    // Both ends see each packet; which of two that cross comes first, each sees for itself.
    expect([...caught].sort()).toEqual((await outside.packets(caught.length)).sort());
    expect(latest).toMatchObject({ packets: caught.length, dropped: 0, ended: 'stopped', path: latestFile });
    expect(caught.filter((line) => /Flags \[S\],/.test(line))).toHaveLength(25);
    expect(caught.every((line) => line.includes(`10.77.0.1.${proxyPort}`))).toBe(true);
    expect((await capture.inside('stat', '-c', '%a %U %G %s', latestFile)).trim()).toBe(`640 root root ${latest.size}`);
    expect((await capture.inside('stat', '-c', '%a %U %G', '/var/diagnostics')).trim()).toBe('750 root root');
    expect((await capture.inside('ls', '/var/diagnostics')).trim().split('\n')).toEqual([
      'upstream.json',
      'upstream.pcap',
    ]);
    const audit = await capture.inside('grep', '-h', 'packet capture', '/var/lib/gatehouse/audit.jsonl');
    expect(audit).toMatch(/"start packet capture".*\n.*"busy".*\n(.*"(end of|stop) packet capture".*\n){2}$/);
  });

  describeWith({ programs: ['tshark'] }, 'for tshark', () => {
    test('is a file like any other', async () => {
      const lines = await capture.dissected(latestFile);
      expect(lines).toHaveLength((await capture.state()).latest?.packets ?? -1);
      expect(lines.filter((line) => line.includes(`→ ${proxyPort} [SYN]`))).toHaveLength(25);
    });
  });

  test('of a silent link ends on time, without packets, and that is success', async () => {
    const began = performance.now();
    const { exitCode, stdout } = await capture.gatehouse('start', '--seconds', '10', '--wait');
    const seconds = (performance.now() - began) / 1000;
    expect(stdout).toContain('Ended     time over');
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThan(14);
    expect((await capture.state()).latest).toMatchObject({ packets: 0, size: 24, ended: 'time over' });
    expect(await capture.packets(latestFile)).toEqual([]);
    const failed = await capture.inside('systemctl', '--failed', '--plain', '--no-legend');
    expect(failed).toBe('');
  });

  test('counts live for whoever watches', async () => {
    await capture.start('--seconds', '60');
    await capture.requests(3);
    const { running } = await until('packets', async () => {
      const state = await capture.state();
      return (state.running?.packets ?? 0) > 20 ? state : undefined;
    });
    expect(running?.bytes).toBeGreaterThan(1000);
    const { packets } = await capture.stopped();
    expect(packets).toBeGreaterThanOrEqual(running?.packets ?? Infinity);
  });

  test('of whole packets has all they carry, and ends at its size with whole packets only', async () => {
    const plan = await capture.operator.json<CapturePlan>('capture', 'plan', '--whole');
    expect(plan).toMatchObject({ bytesEach: 0, most: 100e6, warnings: [expect.stringContaining('passwords')] });
    await capture.start('--seconds', '120', '--whole');
    await capture.requests(6, 50_000_000);
    const { latest, failed } = await capture.ended();
    expect(failed).toBeUndefined();
    expect(latest).toMatchObject({ ended: 'size reached', bytesEach: 0 });
    expect(latest?.size).toBeLessThanOrEqual(100e6);
    expect(latest?.size).toBeGreaterThan(99e6);
    expect(await capture.packets(latestFile)).toHaveLength(latest?.packets ?? -1);
    console.log(`100 MB: ${latest?.packets} packets, ${latest?.dropped} dropped`);
  });

  test('says so, and keeps the packets beside the file from before, when its device disappears', async () => {
    const run = (line: string) => capture.inside(...line.split(' '));
    await run('ip link add up0 type veth peer name up1');
    await run('ip link set up0 up');
    await run('ip link set up1 up');
    await run('ip route add 10.77.0.1/32 dev up0');
    const before = (await capture.state()).latest;
    const { running } = await capture.start('--seconds', '60');
    expect(running?.device).toBe('up0');
    // Nobody answers ARP: the packets are those of the appliance itself, sent to an address that never was.
    await run('ip neigh add 10.77.0.1 lladdr 02:00:00:00:00:99 dev up0');
    await capture.inside('timeout', '1', 'node', '-e', `require('node:net').connect(${proxyPort}, '10.77.0.1')`);
    await run('ip link del up0');
    const state = await capture.ended();
    expect(state.latest).toEqual(before);
    expect(state.failed?.problem).toMatchObject({
      code: 'capture-failed',
      details: { why: expect.stringContaining('interface') },
    });
    expect(state.interrupted?.packets).toBeGreaterThan(0);
    const path = state.interrupted?.path ?? '';
    expect(await capture.packets(path)).toHaveLength(state.interrupted?.packets ?? -1);
    expect((await capture.gatehouse('status')).stdout).toContain('The packet capture failed');
    await capture.start('--seconds', '60');
    await capture.stopped();
    expect((await capture.state()).failed).toBeUndefined();
    expect((await capture.inside('ls', '/var/diagnostics')).trim().split('\n')).toEqual([
      'upstream.json',
      'upstream.pcap',
    ]);
  });

  test('says what is missing where tcpdump is not installed', async () => {
    const before = (await capture.state()).latest;
    await capture.inside('mv', '/usr/bin/tcpdump', '/usr/bin/tcpdump.away');
    const { exitCode, stderr } = await capture.gatehouse('start');
    await capture.inside('mv', '/usr/bin/tcpdump.away', '/usr/bin/tcpdump');
    expect(stderr).toContain('tcpdump is not installed');
    expect(exitCode).toBe(5);
    expect((await capture.state()).latest).toEqual(before);
  });

  test('leaves room on a disk that becomes full, and does not begin on one that is', async () => {
    await capture.inside('mount', '-t', 'tmpfs', '-o', 'size=30m,mode=0750', 'tmpfs', '/var/diagnostics');
    const { running } = await capture.start('--seconds', '60');
    expect(running?.warnings).toEqual([expect.stringMatching(/^The disk is nearly full: the file ends at \d\d MB\.$/)]);
    await capture.requests(3);
    await capture.inside('dd', 'if=/dev/zero', 'of=/var/diagnostics/other', 'bs=1M', 'count=29');
    const { latest } = await capture.ended();
    expect(latest?.ended).toBe('disk nearly full');
    expect(latest?.packets).toBeGreaterThan(20);
    expect(await capture.packets(latestFile)).toHaveLength(latest?.packets ?? -1);
    const refused = await capture.gatehouse('start');
    expect(refused.stderr).toContain('There is not enough room in /var/diagnostics');
    await capture.inside('umount', '/var/diagnostics');
  });
});

describeWith(captureNeeds, 'a packet capture without a proxy', () => {
  const suffix = 'corp.test';
  let capture: CaptureHost;
  beforeAll(async () => {
    capture = await CaptureHost.boot({});
  });
  afterAll(() => capture?.end());

  const plan = () => capture.operator.json<CapturePlan & { error?: { details: object } }>('capture', 'plan');

  test('is of the next hop, as long as no platform is set', async () => {
    await capture.inside('ping', '-c1', '10.77.0.1');
    const mac = /ether (\S+)/.exec(
      (await capture.operator.host.neighbour.run(['ip', 'link', 'show', 'lan'])).stdout,
    )?.[1];
    expect(await plan()).toMatchObject({
      towards: 'the next hop, 10.77.0.1',
      device: 'eth0',
      filter: `ether host ${mac} and not tcp port 22`,
    });
    await capture.start('--seconds', '30');
    await capture.inside('ping', '-c4', '-i0.2', '-W1', '198.51.100.7');
    const { packets } = await capture.stopped();
    const lines = await capture.packets(latestFile);
    expect(lines).toHaveLength(packets);
    expect(lines.filter((line) => line.includes('> 198.51.100.7: ICMP echo request'))).toHaveLength(4);
  });

  test('is of the platform, with the names that are not found said', async () => {
    await capture.operator.gatehouse(['platform', 'set', suffix]);
    expect((await plan()).error?.details).toMatchObject({
      why: expect.stringMatching(/^No address is known of .*\.corp\.test$/),
    });
    const { hosts } = await capture.operator.json<{ hosts: string[] }>('platform', 'show');
    const [first = '', second = '', ...others] = hosts;
    await capture.operator.gatehouse(['hosts', 'set', `${first}=198.51.100.1`, `${second}=198.51.100.2`]);
    expect(await plan()).toMatchObject({
      towards: `the platform's ${hosts.length} hosts`,
      device: 'eth0',
      filter: 'host (198.51.100.1 or 198.51.100.2)',
      warnings: others.map((name) => `The name ${name} was not found: what goes there is not recorded.`),
    });
    await capture.start('--seconds', '30');
    await capture.inside('ping', '-c2', '-i0.2', '-W1', '198.51.100.2');
    await capture.inside('ping', '-c2', '-i0.2', '-W1', '198.51.100.3');
    await capture.stopped();
    const lines = await capture.packets(latestFile);
    expect(lines.every((line) => /198\.51\.100\.[12]\b/.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes('198.51.100.2: ICMP echo request'))).toHaveLength(2);
  });

  test('is of all devices where the platform lies behind several', async () => {
    const run = (line: string) => capture.inside(...line.split(' '));
    for (const line of ['link add up0 type veth peer name up1', 'link set up0 up', 'link set up1 up'])
      await run(`ip ${line}`);
    await run('ip route add 198.51.100.2/32 dev up0');
    expect((await capture.start('--seconds', '30')).running?.device).toBe('any');
    await run('ping -c2 -i0.2 -W1 198.51.100.1');
    await capture.stopped();
    const lines = await capture.packets(latestFile);
    expect(lines.filter((line) => line.includes('198.51.100.1: ICMP echo request'))).toHaveLength(2);
    await run('ip link del up0');
  });

  test('is refused where there is no way', async () => {
    await capture.inside('ip', 'route', 'flush', 'default');
    expect((await plan()).error?.details).toMatchObject({ why: expect.stringMatching(/^There is no route to /) });
  });
});
