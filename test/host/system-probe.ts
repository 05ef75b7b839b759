/**
 * Calls one function of the System adapters and writes what comes of it: `node main.mjs NAME '[arguments]'` inside a
 * booted host, where the tests cannot be. What is secret comes on standard input, as in the product.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ManagedFile } from '../../src/adapters/files.ts';
import { readHosts, writeHosts } from '../../src/adapters/hosts/hosts.ts';
import { isPassword, loginState, setPassword } from '../../src/adapters/login/login.ts';
import { effectiveNetwork, tellNetworkd } from '../../src/adapters/network/network.ts';
import { probeDuplicate, testGateway, testLink } from '../../src/adapters/network/probe.ts';
import { type Interfaces, networkEffects, renderInterfaces } from '../../src/adapters/network/render.ts';
import { testPlatform } from '../../src/adapters/proxy/probe.ts';
import { tellEngine } from '../../src/adapters/proxy/proxy.ts';
import { proxyEffect, renderProxy } from '../../src/adapters/proxy/render.ts';
import { testDns } from '../../src/adapters/resolver/probe.ts';
import { renderResolver } from '../../src/adapters/resolver/render.ts';
import { effectiveResolver, tellResolved } from '../../src/adapters/resolver/resolver.ts';
import { disableSsh, enableSsh, sshState } from '../../src/adapters/ssh/ssh.ts';
import { renderTime } from '../../src/adapters/time/render.ts';
import { effectiveTime, setZone, tellTimesyncd, zones } from '../../src/adapters/time/time.ts';
import type { DnsSettings, HostEntry } from '../../src/appliance.ts';
import { problemOf } from '../../src/errors.ts';
import { parseProxyUrl } from '../../src/values/proxy.ts';
import { sure } from '../../src/values/result.ts';
import { Secret } from '../../src/values/secret.ts';

const { signal } = new AbortController();

async function write(files: readonly ManagedFile[]): Promise<void> {
  for (const { path, content, mode } of files) {
    if (content === null) await rm(path, { force: true });
    else {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, content, { mode });
      await rename(`${path}.new`, path);
    }
  }
}

const mtus = async (settings: Interfaces) =>
  Object.fromEntries((await effectiveNetwork(settings, signal)).map(({ name, mtu = 1500 }) => [name, mtu]));
const secret = async () => new Secret(await text(process.stdin));
const proxies = async () => (await text(process.stdin)).split('\n').map((url) => sure(parseProxyUrl(url)));

const calls: Record<string, (...args: never[]) => Promise<unknown>> = {
  network: (settings: Interfaces) => effectiveNetwork(settings, signal),
  setNetwork: async (before: Interfaces, after: Interfaces, dns: boolean) => {
    const { there, back } = networkEffects(before, after, await mtus(before));
    await write(renderInterfaces(after, { dns, domains: dns }, before));
    await tellNetworkd(there, signal);
    return { there, back };
  },
  duplicate: (device: string, address: string) => probeDuplicate(device, address, signal),
  link: async (settings: Interfaces, name: string, wanted: string[]) =>
    testLink(
      (await effectiveNetwork(settings, signal)).find((one) => one.name === name),
      name,
      wanted,
    ),
  gateway: (device: string, address: string) => testGateway(device, address, signal),
  resolver: () => effectiveResolver(signal),
  setResolver: async (settings: DnsSettings) => {
    await write(renderResolver(settings));
    await tellResolved(signal);
  },
  dns: (servers: string[], name: string) => testDns(servers, name, signal),
  time: () => effectiveTime(signal),
  setTime: async (servers: string[], defaults: string[]) => {
    await write(renderTime(servers, defaults));
    await tellTimesyncd(signal);
  },
  zones: () => zones(signal),
  setZone: (name: string) => setZone(name, signal),
  hosts: () => readHosts(),
  setHosts: (entries: HostEntry[]) => writeHosts(entries),
  ssh: () => sshState(signal),
  enableSsh: () => enableSsh(signal),
  disableSsh: () => disableSsh(signal),
  login: (user: string) => loginState(user, signal),
  setPassword: async (user: string) => setPassword(user, await secret(), signal),
  isPassword: async (user: string) => isPassword(user, await secret(), signal),
  setProxy: async (enabled: boolean, restart: boolean) => {
    await write(renderProxy({ enabled, proxies: await proxies(), noProxy: [] }));
    await tellEngine(proxyEffect(restart), signal);
  },
  platform: async (host: string, port: number, trusted: string) =>
    testPlatform({ host, port, trusted, proxies: await proxies() }, signal),
};

const [, , name = '', args = '[]'] = process.argv;
const call = calls[name];
if (!call) throw new Error(`no call ${name}`);
try {
  const result = await call(...(JSON.parse(args) as never[]));
  process.stdout.write(JSON.stringify({ result }));
} catch (error) {
  process.stdout.write(JSON.stringify({ problem: problemOf(error, String(error)) }));
}
