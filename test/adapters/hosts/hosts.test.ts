/** Static names stand in a block of their own; not a byte of anything else in the file changes. */
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { noticesOf, parseHosts, renderHosts } from '../../../src/adapters/hosts/block.ts';
import { readHosts, writeHosts } from '../../../src/adapters/hosts/hosts.ts';
import { codeOf } from '../rubbish.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-hosts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const usual = '127.0.0.1\tlocalhost\n::1 ip6-localhost # six\n';
const entry = { name: 'intranet.example.com', address: '10.1.2.3' };
const block = '# begin gatehouse\n10.1.2.3\tintranet.example.com\n# end gatehouse\n';

test('the block stands first, where its names count before others', () => {
  expect(renderHosts(usual, [entry])).toBe(block + usual);
  expect(parseHosts(block + usual)).toEqual([entry]);
});

test('a block that someone moved stays where it is', () => {
  const moved = `127.0.0.1 localhost\n${block}::1 six\n`;
  expect(renderHosts(moved, [{ ...entry, address: '2001:DB8::1' }])).toBe(moved.replace('10.1.2.3', '2001:db8::1'));
});

const others = fc
  .array(
    fc.oneof(
      fc.constantFrom(...usual.split(/(?<=\n)/), '\r\n', '\n', '#', '# begin', '\u0000ÿ'),
      fc.string({ unit: 'binary-ascii' }),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => !/# (begin|end) gatehouse/.test(text));
const entries = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z]([a-z0-9]{0,9})\.[a-z]{2,6}$/),
    address: fc.oneof(
      fc.ipV4().filter((text) => !/(^|\.)0\d/.test(text)),
      fc.constantFrom('2001:db8::1', 'fe80::1'),
    ),
  }),
  { minLength: 1 },
);

test('whatever else is in the file, with or without an end of its last line, stays byte for byte', () => {
  fc.assert(
    fc.property(others, entries, entries, (text, one, other) => {
      const first = renderHosts(text, one);
      expect(first.endsWith(text)).toBe(true);
      expect(parseHosts(first)).toEqual(one);
      const second = renderHosts(first, other);
      expect(second).toBe(renderHosts(text, other));
      expect(renderHosts(second, [])).toBe(text);
    }),
  );
});

test.each([
  ['an end is missing', '# begin gatehouse\n10.0.0.1 a.b\n'],
  ['a beginning is missing', '10.0.0.1 a.b\n# end gatehouse\n'],
  ['there are two', block + block],
  ['they stand the wrong way round', '# end gatehouse\n# begin gatehouse\n'],
])('marks are left alone, and said, where %s', (_, text) => {
  expect(codeOf(() => renderHosts(text, [entry]))).toBe('not-understood');
});

test.each([
  { name: 'one\n10.0.0.1 other.example.com', address: '10.0.0.1' },
  { name: 'short', address: '10.0.0.1' },
  { name: 'a.example.com', address: '10.0.0.1 b' },
])('%j is no entry', (wrong) => {
  expect(codeOf(() => renderHosts(usual, [wrong]))).toBe('bad-value');
});

test('names that are there twice, and those that other lines have, are said', () => {
  const text = `${usual}192.0.2.1 other.example.com alias.example.com\n`;
  const six = { name: entry.name, address: '2001:db8::3' };
  expect(noticesOf(text, [entry, six])).toEqual([]);
  expect(
    noticesOf(text, [entry, { ...entry, address: '10.9.9.9' }, { name: 'alias.example.com', address: '10.1.1.1' }]),
  ).toEqual([
    'intranet.example.com is there twice: 10.1.2.3 and 10.9.9.9.',
    '/etc/hosts has alias.example.com also outside of these entries, with 192.0.2.1.',
  ]);
});

test('the file keeps its mode and stays a link, bytes that are no UTF-8 survive, and nothing is left over', async () => {
  const file = join(folder, 'hosts');
  const link = join(folder, 'link');
  const bytes = Buffer.concat([Buffer.from(usual), Buffer.from([0x23, 0xff, 0xfe, 0xc3, 0x0a])]);
  writeFileSync(file, bytes);
  chmodSync(file, 0o640);
  symlinkSync('hosts', link);
  expect(await writeHosts([entry], link)).toMatchObject({ entries: [entry], notices: [] });
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file).subarray(-bytes.length)).toEqual(bytes);
  await writeHosts([], link);
  expect(readFileSync(file)).toEqual(bytes);
  expect(readdirSync(folder).sort()).toEqual(['hosts', 'link']);
  expect(await readHosts(join(folder, 'none'))).toMatchObject({ entries: [], notices: [] });
});
