/**
 * Secrets that are known by how they look, or by the name that stands before them: where in a piece of text they lie.
 * Lines are handed over as latin1, one character a byte, so that places are places of bytes. Pure; in time that grows
 * with the length only: each pattern begins where a trigger stands, or is searched in one line.
 */
import type { Needle } from './search.ts';

export interface Span {
  from: number;
  to: number;
  kind: string;
}

/** A byte string that says: look closer here. */
export interface Trigger extends Needle {
  /** 'name': a secret follows it. 'token': it begins one. 'line': the whole line is looked at. */
  use: 'name' | 'token' | 'line' | 'pem';
}

const names = [
  ...'password passwd passphrase passcode secret token credential apikey api_key api-key accesskey'.split(' '),
  ...'access_key access-key privatekey private_key private-key authkey auth_key auth-key encryption_key'.split(' '),
  ...'encryptionkey signing_key signingkey client_key master_key account_key accountkey sharedkey'.split(' '),
  ...'shared_key shared-key presharedkey session_id sessionid database_url connection_string'.split(' '),
  ...'connectionstring hmac_key _pass _dsn _psk community wireguard personalization'.split(' '),
  ...['lookup code', 'lookup_code', 'identified by'],
  // Parts of other words, but for what follows them.
  ...['pwd', 'pass', 'psk', '_key', 'otp', 'pin'].flatMap((name) =>
    ['=', ':', '"', "'", '\\'].map((sign) => name + sign),
  ),
  ...['key=', 'sig=', 'signature='],
];
const headers = ['authorization', 'cookie', 'x-auth', 'x-api', 'x-amz-security', 'x-vault'];
const words = ['bearer ', 'basic ', 'digest ', 'negotiate ', 'ntlm ', 'register '];
/** Of JSON Web Tokens (RFC 7519): Base64 of {" and a letter. */
const jwts = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  .split('')
  .map((letter) => Buffer.from(`{"${letter}`).toString('base64'));

/** Access keys of clouds and services, as those who give them out describe them. */
const tokens: [string, RegExp, string][] = [
  ['AKIA', /AKIA[A-Z0-9]{12,124}/y, 'cloud key'],
  ['ASIA', /ASIA[A-Z0-9]{12,124}/y, 'cloud key'],
  ['AIza', /AIza[\w-]{30,60}/y, 'cloud key'],
  ['ya29.', /ya29\.[\w-]{20,500}/y, 'cloud key'],
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'npm_', 'dckr_pat_', 'hvs.', 'hvb.'].map(
    (begin): [string, RegExp, string] => [
      begin,
      new RegExp(`${begin.replace('.', '\\.')}[\\w.-]{16,300}`, 'y'),
      'access token',
    ],
  ),
  ...['xoxa-', 'xoxb-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'].map((begin): [string, RegExp, string] => [
    begin,
    new RegExp(`${begin}[\\w-]{10,300}`, 'y'),
    'access token',
  ]),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'sk-proj-', 'sk-ant-', 'pypi-', 'whsec_'].map(
    (begin): [string, RegExp, string] => [begin, new RegExp(`${begin}[\\w-]{16,500}`, 'y'), 'access token'],
  ),
  ['AGE-SECRET-KEY-', /AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{20,2000}/y, 'age key'],
  ['age-secret-key-', /age-secret-key-(?:pq-)?1[a-z0-9]{20,2000}/y, 'age key'],
  ...jwts.map((begin): [string, RegExp, string] => [
    begin,
    /eyJ[\w-]{4,}(?:\.|%2[eE])[\w-]{4,}(?:(?:\.|%2[eE])[\w-]*)*/y,
    'JWT',
  ]),
];

const bytes = (text: string) => Buffer.from(text, 'latin1');

export const triggers: Trigger[] = [
  ...names.map((text): Trigger => ({ bytes: bytes(text), anyCase: true, use: 'name' })),
  ...headers.map((text): Trigger => ({ bytes: bytes(text), anyCase: true, use: 'line' })),
  ...words.map((text): Trigger => ({ bytes: bytes(text), anyCase: true, use: 'line' })),
  ...[...new Set(tokens.map(([begin]) => begin))].map((text): Trigger => ({ bytes: bytes(text), use: 'token' })),
  { bytes: bytes('-----BEGIN'), use: 'pem' },
];

const [AT, DOLLAR] = [0x40, 0x24];
/** Single bytes that make a line worth a look: "@" of a URL, "$" of a hash (crypt(5)). */
export const marks = [AT, DOLLAR];

/** What follows the rest of a name: an equals sign or colon, and a value in quotes, in brackets, or up to a blank. */
const value =
  /([\w.\-%[\]]{0,60}(?:\\*["'])?[ \t]{0,8}(?:=>|:=|[=:]|%3[dD]|<\/?string>|>)[ \t]{0,8})(?:(\\*["'])|(\[[^\]\r\n]*)|([^\s,;&"'<>]+))/y;
