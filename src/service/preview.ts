/** The page before a change: what is set now, what will be, and what runs in fact. Pure; passwords are masked. */
import type { Found } from '../adapters/network/parse.ts';
import type { ResolverState } from '../adapters/resolver/parse.ts';
import type { ChangeDraft, Difference, InterfaceSettings } from '../appliance.ts';
import { differencesBetween } from '../settings/difference.ts';
import type { Settings } from '../settings/schema.ts';
import { isIpv6 } from '../values/host.ts';
import { proxyName, type UpstreamProxy } from '../values/proxy.ts';
import { samePassword } from './proxy.ts';

export interface Now {
  found: readonly Found[];
  /** undefined where it cannot be told. */
  resolver: ResolverState | undefined;
}

export function differencesFor(draft: ChangeDraft, before: Settings, after: Settings, now: Now): Difference[] {
  switch (draft.section) {
    case 'interface':
      return interfaceLines(draft.name, before, after, now);
    case 'dns':
      return dnsLines(before, after, now);
    case 'proxy':
      return proxyLines(before, after);
    case 'reset-network': {
      const names = [...new Set([...Object.keys(before.interfaces), ...Object.keys(after.interfaces)])];
      const prefixed = names.flatMap((name) =>
        interfaceLines(name, before, after, now).map((line) => ({ ...line, what: `${name} ${line.what}` })),
      );
      return [...prefixed, ...dnsLines(before, after, now), ...proxyLines(before, after)];
    }
    case 'apply':
    case 'settings':
      return differencesBetween(before, after).map(({ path, before = 'none', after = 'none' }) => ({
        what: path,
        now: before,
        will: after,
        changed: true,
      }));
  }
}

function line(what: string, now: string, will: string, effective?: string): Difference {
  return { what, now, will, ...(effective === undefined ? {} : { effective }), changed: now !== will };
}

const methods = { dhcp: 'DHCP', static: 'Static', unconfigured: 'Unconfigured' } as const;
const methods6 = { automatic: 'Automatic', static: 'Static', off: 'Off' } as const;
const notSet = 'not set here';

function interfaceLines(name: string, before: Settings, after: Settings, { found }: Now): Difference[] {
  const old: InterfaceSettings | undefined = before.interfaces[name];
  const now: InterfaceSettings | undefined = after.interfaces[name];
  const is = found.find((one) => one.name === name);
  const both = (what: string, value: (settings: InterfaceSettings) => string, effective?: string) =>
    line(what, old ? value(old) : notSet, now ? value(now) : notSet, effective);
  const addresses = (ipv6: boolean) =>
    listed(
      is?.addresses
        .filter(({ address, from }) => from !== 'link-local' && isIpv6(address) === ipv6)
        .map(({ address, from }) => `${address} (${from})`),
    );
  const gateways = (ipv6: boolean) =>
    listed(is?.gateways.filter(({ address }) => isIpv6(address) === ipv6).map((one) => `${one.address} (${one.from})`));
  return [
    both('Method', ({ method }) => methods[method]),
    both('Address', ({ method, address }) => address ?? (method === 'dhcp' ? 'by DHCP' : 'none'), addresses(false)),
    both('Gateway', ({ method, gateway }) => gateway ?? (method === 'dhcp' ? 'by DHCP' : 'none'), gateways(false)),
    both('IPv6', ({ ipv6 }) => methods6[ipv6.method]),
    both(
      'IPv6 address',
      ({ ipv6 }) => ipv6.address ?? (ipv6.method === 'automatic' ? 'automatic' : 'none'),
      addresses(true),
    ),
    both(
      'IPv6 gateway',
      ({ ipv6 }) => ipv6.gateway ?? (ipv6.method === 'automatic' ? 'automatic' : 'none'),
      gateways(true),
    ),
    both('VLAN', ({ vlan }) => (vlan === undefined ? 'untagged' : String(vlan)), is && String(is.vlan ?? 'untagged')),
    both(
      'MTU',
      ({ mtu }) => (mtu === undefined ? "the interface's own" : String(mtu)),
      is?.mtu === undefined ? undefined : String(is.mtu),
    ),
  ];
}

function dnsLines(before: Settings, after: Settings, { resolver }: Now): Difference[] {
  const servers = ({ dns }: Settings) => dns.servers.join(', ') || 'by DHCP';
  const domains = ({ dns }: Settings) => dns.searchDomains.join(', ') || 'by DHCP';
  const inEffect = resolver?.servers.map((one) => `${one.address}${one.interface ? ` (${one.interface})` : ''}`);
  return [
    line('DNS servers', servers(before), servers(after), resolver && listed(inEffect)),
    line('Search domains', domains(before), domains(after), resolver && listed(resolver.searchDomains)),
  ];
}

function proxyLines(before: Settings, after: Settings): Difference[] {
  const [old, now] = [before.proxy, after.proxy];
  const count = Math.max(old.proxies.length, now.proxies.length);
  const word = ({ enabled }: Settings['proxy']) => (enabled ? 'enabled' : 'disabled');
  const order = { sequential: 'one after the other', random: 'at random' } as const;
  const each = Array.from({ length: count }, (_, index) => {
    const [was, will] = [old.proxies[index], now.proxies[index]];
    const isNew = was?.password && will?.password && !samePassword(was, will);
    return line(`Proxy ${index + 1}`, proxyWords(was), `${proxyWords(will)}${isNew ? ' (another)' : ''}`);
  });
  return [
    line('Proxy', word(old), word(now)),
    ...each,
    line('Order', order[old.order], order[now.order]),
    line('Without a proxy', old.noProxy.join(', ') || 'nothing', now.noProxy.join(', ') || 'nothing'),
  ];
}

function proxyWords(proxy: UpstreamProxy | undefined): string {
  if (!proxy) return 'none';
  const { user, password } = proxy;
  return `${proxyName(proxy)}${user === undefined ? '' : `, user ${user}`}${password ? `, password ${password}` : ''}`;
}

function listed(texts: readonly string[] | undefined): string {
  return texts?.join(', ') || 'none';
}
