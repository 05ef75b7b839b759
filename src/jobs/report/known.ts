/**
 * Secrets that are known by their values: how each may be written elsewhere (plain, in JSON, in a URL, as Base64 with
 * anything before it, in hexadecimal), as byte strings to search. Pure.
 */
import { type Needle, SHORTEST } from './search.ts';

/** `kind`: what is told of it: "proxy password". */
export interface KnownSecret {
  kind: string;
  text: string;
}

export interface KnownNeedle extends Needle {
  kind: string;
  /** Only where no letter or digit stands beside it: it is too short to be looked for inside of words. */
  isWord: boolean;
  /** Bytes on either side that may be written with it: those that a Base64 shares with its neighbours. */
  around: number;
}

/** Below this many characters a value is removed as a whole word only. */
const PLAIN = 6;

/** Values of fewer than 3 characters are found by where they stand only (shapes.ts). */
export function needlesOf(secrets: readonly KnownSecret[]): { long: KnownNeedle[]; words: KnownNeedle[] } {
  const all = new Map<string, KnownNeedle>();
  for (const { kind, text } of secrets)
    for (const line of text.split(/\r?\n/)) for (const one of writtenAs(kind, line.trim())) all.set(key(one), one);
  const needles = [...all.values()];
  return {
    long: needles.filter(({ bytes }) => bytes.length >= SHORTEST),
    words: needles.filter(({ bytes }) => bytes.length < SHORTEST),
  };
}

const key = ({ bytes, isWord, anyCase }: KnownNeedle) => `${bytes.toString('latin1')} ${isWord} ${anyCase}`;

function writtenAs(kind: string, text: string): KnownNeedle[] {
  const raw = Buffer.from(text);
  if (raw.length < 3) return [];
  const needle = (bytes: Buffer | string, more: Partial<KnownNeedle> = {}): KnownNeedle => ({
    kind,
    bytes: Buffer.from(bytes as string),
    isWord: text.length < PLAIN,
    around: 0,
    ...more,
  });
  const json = JSON.stringify(text).slice(1, -1);
  const urls = [
    encodeURIComponent(text),
    everyByte(raw),
    text.replace(/ /g, '+'),
    encodeURIComponent(text).replace(/%20/g, '+'),
  ];
  const texts = new Set([
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    ...urls,
    ...urls.map(lowerHex),
  ]);
  texts.add(text.replace(/[^A-Za-z0-9_./-]/g, '\\$&'));
  texts.add(text.replaceAll('%', '%%'));
  texts.add(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'));
  return [
    ...[...texts].map((one) => needle(one)),
    ...[...base64(raw), ...base64(Buffer.from(text, 'utf16le'))].map((one) =>
      needle(one, { isWord: false, around: 4 }),
    ),
    needle(raw.toString('hex'), { anyCase: true }),
    needle(Buffer.from(text, 'utf16le')),
  ].filter(({ bytes }) => bytes.length >= 3);
}

const everyByte = (raw: Buffer) =>
  raw.reduce((text, byte) => `${text}%${byte.toString(16).toUpperCase().padStart(2, '0')}`, '');
const lowerHex = (text: string) => text.replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase());

/** What any Base64 holds in which these bytes stand, whatever is before and behind: three ways, two alphabets. */
function base64(raw: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), raw])
      .toString('base64')
      .replace(/=+$/, '');
    // A character of six bits may share some with its neighbours.
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + raw.length) * 8) / 6);
    const own = text.slice(first, last);
    if (own.length < 5) return [];
    return own.replaceAll('+', '-').replaceAll('/', '_') === own
      ? [own]
      : [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
