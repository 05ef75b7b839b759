/** The single values of the System screens and of Registration, with the text shown for each mistake. */
import { describe, expect, test } from 'vitest';
import { parseDnsServers } from '../../src/values/dns.ts';
import { parseAllowedDomains, parseSearchDomains } from '../../src/values/domain.ts';
import { parseMtu } from '../../src/values/mtu.ts';
import { parseTimeServers, parseZone } from '../../src/values/ntp.ts';
import { parsePort } from '../../src/values/port.ts';
import { sure } from '../../src/values/result.ts';
import { hostOf, parseSuffix } from '../../src/values/suffix.ts';
import { parsePersonalizationCode } from '../../src/values/uuid.ts';
import { parseVlan } from '../../src/values/vlan.ts';
import { table } from './table.ts';

table(
  'port',
  parsePort,
  [
    ['1', 1],
    ['0443', 443],
    [' 65535 ', 65535],
  ],
  [
    ['', 'nothing is given', '443'],
    ['0', 'it is 1 to 65535', '443'],
    ['65536', 'it is 1 to 65535', '443'],
    ['1e3', 'not a whole number', '443'],
    ['-1', 'not a whole number', '443'],
    ['0x50', 'not a whole number', '443'],
    ['80.0', 'not a whole number', '443'],
    ['8 0', 'not a whole number', '443'],
    ['٤٤٣', 'not a whole number', '443'],
    ['9'.repeat(400), 'it is 1 to 65535', '443'],
  ],
);
table(
  'VLAN ID',
  parseVlan,
  [
    ['1', 1],
    ['4094', 4094],
  ],
  [
    ['0', 'it is 1 to 4094', '100'],
    ['4095', 'it is 1 to 4094', '100'],
    ['ten', 'not a whole number', '100'],
  ],
);
table(
  'MTU',
  (text) => parseMtu(text, { ipv6: false }),
  [
    ['576', 576],
    ['9216', 9216],
  ],
  [
    ['575', 'it is 576 to 9216', '1500'],
    ['9217', 'it is 576 to 9216', '1500'],
  ],
);
table(
  'MTU with IPv6',
  (text) => parseMtu(text, { ipv6: true }),
  [['1280', 1280]],
  [
    ['1279', 'with IPv6 it is 1280 to 9216', '1500'],
    ['100', 'it is 1280 to 9216', '1500'],
  ],
);

const code = '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b';
table(
  'personalization code',
  parsePersonalizationCode,
  [
    [code, code],
    [`\t ${code.toUpperCase()}\r\n`, code],
  ],
  [
    ['', 'nothing is given', code],
    ['CHANGE_ME', '"h" at place 2 is not one of 0 to 9 and a to f', code],
    [code.replace('0', 'O'), '"o" at place 1 is not one of 0 to 9 and a to f (is it the digit 0?)', code],
    [code.replace('1', 'l'), '"l" at place 2 is not one of 0 to 9 and a to f (is it the digit 1?)', code],
    [`{${code}}`, '"{" at place 1 is not one of 0 to 9 and a to f', code],
    [code.replace('-', ' '), 'a blank at place 9 is not one of 0 to 9 and a to f', code],
    [code.replace('-', '\u2011'), 'the character U+2011 at place 9 is not one of 0 to 9 and a to f', code],
    [code.slice(1), 'a code has 36 characters, this has 35', code],
    [`${code}0`, 'a code has 36 characters, this has 37', code],
    [code.replaceAll('-', ''), 'the hyphens are missing', code],
    ['0123a17a04c5d-4e6f-8a9b-16dc66900d1b', '"-" is missing at place 9', code],
    ['0123-17a-4c5d-4e6f-8a9b-16dc66900d1b', '"-" at place 5 does not belong there', code],
  ],
);

