/**
 * The shape of every operation's arguments, checked before anything happens. One schema an operation; the compiler
 * says which is missing. What a value means (is there such a unit?) is decided by the operation.
 */
import * as z from 'zod';
import { fail } from '../errors.ts';
import type { ArgumentsOf, OperationName } from '../operations.ts';
import { parseHost } from '../values/host.ts';
import { parseTimeServers, parseZone } from '../values/ntp.ts';
import { parseSuffix } from '../values/suffix.ts';
import { parsePersonalizationCode } from '../values/uuid.ts';
import { parsedDraft, parsedHosts } from './drafts.ts';
import { Mistakes } from './mistakes.ts';

const nothing = z.strictObject({});
/** systemd.unit(5): at most 255 characters of a small set; a template's instance may hold escapes. */
const unitName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9:_.\\@-]+\.[a-z]+$/, 'is not the name of a unit');
const unit = z.strictObject({ name: unitName });

const host = z
  .string()
  .max(255)
  .transform((text, context) => {
    const parsed = parseHost(text, { zone: true });
    if (parsed.ok) return String(parsed.value);
    context.addIssue({ code: 'custom', message: parsed.why, params: { right: parsed.right } });
    return z.NEVER;
  });

const text = z.string().max(1000);
const texts = z.array(text).max(100);
const family = { address: text.exactOptional(), gateway: text.exactOptional() };
const draft = z.discriminatedUnion('section', [
  z.strictObject({
    section: z.literal('interface'),
    name: text,
    settings: z.strictObject({
      method: z.enum(['dhcp', 'static', 'unconfigured']),
      ...family,
      ipv6: z.strictObject({ method: z.enum(['automatic', 'static', 'off']), ...family }),
      vlan: z.number().exactOptional(),
      mtu: z.number().exactOptional(),
    }),
  }),
  z.strictObject({
    section: z.literal('dns'),
    settings: z.strictObject({ servers: texts, searchDomains: texts }),
  }),
  z.strictObject({
    section: z.literal('proxy'),
    settings: z.strictObject({
      enabled: z.boolean(),
      proxies: z
        .array(
          z.strictObject({
            host: text,
            port: z.number(),
            user: text.exactOptional(),
            password: text.exactOptional(),
          }),
        )
        .max(100),
      order: z.enum(['sequential', 'random']),
      noProxy: texts,
    }),
  }),
  z.strictObject({ section: z.literal('settings'), revision: z.int().min(0) }),
  z.strictObject({ section: z.literal('reset-network') }),
]);
const change = z.strictObject({ draft: judged(draft, parsedDraft) });
const changeId = z.strictObject({ id: z.string().regex(/^[0-9a-f-]{1,40}$|^unknown$/, 'is not the id of a change') });
const hosts = judged(
  z.strictObject({ entries: z.array(z.strictObject({ name: text, address: text })).max(100) }),
  ({ entries }, mistakes) => ({ entries: parsedHosts(entries, mistakes) }),
);
const time = judged(z.strictObject({ servers: texts, zone: text }), ({ servers, zone }, mistakes) => ({
  servers: [...(mistakes.take('servers', parseTimeServers(servers)) ?? [])],
  zone: mistakes.take('zone', parseZone(zone)) ?? '',
}));
const suffix = judged(z.strictObject({ suffix: text }), (given, mistakes) => ({
  suffix: mistakes.take('suffix', parseSuffix(given.suffix)) ?? '',
}));
const code = judged(z.strictObject({ code: text }), (given, mistakes) => ({
  code: mistakes.take('code', parsePersonalizationCode(given.code)) ?? '',
}));
/** Beyond what any password may have; what is allowed in one, login knows. */
const password = z.string().max(1000);

const engineId = z.strictObject({ id: z.string().min(1).max(300) });
/** systemd.unit(5) allows 255 bytes; whatever the journal has lines of may be asked for. */
const journal = {
  unit: z.string().min(1).max(255).exactOptional(),
  priority: z.int().min(0).max(7).exactOptional(),
  since: z.iso.datetime({ offset: true }).exactOptional(),
  until: z.iso.datetime({ offset: true }).exactOptional(),
};
const logSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('journal'), ...journal }),
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1).max(1000) }),
  z.strictObject({ kind: z.literal('container'), id: z.string().min(1).max(300) }),
]);
const logPattern = z.strictObject({
  text: z.string().min(1).max(1000),
  regular: z.boolean(),
  matchCase: z.boolean().exactOptional(),
});
const logPlace = z.string().min(1).max(1000);
const only = { only: logPattern.exactOptional() };
const logDirection = z.enum(['older', 'newer']);
const reportName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/, 'is not the name of a report');
const server = { host, port: z.int().min(1).max(65535) };

