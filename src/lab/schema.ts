/**
 * The shape of a machine file: one simulated machine as data. Parsing only; nothing here simulates or reads files.
 * Any reading may be given as it is, or as {"unavailable": "why"}, {"slow": seconds, "value": …} or {"hangs": true}.
 */
import * as z from 'zod';
import { fail } from '../errors.ts';

/** A reading as the lab gives it: `delay` in seconds before the answer, Infinity where none ever comes. */
export type Source<T> = { delay: number; unavailable: string } | { delay: number; value: T };

const fault = z.union([
  z.strictObject({ hangs: z.literal(true) }),
  z.strictObject({ unavailable: z.string(), slow: z.number().min(0).max(3600).optional() }),
]);
const slow = z.strictObject({ slow: z.number().min(0).max(3600), value: z.unknown() });

function has(raw: unknown, key: string): boolean {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, key);
}

// Not z.union: its issues would not name the place inside the value.
function reading<S extends z.ZodType>(schema: S) {
  return z.unknown().transform((raw, context): Source<z.output<S>> => {
    const refuse = (error: z.ZodError, under: PropertyKey[] = []): never => {
      for (const issue of error.issues)
        context.issues.push({ code: 'custom', message: issue.message, path: [...under, ...issue.path], input: raw });
      return z.NEVER;
    };
    if (has(raw, 'hangs') || has(raw, 'unavailable')) {
      const found = fault.safeParse(raw);
      if (!found.success) return refuse(found.error);
      if ('hangs' in found.data) return { delay: Infinity, unavailable: '' };
      return { delay: found.data.slow ?? 0, unavailable: found.data.unavailable };
    }
    const wrapped = has(raw, 'slow') ? slow.safeParse(raw) : undefined;
    if (wrapped && !wrapped.success) return refuse(wrapped.error);
    const found = schema.safeParse(wrapped ? wrapped.data.value : raw);
    if (!found.success) return refuse(found.error, wrapped ? ['value'] : []);
    return { delay: wrapped?.data.slow ?? 0, value: found.data };
  });
}

const bytes = z.int().min(0);
const text = z.string().max(10_000);

/** `ago`: seconds before the lab was first opened. `length`: the text is repeated up to so many characters. */
const logEntry = z.strictObject({
  ago: z.number().min(0),
  from: text.optional(),
  text,
  length: z.int().min(1).max(1_000_000).optional(),
  priority: z.int().min(0).max(7).default(6),
});

const unit = z.strictObject({
  name: z
    .string()
    .max(255)
    .regex(/^[\w.@:-]+\.(service|socket|timer|path|mount|target)$/, 'not a name of a unit'),
  description: text,
  /** As it is when the lab is first opened. */
  state: z.enum(['active', 'reloading', 'inactive', 'failed', 'activating', 'deactivating']).default('active'),
  subState: z.string().optional(),
  /** A oneshot ends by itself; with `remain` it counts as active afterwards (RemainAfterExit=). */
  type: z.enum(['simple', 'oneshot']).default('simple'),
  remain: z.boolean().default(false),
  enabled: z.string().default('enabled'),
  source: z.string().optional(),
  memory: bytes.optional(),
  restarts: z.int().min(0).default(0),
  log: z.array(logEntry).default([]),
  /** What it says itself while it starts. */
  onStart: z.array(text).default([]),
  onStop: z.array(text).default([]),
  /** Units that it does not start without. */
  requires: z.array(z.string()).default([]),
  /** Every start ends so; `log` is what it says before it gives up. */
  fails: z.strictObject({ exitCode: z.int().min(1).max(255), log: z.array(text) }).optional(),
});

const address = z.union([z.ipv4(), z.ipv6()], { error: 'not an IPv4 or IPv6 address' });

/** `time`, `jitter`: milliseconds. `loss`: percent. `unreachable`: what a router says instead of a reply. */
const host = z.strictObject({
  names: z.array(z.string()).default([]),
  address,
  time: z.number().min(0).max(900).default(1),
  jitter: z.number().min(0).max(100).default(0),
  ttl: z.int().min(1).max(255).default(64),
  loss: z.number().min(0).max(100).default(0),
  unreachable: z.strictObject({ from: z.string(), text }).optional(),
});

