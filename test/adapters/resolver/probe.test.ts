/** Asking DNS servers directly, where there is no way to them; that they answer is tested on a real machine. */
import { expect, test } from 'vitest';
import { testDns } from '../../../src/adapters/resolver/probe.ts';

// The kernel refuses to connect to a broadcast address, and to a link-local one without a link, as it does without a route.
test.each(['255.255.255.255', 'fe80::1'])('a server that there is no way to does not answer: %s', async (server) => {
  expect(await testDns([server], 'gate.test', new AbortController().signal)).toEqual({
    test: 'DNS',
    passed: false,
    said: `${server} does not answer.`,
  });
});
