/**
 * The upstream proxy: host, port, user and password, and the URL made of them. Character sets and the default port
 * are those of the front panel guide, the number of proxies that of the agent guide. Nothing here connects.
 */
import { type Fqdn, type Ipv4, isIpv6, parseFqdn, parseHost } from './host.ts';
import { type Port, parsePort } from './port.ts';
import { firstOther, good, type Known, named, type Parsed, sure, wrong } from './result.ts';
import { Secret } from './secret.ts';

export type ProxyHost = Fqdn | Ipv4;
export type ProxyUser = Known<string, 'proxy user'>;

export interface UpstreamProxy {
  host: ProxyHost;
  port: Port;
  /** Absent where the proxy asks for none. */
  user?: ProxyUser;
  /** Never without a user. */
  password?: Secret;
}

export type ProxyField = 'host' | 'port' | 'user' | 'password';

export const mostProxies = 5;
const defaultProxyPort = sure(parsePort('443'));
/** Our own limit: the guides name none. */
const longest = 128;

const userCharacters = /[A-Za-z0-9_\\@.-]/;
const passwordCharacters = /[A-Za-z0-9_\-\\/|~!?@#$%^&*+=(){}[\]<>:;"`,.]/;

/** An IPv4 address or a name with its domain. */
export function parseProxyHost(text: string): Parsed<ProxyHost> {
  const right = 'proxy.example.com or 176.34.20.5';
  const host = parseHost(text);
  if (!host.ok) return wrong(host.why, host.right.includes(' or ') ? right : host.right);
  if (isIpv6(host.value)) return wrong('a proxy has a name or an IPv4 address', right);
  return /^[0-9.]+$/.test(host.value) ? good(host.value as Ipv4) : parseFqdn(host.value);
}

/** Empty means 443. */
export function parseProxyPort(text: string): Parsed<Port> {
  return text.trim() === '' ? good(defaultProxyPort) : parsePort(text);
}

/** Empty means none. */
export function parseProxyUser(text: string): Parsed<ProxyUser | undefined> {
  const right = 'jdoe, jdoe@example.com or EXAMPLE\\jdoe';
  const given = text.trim();
  if (given === '') return good(undefined);
  const other = firstOther(given, userCharacters);
  if (other)
    return wrong(`${named(other.character)} at place ${other.place} is not one of letters, digits and _-\\@.`, right);
  if (given.length > longest) return wrong(`at most ${longest} characters, this has ${given.length}`, right);
  return good(given as ProxyUser);
}

/** Empty means none. Nothing is trimmed. The reason tells the place of a wrong character, never the character. */
export function parseProxyPassword(text: string): Parsed<Secret | undefined> {
  const right = 'letters, digits and _-\\/|~!?@#$%^&*+=(){}[]<>:;"`,.';
  if (text === '') return good(undefined);
  const other = firstOther(text, passwordCharacters);
  if (other) return wrong(`the character at place ${other.place} is not allowed`, right);
  if (text.length > longest) return wrong(`at most ${longest} characters, this has ${text.length}`, right);
  return good(new Secret(text));
}

export type ParsedProxy =
  | { ok: true; value: UpstreamProxy }
  | { ok: false; fields: Partial<Record<ProxyField, { why: string; right: string }>> };

/** The whole form; every wrong field is told at once. */
export function parseProxy(given: Partial<Record<ProxyField, string>>): ParsedProxy {
  const host = parseProxyHost(given.host ?? '');
  const port = parseProxyPort(given.port ?? '');
  const user = parseProxyUser(given.user ?? '');
  const password = userless(given)
    ? wrong('a password without a user', 'a user, or no password')
    : parseProxyPassword(given.password ?? '');
  if (host.ok && port.ok && user.ok && password.ok)
    return {
      ok: true,
      value: {
        host: host.value,
        port: port.value,
        ...(user.value === undefined ? {} : { user: user.value }),
        ...(password.value === undefined ? {} : { password: password.value }),
      },
    };
  const fields: Partial<Record<ProxyField, { why: string; right: string }>> = {};
  for (const [field, parsed] of Object.entries({ host, port, user, password }) as [ProxyField, Parsed<unknown>][])
    if (!parsed.ok) fields[field] = { why: parsed.why, right: parsed.right };
  return { ok: false, fields };
}

function userless(given: Partial<Record<ProxyField, string>>): boolean {
  return Boolean(given.password) && (given.user ?? '').trim() === '';
}

/** As an ordered list: at most five, no host and port twice. */
export function parseProxies(proxies: readonly UpstreamProxy[]): Parsed<UpstreamProxy[]> {
  const right = 'up to five different proxies';
  if (proxies.length > mostProxies) return wrong(`at most ${mostProxies}, these are ${proxies.length}`, right);
  const names = proxies.map(({ host, port }) => `${host}:${port}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice ? wrong(`${twice} is there twice`, right) : good([...proxies]);
}

/**
 * "http://user:password@host:port" with the password in it: for files that only root reads. Everything but RFC 3986's
 * unreserved characters is percent-encoded, so that no reader of such files stumbles over ; & ' ( or !.
 */
export function proxyUrl({ host, port, user, password }: UpstreamProxy): Secret {
  const secret = password ? `:${encoded(password.reveal())}` : '';
  return new Secret(`http://${user === undefined ? '' : `${encoded(user)}${secret}@`}${host}:${port}`);
}

/** The same for people: no user, no password. */
export function proxyName({ host, port }: UpstreamProxy): string {
  return `${host}:${port}`;
}

/** What `proxyUrl` wrote, or a proxy's URL from another source. The reason never repeats the text. */
export function parseProxyUrl(url: string): Parsed<UpstreamProxy> {
  const right = 'http://user:password@proxy.example.com:443';
  const match = /^https?:\/\/(?:([^:@/]*)(?::([^:@/]*))?@)?([^:@/]+)(?::(\d+))?\/?$/i.exec(url.trim());
  if (!match) return wrong('not the URL of a proxy', right);
  const [, user = '', password = '', host = '', port = ''] = match;
  const decoded = [decode(user), decode(password)];
  if (decoded.includes(undefined)) return wrong('a "%" is not followed by two hexadecimal digits', right);
  const parsed = parseProxy({ host, port, user: decoded[0] ?? '', password: decoded[1] ?? '' });
  if (parsed.ok) return good(parsed.value);
  const [field, mistake] = Object.entries(parsed.fields)[0] ?? ['URL', { why: 'not right', right }];
  return wrong(`${field}: ${mistake.why}`, mistake.right);
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