const search = 'example.com corp.example.com';
table(
  'search domains',
  parseSearchDomains,
  [
    ['', []],
    ['Example.com, lan', ['example.com', 'lan']],
  ],
  [
    ['a b c d e f g', 'at most 6, these are 7', search],
    ['example.com EXAMPLE.com.', 'entry 2 is the same as entry 1', search],
    ['example.com ~corp', 'entry 2: "~" at place 1 is not allowed in a name', 'gateway.example.com'],
    ['10.0.0.1', 'the last part is a number, as in a mistyped address', 'gateway.example.com or 192.168.1.10'],
  ],
);
table(
  'allowed domains',
  parseAllowedDomains,
  [['microsoft.com example.org', ['microsoft.com', 'example.org']]],
  [
    ['https://www.microsoft.com', 'without what stands before or after the domain', 'microsoft.com'],
    ['www.microsoft.com', 'without what stands before or after the domain', 'microsoft.com'],
    ['http://microsoft.com/', 'without what stands before or after the domain', 'microsoft.com'],
    ['microsoft.com/path', '"/" at place 14 is not allowed in a name', 'gateway.example.com'],
    ['com', 'the domain is missing', 'com.example.com'],
    ['a.b c.d e.f g.h i.j k.l m.n o.p q.r s.t u.v', 'at most 10, these are 11', 'example.com example.org'],
  ],
);
table(
  'DNS servers',
  parseDnsServers,
  [
    ['', []],
    ['8.8.8.8 2001:4860:4860:0::8888', ['8.8.8.8', '2001:4860:4860::8888']],
  ],
  [
    ['1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4', 'at most 3, these are 4', '8.8.8.8 2001:4860:4860::8888'],
    ['8.8.8.8 8.8.8.8', 'entry 2 is the same as entry 1', '8.8.8.8 2001:4860:4860::8888'],
    ['8.8.8', 'an IPv4 address has four parts, this has 3', '192.168.1.10'],
    ['127.0.0.53', 'a DNS server cannot have a loopback address', '8.8.8.8'],
    ['0.0.0.0', 'a DNS server cannot have an unspecified address', '8.8.8.8'],
    ['fe80::1', 'a link-local address needs an interface, which cannot be given here', '8.8.8.8'],
    ['dns.google', 'not an address', '192.168.1.10 or 2001:db8::10'],
  ],
);
table(
  'time servers',
  parseTimeServers,
  [
    ['', []],
    ['0.pool.example 10.0.0.1 2001:db8::1 ntp', ['0.pool.example', '10.0.0.1', '2001:db8::1', 'ntp']],
  ],
  [
    ['a b c d e', 'at most 4, these are 5', '0.debian.pool.ntp.org 192.168.1.1'],
    ['a A', 'entry 2 is the same as entry 1', '0.debian.pool.ntp.org 192.168.1.1'],
    ['a -g', 'entry 2: a part begins or ends with "-"', 'gateway.example.com'],
  ],
);
table(
  'time zone',
  parseZone,
  [
    ['Europe/Madrid', 'Europe/Madrid'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['UTC', 'UTC'],
  ],
  [
    ['', 'nothing is given', 'Europe/Madrid'],
    ['../../etc/passwd', 'not the name of a time zone', 'Europe/Madrid'],
    ['/etc/localtime', 'not the name of a time zone', 'Europe/Madrid'],
    ['Europe/', 'not the name of a time zone', 'Europe/Madrid'],
  ],
);

const suffix = 'qg1.apps.example.com';
table(
  'platform suffix',
  parseSuffix,
  [
    ['QG2.apps.example.com', 'qg2.apps.example.com'],
    ['.qg2.apps.example.com', 'qg2.apps.example.com'],
  ],
  [
    ['', 'nothing is given', suffix],
    ['https://qg1.apps.example.com', 'only the suffix, without "https://" and without "/"', suffix],
    ['qg1', 'the domain is missing', suffix],
    ['qg1.apps.example.com:443', '":" at place 21 is not allowed in a name', suffix],
    [`${'a.'.repeat(100)}com`, 'a suffix has at most 189 characters, this has 203', suffix],
  ],
);

describe('a service host', () => {
  test('is its label before the suffix', () => {
    expect(hostOf('status', sure(parseSuffix(suffix)))).toBe('status.qg1.apps.example.com');
  });
});

test('lists from several fields leave empty ones out and name the mistaken one', () => {
  expect(parseTimeServers(['a', ' ', 'b'])).toEqual({ ok: true, value: ['a', 'b'] });
  expect(parseDnsServers(['8.8.8.8', 'x'])).toMatchObject({ ok: false, why: 'entry 2: not an address' });
});
