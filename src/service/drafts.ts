/**
 * What an operator typed, as values of the settings: every field parsed, all mistakes told at once. Knows nothing of
 * the machine and of other settings.
 */
import type { ChangeDraft, DnsSettings, HostEntry, InterfaceSettings, ProxyDraft } from '../appliance.ts';
import { type Cidr, parseCidr, parseGateway, partsOf } from '../values/cidr.ts';
import { parseDnsServer, parseDnsServers } from '../values/dns.ts';
import { parseSearchDomains } from '../values/domain.ts';
import { isIpv6, parseAddress, parseFqdn } from '../values/host.ts';
import { parseMtu } from '../values/mtu.ts';
import { parseNoProxy } from '../values/noproxy.ts';
import { parsePort } from '../values/port.ts';
import { mostProxies, parseProxyHost, parseProxyPassword, parseProxyUser } from '../values/proxy.ts';
import { type Parsed, wrong } from '../values/result.ts';
import { parseVlan } from '../values/vlan.ts';
import type { Mistakes } from './mistakes.ts';

/** The draft with its values as the settings write them; what is wrong is noted, and then the result is not to be used. */
export function parsedDraft(draft: ChangeDraft, mistakes: Mistakes): ChangeDraft {
  if (draft.section === 'interface')
    return { ...draft, settings: parsedInterface(draft.name, draft.settings, mistakes) };
  if (draft.section === 'dns') return { ...draft, settings: parsedDns(draft.settings, mistakes) };
  if (draft.section === 'proxy')
    return {
      ...draft,
      settings: {
        ...draft.settings,
        proxies: parsedProxies(draft.settings, mistakes),
        noProxy: [...(mistakes.take('noProxy', parseNoProxy(draft.settings.noProxy)) ?? [])],
      },
    };
  return draft;
}

function parsedInterface(name: string, given: InterfaceSettings, mistakes: Mistakes): InterfaceSettings {
  // Characters and length that systemd takes (IFNAMSIZ: 15).
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/.test(name)) mistakes.add('name', 'not the name of an interface', 'eth0');
  const { method, ipv6 } = given;
  const vlan = given.vlan === undefined ? undefined : mistakes.take('vlan', parseVlan(String(given.vlan)));
  const mtu =
    given.mtu === undefined
      ? undefined
      : mistakes.take('mtu', parseMtu(String(given.mtu), { ipv6: ipv6.method !== 'off' }));
  return {
    method,
    ...parsedFamily(given, { field: '', isStatic: method === 'static', ipv6: false }, mistakes),
    ipv6: {
      method: ipv6.method,
      ...parsedFamily(ipv6, { field: 'ipv6.', isStatic: ipv6.method === 'static', ipv6: true }, mistakes),
    },
    ...(vlan === undefined ? {} : { vlan }),
    ...(mtu === undefined ? {} : { mtu }),
  };
}

interface Family {
  field: string;
  isStatic: boolean;
  ipv6: boolean;
}

function parsedFamily(
  given: { address?: string; gateway?: string },
  family: Family,
  mistakes: Mistakes,
): { address?: string; gateway?: string } {
  if (!family.isStatic) {
    for (const field of ['address', 'gateway'] as const)
      if (given[field] !== undefined)
        mistakes.add(`${family.field}${field}`, 'given, but the method is not static', 'nothing, or the method static');
    return {};
  }
  const cidr = mistakes.take(`${family.field}address`, cidrOf(given.address ?? '', family.ipv6));
  if (given.gateway === undefined) return cidr === undefined ? {} : { address: cidr };
  const gateway = mistakes.take(`${family.field}gateway`, gatewayOf(given.gateway, cidr, family.ipv6));
  return cidr === undefined || gateway === undefined ? {} : { address: cidr, gateway };
}

function cidrOf(text: string, ipv6: boolean): Parsed<Cidr> {
  const example = ipv6 ? '2001:db8::5/64' : '10.0.0.5/24';
  const parsed = parseCidr(text);
  if (!parsed.ok) return text.trim() === '' ? wrong(parsed.why, example) : parsed;
  if (isIpv6(partsOf(parsed.value).address) === ipv6) return parsed;
  return wrong(ipv6 ? 'not an IPv6 address' : 'not an IPv4 address', example);
}

