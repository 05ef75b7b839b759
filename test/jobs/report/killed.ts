/** A program that makes a report without end, to be killed: killed.ts FOLDER RECIPIENT TEXT. */
import { randomBytes } from 'node:crypto';
import { Keep } from '../../../src/jobs/report/keep.ts';
import { itemStates, makeReport } from '../../../src/jobs/report/make.ts';

const [folder = '', recipient = '', text = ''] = process.argv.slice(2);
const keep = new Keep({ folder });
await keep.prepare();
const endless = {
  ...{ name: 'endless', title: 'endless', about: 'endless', seconds: 600, most: 1e12 },
  async collect(out: { bytes(file: string, content: Buffer): Promise<void> }) {
    for (let part = 0; ; part += 1)
      await out.bytes(`${part}`, Buffer.concat([Buffer.from(text), randomBytes(100_000), Buffer.from(text)]));
  },
};
const items = [endless];
const startedAt = new Date().toISOString();
await makeReport({
  ...{ keep, items, machine: 'gate', version: '9', secrets: [], recipients: [recipient] },
  job: { id: '1', startedAt, by: 'test', phase: 'collecting', items: itemStates(items), bytes: 0 },
  signal: new AbortController().signal,
  changed: () => undefined,
  isUsed: () => false,
  removed: () => undefined,
});
