/**
 * Offers one file inside of a booted host: `node main.mjs '{"path": …}'`. Writes the offer with its password, then each
 * change, one JSON line each. `{"again": true}` takes up the offer that is there, as a service that starts anew does;
 * `{"close": true}` ends it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { realOffers } from '../../src/adapters/handover/offers.ts';
import { problemOf } from '../../src/errors.ts';
import { makePassword } from '../../src/jobs/handover/one-time.ts';

export interface HandoverProbe {
  path?: string;
  seconds?: number;
  again?: boolean;
  close?: boolean;
}

const asked = JSON.parse(process.argv[2] ?? '') as HandoverProbe;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const offers = realOffers();
const { signal } = new AbortController();

async function opened({ path = '', seconds = 600 }: HandoverProbe) {
  const content = readFileSync(path);
  const report = {
    name: basename(path),
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
  const password = makePassword();
  const request = {
    report,
    path,
    password,
    addresses: ['10.77.0.2'],
    seconds,
    by: 'the test',
    state: '/var/lib/probe',
  };
  const offer = await offers.open(request, signal);
  say({ offer, password: password.reveal() });
  return offer;
}

try {
  if (asked.close) await offers.close();
  else {
    const offer = asked.again ? await offers.left() : await opened(asked);
    if (offer) await offers.watch(offer, (offer) => say({ offer }), signal);
    say({ over: true });
    await offers.close();
  }
} catch (error) {
  say({ problem: problemOf(error, String(error)) });
}
