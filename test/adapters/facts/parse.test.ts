/** What Info shows of the machine, from what its programs and files said. */
import { describe, expect, test } from 'vitest';
import { parseDate, parseSynchronised, zoneFacts } from '../../../src/adapters/facts/clock.ts';
import { parseDisks } from '../../../src/adapters/facts/disks.ts';
import {
  defaultRoutes,
  parseDefaultRoute,
  parseInterfaces,
  parseResolvConf,
  parseResolvedServers,
} from '../../../src/adapters/facts/network.ts';
import { busy, cpuModel, load, parseBuildVersion, parseUpgrade } from '../../../src/adapters/facts/system.ts';
import { codeOf, neverBreaksOn } from '../rubbish.ts';
import { apt, inContainer, ipAddr, lvm, plainDisk, resolvedDns, withDocker } from './recorded.ts';

describe('interfaces', () => {
  test('with their addresses, loopback left out', () => {
    expect(parseInterfaces(ipAddr, 'eth0')).toEqual([
      {
        name: 'eth0',
        link: 'up',
        mac: '5a:cc:03:2e:68:8f',
        addresses: ['10.77.0.2/24', 'fd00::2/64', 'fe80::58cc:3ff:fe2e:688f/64'],
      },
    ]);
  });

  test('the one with the default route first; those of containers left out', () => {
    const route = '[{"dst":"default","dev":"ens4","metric":1024},{"dst":"default","dev":"ens3","metric":100}]';
    expect(parseDefaultRoute(route)).toBe('ens3');
    const shown = parseInterfaces(withDocker, 'ens4').map(({ name, link }) => [name, link]);
    expect(shown).toEqual([
      ['ens4', 'no carrier'],
      ['ens3', 'up'],
      ['ens5', 'down'],
    ]);
    expect(parseInterfaces(withDocker)[0]?.name).toBe('ens3');
  });

  test('the ways out that the kernel shows, without how often they were used', () => {
    const four = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t01004D0A\t0003\t0\t7\t1024\t00000000\t0\t0\t0
eth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
    const zeros = '0'.repeat(32);
    const six = `fe800000000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0
${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000003 00000009 00450003     eth0
`;
    expect(defaultRoutes(four, six)).toEqual(['eth0 01004D0A 1024', 'eth0 fe800000000000000000000000000001 00000400']);
    expect(defaultRoutes('', '')).toEqual([]);
  });

  test('of containers are shown where one is the way out and there is no other', () => {
    const others = JSON.parse(withDocker).filter(({ ifname }: { ifname: string }) => !ifname.startsWith('ens'));
    expect(parseInterfaces(JSON.stringify(others))).toEqual([]);
    expect(parseInterfaces(JSON.stringify(others), 'docker0').map(({ name }) => name)).toEqual(['docker0']);
  });

  test('none: an empty list, and no route is no mistake', () => {
    expect(parseInterfaces('[]')).toEqual([]);
    expect(parseInterfaces('[{}]')).toEqual([]);
    expect(parseDefaultRoute('[]')).toBeUndefined();
    expect(parseDefaultRoute('')).toBeUndefined();
  });

  test('no rubbish breaks it', () => {
    neverBreaksOn(ipAddr, parseInterfaces);
    neverBreaksOn('[{"dst":"default","dev":"ens4","metric":1024}]', parseDefaultRoute);
  });
});

describe('DNS servers', () => {
  test('of resolved, in its order, each once; those of one link with it', () => {
    expect(parseResolvedServers(resolvedDns)).toEqual(['10.77.0.1', '9.9.9.9', '2001:db8::53', 'fe80::1%2']);
  });

  test('of resolv.conf, without the stub of resolved itself', () => {
    const text =
      '# made\nnameserver 127.0.0.53\nnameserver 192.0.2.53\n nameserver 1.1.1.1\nnameserver nonsense\nsearch a.b\nnameserver fe80::1%eth0\noptions edns0\nnameserver 192.0.2.53';
    expect(parseResolvConf(text)).toEqual(['192.0.2.53', 'fe80::1%eth0']);
    expect(parseResolvConf('')).toEqual([]);
  });

  test('no rubbish breaks it', () => {
    neverBreaksOn(resolvedDns, parseResolvedServers);
    neverBreaksOn('nameserver 192.0.2.53\n', parseResolvConf);
  });
});