const disk = z.strictObject({ device: z.string(), size: bytes, used: bytes.optional(), total: bytes.optional() });

/** What a DHCP server gives; `address` with its prefix. */
const lease = z.strictObject({
  address: z.string(),
  gateway: address.optional(),
  dns: z.array(address).default([]),
  domains: z.array(z.string()).default([]),
});

/** `neighbours`: addresses that somebody has there, gateways among them. null: there is none. */
const segment = z.strictObject({
  dhcp: lease.nullable().optional(),
  router: z.strictObject({ address: z.string(), gateway: address }).nullable().optional(),
  neighbours: z.array(address).optional(),
});

const link = segment.extend({
  /** Mbit/s */
  speed: z.int().optional(),
  mtu: z.int().min(576).default(1500),
  /** Whose it is where it is not ours: "ifupdown". */
  managedBy: z.string().optional(),
  /** By VLAN ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/, 'not a VLAN ID'), segment).default({}),
});

/** What it says to CONNECT. Without `port`: at any. With `user`: to nobody else. */
const upstream = z.strictObject({
  host: z.string(),
  port: z.int().optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  says: z.enum(['passes', 'refuses', 'nothing', 'forbids', 'cannot reach', 'is no proxy']).default('passes'),
});

/** What is around the machine, as its System settings meet it. */
const system = z
  .strictObject({
    /** By interface; what is left out follows from its addresses (links.ts). */
    links: z.record(z.string(), link).default({}),
    /** By address; those of `facts.dnsServers` answer too. Any other is silent. */
    dns: z
      .record(address, z.enum(['answers', 'silent', 'refuses', 'does not know']))
      .default({ '8.8.8.8': 'answers', '8.8.4.4': 'answers', '1.1.1.1': 'answers', '9.9.9.9': 'answers' }),
    proxies: z.array(upstream).default(
      (
        [
          ['proxy', {}],
          ['password', { user: 'lab', password: 'lab' }],
          ['refused', { says: 'refuses' }],
          ['dead', { says: 'nothing' }],
          ['forbids', { says: 'forbids' }],
        ] as const
      ).map(([name, more]) => upstream.parse({ host: `${name}.lab.test`, ...more })),
    ),
    /** Of the platform's hosts, without a proxy. */
    platform: z.enum(['answers', 'silent']).default('answers'),
    silentTimeServers: z.array(z.string()).default([]),
    sessions: z.array(z.strictObject({ user: text, from: text, ago: z.number().min(0) })).default([]),
    /** Public keys of the operator's account. */
    keys: z.int().min(0).default(1),
  })
  .prefault({});

const environment = z.record(z.string(), text).default({});

const container = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]+$/, 'not a name of a container'),
  /** "camsd:1.6.2-17": one of the images. */
  image: z.string(),
  /** As it is when the lab is first opened. */
  state: z.enum(['created', 'running', 'paused', 'exited', 'dead']).default('running'),
  /** Seconds since its last start; where it has exited, it ran for `ranFor`. Default: since the machine booted. */
  startedAgo: z.number().min(0).optional(),
  ranFor: z.number().min(0).default(60),
  exitCode: z.int().min(0).max(255).default(0),
  outOfMemory: z.boolean().default(false),
  error: text.optional(),
  restarts: z.int().min(0).default(0),
  restartPolicy: z.string().default('always'),
  health: z.enum(['healthy', 'unhealthy', 'starting']).optional(),
  healthLog: z.array(z.strictObject({ ago: z.number().min(0), exitCode: z.int(), text })).default([]),
  command: z.array(text).default([]),
  ports: z.array(text).default([]),
  mounts: z.array(z.strictObject({ from: text, to: text, writable: z.boolean().default(true) })).default([]),
  networks: z.array(z.strictObject({ name: text, address: text })).default([]),
  environment,
  /** Bytes that it wrote on top of its image. */
  written: bytes.default(0),
  log: z.array(logEntry).default([]),
  /** What it says as long as it runs: one of the texts every so many seconds. */
  says: z.strictObject({ every: z.number().min(0.1), texts: z.array(text).min(1) }).optional(),
  onStart: z.array(text).default([]),
  onStop: z.array(text).default([]),
  /** It dies at once of every start; where its policy starts it again, for ever. */
  fails: z.strictObject({ exitCode: z.int().min(0).max(255), log: z.array(text) }).optional(),
});

