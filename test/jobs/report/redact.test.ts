/** What a report must not hold: secrets by their value, however they are written, and by their looks; in any pieces. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redaction } from '../../../src/jobs/report/redact.ts';

const password = 'KolibrieFeder_-\\/|~!?@#$%^&*+=(){}[]<>:;"`,.9';

function without(text: string, secrets = [{ kind: 'proxy password', text: password }]): string {
  return new Redaction(secrets).text(text, 'a file');
}

/** Every way in which people and programs write a text. */
function written(secret: string): Record<string, string> {
  const base64 = (before: number) => Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(secret)]).toString('base64');
  return {
    plain: secret,
    'in JSON': JSON.stringify(secret).slice(1, -1),
    'in JSON in JSON': JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    'in a URL': encodeURIComponent(secret),
    'in a URL, small letters': encodeURIComponent(secret).replace(/%../g, (one) => one.toLowerCase()),
    'in Base64': base64(0),
    'in Base64, one byte on': base64(1),
    'in Base64, two bytes on': base64(2),
    'in Base64 for URLs': Buffer.from(`user:${secret}`).toString('base64url'),
    'in hexadecimal': Buffer.from(secret).toString('hex'),
    'in hexadecimal, capitals': Buffer.from(secret).toString('hex').toUpperCase(),
    'in UTF-16': Buffer.from(secret, 'utf16le').toString('latin1'),
  };
}

