/** The upstream proxy: character sets of the guide, the URL made of a proxy, and what goes around it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHost } from '../../src/values/host.ts';
import { isDirect, parseNoProxy, parseNoProxyEntry } from '../../src/values/noproxy.ts';
import {
  parseProxies,
  parseProxy,
  parseProxyHost,
  parseProxyPassword,
  parseProxyPort,
  parseProxyUrl,
  parseProxyUser,
  proxyName,
  proxyUrl,
  type UpstreamProxy,
} from '../../src/values/proxy.ts';
import { type Parsed, sure } from '../../src/values/result.ts';
import type { Secret } from '../../src/values/secret.ts';
import { table } from './table.ts';

const rightHost = 'proxy.example.com or 176.34.20.5';
table(
  'proxy host',
  parseProxyHost,
  [
    ['PROXY.EXAMPLE.COM', 'proxy.example.com'],
    ['176.34.20.5', '176.34.20.5'],
  ],
  [
    ['', 'nothing is given', rightHost],
    ['2001:db8::1', 'a proxy has a name or an IPv4 address', rightHost],
    ['proxy', 'the domain is missing', 'proxy.example.com'],
    ['http://proxy.example.com', 'only the host, without "://" and what stands before it', rightHost],
    ['proxy.example.com:3128', 'only the host, without the port', rightHost],
    ['my_proxy.example.com', '"_" is not allowed in the name of a host', 'my-proxy.example.com'],
  ],
);
table(
  'proxy port',
  parseProxyPort,
  [
    ['', 443],
    ['0443', 443],
    ['3128', 3128],
  ],
  [['0', 'it is 1 to 65535', '443']],
);

const rightUser = 'jdoe, jdoe@example.com or EXAMPLE\\jdoe';
table(
  'proxy user',
  parseProxyUser,
  [
    ['', undefined],
    ['DOMAIN\\j-doe_2@example.com', 'DOMAIN\\j-doe_2@example.com'],
  ],
  [
    ['j doe', 'a blank at place 2 is not one of letters, digits and _-\\@.', rightUser],
    ['j:doe', '":" at place 2 is not one of letters, digits and _-\\@.', rightUser],
    ['jörg', 'the character U+00F6 at place 2 is not one of letters, digits and _-\\@.', rightUser],
    ['a'.repeat(129), 'at most 128 characters, this has 129', rightUser],
  ],
);

const special = '_-\\/|~!?@#$%^&*+=(){}[]<>:;"`,.';
const rightPassword = `letters, digits and ${special}`;
const revealed = (text: string): Parsed<string | undefined> => {
  const parsed = parseProxyPassword(text);
  return parsed.ok ? { ok: true, value: parsed.value?.reveal() } : parsed;
};
table(
  'proxy password',
  revealed,
  [
    ['', undefined],
    [`aZ09${special}`, `aZ09${special}`],
  ],
  [
    ["it's", 'the character at place 3 is not allowed', rightPassword],
    [' secret', 'the character at place 1 is not allowed', rightPassword],
    ['geheimñ', 'the character at place 7 is not allowed', rightPassword],
    ['a'.repeat(129), 'at most 128 characters, this has 129', rightPassword],
  ],
);

const proxy = (fields: Parameters<typeof parseProxy>[0]): UpstreamProxy => {
  const parsed = parseProxy(fields);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields));
  return parsed.value;
};

describe('the form', () => {
  test('tells every mistake at once', () => {
    expect(parseProxy({ host: '', port: 'x', user: 'a b', password: "'" })).toEqual({
      ok: false,
      fields: {
        host: { why: 'nothing is given', right: rightHost },
        port: { why: 'not a whole number', right: '443' },
        user: { why: 'a blank at place 2 is not one of letters, digits and _-\\@.', right: rightUser },
        password: { why: 'the character at place 1 is not allowed', right: rightPassword },
      },
    });
  });
  test('wants no password without a user', () => {
    expect(parseProxy({ host: 'a.b', password: 'x' })).toMatchObject({
      ok: false,
      fields: { password: { why: 'a password without a user' } },
    });
  });
  test('leaves out what is not given', () => {
    expect(proxy({ host: 'a.b' })).toEqual({ host: 'a.b', port: 443 });
  });
});

describe('the list of proxies', () => {
  const five = [1, 2, 3, 4, 5].map((n) => proxy({ host: `p${n}.example.com` }));
  test('holds up to five', () => {
    expect(parseProxies(five).ok).toBe(true);
    expect(parseProxies([...five, proxy({ host: 'p6.example.com' })])).toMatchObject({ why: 'at most 5, these are 6' });
  });
  test('holds none twice', () => {
    const twice = [proxy({ host: 'a.b' }), proxy({ host: 'A.B', user: 'x' })];
    expect(parseProxies(twice)).toMatchObject({ why: 'a.b:443 is there twice' });
  });
});

describe('the URL', () => {
  const url = (user: string, password: string) => proxyUrl(proxy({ host: 'p.example.com', user, password })).reveal();

  test.each(Array.from(special))('has %j of a password percent-encoded, or as RFC 3986 leaves it', (character) => {
    const unreserved = '_-~.'.includes(character);
    const hex = `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    expect(url('u', character)).toBe(`http://u:${unreserved ? character : hex}@p.example.com:443`);
  });
  test('has a domain user encoded', () => {
    expect(url('EX\\j.doe@x', 'p')).toBe('http://EX%5Cj.doe%40x:p@p.example.com:443');
  });
  test('has no user where there is none', () => {
    expect(proxyUrl(proxy({ host: 'p.example.com', port: '3128' })).reveal()).toBe('http://p.example.com:3128');
  });
  test('is a secret, and the name that is shown has neither user nor password', () => {
    const made = proxy({ host: 'p.example.com', user: 'u', password: 'canary' });
    expect(`${proxyUrl(made)} ${proxyName(made)} ${JSON.stringify(made)}`).not.toContain('canary');
    expect(proxyName(made)).toBe('p.example.com:443');
  });
  test.each([
    'ftp://a.b',
    'a.b:1',
    'http://u:canary@',
    'http://u:canary%zz@a.b:1',
    'http://u:can ary@a.b:1',
    "http://u:canary'@a.b",
  ])('%j is refused without repeating it', (text) => {
    const parsed = parseProxyUrl(text);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('canary');
  });

  const userText = fc.string({ unit: fc.constantFrom(...'aZ09_-\\@.'), minLength: 1, maxLength: 40 });
  const passwordText = fc.string({ unit: fc.constantFrom(...'aZ09', ...special), maxLength: 60 });
  test('is read back as the same by us and by the URL parser of the web', () => {
    fc.assert(
      fc.property(userText, passwordText, fc.integer({ min: 1, max: 65535 }), (user, password, port) => {
        const made = proxy({ host: 'p.example.com', port: String(port), user, password });
        const text = proxyUrl(made).reveal();
        const back = sure(parseProxyUrl(text));
        expect({ ...back, password: back.password?.reveal() }).toEqual({ ...made, password: made.password?.reveal() });
        const reference = new URL(text);
        expect([reference.username, reference.password].map(decodeURIComponent)).toEqual([user, password]);
        expect([reference.hostname, reference.port || '80']).toEqual(['p.example.com', String(port)]);
        // Harmless in a file read by a shell, as an environment file, and in a list parted by semicolons.
        expect(text).toMatch(/^[A-Za-z0-9:/@%._~-]+$/);
      }),
      { numRuns: 1000 },
    );
  });
  test('equal secrets are equal, others are not', () => {
    fc.assert(
      fc.property(passwordText, passwordText, (a, b) => {
        const [one, other] = [a, b].map((text) => sure(parseProxyPassword(`x${text}`)) as Secret);
        expect(one?.equals(other as Secret)).toBe(a === b);
      }),
    );
  });
});

table(
  'no-proxy entry',
  parseNoProxyEntry,
  [
    ['Intranet', 'intranet'],
    ['.Example.com', '.example.com'],
    ['10.0.0.5', '10.0.0.5'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1', '::1'],
  ],
  [
    [
      '*',
      '"*" would go around the proxy for everything; disable the proxy instead',
      'intranet.example.com .example.com 10.0.0.0/8',
    ],
    ['*.example.com', 'a domain is given without "*"', '.example.com'],
    ['10.0.0.5/8', 'an address inside a network is given', '10.0.0.0/8'],
    ['0.0.0.0/0', 'the prefix is 1 to 32', '0.0.0.0/24'],
    ['example.com:443', 'only the host, without the port', 'gateway.example.com or 192.168.1.10'],
    [
      'http://example.com',
      'only the host, without "://" and what stands before it',
      'gateway.example.com or 192.168.1.10',
    ],
    ['.', 'nothing is given', 'gateway.example.com'],
  ],
);

test.each([
  ['example.com', true],
  ['a.example.com', true],
  ['badexample.com', false],
  ['corp.test', false],
  ['a.corp.test', true],
  ['10.1.2.3', true],
  ['11.1.2.3', false],
  ['2001:db8::7', true],
  ['2001:db9::7', false],
  ['192.168.0.1', true],
  ['192.168.0.10', false],
])('with such a list %s is reached directly: %s', (host, direct) => {
  const list = sure(parseNoProxy('example.com, .corp.test 10.0.0.0/8 2001:db8::/32 192.168.0.1'));
  expect(isDirect(sure(parseHost(host)), list)).toBe(direct);
});