/** In a command: --password VALUE; in netrc(5): login NAME password VALUE. */
const argument = /([\w-]{0,40}[ \t]+)(["']?)([^\s"']+)/y;
const harmlessValue =
  /^(?:true|false|null|none|nil|yes|no|on|off|set|unset|undefined|\d{1,3}|[*•x]+|\[removed.*|\(.*|\{.*|\$\{?\w+\}?)$/i;

const lines: [RegExp, string][] = [
  [
    /\b(?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-(?:auth|api|amz-security|vault)[\w-]*)(?:\\*["'])?\s{0,4}(?:=>|[:=,])\s{0,4}(?:\\*["'])?([^\r\n"'\\]+)/dgi,
    'header',
  ],
  [/\b(?:bearer|negotiate|ntlm|digest)\s+([\w+/=.~-]{8,})/dgi, 'header'],
  [/\b[Bb](?:asic|ASIC)\s+((?=[\w+/-]*[0-9=+/]|[\w+/-]{16})[\w+/-]{6,}={0,2})/dgi, 'header'],
  [/\bregister\s+([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/dgi, 'registration code'],
];
const urls: [RegExp, string][] = [
  [/[a-z]:(?:\\?\/){2}([^\s/@"'<>\\]+|[^\s/@:"'<>]*:[^\s"'<>]*)@/dgi, 'URL with a password'],
];
const hashes: [RegExp, string][] = [
  [
    /(\$(?:1|2[abxy]?|5|6|7|y|gy|sm3|md5|sha1|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*)\$[^\s:"',]{8,})/dg,
    'password hash',
  ],
];

/** Secrets in a line that hang on the trigger that stands there. Places are the line's own. */
export function spansAt(line: string, { use, bytes }: Trigger, at: number): Span[] {
  if (use === 'token') return tokenAt(line, bytes.toString('latin1'), at);
  if (use === 'line') return inLine(line, lines);
  if (use === 'name') return named(line, at, at + bytes.length);
  return [];
}

/** Secrets in a line with one of the marks. */
export function spansInLine(line: string, mark: number): Span[] {
  return inLine(line, mark === AT ? urls : hashes);
}

function tokenAt(line: string, begin: string, at: number): Span[] {
  return tokens.flatMap(([start, pattern, kind]) => {
    if (start !== begin) return [];
    pattern.lastIndex = at;
    const [found] = pattern.exec(line) ?? [];
    return found === undefined ? [] : [{ from: at, to: at + found.length, kind }];
  });
}

function inLine(line: string, patterns: [RegExp, string][]): Span[] {
  return patterns.flatMap(([pattern, kind]) =>
    Array.from(line.matchAll(pattern)).flatMap((match) => {
      const [from, to] = match.indices?.[1] ?? [];
      return from === undefined || to === undefined ? [] : [{ from, to, kind }];
    }),
  );
}

/** What is given to a name that sounds like a secret's. `end`: behind what the name is known by. */
function named(line: string, at: number, end: number): Span[] {
  // "pwd=" has its sign in it.
  const nameEnd = /[=:"'\\]/.test(line[end - 1] ?? '') ? end - 1 : end;
  value.lastIndex = nameEnd;
  const match = value.exec(line);
  if (!match) return asArgument(line, at, end);
  const [whole, before = '', quote, list, plain] = match;
  const from = nameEnd + before.length;
  if (quote !== undefined) return quoted(line, from + quote.length, quote);
  if (list !== undefined) return [{ from: from + 1, to: from + list.length, kind: 'named secret' }];
  if (plain === undefined || harmlessValue.test(plain)) return [];
  // In a line of its own ("password: two words") it goes on to the end of that.
  const isOwnLine =
    /^[\s#;>-]*(?:export\s+|set\s+)?[\w.[\]-]*$/.test(line.slice(0, at)) &&
    !/[,;&]/.test(line[nameEnd + whole.length] ?? '');
  const to = isOwnLine ? endOfLine(line) : nameEnd + whole.length;
  return [{ from, to, kind: 'named secret' }];
}

function quoted(line: string, from: number, quote: string): Span[] {
  let end = from;
  while (end < line.length && !line.startsWith(quote, end)) end += line[end] === '\\' && quote.length === 1 ? 2 : 1;
  end = Math.min(end, line.length);
  return end === from || harmlessValue.test(line.slice(from, end)) ? [] : [{ from, to: end, kind: 'named secret' }];
}

function asArgument(line: string, at: number, end: number): Span[] {
  const before = line.slice(Math.max(0, at - 80), at);
  if (
    !/(?:^|[\s"'])--?[\w-]*$/.test(before) &&
    !/\blogin\s+\S+\s+$/.test(before) &&
    !/identified by$/i.test(line.slice(at, end))
  )
    return [];
  argument.lastIndex = end;
  const [whole, space = '', quote = ''] = argument.exec(line) ?? [];
  if (whole === undefined) return [];
  const from = end + space.length + quote.length;
  if (quote) return quoted(line, from, quote);
  return [{ from, to: end + whole.length, kind: 'named secret' }];
}

const endOfLine = (line: string) => (line.endsWith('\r') ? line.length - 1 : line.length);
