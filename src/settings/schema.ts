/**
 * The settings of the appliance: their shape, their defaults, and the rules between their fields. Each value is parsed
 * by the function of values/ that the forms use. Names and shapes are those of the contract, but that passwords are
 * here. Nothing here reads or writes.
 */
import * as z from 'zod';
import type { InterfaceSettings } from '../appliance.ts';
import { brandNames, defaultBrand } from '../brand/brand.ts';
import { parseDnsServers } from '../values/dns.ts';
import { parseSearchDomains } from '../values/domain.ts';
import { parseAddress, parseFqdn } from '../values/host.ts';
import { parseNoProxy } from '../values/noproxy.ts';
import { parseTimeServers, parseZone } from '../values/ntp.ts';
import { parsePort } from '../values/port.ts';
import { mostProxies, parseProxies, parseProxyHost, parseProxyPassword, parseProxyUser } from '../values/proxy.ts';
import type { Parsed } from '../values/result.ts';
import { Secret } from '../values/secret.ts';
import { parseSuffix } from '../values/suffix.ts';
import { mistake, numberField, textField, textsField } from './fields.ts';
import { interfaces } from './interfaces.ts';

/** In the file a text, in memory a secret; both are taken. */
const password = z
  .union([z.string(), z.instanceof(Secret)])
  .transform((given) => (given instanceof Secret ? given.reveal() : given))
  .pipe(
    textField((text): Parsed<Secret> => {
      const parsed = parseProxyPassword(text);
      if (!parsed.ok) return parsed;
      return parsed.value ? { ok: true, value: parsed.value } : { ok: false, why: 'it is empty', right: 'none at all' };
    }),
  );

const proxyUser = textField((text) => {
  const parsed = parseProxyUser(text);
  if (!parsed.ok) return parsed;
  return parsed.value ? { ok: true, value: parsed.value } : { ok: false, why: 'it is empty', right: 'none at all' };
});

const upstreamProxy = z
  .strictObject({
    host: textField(parseProxyHost),
    port: numberField(parsePort),
    user: proxyUser.exactOptional(),
    password: password.exactOptional(),
  })
  .superRefine((proxy, context) => {
    if (proxy.password && proxy.user === undefined) mistake(context, ['password'], 'a password without a user');
  });

const proxy = z
  .strictObject({
    enabled: z.boolean().default(false),
    proxies: z.array(upstreamProxy).max(mostProxies).default([]),
    order: z.enum(['sequential', 'random']).default('sequential'),
    noProxy: textsField(parseNoProxy).default([]),
  })
  .superRefine((given, context) => {
    const parsed = parseProxies(given.proxies);
    if (!parsed.ok) mistake(context, ['proxies'], parsed.why);
    if (given.enabled && given.proxies.length === 0)
      mistake(context, ['proxies'], 'a proxy is enabled, but none is given');
  });

const hosts = z
  .array(z.strictObject({ name: textField(parseFqdn), address: textField((text) => parseAddress(text)) }))
  .max(100)
  .default([])
  .superRefine((entries, context) => {
    const lines = entries.map(({ name, address }) => `${address} ${name}`);
    const twice = lines.findIndex((line, index) => lines.indexOf(line) !== index);
    if (twice >= 0) mistake(context, [twice], 'the same entry is there twice');
  });

export const settingsSchema = z.strictObject({
  /** By interface name. One that is not named is left as the machine has it. */
  interfaces,
  dns: z
    .strictObject({
      servers: textsField(parseDnsServers).default([]),
      searchDomains: textsField(parseSearchDomains).default([]),
    })
    .prefault({}),
  proxy: proxy.prefault({}),
  hosts,
  time: z
    .strictObject({
      /** None: the brand's. */
      servers: textsField(parseTimeServers).default([]),
      /** Absent: as the machine has it. */
      zone: textField(parseZone).exactOptional(),
    })
    .prefault({}),
  /** Platform URL suffix; absent until it is given. */
  suffix: textField(parseSuffix).exactOptional(),
  ssh: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  console: z
    .strictObject({
      /** Is the operator's password asked before changes? */
      passwordBeforeChanges: z.boolean().default(false),
      /** Minutes without a key until the console locks; 0: never. */
      idleLockMinutes: z.int().min(0).max(1440).default(0),
    })
    .prefault({}),
  brand: z.enum(brandNames as [string, ...string[]]).default(defaultBrand.name),
  /** Seconds until a change that nobody keeps goes back. */
  windowSeconds: z.int().min(5).max(3600).default(120),
  /** Language of the screens, BCP 47: "en", "pt-BR". */
  language: z
    .string()
    .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
    .default('en'),
});

export type Settings = z.output<typeof settingsSchema>;

/** What a machine has that was never set up. */
export const defaultSettings: Settings = settingsSchema.parse({});

/** The compiler's word that the stored interface is the contract's. */
export type StoredInterface = Settings['interfaces'][string] & InterfaceSettings;
