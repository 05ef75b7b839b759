/**
 * The wire between appliance and platform: paths, what each side sends, limits, and how a request is refused. Both
 * sides check with these schemas whatever comes in. JSON in UTF-8 over HTTPS, TLS 1.2 at least. Nothing here sends.
 *
 * Enrolment follows the ideas of RFC 7030 (EST): a certificate request goes out, a certificate comes back, and
 * whatever follows is authenticated by it. The management service does all of that; every service answers `health`.
 */
import * as z from 'zod';
import type { GatewayConfiguration } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { parseAllowedDomains } from '../values/domain.ts';
import { parsePersonalizationCode } from '../values/uuid.ts';

/** GET the first, POST the others. Those from `checkIn` on need the appliance's client certificate. */
export const paths = {
  health: '/health',
  enrol: '/v1/enrol',
  checkIn: '/v1/check-in',
  renew: '/v1/renew',
  deregister: '/v1/deregister',
} as const;

export const limits = {
  /** Bytes of a request's or an answer's body. */
  body: 64 * 1024,
  /** Characters; gateway guide, "Create a New Appliance". */
  name: 100,
  location: 255,
  /** Gateway guide, "Allowed Domains". */
  domains: 10,
  /** Seconds between two check-ins that a platform may ask for. */
  checkIn: { from: 1, to: 86_400, usual: 60 },
  /** Days that a client certificate holds; it is renewed when a third of them is left. */
  certificateDays: { from: 1, to: 825, usual: 90 },
  /** Minutes that the clocks may differ; answers carry the platform's time in `Date`. */
  clockMinutes: 5,
} as const;

/** Gateway guide, "Valid Port values": the appliance's own services listen there. */
export const forbiddenPorts: readonly number[] = [
  22, 23, 2379, 2380, 4001, 5514, 7001, 48081, 48082, 48083, 48084, 48085, 48086,
];

const tlsVersions = ['1.0', '1.1', '1.2', '1.3'] as const;
export const certificateKinds = ['appliance', 'common', 'customer'] as const;

/** Gateway guide, "Changing the Proxy Port" and "Cache and Patch Mode Configuration": what holds until it is changed. */
export const usualConfiguration: Omit<GatewayConfiguration, 'revision'> = {
  proxyPort: 1080,
  cachePort: 8080,
  modes: { cache: false, patch: false },
  allowedDomains: [],
  minimumTls: '1.2',
  certificateKind: 'appliance',
};

// ---------------------------------------------------------------- fields

/** Text of one line that moves no cursor and imitates nothing: no controls, no invisible characters. */
const line = (most: number) =>
  z.string().refine((text) => [...text].length <= most && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text), {
    error: `at most ${most} characters, none of them invisible`,
  });

/** Nothing is put right on the wire: it is lower case already. */
const code = z.string().refine((text) => isCode(text), { error: 'not a code' });

function isCode(text: string): boolean {
  const parsed = parsePersonalizationCode(text);
  return parsed.ok && parsed.value === text;
}

const pem = z.string().min(1).max(16_384);
const bytes = z.int().nonnegative();
const instant = z.iso.datetime();
const version = line(50).min(1);
/** As the kernel has it, also one that nobody should have set; `within` says what stands after it. */
const address = (within: 'subnet' | 'alone') =>
  z.string().regex(within === 'subnet' ? /^[0-9a-f.:]{2,45}\/\d{1,3}$/ : /^[0-9a-f.:]{2,45}(%[\w.-]{1,15})?$/);

const port = z
  .int('a port is a whole number')
  .min(1, 'a port is 1 to 65535')
  .max(65_535, 'a port is 1 to 65535')
  .refine((given) => !forbiddenPorts.includes(given), {
    error: ({ input }) => `port ${input} is used by the appliance itself; not allowed are ${forbiddenPorts.join(', ')}`,
  });

const allowedDomains = z.array(z.string().max(255)).superRefine((domains, context) => {
  const given = parseAllowedDomains(domains);
  if (!given.ok) context.addIssue({ code: 'custom', message: `${given.why} (right: ${given.right})` });
  else if (given.value.some((domain, at) => domain !== domains[at]) || given.value.length !== domains.length)
    context.addIssue({ code: 'custom', message: `right: ${given.value.join(' ')}` });
});

export const configurationSchema = z
  .strictObject({
    /** Grows with each change. */
    revision: z.int().min(1),
    proxyPort: port,
    cachePort: port,
    modes: z.strictObject({ cache: z.boolean(), patch: z.boolean() }),
    allowedDomains,
    minimumTls: z.enum(tlsVersions),
    certificateKind: z.enum(certificateKinds),
  })
  .superRefine(({ proxyPort, cachePort }, context) => {
    if (proxyPort === cachePort)
      context.addIssue({ code: 'custom', path: ['cachePort'], message: 'proxy and cache need a port each' });
  });

// ---------------------------------------------------------------- messages

/** What the machine is. */
const facts = z.strictObject({
  hostName: line(255).exactOptional(),
  /** "x64", "arm64" */
  architecture: line(20).exactOptional(),
  /** "Debian GNU/Linux 12 (bookworm)" */
  system: line(100).exactOptional(),
  cpus: z.int().min(1).exactOptional(),
  memory: bytes.exactOptional(),
});

