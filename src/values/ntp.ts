/** Time servers and time zones. None given means the brand's servers (gateway guide, "NTP Servers"). */
import { type Host, parseHost } from './host.ts';
import { parseList } from './list.ts';
import { good, type Known, type Parsed, wrong } from './result.ts';

const mostTimeServers = 4;

export function parseTimeServers(given: string | readonly string[]): Parsed<Host[]> {
  return parseList(given, {
    parse: (entry) => parseHost(entry),
    most: mostTimeServers,
    right: '0.debian.pool.ntp.org 192.168.1.1',
  });
}

/** A name of the tz database: "Europe/Madrid". Whether this machine has it, its adapter knows. */
export type ZoneName = Known<string, 'zone'>;

export function parseZone(text: string): Parsed<ZoneName> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', 'Europe/Madrid');
  if (given.length > 64 || !/^[A-Za-z][A-Za-z0-9+_-]*(\/[A-Za-z0-9+_-]+){0,2}$/.test(given))
    return wrong('not the name of a time zone', 'Europe/Madrid');
  return good(given as ZoneName);
}
