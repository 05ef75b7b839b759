/** The files of resolved, what it says, and what a DNS answer tells. */
import { expect, test } from 'vitest';
import { parseResolvConf, parseResolved } from '../../../src/adapters/resolver/parse.ts';
import { readAnswer, types, writeQuestion } from '../../../src/adapters/resolver/query.ts';
import { renderResolver } from '../../../src/adapters/resolver/render.ts';
import { codeOf, neverBreaksOn } from '../rubbish.ts';

const path = '/etc/systemd/resolved.conf.d/50-gatehouse.conf';
const contentOf = (servers: string[], searchDomains: string[]) =>
  renderResolver({ servers, searchDomains })[0]?.content;

test('given servers are asked for every name, and nobody else is', () => {
  expect(renderResolver({ servers: ['9.9.9.9', '2620:FE::9'], searchDomains: ['Example.com'] })).toEqual([
    {
      path,
      mode: 0o644,
      content: `# Written by Gatehouse; changes made here are lost.
[Resolve]
DNS=
DNS=9.9.9.9 2620:fe::9
FallbackDNS=
Domains=
Domains=example.com ~.
`,
    },
  ]);
});

test('only search domains: the servers are those that DHCP gives; nothing at all: no file', () => {
  expect(contentOf([], ['example.com'])).toMatch(/\[Resolve\]\nDomains=\nDomains=example\.com\n$/);
  expect(renderResolver({ servers: [], searchDomains: [] })).toEqual([{ path, content: null, mode: 0o644 }]);
});

test('nothing but addresses and names gets into the file', () => {
  expect(codeOf(() => contentOf(['9.9.9.9\nDNSSEC=no'], []))).toBe('bad-value');
  expect(codeOf(() => contentOf([], ['a b\n[Resolve]']))).toBe('bad-value');
});

const said = `{"type":"a(iiay)","data":[[0,2,[10,77,0,1]],[2,10,[254,128,0,0,0,0,0,0,248,29,160,255,254,239,219,221]]]}
{"type":"a(isb)","data":[[0,"example.com",false],[0,".",true],[2,"corp.test",false],[2,"corp.test",false]]}`;

test('what resolved has in effect, and with which interface it came', () => {
  expect(parseResolved(said, new Map([[2, 'eth0']]))).toEqual({
    servers: [{ address: '10.77.0.1' }, { address: 'fe80::f81d:a0ff:feef:dbdd%eth0', interface: 'eth0' }],
    searchDomains: ['example.com', 'corp.test'],
  });
  neverBreaksOn(said, (text) => parseResolved(text, new Map()));
});

test('resolv.conf of someone else', () => {
  const text = '# theirs\nnameserver 192.0.2.1\nnameserver nonsense\ndomain old.test\nsearch a.test  b.test\n';
  expect(parseResolvConf(text)).toEqual({ servers: [{ address: '192.0.2.1' }], searchDomains: ['a.test', 'b.test'] });
  neverBreaksOn(text, parseResolvConf);
});

test('an answer is told by its number and code; anything else is none', () => {
  const question = writeQuestion(7, 'a.test', types.AAAA);
  expect(question.toString('hex')).toBe('0007010000010000000000000161047465737400001c0001');
  const answer = (flags: number, count: number) => {
    const datagram = Buffer.from(question);
    datagram.writeUInt16BE(flags, 2);
    datagram.writeUInt16BE(count, 6);
    return readAnswer(datagram, 7);
  };
  expect(answer(0x8180, 1)).toBe('known');
  expect(answer(0x8180, 0)).toBe('unknown name');
  expect(answer(0x8380, 0)).toBe('known');
  expect(answer(0x8183, 0)).toBe('unknown name');
  expect(answer(0x8182, 0)).toBe('refused');
  expect(answer(0x0100, 1)).toBeUndefined();
  expect(readAnswer(question.subarray(0, 11), 7)).toBeUndefined();
  expect(readAnswer(Buffer.from('0008818000010001000000000161', 'hex'), 7)).toBeUndefined();
});
