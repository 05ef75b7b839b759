/** Secrets that programs are given in their environment, told by the names that they have there. Pure. */
import { masked } from '../../values/masked.ts';
import type { KnownSecret } from './known.ts';

/** Shortest value that is looked for everywhere. */
const SHORTEST = 6;
/** Words, numbers and paths stand under such names too: they are no secrets, and would be missed everywhere else. */
const plain = /^(?:(?:unix:path=)?\/[\w./:-]*|[a-z]+|[A-Z]+|[\d.:]+)$/;

/** @param entries "NAME=value" each, or anything else, which is none */
export function environmentSecrets(entries: readonly string[]): KnownSecret[] {
  const values = new Set<string>();
  for (const entry of entries) {
    const [, name, text] = /^([\w.-]+)=["']?(.*?)["']?$/s.exec(entry) ?? [];
    if (name === undefined || text === undefined || text.length < SHORTEST || plain.test(text)) continue;
    if (masked(name, 'x') !== 'x') values.add(text);
    for (const [, password = ''] of text.matchAll(/:\/\/[^\s:/@]*:([^\s@]+)@/g))
      values.add(password).add(decoded(password));
  }
  return [...values].map((text) => ({ kind: 'value of an environment', text }));
}

/** As it is typed: in a URL its special characters are written otherwise (RFC 3986, 2.1). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
