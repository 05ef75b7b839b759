/** The tests after a change was applied: link, gateway, DNS, platform; each told as it comes. Judges, changes nothing. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Found } from '../adapters/network/parse.ts';
import { testLink } from '../adapters/network/probe.ts';
import type { ChangeDraft, InterfaceSettings, TestResult } from '../appliance.ts';
import { problemOf, sentence } from '../errors.ts';
import { trustedBy } from '../platform/client/reach.ts';
import type { Settings } from '../settings/schema.ts';
import { type Cidr, partsOf } from '../values/cidr.ts';
import { parseHost } from '../values/host.ts';
import { isDirect } from '../values/noproxy.ts';
import { hostOf, parseSuffix } from '../values/suffix.ts';
import { within } from '../within.ts';
import { messageOf, type System } from './system.ts';

/** Milliseconds. For DHCP, and for IPv6 to see that nobody else has the address. */
const LINK_LIMIT = 20_000;
const PLATFORM_LIMIT = 20_000;
const PAUSE = 300;
/** What the platform is reached at. */
const HTTPS = 443;

type Tell = (result: TestResult) => void;

export async function tryOut(system: System, draft: ChangeDraft, tell: Tell, signal: AbortSignal): Promise<void> {
  const { settings } = await system.reread();
  const names = interfacesOf(draft, settings);
  // At once: all of it has a minute, and an interface without DHCP takes a third of it.
  await Promise.all(names.map((name) => tryInterface(system, name, settings, tell, signal)));
  if (draft.section !== 'proxy') tell(await dns(system, settings, signal));
  const result = await platform(system, draft, settings, signal);
  if (result) tell(result);
}

function interfacesOf(draft: ChangeDraft, { interfaces }: Settings): string[] {
  if (draft.section === 'interface') return [draft.name];
  if (draft.section === 'apply' && draft.dns === undefined) return Object.keys(draft.interfaces);
  // A change of DNS sets up the interfaces anew, too: it could be kept, or the next one begun, before they are back.
  return draft.section === 'proxy' ? [] : Object.keys(interfaces);
}

async function tryInterface(
  system: System,
  name: string,
  { interfaces }: Settings,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const settings = interfaces[name];
  // What is left without an address on purpose, or to others, is not judged.
  if (!settings || settings.method === 'unconfigured') return;
  const { result, found } = await link(system, name, settings, interfaces, signal);
  tell(result);
  if (!result.passed || !found) return;
  const taken = await duplicate(system, found, settings, signal);
  if (taken) tell(taken);
  const gateway = settings.gateway ?? found.gateways[0]?.address;
  if (gateway !== undefined) tell(await system.machine.network.testGateway(found.device, gateway, signal));
}

/** Looks again until all is there, or for so long. */
async function link(
  { machine, pace }: System,
  name: string,
  { address, ipv6 }: InterfaceSettings,
  interfaces: Settings['interfaces'],
  signal: AbortSignal,
): Promise<{ result: TestResult; found: Found | undefined }> {
  const wanted = [address, ipv6.address].flatMap((cidr) => (cidr === undefined ? [] : [partsOf(cidr as Cidr).address]));
  const end = performance.now() + LINK_LIMIT * pace;
  for (;;) {
    const found = (await machine.network.effective(interfaces, signal)).find((one) => one.name === name);
    const result = testLink(found, name, wanted);
    if (result.passed || performance.now() > end) return { result, found };
    await wait(PAUSE * pace, undefined, { signal });
  }
}

/** Also where it could be asked before: two may have taken it at the same time. */
async function duplicate(
  { machine }: System,
  { device }: Found,
  { address: cidr }: InterfaceSettings,
  signal: AbortSignal,
): Promise<TestResult | undefined> {
  if (cidr === undefined) return undefined;
  const { address } = partsOf(cidr as Cidr);
  const found = await machine.network.probeDuplicate(device, address, signal);
  if (found.state !== 'in use') return undefined;
  return { test: 'link', passed: false, said: `${address} is in use on the link too, by ${found.mac}.` };
}

async function dns({ machine, brand }: System, settings: Settings, signal: AbortSignal): Promise<TestResult> {
  const servers =
    settings.dns.servers.length > 0
      ? settings.dns.servers
      : (await machine.resolver.effective(signal)).servers.map(({ address }) => address);
  const name = platformHost(brand, settings) ?? brand.ntpServers.find(isName);
  return machine.resolver.test(servers, name ?? brand.hosts.status, signal);
}

const isName = (host: string) => /[a-z]/i.test(host) && !host.includes(':');

/** Without a suffix there is no platform to be reached; but a proxy is tried with the brand's first. */
async function platform(
  { machine, brand, state, pace }: System,
  draft: ChangeDraft,
  settings: Settings,
  signal: AbortSignal,
): Promise<TestResult | undefined> {
  const host = platformHost(brand, settings) ?? (isOfProxy(draft) ? firstHost(brand) : undefined);
  if (host === undefined) return undefined;
  const { enabled, proxies, order, noProxy } = settings.proxy;
  const parsed = parseHost(host);
  const isAround = !enabled || (parsed.ok && isDirect(parsed.value, noProxy));
  const ways = isAround ? [] : order === 'random' ? shuffled(proxies) : proxies;
  // As the platform itself is judged afterwards: it may be somebody's own.
  const trusted = await trustedBy(state, brand);
  const target = { host, port: HTTPS, proxies: ways, ...(trusted === undefined ? {} : { trusted }) };
  const test = (inner: AbortSignal) => machine.proxy.test(target, inner);
  try {
    return await within(PLATFORM_LIMIT * pace, host, test, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return { test: 'platform', passed: false, said: sentence(problemOf(error, messageOf(error))) };
  }
}

const isOfProxy = (draft: ChangeDraft) =>
  draft.section === 'proxy' || (draft.section === 'apply' && draft.proxy !== undefined);

function platformHost({ hosts }: System['brand'], { suffix }: Settings): string | undefined {
  return suffix === undefined ? undefined : hostOf(hosts.status, suffix);
}

function firstHost({ hosts, platforms }: System['brand']): string | undefined {
  const parsed = parseSuffix(platforms[0]?.suffix ?? '');
  return parsed.ok ? hostOf(hosts.status, parsed.value) : undefined;
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
