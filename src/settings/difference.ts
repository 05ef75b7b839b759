/** What differs between two states of the settings, for people: a line a value, secrets masked. */
import { Secret } from '../values/secret.ts';
import type { Settings } from './schema.ts';

/** `before` or `after` absent: it was not there. */
export interface SettingsDifference {
  /** "interfaces.eth0.address", "proxy.proxies.1.host" (counted from 1) */
  path: string;
  before?: string;
  after?: string;
}

/** In the order of the settings; those only there before come last. */
export function differencesBetween(before: Settings, after: Settings): SettingsDifference[] {
  const [old, now] = [flat(before), flat(after)];
  const paths = new Set([...now.keys(), ...old.keys()]);
  return [...paths].flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (isSame(was, is)) return [];
    const after = is instanceof Secret && was !== undefined ? `${is} (changed)` : is;
    return [
      {
        path,
        ...(was === undefined ? {} : { before: String(was) }),
        ...(after === undefined ? {} : { after: String(after) }),
      },
    ];
  });
}

/** "dns.servers: none → 8.8.8.8" */
export function differenceLine({ path, before = 'none', after = 'none' }: SettingsDifference): string {
  return `${path}: ${before} → ${after}`;
}

type Leaf = string | Secret;

function isSame(a: Leaf | undefined, b: Leaf | undefined): boolean {
  return a instanceof Secret && b instanceof Secret ? a.equals(b) : a === b;
}

/** Each value by its path. A list of plain values is one value, "a, b"; an empty one is not there. */
function flat(value: unknown, path = '', into = new Map<string, Leaf>()): Map<string, Leaf> {
  if (value instanceof Secret) into.set(path, value);
  else if (Array.isArray(value)) {
    if (value.some((entry) => typeof entry === 'object'))
      value.forEach((entry, index) => {
        flat(entry, `${path}.${index + 1}`, into);
      });
    else if (value.length > 0) into.set(path, value.join(', '));
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) flat(inner, path === '' ? key : `${path}.${key}`, into);
  else if (value !== undefined) into.set(path, String(value));
  return into;
}