const image = z.strictObject({
  repository: text,
  tag: text,
  /** Seconds before the lab was first opened. */
  ago: z.number().min(0),
  size: bytes,
  architecture: z.string().default('amd64'),
  command: z.array(text).default([]),
  ports: z.array(text).default([]),
  volumes: z.array(text).default([]),
  environment,
  labels: z.record(z.string(), text).default({}),
  layers: z.int().min(1).default(5),
});

/** `unavailable` says why it does not run, where its unit does not tell. */
const engine = z
  .strictObject({
    absent: z.literal(true).optional(),
    images: z.array(image).default([]),
    containers: z
      .array(container)
      .refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'two containers of one name')
      .default([]),
  })
  .refine(
    ({ images, containers }) =>
      containers.every((one) => images.some(({ repository, tag }) => one.image === `${repository}:${tag}`)),
    'a container of an image that is not there',
  );

const machine = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'lower-case letters, digits and hyphens only'),
  description: z.string().min(1),
  /** Seconds since it booted, when the lab is first opened. */
  upFor: z.number().min(0),
  /** Nobody has set it up yet: the console opens with the first steps. */
  firstBoot: z.boolean().default(false),
  facts: z.strictObject({
    hostName: reading(text),
    interfaces: reading(
      z.array(
        z.strictObject({
          name: text,
          link: z.enum(['up', 'no carrier', 'down']),
          mac: z.string().optional(),
          addresses: z.array(z.string()),
        }),
      ),
    ),
    dnsServers: reading(z.array(text)),
    /** `ahead`: seconds by which its clock is wrong. */
    time: reading(z.strictObject({ synchronised: z.boolean().optional(), ahead: z.number().default(0) })),
    zone: reading(
      z.strictObject({ name: z.string(), abbreviation: z.string(), offset: z.string().regex(/^[+-]\d{4}$/) }),
    ),
    updates: reading(z.strictObject({ pending: z.int().min(0), security: z.int().min(0), rebootNeeded: z.boolean() })),
    buildVersion: reading(text),
    disks: reading(z.strictObject({ disk1: disk, disk2: disk.nullable() })),
    cpu: reading(z.strictObject({ model: text, count: z.int().min(1), load: z.number().min(0).max(100) })),
    memory: reading(z.strictObject({ total: bytes, available: bytes })),
  }),
  units: reading(
    z.array(unit).refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'two units of one name'),
  ),
  ping: reading(z.strictObject({ hosts: z.array(host) })),
  engine: reading(engine).prefault({ absent: true }),
  system,
});

export type MachineData = z.output<typeof machine>;
export type UnitData = z.output<typeof unit>;
export type ContainerData = z.output<typeof container>;
export type ImageData = z.output<typeof image>;
export type HostData = z.output<typeof host>;
export type LeaseData = z.output<typeof lease>;
export type SegmentData = z.output<typeof segment>;
export type UpstreamData = z.output<typeof upstream>;

/** ["units", 3, "state"] as "units[3].state". */
function place(path: PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * A machine file's content, parsed.
 * @param file what to call it in errors
 * @throws Failure 'bad-value' that names the file and the first wrong place in it.
 */
export function parseMachine(content: unknown, file: string): MachineData {
  const parsed = machine.safeParse(content);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  const field = [file, place(first?.path ?? [])].filter(Boolean).join(', ');
  throw fail(
    'bad-value',
    { field, why: first?.message ?? 'wrong', right: 'a machine file as the lab knows it' },
    parsed.error,
  );
}