/** A schema whose values are judged by a function that notes all mistakes: each becomes an issue of its field. */
function judged<S extends z.ZodType, T>(schema: S, judge: (given: z.output<S>, mistakes: Mistakes) => T) {
  return schema.transform((given, context) => {
    const mistakes = new Mistakes();
    const value = judge(given, mistakes);
    for (const { field, why, right } of mistakes.all)
      context.addIssue({ code: 'custom', message: why, params: { field, right } });
    return mistakes.all.length > 0 ? z.NEVER : value;
  });
}

const schemas: { [N in OperationName]: z.ZodType<ArgumentsOf<N>> } = {
  about: nothing,
  'status.read': nothing,
  'status.watch': nothing,
  'info.read': nothing,
  'info.watch': nothing,
  'ping.run': z.strictObject({ host, count: z.number().int().min(1).max(1000).exactOptional() }),
  'units.list': nothing,
  'units.watch': nothing,
  'units.show': z.strictObject({ name: unitName, lines: z.number().int().min(0).max(1000).exactOptional() }),
  'units.start': unit,
  'units.stop': unit,
  'units.restart': unit,
  'network.read': nothing,
  'network.watch': nothing,
  'changes.read': nothing,
  'changes.watch': nothing,
  'changes.plan': change,
  'changes.apply': change,
  'changes.keep': changeId,
  'changes.undo': changeId,
  'changes.hold': z.strictObject({ what: z.enum(['interface', 'dns', 'proxy', 'settings', 'reset-network']) }),
  'dns.read': nothing,
  'proxy.read': nothing,
  'hosts.read': nothing,
  'hosts.set': hosts,
  'time.read': nothing,
  'time.watch': nothing,
  'time.zones': nothing,
  'time.set': time,
  'platform.read': nothing,
  'platform.set': suffix,
  'ssh.read': nothing,
  'ssh.watch': nothing,
  'ssh.set': z.strictObject({ enabled: z.boolean() }),
  'access.read': nothing,
  'access.check': z.strictObject({ password: password.exactOptional() }),
  'access.setPassword': z.strictObject({ current: password.exactOptional(), next: password }),
  'access.set': z.strictObject({
    passwordBeforeChanges: z.boolean(),
    idleLockMinutes: z.int().min(0, 'it is 0 to 1440').max(1440, 'it is 0 to 1440'),
    windowSeconds: z.int().min(5, 'it is 5 to 3600').max(3600, 'it is 5 to 3600'),
    language: z.enum(['en', 'es'], 'the screens are not in it').exactOptional(),
  }),
  'settings.versions': nothing,
  'settings.difference': z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
  'audit.read': z.strictObject({
    before: z.string().max(100).exactOptional(),
    lines: z.int().min(1, 'it is 1 to 1000').max(1000, 'it is 1 to 1000'),
  }),
  'registration.read': nothing,
  'registration.watch': nothing,
  'registration.register': code,
  'registration.deregister': z.strictObject({ withoutPlatform: z.boolean().exactOptional() }),
  'connectivity.run': nothing,
  'proxyTest.run': nothing,
  'containers.list': nothing,
  'containers.watch': nothing,
  'containers.show': engineId,
  'containers.start': engineId,
  'containers.stop': engineId,
  'containers.restart': engineId,
  'images.list': nothing,
  'images.watch': nothing,
  'images.show': engineId,
  'logs.files': nothing,
  'logs.units': nothing,
  'logs.page': z.strictObject({
    source: logSource,
    from: logPlace,
    direction: logDirection,
    lines: z.int().min(1).max(1000),
    ...only,
  }),
  'logs.search': z.strictObject({
    source: logSource,
    from: logPlace,
    direction: logDirection,
    pattern: logPattern,
    ...only,
  }),
  'logs.count': z.strictObject({ source: logSource, pattern: logPattern, ...only }),
  'logs.follow': z.strictObject({ source: logSource, from: logPlace, ...only }),
  'stats.read': nothing,
  'stats.watch': nothing,
  'stats.history': z.strictObject({ kind: z.enum(['appliance', 'unit', 'container']), id: z.string().min(1).max(300) }),
  'report.items': nothing,
  'report.read': nothing,
  'report.watch': nothing,
  'report.start': z.strictObject({ items: z.array(z.string().max(100)).min(1).max(100).exactOptional() }),
  'report.cancel': nothing,
  'report.remove': z.strictObject({ name: reportName }),
  'report.offer': z.strictObject({ name: reportName }),
  'report.withdraw': nothing,
  'report.hostKey': z.strictObject(server),
  'report.upload': z.strictObject({
    ...server,
    name: reportName,
    user: z.string().min(1).max(255),
    folder: z.string().max(1000),
    sha256: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'is not the fingerprint of a key'),
    password: password.exactOptional(),
    key: z.string().max(20_000).exactOptional(),
    passphrase: password.exactOptional(),
  }),
  'report.cancelUpload': nothing,
  'report.fetch': z.strictObject({
    name: reportName,
    from: z.int().min(0),
    most: z
      .int()
      .min(1)
      .max(1 << 20),
  }),
  'capture.plan': z.strictObject({ whole: z.boolean().exactOptional() }),
  'capture.read': nothing,
  'capture.watch': nothing,
  'capture.start': z.strictObject({
    seconds: z.int().min(10, 'it is 10 to 1800').max(1800, 'it is 10 to 1800'),
    whole: z.boolean().exactOptional(),
  }),
  'capture.stop': nothing,
  'power.read': nothing,
  'power.watch': nothing,
  'power.resetPlan': nothing,
  'power.schedule': z.strictObject({
    action: z.enum(['reboot', 'shutdown', 'reset']),
    seconds: z.int().min(0, 'it is 0 to 600').max(600, 'it is 0 to 600').exactOptional(),
  }),
  'power.cancel': nothing,
  'setup.read': nothing,
  'setup.pass': z.strictObject({
    step: z.enum(['password', 'network', 'time', 'proxy', 'suffix', 'registration']),
    passed: z.boolean(),
  }),
  'setup.finish': z.strictObject({ finished: z.boolean() }),
  // Its length in bytes is judged with what is in it.
  'unattended.plan': z.strictObject({ text: z.string().max(100_000) }),
  'unattended.apply': z.strictObject({ text: z.string().max(100_000) }),
  'unattended.export': z.strictObject({ secrets: z.boolean().exactOptional() }),
};

