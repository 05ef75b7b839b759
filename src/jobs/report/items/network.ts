/** The network as the kernel and its daemons see it. */
import { type Line, programsItem } from './programs.ts';

const lines: Line[] = [
  ['addresses.txt', 'ip', '-details', '-statistics', 'address', 'show'],
  ['addresses.json', 'ip', '-json', 'address', 'show'],
  ['routes.txt', 'ip', 'route', 'show', 'table', 'all'],
  ['routes-ipv6.txt', 'ip', '-6', 'route', 'show', 'table', 'all'],
  ['rules.txt', 'ip', 'rule', 'show'],
  ['rules-ipv6.txt', 'ip', '-6', 'rule', 'show'],
  ['neighbours.txt', 'ip', 'neighbour', 'show'],
  ['sockets.txt', 'ss', '--tcp', '--udp', '--raw', '--all', '--numeric', '--processes', '--extended'],
  ['sockets-summary.txt', 'ss', '--summary'],
  ['networkd.txt', 'networkctl', '--no-pager', '--all', '--lines=0', 'status'],
  ['resolver.txt', 'resolvectl', '--no-pager', 'status'],
  ['resolver-statistics.txt', 'resolvectl', '--no-pager', 'statistics'],
];

export const network = programsItem({
  name: 'network',
  title: 'Network',
  about: 'Addresses, routes, rules, neighbours, sockets and the resolver, as they are in effect',
  lines,
  files: [
    '/etc/resolv.conf',
    '/etc/hosts',
    '/etc/nsswitch.conf',
    '/proc/net/dev',
    '/proc/net/snmp',
    '/proc/net/netstat',
  ],
});
