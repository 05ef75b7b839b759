/**
 * An unattended file, understood: every value parsed by the function that the forms use, and all that is wrong told at
 * once, each mistake with its line. Pure; what the machine says to it is asked elsewhere.
 */
import type { ChangeDraft, HostEntry, InterfaceSettings } from '../appliance.ts';
import { type Failure, fail } from '../errors.ts';
import { parsedDraft, parsedHosts } from '../service/drafts.ts';
import { type Mistake, Mistakes } from '../service/mistakes.ts';
import { parsePasswordHash } from '../values/crypt.ts';
import { harmless } from '../values/harmless.ts';
import { parseTimeServers, parseZone } from '../values/ntp.ts';
import { parsePassword } from '../values/password.ts';
import { type PublicKey, parsePublicKey } from '../values/public-key.ts';
import type { Secret } from '../values/secret.ts';
import { parseSuffix } from '../values/suffix.ts';
import { parsePersonalizationCode } from '../values/uuid.ts';
import { type Shape, shapeOf } from './shape.ts';
import { readText } from './yaml.ts';

type ProxySettings = Extract<ChangeDraft, { section: 'proxy' }>['settings'];

/** What a file asks for; what is absent stays as it is. */
export interface Wanted {
  interfaces: Record<string, InterfaceSettings>;
  dns: { servers?: string[]; searchDomains?: string[] };
  proxy?: ProxySettings;
  hosts?: HostEntry[];
  time: { servers?: string[]; zone?: string };
  suffix?: string;
  code?: string;
  ssh?: { enabled: boolean };
  console: NonNullable<Shape['console']>;
  operator: { password?: Secret; passwordHash?: Secret; sshKeys?: PublicKey[] };
}

export interface Understood {
  wanted: Wanted;
  /** The same mistakes with the lines of the file: "network.eth0.address (line 7)". */
  located(mistakes: readonly Mistake[]): Failure;
}

/** Mistakes that are told at most. */
const most = 50;

/**
 * @param under where given: only what is under that key of the file
 * @returns undefined where the file has no such key
 * @throws Failure 'bad-values' with everything that is wrong
 */
export function understood(text: string, under?: string): Understood | undefined {
  const read = readText(text, under);
  if (!read) return undefined;
  if (read.mistakes.length > 0)
    throw badValues(
      read.mistakes
        .slice(0, most)
        .map(({ line, why }) => ({ field: `line ${line}`, why, right: 'YAML without aliases and tags' })),
    );
  const located = (mistakes: readonly Mistake[]) =>
    badValues(
      mistakes.slice(0, most).map((one) => ({ ...one, field: placed(one.field, read.lineOf(one.field.split('.'))) })),
    );
  const { shape, mistakes } = shapeOf(read.value);
  const values = new Mistakes();
  const wanted = wantedOf(shape, values);
  // What has a wrong shape was left out: that it lacks is no news.
  const isTold = (field: string) => mistakes.some((one) => one.field === field);
  const all = [...mistakes, ...values.all.filter(({ field }) => !isTold(field))];
  if (all.length > 0) throw located(all);
  return { wanted, located };
}

const placed = (field: string, line: number) =>
  field === '' ? `line ${line}` : `${harmless(field, { most: 100 })} (line ${line})`;

const badValues = (fields: Mistake[]) => fail('bad-values', { fields });

function wantedOf(shape: Shape, mistakes: Mistakes): Wanted {
  const { dns = {}, proxy, hosts, time = {}, platform = {}, ssh, console = {}, operator = {} } = shape;
  const suffix =
    platform.suffix === undefined ? undefined : mistakes.take('platform.suffix', parseSuffix(platform.suffix));
  const code =
    platform.code === undefined ? undefined : mistakes.take('platform.code', parsePersonalizationCode(platform.code));
  const servers = time.servers && mistakes.take('time.servers', parseTimeServers(time.servers));
  const zone = time.zone === undefined ? undefined : mistakes.take('time.zone', parseZone(time.zone));
  return {
    interfaces: interfacesOf(shape, mistakes),
    dns: dnsOf(dns, mistakes),
    ...(proxy ? { proxy: drafted({ section: 'proxy', settings: proxy }, mistakes, 'proxy') } : {}),
    ...(hosts ? { hosts: within(mistakes, 'hosts', (own) => parsedHosts(hosts, own)) } : {}),
    time: { ...(servers ? { servers: servers.map(String) } : {}), ...(zone === undefined ? {} : { zone }) },
    ...(suffix === undefined ? {} : { suffix }),
    ...(code === undefined ? {} : { code }),
    ...(ssh ? { ssh } : {}),
    console,
    operator: operatorOf(operator, mistakes),
  };
}

/** Does the work with mistakes of its own, which then are told under the section's name. */
function within<T>(mistakes: Mistakes, section: string, work: (own: Mistakes) => T): T {
  const own = new Mistakes();
  const result = work(own);
  for (const { field, why, right } of own.all) {
    const inner = field.replace(/^entries\.|^name$/, '');
    mistakes.add(inner === '' ? section : `${section}.${inner}`, why, right);
  }
  return result;
}

function drafted<D extends ChangeDraft & { settings: object }>(draft: D, mistakes: Mistakes, section: string) {
  return within(mistakes, section, (own) => (parsedDraft(draft, own) as D).settings) as D['settings'];
}

/** No address twice, as far as the file itself tells. */
function interfacesOf({ network = {} }: Shape, mistakes: Mistakes): Wanted['interfaces'] {
  const owners = new Map<string, string>();
  return Object.fromEntries(
    Object.entries(network).map(([name, settings]) => {
      const field = `network.${name}`;
      const parsed = drafted({ section: 'interface', name, settings }, mistakes, field);
      for (const [place, cidr] of [
        ['address', parsed.address],
        ['ipv6.address', parsed.ipv6.address],
      ] as const) {
        const address = cidr?.split('/')[0];
        const owner = address && owners.get(address);
        if (owner) mistakes.add(`${field}.${place}`, `${owner} has the same address`, 'another address');
        else if (address) owners.set(address, name);
      }
      return [name, parsed];
    }),
  );
}

function dnsOf(given: NonNullable<Shape['dns']>, mistakes: Mistakes): Wanted['dns'] {
  const { servers = [], searchDomains = [] } = given;
  const parsed = drafted({ section: 'dns', settings: { servers, searchDomains } }, mistakes, 'dns');
  return {
    ...(given.servers ? { servers: parsed.servers } : {}),
    ...(given.searchDomains ? { searchDomains: parsed.searchDomains } : {}),
  };
}

function operatorOf(
  { password, passwordHash, sshKeys }: NonNullable<Shape['operator']>,
  mistakes: Mistakes,
): Wanted['operator'] {
  if (password !== undefined && passwordHash !== undefined)
    mistakes.add('operator.passwordHash', 'a password is given, too', 'one of the two');
  const plain = password === undefined ? undefined : mistakes.take('operator.password', parsePassword(password));
  const hash =
    passwordHash === undefined ? undefined : mistakes.take('operator.passwordHash', parsePasswordHash(passwordHash));
  const keys = sshKeys?.map((key, index) => mistakes.take(`operator.sshKeys.${index}`, parsePublicKey(key)));
  return {
    ...(plain === undefined ? {} : { password: plain }),
    ...(hash === undefined ? {} : { passwordHash: hash }),
    ...(keys ? { sshKeys: [...new Set(keys.filter((key) => key !== undefined))] } : {}),
  };
}
