/** What the programs said on Debian 12: recorded, shortened, and put together where no machine had all of it. */

const lo = {
  ifindex: 1,
  ifname: 'lo',
  flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
  mtu: 65536,
  operstate: 'UNKNOWN',
  link_type: 'loopback',
  address: '00:00:00:00:00:00',
  addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host', label: 'lo' }],
};

/** `ip -j -d addr` in a booted container; a link-local address before a global one, as happens. */
export const ipAddr = JSON.stringify([
  lo,
  {
    ifindex: 2,
    link_index: 3,
    ifname: 'eth0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    operstate: 'UP',
    link_type: 'ether',
    address: '5a:cc:03:2e:68:8f',
    broadcast: 'ff:ff:ff:ff:ff:ff',
    linkinfo: { info_kind: 'veth' },
    addr_info: [
      { family: 'inet', local: '10.77.0.2', prefixlen: 24, broadcast: '10.77.0.255', scope: 'global', label: 'eth0' },
      { family: 'inet6', local: 'fe80::58cc:3ff:fe2e:688f', prefixlen: 64, scope: 'link' },
      { family: 'inet6', local: 'fd00::2', prefixlen: 64, scope: 'global', dynamic: true },
    ],
  },
]);

const ether = (ifname: string, ...flags: string[]) => ({
  ifname,
  flags: ['BROADCAST', 'MULTICAST', ...flags],
  link_type: 'ether',
  address: '52:54:00:00:00:01',
  addr_info: [],
});

export const withDocker = JSON.stringify([
  lo,
  ether('docker0', 'NO-CARRIER', 'UP'),
  ether('ens3', 'UP', 'LOWER_UP'),
  ether('ens4', 'NO-CARRIER', 'UP'),
  ether('ens5'),
  ether('veth1a2b3c4', 'UP', 'LOWER_UP'),
]);

/** `busctl --json=short get-property … DNS`; the last two put in. */
export const resolvedDns =
  '{"type":"a(iiay)","data":[[2,2,[10,77,0,1]],[2,2,[9,9,9,9]],[3,2,[9,9,9,9]],' +
  '[0,10,[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,83]],[2,10,[254,128,0,0,0,0,0,0,0,0,0,0,0,0,0,1]]]}';

/** `apt-get -s dist-upgrade`, shortened. */
export const apt = `Reading package lists...
Building dependency tree...
Calculating upgrade...
The following NEW packages will be installed:
  linux-perf
4 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
Inst libss2 [1.47.0-2] (1.47.0-2+b2 Debian:12.15/oldstable [amd64])
Inst python3-jwt [2.6.0-1] (2.6.0-1+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [all])
Inst unzip [6.0-28] (6.0-28+deb12u1 Debian-Security:12/oldstable-security [amd64]) []
Inst security-tools [1.0] (1.1 Debian:12.15/oldstable [all])
Conf libss2 (1.47.0-2+b2 Debian:12.15/oldstable [amd64])
Conf unzip (6.0-28+deb12u1 Debian-Security:12/oldstable-security [amd64])
`;

const none = { rm: false, mountpoints: [null] };
const zram = { name: 'zram0', type: 'disk', size: 0, ...none };

/** `lsblk --json --bytes` of a machine whose file system lies on the whole disk. */
export const plainDisk = JSON.stringify({
  blockdevices: [zram, { ...none, name: 'vda', type: 'disk', size: 274877906944, mountpoints: ['/run/netns', '/'] }],
});

/** The same in a container on it. */
export const inContainer = plainDisk.replace('"/run/netns","/"', '"/run/host/incoming","/run/host/os-release"');

export const lvm = JSON.stringify(
  {
    blockdevices: [
      { ...none, name: 'loop0', type: 'loop', size: 4096, mountpoints: ['/snap'] },
      zram,
      {
        ...none,
        name: 'sda',
        type: 'disk',
        size: 32212254720,
        children: [
          { ...none, name: 'sda1', type: 'part', size: 512000000, mountpoints: ['/boot'] },
          {
            ...none,
            name: 'sda2',
            type: 'part',
            size: 31000000000,
            children: [
              { ...none, name: 'vg-root', type: 'lvm', size: 29000000000, mountpoints: ['/'] },
              { ...none, name: 'vg-swap', type: 'lvm', size: 2000000000, mountpoints: ['[SWAP]'] },
            ],
          },
        ],
      },
      { ...none, name: 'sdb', type: 'disk', size: 16000000000, rm: true, mountpoints: ['/media/stick'] },
      {
        ...none,
        name: 'sdc',
        type: 'disk',
        size: 268435456000,
        children: [
          { ...none, name: 'sdc1', type: 'part', size: 1000000, mountpoints: ['/mnt/small'] },
          { ...none, name: 'sdc2', type: 'part', size: 268000000000, mountpoints: ['/var/lib/docker'] },
        ],
      },
      { ...none, name: 'sr0', type: 'rom', size: 1073741312, rm: true },
    ],
  },
  null,
  3,
);
