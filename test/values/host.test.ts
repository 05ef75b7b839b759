/** Hosts and addresses: what is taken, what is refused with which words, and agreement with others' parsers. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { addressOf, numberOf } from '../../src/values/address.ts';
import { parseAddress, parseFqdn, parseHost, parseIpv4, parseIpv6 } from '../../src/values/host.ts';
import { table } from './table.ts';

const rightHost = 'gateway.example.com or 192.168.1.10';
const rightName = 'gateway.example.com';

table(
  'host',
  parseHost,
  [
    ['gateway.example.com', 'gateway.example.com'],
    ['  Gateway.Example.COM. ', 'gateway.example.com'],
    ['gateway', 'gateway'],
    ['3com.com', '3com.com'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['8.8.8.8', '8.8.8.8'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
    ['a--b.example', 'a--b.example'],
  ],
  [
    ['', 'nothing is given', rightHost],
    ['.', 'nothing is given', rightName],
    ['-n', 'a part begins or ends with "-"', rightName],
    ['-O/etc/passwd', '"/" at place 3 is not allowed in a name', rightName],
    ['a-.example', 'a part begins or ends with "-"', rightName],
    ['a..b', 'a part between the dots is empty', rightName],
    ['.example.com', 'a part between the dots is empty', rightName],
    ['a b', 'a blank at place 2 is not allowed in a name', rightName],
    ['a\u202eb', 'the character U+202E at place 2 is not allowed in a name', rightName],
    ['a\x1b[2J', 'the character U+001B at place 2 is not allowed in a name', rightName],
    ['my_host.example', '"_" is not allowed in the name of a host', 'my-host.example'],
    ['bücher.example', 'a name with such letters has to be given in its xn-- form', 'xn--bcher-kva.example'],
    ['10.0.0', 'an IPv4 address has four parts, this has 3', '192.168.1.10'],
    ['10.0.0.256', 'each part is 0 to 255', '192.168.1.10'],
    ['010.0.0.1', 'a part begins with 0', '10.0.0.1'],
    ['1.2.3.4.5', 'an IPv4 address has four parts, this has 5', '192.168.1.10'],
    ['2130706433', 'an IPv4 address has four parts, this has 1', '192.168.1.10'],
    ['10.0.O.1', 'the last part is a number, as in a mistyped address', rightHost],
    ['0x7f.0x1', 'the last part is a number, as in a mistyped address', rightHost],
    ['https://example.com/', 'only the host, without "://" and what stands before it', rightHost],
    ['example.com:443', 'only the host, without the port', rightHost],
    ['[2001:db8::1]', 'without the brackets', '2001:db8::1'],
    ['fe80::1%eth0', 'an interface ("%...") cannot be given here', 'fe80::1'],
    ['1:2:3', 'not an IPv6 address', '2001:db8::10'],
    [`${'a'.repeat(64)}.example`, 'a part has at most 63 characters, one here has 64', rightName],
    [`${'a.'.repeat(126)}ab`, 'a name has at most 253 characters, this has 254', rightName],
  ],
);

table(
  'fully qualified name',
  parseFqdn,
  [['Gateway.example.com', 'gateway.example.com']],
  [['gateway', 'the domain is missing', 'gateway.example.com']],
);

table(
  'IPv6 address',
  parseIpv6,
  [
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ],
  [
    ['', 'nothing is given', '2001:db8::10'],
    [':::', 'not an IPv6 address', '2001:db8::10'],
    ['1::2::3', 'not an IPv6 address', '2001:db8::10'],
    ['1:2:3:4:5:6:7::8:9', 'not an IPv6 address', '2001:db8::10'],
    ['12345::', 'not an IPv6 address', '2001:db8::10'],
    ['::1.2.3', 'not an IPv6 address', '2001:db8::10'],
    ['1.2.3.4::', 'not an IPv6 address', '2001:db8::10'],
    [':1:2:3:4:5:6:7', 'not an IPv6 address', '2001:db8::10'],
    ['10.0.0.1', 'not an IPv6 address', '2001:db8::10'],
  ],
);

describe('a zone', () => {
  test('is taken where it is asked for', () => {
    expect(parseHost('FE80:0::1%eth0', { zone: true })).toEqual({ ok: true, value: 'fe80::1%eth0' });
  });
  test.each(['fe80::1%', 'fe80::1%eth 0', 'fe80::1%-', 'fe80::1%aaaaaaaaaaaaaaaa'])(
    '%j is no name of an interface',
    (text) => {
      expect(parseHost(text, { zone: true }).ok).toBe(false);
    },
  );
});

/** Texts that are nearly addresses. */
const nearly = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc
    .array(fc.constantFrom('0', '1', '25', '255', '256', '01', '.', ':', '::', 'a', 'ffff', 'F', '%', '-', ' '), {
      maxLength: 16,
    })
    .map((parts) => parts.join('')),
);