describe('a secret that is known', () => {
  test.each(Object.keys(written(password)))('is removed: %s', (how) => {
    const as = written(password)[how] ?? '';
    const clean = without(`before ${as} behind\n`);
    expect(clean).not.toContain(as);
    expect(clean).toMatch(/^before \S{0,4}\[removed\]=*\S{0,4} behind\n$/);
  });

  test('is removed wherever a piece ends', () => {
    const text = fc.stringMatching(/^[ -~\n]{0,60}$/);
    const secret = fc.stringMatching(/^[!-~]{6,30}$/);
    fc.assert(
      fc.property(
        secret,
        fc.array(text, { maxLength: 6 }),
        fc.nat(11),
        fc.array(fc.nat(400)),
        (known, texts, how, cuts) => {
          const as = Object.values(written(known))[how] ?? '';
          const all = Buffer.from(texts.join(`,${as}\n`), how === 11 ? 'latin1' : 'utf8');
          const redaction = new Redaction([{ kind: 'secret', text: known }]);
          const stream = redaction.stream('a file');
          const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
          const out = places.slice(1).flatMap((to, index) => stream.push(all.subarray(places[index], to)));
          const clean = Buffer.concat([...out, ...stream.end()]);
          expect(clean.equals(new Redaction([{ kind: 'secret', text: known }]).bytes(all, 'a file'))).toBe(true);
          expect(clean.length).toBeLessThanOrEqual(all.length);
          // A text around it may hold it by chance; by its own it must not be there.
          if (how < 5) expect(clean.includes(as)).toBe(false);
          if (as.length > 0 && texts.length > 1) expect(redaction.removals.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('is removed from a line of a megabyte, at any place of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (at) => {
        const line = Buffer.alloc(1_000_000 + password.length, 'x');
        line.write(password, at, 'latin1');
        const stream = new Redaction([{ kind: 'proxy password', text: password }]).stream('a file');
        const out: Buffer[] = [];
        for (let from = 0; from < line.length; from += 65_536)
          out.push(...stream.push(line.subarray(from, from + 65_536)));
        const clean = Buffer.concat([...out, ...stream.end()]);
        expect(clean.includes('Kolibrie')).toBe(false);
        expect(clean.length).toBe(line.length - password.length + '[removed]'.length);
      }),
      { numRuns: 20 },
    );
  });

  test('of five characters is removed as a word only', () => {
    const clean = without('lab1x of lab1xer', [{ kind: 'proxy password', text: 'lab1x' }]);
    expect(clean).toBe('**** of lab1xer');
  });

  test('keeps its place in bytes that are no text', () => {
    const redaction = new Redaction([{ kind: 'proxy password', text: 'hunter2' }]);
    const bytes = Buffer.from('\0\x01hunter2\0rest');
    expect(redaction.overwrite(bytes, 'packets')).toBe(true);
    expect(bytes.toString('latin1')).toBe('\0\x01*******\0rest');
  });
});

test('secrets of lines that follow each other are all removed, whichever is found first', () => {
  const lines = [
    'Cookie: session=4711',
    'authorization: Basic dXNlcjp4',
    'X-Vault-Token: abcdefghij',
    'x Bearer c29tZXRoaW5n',
  ];
  for (const one of lines)
    for (const other of lines)
      for (const before of ['', ' ']) {
        const clean = without(`${before}${one}\n${other}\n`);
        expect(clean.match(/\[removed\]/g)?.length, clean).toBe(2);
        expect(clean).not.toMatch(/4711|dXNl|abcd|c29t/);
      }
});

describe('a private key in bytes that keep their places', () => {
  const [border, end] = ['-----BEGIN RSA PRIVATE KEY-----', '-----END RSA PRIVATE KEY-----'];
  const body = 'MIIEpAIBAAKCAQEA\n'.repeat(200);
  const all = Buffer.from(`${'x'.repeat(20_000)}${border}\n${body}${end} and behind`);
  const clean = all.toString().replace(`-----\n${body}`, '*'.repeat(body.length + 6));

  test('is overwritten', () => {
    const bytes = Buffer.from(all);
    expect(new Redaction([]).overwrite(bytes, 'a field')).toBe(true);
    expect(bytes.toString()).toBe(clean);
  });

  test('is overwritten wherever a piece of packets ends', async () => {
    for (let cut = 19_990; cut < all.length; cut += 97) {
      async function* pieces() {
        yield Buffer.from(all.subarray(0, cut));
        yield Buffer.from(all.subarray(cut));
      }
      const out: Buffer[] = [];
      for await (const piece of new Redaction([]).overwritten(pieces(), 'packets')) out.push(Buffer.from(piece));
      expect(Buffer.concat(out).toString(), String(cut)).toBe(clean);
    }
  });
});

const key =
  '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAA\nQyNTUxOQAAACD\n-----END OPENSSH PRIVATE KEY-----\n';
const looks: [line: string, clean: string][] = [
  ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: [removed]'],
  ["curl -H 'proxy-authorization: Bearer abc.def-ghi' x", "curl -H 'proxy-authorization: [removed]' x"],
  ['Set-Cookie: session=4711; HttpOnly', 'Set-Cookie: [removed]'],
  ['sent Bearer c29tZXRoaW5n now', 'sent Bearer [removed] now'],
  ['http://user:pa55word@proxy.test:3128/a', 'http://[removed]@proxy.test:3128/a'],
  ['http://user:pa/ss@wo:rd@proxy.test/', 'http://[removed]@proxy.test/'],
  ['DATABASE_URL=postgres://u:p@db.test/x', 'DATABASE_URL=[removed]'],
  ['API_TOKEN=abcdefghijkl', 'API_TOKEN=[removed]'],
  ['password: correct horse battery staple', 'password: [removed]'],
  ['{"password": "a\\"bcdefghi", "user": "x"}', '{"password": "[removed]", "user": "x"}'],
  ['{\\"client_secret\\": \\"abcdefghij\\", \\"a\\": 1}', '{\\"client_secret\\": \\"[removed]\\", \\"a\\": 1}'],
  ['<password>abcdefghij</password>', '<password>[removed]</password>'],
  ['mysql --user x --password geheimnis1 db', 'mysql --user x --password [removed] db'],
  ['machine a login b password geheimnis1', 'machine a login b password [removed]'],
  ['GET /x?token=abcdefghijkl&y=1', 'GET /x?token=[removed]&y=1'],
  ['id eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl x', 'id [removed] x'],
  ['key AKIAIOSFODNN7EXAMPLE x', 'key [removed] x'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[removed]'],
  ['operator:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7:1:', 'operator:[removed]:1:'],
  ['AGE-SECRET-KEY-1QQPQQPQQPQQPQQPQQPQQPQQPQQPQ', '[removed]'],
  [key, '[removed]\n'],
  [JSON.stringify({ k: key, a: 1 }), '{"k":"[removed]\\n","a":1}'],
];
const harmless = [
  'Failed password for invalid user bob from 192.0.2.7 port 4711 ssh2',
  'Basic System Initialization reached',
  'token bucket filter with 3 tokens',
  '"passwordSet": true, "tokens": 5',
  '-----BEGIN CERTIFICATE-----',
  'mail to someone@example.org at 10:11',
  'cost $12 and $13, key: none',
];

describe('a secret that is known by its looks', () => {
  test.each(looks)('%s', (line, clean) => {
    expect(without(line)).toBe(clean);
  });

  test.each(harmless)('is none: %s', (line) => {
    expect(without(line)).toBe(line);
  });

  test.each(looks)('in any pieces: %s', (line, clean) => {
    for (let cut = 1; cut < line.length; cut += 1) {
      const stream = new Redaction([]).stream('a file');
      const out = [line.slice(0, cut), line.slice(cut)].flatMap((piece) => stream.push(Buffer.from(piece)));
      expect(Buffer.concat([...out, ...stream.end()]).toString()).toBe(clean);
    }
  });
});

test('what was removed is counted by file and kind, and its value is nowhere', () => {
  const redaction = new Redaction([{ kind: 'proxy password', text: password }]);
  redaction.text(`${password} ${password}\nAPI_TOKEN=abcdefghijkl`, 'logs/x');
  expect(redaction.removals).toEqual([
    { file: 'logs/x', kind: 'named secret', count: 1 },
    { file: 'logs/x', kind: 'proxy password', count: 2 },
  ]);
});
