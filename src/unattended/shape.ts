/**
 * The shape of an unattended file: sections and the kinds of their values. What a value means is judged elsewhere, by
 * the parsers that the forms use. What a file does not name stays as it is.
 */
import * as z from 'zod';
import type { Mistake } from '../service/mistakes.ts';

const text = z.string().max(1000);
const texts = z.array(text).max(100);
const family = { address: text.exactOptional(), gateway: text.exactOptional() };

const oneInterface = z.strictObject({
  method: z.enum(['dhcp', 'static', 'unconfigured']),
  ...family,
  ipv6: z.strictObject({ method: z.enum(['automatic', 'static', 'off']), ...family }).prefault({ method: 'automatic' }),
  vlan: z.int().exactOptional(),
  mtu: z.int().exactOptional(),
});

const upstream = z.strictObject({
  host: text,
  // As the forms have it (gateway guide, "Proxy Configuration").
  port: z.int().default(443),
  user: text.exactOptional(),
  password: text.exactOptional(),
});

/** Each section by itself: what is wrong in one hides nothing of another. */
export const sections = {
  version: z.literal(1),
  network: z.record(z.string().max(100), oneInterface),
  dns: z.strictObject({ servers: texts.exactOptional(), searchDomains: texts.exactOptional() }),
  proxy: z.strictObject({
    enabled: z.boolean(),
    proxies: z.array(upstream).max(100).default([]),
    order: z.enum(['sequential', 'random']).default('sequential'),
    noProxy: texts.default([]),
  }),
  hosts: z.array(z.strictObject({ name: text, address: text })).max(100),
  time: z.strictObject({ servers: texts.exactOptional(), zone: text.exactOptional() }),
  platform: z.strictObject({ suffix: text.exactOptional(), code: text.exactOptional() }),
  ssh: z.strictObject({ enabled: z.boolean() }),
  console: z.strictObject({
    passwordBeforeChanges: z.boolean().exactOptional(),
    idleLockMinutes: z.int().min(0).max(1440).exactOptional(),
    windowSeconds: z.int().min(5).max(3600).exactOptional(),
    language: z
      .string()
      .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
      .exactOptional(),
  }),
  operator: z.strictObject({
    password: text.exactOptional(),
    passwordHash: text.exactOptional(),
    sshKeys: z.array(z.string().max(10_000)).max(50).exactOptional(),
  }),
} satisfies Record<string, z.ZodType>;

export type Shape = { [S in keyof typeof sections]?: z.output<(typeof sections)[S]> };

/** "network", "eth0", "ipv6" as "network.eth0.ipv6" */
const fieldOf = (path: readonly PropertyKey[]) => path.map(String).join('.');

/** What is of the right shape, section by section, and what is not. Mistakes carry the path as their field. */
export function shapeOf(value: unknown): { shape: Shape; mistakes: Mistake[] } {
  const known = Object.keys(sections).join(', ');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { shape: {}, mistakes: [{ field: '', why: 'no settings', right: `lines such as "dns:", with ${known}` }] };
  const mistakes: Mistake[] = [];
  const shape: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const schema: z.ZodType | undefined = Object.hasOwn(sections, name)
      ? sections[name as keyof typeof sections]
      : undefined;
    if (!schema) mistakes.push({ field: name, why: 'there is no such setting', right: known });
    else {
      const { data, issues } = parsedAsFar(schema, given);
      if (data !== undefined) shape[name] = data;
      mistakes.push(...issues.flatMap((issue) => mistakesOf(name, issue, valueAt(given, issue.path))));
    }
  }
  return { shape: shape as Shape, mistakes };
}

/** Without the parts of a wrong shape, so that they hide nothing of the others; nothing where they cannot be missed. */
function parsedAsFar(schema: z.ZodType, given: unknown): { data?: unknown; issues: z.core.$ZodIssue[] } {
  const parsed = schema.safeParse(given);
  if (parsed.success) return { data: parsed.data, issues: [] };
  const { issues } = parsed.error;
  const rest = structuredClone(given);
  for (const issue of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : issue.path.slice(-1);
    const place = valueAt(rest, issue.code === 'unrecognized_keys' ? issue.path : issue.path.slice(0, -1));
    if (typeof place === 'object' && place !== null)
      for (const key of keys) delete (place as Record<PropertyKey, unknown>)[key];
  }
  const again = schema.safeParse(rest);
  return again.success ? { data: again.data, issues } : { issues };
}

const kinds: Record<string, [why: string, right: string]> = {
  string: ['not a text', 'a text; in quotes where it looks like a number'],
  number: ['not a number', 'a whole number, without quotes'],
  int: ['not a whole number', 'a whole number'],
  boolean: ['neither true nor false', 'true or false'],
  array: ['not a list', 'a list: a line with "- " for each'],
  object: ['not a group of settings', 'lines of "name: value", indented'],
  record: ['not a group of settings', 'lines of "name: value", indented'],
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (inner: unknown, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step],
    value,
  );
}

function mistakesOf(section: string, issue: z.core.$ZodIssue, given: unknown): Mistake[] {
  const field = fieldOf([section, ...issue.path]);
  const told = (why: string, right: string) => [{ field, why, right }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        field: `${field}.${key}`,
        why: 'there is no such setting',
        right: 'to leave it out',
      }));
    case 'invalid_type': {
      const [why, right] = kinds[issue.expected] ?? ['not right', 'what the manual says'];
      return told(given === undefined || given === null ? 'nothing is given' : why, right);
    }
    case 'invalid_value':
      return told('none of those that there are', issue.values.map(String).join(' or '));
    case 'too_big':
      return told(issue.origin === 'string' ? 'too long' : 'too much', `at most ${issue.maximum}`);
    case 'too_small':
      return told('too little', `at least ${issue.minimum}`);
    default:
      return told('not right', 'what the manual says');
  }
}
