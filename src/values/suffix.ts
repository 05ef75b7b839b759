/** The platform URL suffix ("qg1.apps.example.com"), which the service host names are made with. */
import { type Fqdn, parseFqdn } from './host.ts';
import { good, type Known, type Parsed, wrong } from './result.ts';

export type Suffix = Fqdn & Known<string, 'host name' | 'fqdn' | 'suffix'>;

/** Leaves room for the longest service name in front, within the 253 characters of a name. */
const longestSuffix = 189;
const right = 'qg1.apps.example.com';

export function parseSuffix(text: string): Parsed<Suffix> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', right);
  if (given.includes('/')) return wrong('only the suffix, without "https://" and without "/"', right);
  const parsed = parseFqdn(given.replace(/^\./, ''));
  if (!parsed.ok) return wrong(parsed.why, right);
  if (parsed.value.length > longestSuffix)
    return wrong(`a suffix has at most ${longestSuffix} characters, this has ${parsed.value.length}`, right);
  return good(parsed.value as Suffix);
}

/** "status" of "example.com" is "status.example.com". */
export function hostOf(label: string, suffix: Suffix): Fqdn {
  return `${label}.${suffix}` as Fqdn;
}