describe('agreement with other parsers', () => {
  test('IPv4: exactly what node:net takes', () => {
    fc.assert(
      fc.property(nearly, (text) => parseIpv4(text).ok === isIPv4(text.trim())),
      { numRuns: 3000 },
    );
  });
  test('IPv6: exactly what node:net takes, but for zones', () => {
    const withoutZone = nearly.filter((text) => !text.includes('%'));
    fc.assert(
      fc.property(withoutZone, (text) => parseIpv6(text).ok === isIPv6(text.trim())),
      { numRuns: 3000 },
    );
  });
  test('either: exactly what node:net takes', () => {
    const withoutZone = nearly.filter((text) => !text.includes('%'));
    fc.assert(
      fc.property(withoutZone, (text) => parseAddress(text).ok === (isIP(text.trim()) !== 0)),
      { numRuns: 3000 },
    );
  });
  test('IPv6 is written as ipaddr.js writes it by RFC 5952, and means the same bytes', () => {
    // ipaddr.js takes "::1.2.3.4" for "::ffff:1.2.3.4"; the URL parser below judges the dotted ones.
    const hexadecimal = fc.ipV6().filter((text) => !text.includes('.'));
    fc.assert(
      fc.property(hexadecimal, (text) => {
        const parsed = parseIpv6(text);
        if (!parsed.ok) throw new Error(text);
        const reference = ipaddr.IPv6.parse(text);
        const written = ipaddr.IPv6.parse(parsed.value);
        expect(written.toByteArray()).toEqual(reference.toByteArray());
        if (!reference.isIPv4MappedAddress()) expect(parsed.value).toBe(reference.toRFC5952String());
      }),
      { numRuns: 2000 },
    );
  });
  test('IPv6 means what the URL parser of the web takes it for, dotted ones too', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const parsed = parseIpv6(text);
        if (!parsed.ok) throw new Error(text);
        expect(new URL(`http://[${parsed.value}]`).hostname).toBe(new URL(`http://[${text}]`).hostname);
      }),
      { numRuns: 2000 },
    );
  });
  test('an address becomes a number and the same address again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const parsed = parseAddress(text);
        if (!parsed.ok) throw new Error(text);
        expect(addressOf(numberOf(parsed.value), text.includes(':') ? 128 : 32)).toBe(parsed.value);
      }),
    );
  });
  test('names: what fast-check makes as a domain is taken, and is parsed again as itself', () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        const parsed = parseFqdn(domain);
        expect(parsed).toEqual({ ok: true, value: domain.toLowerCase() });
      }),
    );
  });
  test('no text whatever yields a host that a program could take for an option or that is not plain', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), nearly), (text) => {
        const parsed = parseHost(text);
        if (parsed.ok) expect(parsed.value).toMatch(/^[a-z0-9:][a-z0-9.:-]*$/);
        else expect(parsed.why).toMatch(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 3000 },
    );
  });
});