/** Where the address is wrong, what can be said of the gateway alone. */
function gatewayOf(text: string, cidr: Cidr | undefined, ipv6: boolean): Parsed<string> {
  if (cidr !== undefined) return parseGateway(text, cidr);
  const parsed = parseAddress(text);
  if (!parsed.ok || isIpv6(parsed.value) === ipv6) return parsed;
  return wrong(ipv6 ? 'not an IPv6 address' : 'not an IPv4 address', ipv6 ? '2001:db8::1' : '10.0.0.1');
}

function parsedDns({ servers, searchDomains }: DnsSettings, mistakes: Mistakes): DnsSettings {
  return {
    servers: each('servers', servers, parseDnsServer, parseDnsServers, mistakes),
    searchDomains: [...(mistakes.take('searchDomains', parseSearchDomains(searchDomains)) ?? [])],
  };
}

/** Entries that are wrong by themselves are told each by its own field ("servers.1"); what the list breaks, as a whole. */
function each<T extends string>(
  field: string,
  given: readonly string[],
  one: (text: string) => Parsed<T>,
  all: (texts: readonly string[]) => Parsed<T[]>,
  mistakes: Mistakes,
): T[] {
  const before = mistakes.all.length;
  given.forEach((text, index) => {
    if (text.trim() !== '') mistakes.take(`${field}.${index}`, one(text));
  });
  return mistakes.all.length > before ? [] : (mistakes.take(field, all(given)) ?? []);
}

function parsedProxies(
  { enabled, proxies }: { enabled: boolean; proxies: ProxyDraft[] },
  mistakes: Mistakes,
): ProxyDraft[] {
  if (enabled && proxies.length === 0)
    mistakes.add('proxies', 'a proxy is enabled, but none is given', 'proxy.example.com, port 443');
  if (proxies.length > mostProxies)
    mistakes.add('proxies', `at most ${mostProxies}, these are ${proxies.length}`, 'up to five different proxies');
  const parsed = proxies.map((proxy, index) => parsedProxy(proxy, `proxies.${index}`, mistakes));
  const names = parsed.map(({ host, port }) => `${host}:${port}`);
  names.forEach((name, index) => {
    if (parsed[index]?.host && names.indexOf(name) < index)
      mistakes.add(`proxies.${index}.host`, `${name} is there twice`, 'up to five different proxies');
  });
  return parsed;
}

function parsedProxy(given: ProxyDraft, field: string, mistakes: Mistakes): ProxyDraft {
  const host = mistakes.take(`${field}.host`, parseProxyHost(given.host));
  const port = mistakes.take(`${field}.port`, parsePort(String(given.port)));
  const user = mistakes.take(`${field}.user`, parseProxyUser(given.user ?? ''));
  if (given.password) {
    if ((given.user ?? '').trim() === '')
      mistakes.add(`${field}.password`, 'a password without a user', 'a user, or no password');
    else mistakes.take(`${field}.password`, parseProxyPassword(given.password));
  }
  return {
    host: host ?? '',
    port: port ?? 0,
    ...(user === undefined ? {} : { user }),
    ...(given.password === undefined ? {} : { password: given.password }),
  };
}

/** The entries, lower case and canonical. */
export function parsedHosts(entries: readonly HostEntry[], mistakes: Mistakes): HostEntry[] {
  const parsed = entries.map(({ name, address }, index) => ({
    name: mistakes.take(`entries.${index}.name`, parseFqdn(name)) ?? '',
    address: mistakes.take(`entries.${index}.address`, parseAddress(address)) ?? '',
  }));
  const lines = parsed.map(({ name, address }) => `${address} ${name}`);
  lines.forEach((line, index) => {
    if (parsed[index]?.name && lines.indexOf(line) < index)
      mistakes.add(`entries.${index}.name`, 'the same entry is there twice', 'each entry once');
  });
  return parsed;
}