describe('time and zone', () => {
  const clock = { now: '2026-11-21T08:58:25.190+01:00', offset: '+0100', abbreviation: 'CET' };

  test('as the machine writes them', () => {
    expect(parseDate('2026-11-21T08:58:25.190+01:00 +0100 CET')).toEqual(clock);
    expect(parseDate('2026-11-21T05:58:25.190-03:00 -0300 -03').abbreviation).toBe('-03');
  });

  test('the zone by its name; where /etc/localtime is no link, by its abbreviation', () => {
    const zone = { abbreviation: 'CET', offset: '+0100' };
    expect(zoneFacts('/usr/share/zoneinfo/Europe/Madrid', clock)).toEqual({ name: 'Europe/Madrid', ...zone });
    expect(zoneFacts('../usr/share/zoneinfo/America/Argentina/Ushuaia', clock).name).toBe('America/Argentina/Ushuaia');
    expect(zoneFacts(undefined, clock)).toEqual({ name: 'CET', ...zone });
    expect(zoneFacts('/usr/share/zoneinfo/\x1b[2J', clock).name).toBe('CET');
  });

  test('synchronised or not', () => {
    expect(parseSynchronised('NTPSynchronized=yes\n')).toBe(true);
    expect(parseSynchronised('Timezone=Etc/UTC\nLocalRTC=no\nCanNTP=yes\nNTP=no\nNTPSynchronized=no\n')).toBe(false);
    expect(codeOf(() => parseSynchronised('Timezone=Etc/UTC'))).toBe('not-understood');
  });

  test('no rubbish breaks it', () => {
    neverBreaksOn('2026-11-21T08:58:25.190+01:00 +0100 CET', parseDate);
    neverBreaksOn('NTPSynchronized=yes', parseSynchronised);
    neverBreaksOn('/usr/share/zoneinfo/Europe/Madrid', (text) => zoneFacts(text, clock));
  });
});

describe('updates', () => {
  test('counted, and how many of them are for security', () => {
    expect(parseUpgrade(apt)).toEqual({ pending: 4, security: 2 });
    expect(parseUpgrade('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.')).toEqual({
      pending: 0,
      security: 0,
    });
  });

  test('no rubbish breaks it', () => neverBreaksOn(apt, parseUpgrade));
});

describe('the build version', () => {
  test("is the image's, otherwise the distribution's", () => {
    const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n';
    expect(parseBuildVersion(debian)).toBe('Debian GNU/Linux 12 (bookworm)');
    expect(parseBuildVersion(`${debian}IMAGE_ID=gatehouse\nIMAGE_VERSION='1.2.0'\n`)).toBe('gatehouse 1.2.0');
    expect(parseBuildVersion('NAME="A \\"B\\" \\$C"')).toBe('A "B" $C');
    expect(codeOf(() => parseBuildVersion('ID=x'))).toBe('not-understood');
  });

  test('no rubbish breaks it', () =>
    neverBreaksOn('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', parseBuildVersion));
});

describe('disks', () => {
  test('the one under "/", and the first other fixed one', () => {
    expect(parseDisks(plainDisk)).toEqual({ root: { device: 'vda', size: 274877906944, mountedAt: '/' } });
    expect(parseDisks(lvm)).toEqual({
      root: { device: 'sda', size: 32212254720, mountedAt: '/' },
      second: { device: 'sdc', size: 268435456000, mountedAt: '/var/lib/docker' },
    });
  });

  test('in a container: none of those that lsblk sees', () => {
    expect(parseDisks(inContainer)).toBeUndefined();
  });

  test('no rubbish breaks it', () => neverBreaksOn(lvm, parseDisks));
});

describe('processors', () => {
  const cpu = (user: number, idle: number, model = ' AMD  EPYC ') => ({
    model,
    speed: 0,
    times: { user, nice: 0, sys: 0, idle, irq: 0 },
  });

  test('load is of all cores together, between two looks', () => {
    const before = busy([cpu(100, 900), cpu(0, 1000)]);
    expect(load(before, busy([cpu(200, 900), cpu(0, 1100)]))).toBe(50);
    expect(load(before, before)).toBe(0);
  });

  test('have a name, or the architecture’s', () => {
    expect(cpuModel([cpu(0, 0)], 'x64')).toBe('AMD EPYC');
    expect(cpuModel([cpu(0, 0, 'unknown')], 'arm64')).toBe('arm64');
  });
});