export const enrolRequest = z.strictObject({
  code,
  /** PKCS #10 in PEM; key ECDSA P-256 or P-384. Its names are not looked at: the platform gives them. */
  csr: pem,
  version,
  facts,
});

const certificates = z.strictObject({
  /** The appliance's, then those up to the CA. Subject: CN=<applianceId>. */
  certificate: pem,
  until: instant,
});

export const enrolAnswer = z.strictObject({
  applianceId: z.uuid(),
  name: line(limits.name).refine((text) => text.trim() !== '', { error: 'the name is empty' }),
  location: line(limits.location),
  ...certificates.shape,
  checkInSeconds: z.int().min(limits.checkIn.from).max(limits.checkIn.to),
  configuration: configurationSchema,
});

const unitStates = ['active', 'reloading', 'inactive', 'failed', 'activating', 'deactivating', 'absent'] as const;

export const checkInRequest = z.strictObject({
  version,
  /** Of every interface, each with prefix, link-local ones too. */
  addresses: z.array(address('subnet')).max(64),
  gateways: z.array(address('alone')).max(8).exactOptional(),
  dnsServers: z.array(address('alone')).max(8).exactOptional(),
  /** What could not be read is left out. */
  health: z.strictObject({
    /** Percent, all cores. */
    cpu: z.number().min(0).max(100).exactOptional(),
    memory: z.strictObject({ total: bytes, available: bytes }).exactOptional(),
    /** null: there is none. */
    disk1: z.strictObject({ size: bytes, used: bytes.exactOptional() }).exactOptional(),
    disk2: z.strictObject({ size: bytes, used: bytes.exactOptional() }).nullable().exactOptional(),
    uptimeSeconds: bytes.exactOptional(),
  }),
  units: z.array(z.strictObject({ name: line(255), state: z.enum(unitStates) })).max(200),
  /** The configuration at work now. `problem`: why a newer one is not. */
  applied: z.strictObject({ revision: z.int().nonnegative(), problem: line(500).exactOptional() }),
});

export const checkInAnswer = z.strictObject({
  name: line(limits.name).refine((text) => text.trim() !== '', { error: 'the name is empty' }),
  location: line(limits.location),
  configuration: configurationSchema,
  checkInSeconds: z.int().min(limits.checkIn.from).max(limits.checkIn.to),
  /** The certificate should be renewed now, whatever is left of it. */
  renew: z.literal(true).exactOptional(),
});

/** With the present key or, better, a new one. Both certificates hold until the new one is used for the first time. */
export const renewRequest = z.strictObject({ csr: pem });
export const renewAnswer = certificates;

export const deregisterRequest = z.strictObject({});
export const deregisterAnswer = z.strictObject({});

export type EnrolRequest = z.infer<typeof enrolRequest>;
export type EnrolAnswer = z.infer<typeof enrolAnswer>;
export type CheckInRequest = z.infer<typeof checkInRequest>;
export type CheckInAnswer = z.infer<typeof checkInAnswer>;
export type RenewRequest = z.infer<typeof renewRequest>;
export type RenewAnswer = z.infer<typeof renewAnswer>;

// ---------------------------------------------------------------- refusals

/**
 * Why a request was refused, and the HTTP status it comes with. Of a code: it counts as used once an appliance has
 * it, but for who asks with the same key again. So an appliance keeps its key from before the request until it has
 * the answer, and a lost answer costs no code.
 */
export const refusals = {
  'bad-request': 400,
  /** Not our certificate, or none. */
  'no-certificate': 401,
  /** The certificate was ours, but the appliance is deregistered, removed, or has a newer certificate. */
  'revoked-certificate': 403,
  'unknown-path': 404,
  'unknown-code': 404,
  'wrong-method': 405,
  'too-slow': 408,
  'used-code': 409,
  'revoked-code': 410,
  'expired-code': 410,
  'too-large': 413,
  /** This host name is not one of the services. */
  'wrong-host': 421,
  'bad-certificate-request': 422,
  /** The reference platform never says so; another may. */
  'too-many-requests': 429,
  internal: 500,
} as const;

export type RefusalCode = keyof typeof refusals;

/** The body of every answer but 200. `said`: one sentence for people. */
export const refusal = z.strictObject({
  error: z.enum(Object.keys(refusals) as [RefusalCode, ...RefusalCode[]]),
  said: line(1000).exactOptional(),
});

// ---------------------------------------------------------------- services

export const roles = ['status', 'management', 'packages', 'repository'] as const;
export type Role = (typeof roles)[number];

/** The first label of each service's host name: of `status` in one brand "status", in another "qagpublic". */
export function labelsOf({ hosts }: Pick<Brand, 'hosts'>): Record<Role, string> {
  const others = hosts.all.filter((label) => label !== hosts.status && label !== hosts.management);
  const [packages, repository] = others;
  if (packages === undefined || repository === undefined) throw new TypeError('a brand names four services');
  return { status: hosts.status, management: hosts.management, packages, repository };
}

/** What `health` answers with status 200, to the byte: gateway guide, "To check the connectivity". Its lines are shown. */
export function healthAnswer(role: Role, { vendor }: Pick<Brand, 'vendor'>): string {
  const answers: Record<Role, string> = {
    status: `{"response" : "Success"}\n${vendor.split(' ', 1)[0]}`,
    management: '{"status":"UP"}',
    packages: '{"is_alive":true,"version":"6.17.0"}',
    repository: 'OK',
  };
  return answers[role];
}
