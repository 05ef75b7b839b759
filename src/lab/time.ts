/** The lab's clock: time zone and servers in files of the machine's folder; who answers is said by the data. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Facts, Time } from '../adapters/machine.ts';
import { renderTime } from '../adapters/time/render.ts';
import type { ZoneFacts } from '../appliance.ts';
import { fail } from '../errors.ts';
import { parseZone } from '../values/ntp.ts';
import { chance } from './chance.ts';
import type { LabNetwork } from './network.ts';
import { inRoot, linesOf, textOf, valuesOf } from './root.ts';
import type { MachineData } from './schema.ts';
import { deliver } from './waiting.ts';

/** The zone that was set, or the machine file's. */
export async function zoneIn(root: string, { facts }: MachineData, signal: AbortSignal): Promise<ZoneFacts> {
  const first = await deliver(facts.zone, 'The time zone', signal);
  const name = (await textOf(join(root, zoneFile))).trim();
  return name === '' || name === first.name ? first : factsOf(name);
}

const zoneFile = 'etc/timezone';

/** "CET" where English has a name for it, and the offset where not. */
function factsOf(name: string): ZoneFacts {
  const named = (timeZoneName: 'longOffset' | 'short') =>
    new Intl.DateTimeFormat('en-GB', { timeZone: name, timeZoneName })
      .formatToParts()
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const offset = named('longOffset').replace('GMT', '').replace(':', '') || '+0000';
  const short = named('short');
  return { name, abbreviation: /^[A-Z]{2,5}$/.test(short) ? short : offset, offset };
}

/** Names that the tz database has now for zones that Intl lists under earlier ones. */
const renamed = ['Africa/Asmara', 'America/Nuuk', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon'];

const usualServer = '0.debian.pool.ntp.org';

/** @param facts with the machine's own idea of the time */
export async function labTime(data: MachineData, root: string, facts: Facts, network: LabNetwork): Promise<Time> {
  const path = renderTime([], [usualServer])[0]?.path ?? '';
  const read = async () => {
    const servers = valuesOf(linesOf(await textOf(join(root, path))), 'Time', 'NTP').flatMap((one) => one.split(' '));
    return { servers: servers.length > 0 ? servers : [usualServer], since: new Date() };
  };
  let running = await read();
  const zones = () => {
    const own = 'value' in data.facts.zone ? [data.facts.zone.value.name] : [];
    return [...new Set([...Intl.supportedValuesOf('timeZone'), ...renamed, 'Etc/UTC', 'UTC', ...own])].sort();
  };
  return {
    async effective(signal) {
      const [{ now, synchronised = false }, zone] = await Promise.all([facts.time(signal), zoneIn(root, data, signal)]);
      const server = running.servers.find((one) => !data.system.silentTimeServers.includes(one));
      const isOut = await network.reaches('192.0.2.1', signal);
      if (!synchronised || server === undefined || !isOut) return { now, zone: zone.name, synchronised: false };
      const random = chance(server);
      return {
        now,
        zone: zone.name,
        synchronised,
        server,
        offset: Math.round((random() - 0.5) * 4000) / 1000,
        stratum: 2 + Math.floor(random() * 2),
        lastSync: running.since.toISOString(),
      };
    },
    files: (servers, defaults) => inRoot(root, renderTime(servers, defaults)),
    async tell() {
      running = await read();
    },
    async zones(signal) {
      await deliver(data.facts.zone, 'The time zone', signal);
      return zones();
    },
    async setZone(name, signal) {
      await deliver(data.facts.zone, 'The time zone', signal);
      const parsed = parseZone(name);
      if (!parsed.ok) throw fail('bad-value', { field: 'zone', why: parsed.why, right: parsed.right });
      if (!zones().includes(parsed.value))
        throw fail('bad-value', { field: 'zone', why: 'this machine does not know it', right: 'Europe/Madrid' });
      const file = join(root, zoneFile);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, `${parsed.value}\n`, { mode: 0o600 });
    },
  };
}
