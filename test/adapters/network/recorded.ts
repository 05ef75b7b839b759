/** Recorded on Debian 12 (systemd 252, iproute2 6.1), shortened: eth0 by DHCP and router advertisement, eth1 by both. */

export const links = JSON.stringify([
  {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65536,
    link_type: 'loopback',
    address: '00:00:00:00:00:00',
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }],
  },
  {
    ifindex: 3,
    link_index: 4,
    ifname: 'eth1',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '9e:ff:b5:e0:9a:a3',
    linkinfo: { info_kind: 'veth' },
    addr_info: [
      { family: 'inet', local: '192.0.2.5', prefixlen: 24, scope: 'global', dynamic: true },
      { family: 'inet6', local: 'fe80::9cff:b5ff:fee0:9aa3', prefixlen: 64, scope: 'link' },
    ],
  },
  {
    ifindex: 2,
    ifname: 'eth0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1400,
    link_type: 'ether',
    address: '5a:cc:03:2e:68:8f',
    linkinfo: { info_kind: 'veth' },
    addr_info: [
      { family: 'inet6', local: 'fe80::58cc:3ff:fe2e:688f', prefixlen: 64, scope: 'link' },
      { family: 'inet', local: '10.77.0.126', prefixlen: 24, scope: 'global', dynamic: true, label: 'eth0' },
      { family: 'inet', local: '10.77.0.50', prefixlen: 24, scope: 'global', label: 'eth0' },
      { family: 'inet6', local: '2001:db8:77::9', prefixlen: 64, scope: 'global', dadfailed: true },
      { family: 'inet6', local: '2001:db8:77:0:58cc:3ff:fe2e:688f', prefixlen: 64, scope: 'global', mngtmpaddr: true },
    ],
  },
]);

/** Left empty by `-d` where a filter left nothing. */
export const noRoutes = '[ ]';

export const routes = JSON.stringify([
  {
    dst: 'default',
    gateway: '10.77.0.1',
    dev: 'eth0',
    protocol: 'dhcp',
    prefsrc: '10.77.0.126',
    metric: 1024,
    flags: [],
  },
]);

/** Two of equal weight are told as one. */
export const routes6 = JSON.stringify([
  {
    dst: 'default',
    protocol: 'ra',
    metric: 1024,
    flags: [],
    nexthops: [
      { gateway: 'fe80::f81d:a0ff:feef:dbdd', dev: 'eth1', weight: 1, flags: [] },
      { gateway: '2001:db8:77::1', dev: 'eth0', weight: 1, flags: [] },
    ],
  },
]);

export const networkd = JSON.stringify({
  Interfaces: [
    { Index: 1, Name: 'lo', AdministrativeState: 'unmanaged', OnlineState: null },
    {
      Index: 2,
      Name: 'eth0',
      AdministrativeState: 'configured',
      NetworkFile: '/etc/systemd/network/10-gatehouse-eth0.network',
      Addresses: [
        { Family: 2, Address: [10, 77, 0, 126], PrefixLength: 24, ConfigSource: 'DHCPv4', ConfigState: 'configured' },
        { Family: 2, Address: [10, 77, 0, 50], PrefixLength: 24, ConfigSource: 'foreign', ConfigState: 'configured' },
        {
          Family: 10,
          Address: [32, 1, 13, 184, 0, 119, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
          PrefixLength: 64,
          ConfigSource: 'static',
          ConfigState: 'configuring',
        },
        {
          Family: 10,
          Address: [32, 1, 13, 184, 0, 119, 0, 0, 88, 204, 3, 255, 254, 46, 104, 143],
          PrefixLength: 64,
          ConfigSource: 'NDisc',
          ConfigState: 'configured',
        },
      ],
      Routes: [
        { Family: 10, Destination: [], DestinationPrefixLength: 8, ConfigSource: 'foreign' },
        {
          Family: 10,
          DestinationPrefixLength: 0,
          Gateway: [32, 1, 13, 184, 0, 119, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
          ConfigSource: 'static',
          ProtocolString: 'static',
        },
      ],
    },
    { Index: 3, Name: 'eth1', AdministrativeState: 'unmanaged', OnlineState: null },
  ],
});

/** A VLAN of ours on eth0, and one of someone else. */
export const vlans = {
  links: JSON.stringify([
    {
      ifindex: 2,
      ifname: 'eth0',
      flags: ['UP', 'LOWER_UP'],
      mtu: 1500,
      link_type: 'ether',
      address: '5a:cc:03:2e:68:8f',
    },
    {
      ifindex: 5,
      ifname: 'eth0.20',
      link: 'eth0',
      flags: ['UP', 'LOWER_UP'],
      mtu: 1500,
      linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 20, flags: ['REORDER_HDR'] } },
      addr_info: [{ family: 'inet', local: '10.20.0.9', prefixlen: 24, scope: 'global' }],
    },
    {
      ifindex: 6,
      ifname: 'lan30',
      link: 'eth0',
      flags: ['UP', 'LOWER_UP'],
      linkinfo: { info_kind: 'vlan', info_data: { id: 30 } },
      addr_info: [{ family: 'inet', local: '10.30.0.9', prefixlen: 24, scope: 'global' }],
    },
  ]),
  networkd: JSON.stringify({
    Interfaces: [
      {
        Name: 'eth0',
        AdministrativeState: 'configured',
        NetworkFile: '/etc/systemd/network/10-gatehouse-eth0.network',
      },
      {
        Name: 'eth0.20',
        AdministrativeState: 'configured',
        NetworkFile: '/etc/systemd/network/10-gatehouse-eth0.20.network',
        Addresses: [{ Address: [10, 20, 0, 9], PrefixLength: 24, ConfigSource: 'static' }],
      },
      { Name: 'lan30', AdministrativeState: 'configured', NetworkFile: '/etc/systemd/network/30-lan.network' },
    ],
  }),
  routes: [JSON.stringify([{ dst: 'default', gateway: '10.20.0.1', dev: 'eth0.20', protocol: 'static', flags: [] }])],
};
