/** What ip(8), getent(1), systemctl(1) and tcpdump(8) say, understood. Pure. */
import * as z from 'zod';
import { harmless } from '../../values/harmless.ts';
import { parseAddress } from '../../values/host.ts';
import { understood } from '../understood.ts';

const routes = z.array(
  z.object({
    dev: z.string().optional(),
    gateway: z.string().optional(),
    via: z.object({ host: z.string() }).optional(),
  }),
);

export interface Route {
  device: string;
  gateway?: string;
}

/** `ip -json route get ADDRESS`, or `… route show default`: the first route of them. */
export function parseRoute(text: string): Route | undefined {
  const [first] = understood('ip route', routes, text.trim() || '[]');
  const gateway = first?.gateway ?? first?.via?.host;
  return first?.dev === undefined ? undefined : { device: first.dev, ...(gateway === undefined ? {} : { gateway }) };
}

const neighbours = z.array(z.object({ lladdr: z.string().optional() }));
const mac = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/** `ip -json neigh show to ADDRESS dev DEVICE`: its link address, where that is one of Ethernet. */
export function parseMac(text: string): string | undefined {
  const found = understood('ip neigh', neighbours, text.trim() || '[]');
  return found.map(({ lladdr }) => lladdr ?? '').find((address) => mac.test(address));
}

/** `getent ahosts NAME`: each address once, in its order. */
export function parseAddresses(text: string): string[] {
  const found = text.split('\n').map((line) => parseAddress(line.split(/\s/)[0] ?? ''));
  return [...new Set(found.flatMap((one) => (one.ok ? [String(one.value)] : [])))];
}

export interface Said {
  /** Does it listen? */
  isListening: boolean;
  dropped: number;
  /** Why it ended by itself; empty where it did not say. */
  complaint: string;
  isDiskFull: boolean;
}

const known: readonly [pattern: RegExp, complaint: string][] = [
  [/interface disappeared|No such device|SIOCGIFHWADDR/i, 'the interface is not there any more'],
  [/network is down|interface went down|is not up/i, 'the interface is down'],
  [/permission|not permitted/i, 'tcpdump was not allowed to, by a rule of this machine such as AppArmor'],
  [/syntax error|can't parse|parse filter/i, 'tcpdump does not understand the filter'],
  [/No space left|File too large/i, ''],
];

/**
 * What tcpdump 4.99 has written to its standard error: that it listens, counts when it is asked (SIGUSR1) and when it
 * ends, and anything else only where something is wrong.
 */
export function parseSaid(text: string): Said {
  const lines = text.split('\n').map((line) => line.replace(/^tcpdump: /, '').trim());
  const counts = Array.from(text.matchAll(/(\d+) packets? dropped by kernel/g), ([, count]) => Number(count));
  // Counts that were asked for in its last moment, when its socket was closed already, cannot be had: pcap_stats.
  const usual =
    /^$|^WARNING: |^data link type |^listening on |packets? (captured|received by filter|dropped by )|^verbose output suppressed|^pcap_stats: /;
  const complaint = lines.filter((line) => !usual.test(line)).at(-1) ?? '';
  const [, better] = known.find(([pattern]) => pattern.test(complaint)) ?? [];
  return {
    isListening: lines.some((line) => line.startsWith('listening on ')),
    dropped: Math.max(0, ...counts),
    complaint: better ?? harmless(complaint, { most: 160 }).replace(/\.$/, ''),
    isDiskFull: /No space left/i.test(complaint),
  };
}
