/**
 * The files that others of this machine take the upstream proxy from: system updates and the container engine. The
 * platform client reads the settings themselves. Passwords are in them: readable by root only. Pure.
 */
import type { NoProxyEntry } from '../../values/noproxy.ts';
import { proxyUrl, type UpstreamProxy } from '../../values/proxy.ts';
import type { EffectOf, ManagedFile } from '../files.ts';

export interface ProxySettings {
  enabled: boolean;
  /** The first is the one that programs use which can have one only: all of these. */
  proxies: readonly UpstreamProxy[];
  noProxy: readonly NoProxyEntry[];
}

const aptFile = '/etc/apt/apt.conf.d/90gatehouse-proxy';
const engineFile = '/etc/systemd/system/docker.service.d/50-gatehouse-proxy.conf';
const variablesFile = '/etc/gatehouse/proxy.env';
const written = 'Written by Gatehouse; changes made here are lost.';

/** Disabled, or none: the files must not exist. */
export function renderProxy({ enabled, proxies, noProxy }: ProxySettings): ManagedFile[] {
  const [first] = enabled ? proxies : [];
  return [
    { path: aptFile, content: first ? apt(first, noProxy) : null, mode: 0o600 },
    { path: variablesFile, content: first ? variables(first, noProxy) : null, mode: 0o600 },
    { path: engineFile, content: first ? engine : null, mode: 0o644 },
  ];
}

/** Restarting the engine stops containers: only where that was asked for. */
export function proxyEffect(restart: boolean): EffectOf<'docker-proxy'> {
  return { kind: 'docker-proxy', restart };
}

/** apt-transport-http(1). It knows exceptions by whole host names and IPv4 addresses only; the rest goes to the proxy. */
function apt(proxy: UpstreamProxy, noProxy: readonly NoProxyEntry[]): string {
  const url = proxyUrl(proxy).reveal();
  const exact = noProxy.filter((entry) => !/^\.|[/:]/.test(entry));
  const lines = ['http', 'https'].flatMap((method) => [
    `Acquire::${method}::Proxy "${url}";`,
    ...exact.map((host) => `Acquire::${method}::Proxy::${host} "DIRECT";`),
  ]);
  return `// ${written}\n${lines.join('\n')}\n`;
}

/** EnvironmentFile= of systemd.exec(5). A URL of ours has no character that would have to be quoted in it. */
function variables(proxy: UpstreamProxy, noProxy: readonly NoProxyEntry[]): string {
  const url = proxyUrl(proxy).reveal();
  return [`# ${written}`, `HTTP_PROXY=${url}`, `HTTPS_PROXY=${url}`, `NO_PROXY=${noProxy.join(',')}`, ''].join('\n');
}

const engine = `# ${written}
[Service]
EnvironmentFile=${variablesFile}
`;
