/** What is masked before anybody sees it, and what stays readable. */
import { expect, test } from 'vitest';
import { masked, maskedArguments } from '../../src/values/masked.ts';

const bullets = '••••';

test.each([
  'PASSWORD',
  'db_passwd',
  'MYSQL_PWD',
  'apiKey',
  'X-Auth-Token',
  'client.secret',
  'AWS_ACCESS_KEY_ID',
  'Credentials',
  'PRIVATE',
  'TLS_CERT',
  'SALT',
  'SIGNATURE',
  'SESSION_ID',
  'COOKIE',
  'JWT',
  'SENTRY_DSN',
  'SLACK_WEBHOOK',
  'LICENSE',
  'GH_PAT',
  'PIN',
  'CONNECTION_STRING',
  'personalization_code',
])('by its name: %s', (name) => {
  expect(masked(name, 'x')).toBe(bullets);
});

test.each([
  'postgres://user:secret@db.test/app',
  'http://u:p@ss/w:ord?@proxy.test:3128',
  'x amqp://u:p@h y',
  '-----BEGIN RSA PRIVATE KEY-----\nabc',
  'AGE-SECRET-KEY-1QQQQQ',
  'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  'Authorization: Basic dXNlcjpwYXNz',
  'bearer abc.def.ghi',
  'ghp_0123456789abcdef',
  'AKIAIOSFODNN7EXAMPLE',
  '$2b$12$abcdefghijklmnop',
  'Server=db;User Id=u;Password=hunter2;',
  '-Dstore.password=hunter2',
  '{"api_key": "x1"}',
  'https://store.test/a?sig=abc',
  '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b',
  'd41d8cd98f00b204e9800998ecf8427e',
  'wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY',
])('by its looks: %s', (value) => {
  expect(masked('VALUE', value)).toBe(bullets);
});

test.each([
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['JAVA_OPTS', '-Xmx512m -Dfile.encoding=UTF-8'],
  ['LANG', 'C.UTF-8'],
  ['VERSION', '1.6.2-17'],
  ['http_proxy', 'http://proxy.lab.test:3128'],
  ['NODES', 'a.example.com:9200,b.example.com:9200'],
  ['TZ', 'Europe/Amsterdam'],
  ['SHIPPING', '1'],
  ['PASSWORD', ''],
])('what is no secret stays: %s=%s', (name, value) => {
  expect(masked(name, value)).toBe(value);
});

test('in the arguments of a program: behind an option, in it, and in an assignment', () => {
  const args = [
    'mysqld',
    '--user',
    'u',
    '--password',
    'x',
    '--api-key=y',
    '-v',
    'TOKEN=z',
    '/bin/sh',
    '--token',
    '--help',
  ];
  expect(maskedArguments(args)).toEqual([
    'mysqld',
    '--user',
    'u',
    '--password',
    bullets,
    `--api-key=${bullets}`,
    '-v',
    `TOKEN=${bullets}`,
    '/bin/sh',
    '--token',
    '--help',
  ]);
});

test('no value takes long, whatever is in it', () => {
  const began = performance.now();
  for (const piece of [
    'a',
    'A1a',
    '1!',
    'a1!',
    'http://',
    'x:',
    '://a:',
    'eyJ',
    ' ',
    'password',
    'secret ',
    '$1$',
    '0-',
  ])
    for (let count = 0; count < 5; count += 1) masked('VALUE', piece.repeat(16_000 / piece.length));
  expect(performance.now() - began).toBeLessThan(500);
});