const rights: Record<string, string> = {
  host: 'a name such as example.org, or an IPv4 or IPv6 address',
  count: 'a whole number from 1 to 1000',
  lines: 'a whole number from 0 to 1000',
  name: 'a unit such as docker.service',
  arguments: 'an object',
  id: 'the id that the change was given',
  section: 'interface, dns, proxy, settings or reset-network',
  what: 'interface, dns, proxy, settings or reset-network',
  method: 'dhcp, static or unconfigured',
  'ipv6.method': 'automatic, static or off',
  order: 'sequential or random',
  vlan: 'a whole number from 1 to 4094',
  mtu: 'a whole number from 576 to 9216',
  revision: 'the number of a version of the settings',
  from: 'the number of a version of the settings',
  to: 'the number of a version of the settings',
  enabled: 'true or false',
  withoutPlatform: 'true or false',
  code: 'a code such as 0123a17a-4c5d-4e6f-8a9b-16dc66900d1b',
  passwordBeforeChanges: 'true or false',
  idleLockMinutes: 'a whole number from 0 to 1440',
  windowSeconds: 'a whole number from 5 to 3600',
  language: 'en or es',
  seconds: 'a whole number from 10 to 1800',
  whole: 'true or false',
  action: 'reboot, shutdown or reset',
  step: 'password, network, time, proxy, suffix or registration',
  passed: 'true or false',
  finished: 'true or false',
  secrets: 'true or false',
  text: 'an unattended file of at most 64 KiB',
  port: 'a whole number from 1 to 65535',
  priority: 'a whole number from 0 (emergency) to 7 (debug)',
  since: 'a time such as 2026-11-21T09:00:00Z',
  until: 'a time such as 2026-11-21T09:00:00Z',
  direction: 'older or newer',
  kind: 'journal, file or container',
  sha256: 'a fingerprint such as ssh-keygen -lf prints it',
};

/**
 * The arguments of that operation. Wrong values of what an operator typed are told all at once, as 'bad-values' by the
 * fields of the draft; wrong shapes, and arguments that programs make, as 'bad-value' with the first of them.
 */
export function parseArguments<N extends OperationName>(name: N, args: unknown): ArgumentsOf<N> {
  const parsed = schemas[name].safeParse(args);
  if (parsed.success) return parsed.data as ArgumentsOf<N>;
  const fields = parsed.error.issues.flatMap((issue) =>
    issue.code === 'custom' && issue.params?.field !== undefined
      ? [{ field: String(issue.params.field), why: issue.message, right: String(issue.params.right) }]
      : [],
  );
  if (fields.length > 0) throw fail('bad-values', { fields });
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = String(unknown ?? fieldOf(issue?.path ?? [])).slice(0, 60);
  if (unknown !== undefined)
    throw fail('bad-value', { field, why: 'there is no such argument', right: 'to leave it out' });
  const right = issue?.code === 'custom' ? String(issue.params?.right) : (rights[field] ?? 'what the contract says');
  throw fail('bad-value', { field, why: issue?.message ?? 'wrong', right });
}

/** "draft.settings.ipv6.method" is the draft's "ipv6.method". */
function fieldOf(path: readonly PropertyKey[]): string {
  const inner = path[0] === 'draft' ? path.slice(path[1] === 'settings' ? 2 : 1) : path;
  return inner.map(String).join('.') || 'arguments';
}
