/** A secret is never seen by accident. */
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { Secret } from '../../src/values/secret.ts';

const secret = new Secret('canary');

test.each<[string, () => string]>([
  ['a template', () => `${secret}`],
  ['joining', () => ['a', secret].join()],
  ['adding', () => `a${secret as unknown as string}`],
  ['String()', () => String(secret)],
  ['JSON', () => JSON.stringify({ a: [secret] })],
  ['console.log', () => format('%s %o %O %j', secret, secret, { secret }, secret)],
  [
    'inspect, with all it can show',
    () => inspect({ secret }, { showHidden: true, depth: 9, getters: true, customInspect: false }),
  ],
  ['inspect', () => inspect(new Map([[secret, secret]]))],
  ['an error', () => inspect(new Error(`wrong ${secret}`, { cause: { secret } }))],
  ['copying its fields', () => JSON.stringify({ ...secret, keys: Reflect.ownKeys(secret) })],
  ['a structured clone', () => serialize(secret).toString('latin1')],
])('%s does not show it', (_, show) => {
  expect(show()).not.toContain('canary');
});

test('it prints as bullets, and is revealed on purpose only', () => {
  expect([`${secret}`, inspect(secret), JSON.stringify(secret), secret.reveal()]).toEqual([
    '••••',
    '••••',
    '"••••"',
    'canary',
  ]);
});

test.each([
  ['canary', true],
  ['canarz', false],
  ['canar', false],
  ['canary\0', false],
  ['', false],
])('compared with %j: %s', (text, equal) => {
  expect(secret.equals(new Secret(text))).toBe(equal);
});
