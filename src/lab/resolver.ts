/** The lab's DNS: the file of ours and what DHCP gives, and servers that answer, refuse or are dead as the data says. */
import { join } from 'node:path';
import type { Resolver } from '../adapters/machine.ts';
import type { ResolverState } from '../adapters/resolver/parse.ts';
import { renderResolver } from '../adapters/resolver/render.ts';
import type { LabNetwork } from './network.ts';
import { inRoot, linesOf, textOf, valuesOf } from './root.ts';
import type { MachineData } from './schema.ts';
import { deliver, pause } from './waiting.ts';

export interface LabResolver {
  adapter: Resolver;
  /** resolved reads its file again. */
  tell(): Promise<void>;
  /** Is there a server that answers? */
  resolves(signal: AbortSignal): Promise<boolean>;
}

type Says = MachineData['system']['dns'][string];

/** @param silence milliseconds that is waited for who does not answer */
export async function labResolver(
  data: MachineData,
  root: string,
  network: LabNetwork,
  silence: number,
): Promise<LabResolver> {
  const path = renderResolver({ servers: [], searchDomains: [] })[0]?.path ?? '';
  const read = async () => {
    const lines = linesOf(await textOf(join(root, path)));
    const words = (key: string) => valuesOf(lines, 'Resolve', key).flatMap((value) => value.split(' '));
    return { servers: words('DNS'), domains: words('Domains').filter((domain) => domain !== '~.') };
  };
  let running = await read();

  const effective = async (signal: AbortSignal): Promise<ResolverState> => {
    await deliver(data.facts.dnsServers, 'The list of DNS servers', signal);
    const given = await network.given(signal);
    return {
      servers: [
        ...running.servers.map((address) => ({ address })),
        ...given.flatMap(({ name, dns }) => dns.map((address) => ({ address, interface: name }))),
      ],
      searchDomains: [...new Set([...running.domains, ...given.flatMap(({ domains }) => domains)])],
    };
  };
  const ask = async (server: string, signal: AbortSignal): Promise<Says> => {
    const known = 'value' in data.facts.dnsServers && data.facts.dnsServers.value.includes(server);
    const says = data.system.dns[server] ?? (known ? 'answers' : 'silent');
    return (await network.reaches(server, signal)) ? says : 'silent';
  };

  return {
    adapter: {
      effective,
      files: (settings) => inRoot(root, renderResolver(settings)),
      async test(servers, name, signal) {
        const said = await Promise.all(servers.map((server) => ask(server, signal)));
        if (said.includes('silent')) await pause(silence, signal);
        return resultOf(servers, said, name);
      },
    },
    async tell() {
      running = await read();
    },
    async resolves(signal) {
      const { servers } = await effective(signal);
      const said = await Promise.all(servers.map(({ address }) => ask(address, signal)));
      return said.includes('answers');
    },
  };
}

/** In the words of the real one. */
function resultOf(servers: readonly string[], said: readonly Says[], name: string) {
  const those = (one: Says) => servers.filter((_, index) => said[index] === one);
  const result = (passed: boolean, ...sentences: string[]) => ({
    test: 'DNS',
    passed,
    said: sentences.filter(Boolean).join(' '),
  });
  if (servers.length === 0) return result(false, 'There is no DNS server: none is set, and none was given by DHCP.');
  const rest = [
    ...those('silent').map((server) => `${server} does not answer.`),
    ...those('refuses').map((server) => `${server} refuses to answer.`),
  ];
  const [known, ignorant] = [those('answers'), those('does not know')];
  if (known.length > 0) return result(true, `${known.join(', ')} found ${name}.`, ...rest);
  if (ignorant.length > 0) return result(false, `${ignorant.join(', ')} answers, but does not know ${name}.`, ...rest);
  return result(false, ...rest);
}
