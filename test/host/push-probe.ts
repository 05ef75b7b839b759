/**
 * Uploads one file from inside of a booted host, as the service does: `node main.mjs '{"target": …}'`. Writes each
 * state of the upload and each line of the audit as JSON. Without `sha256` it only asks for the server's key.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { realMachine } from '../../src/adapters/real.ts';
import type { Report, UploadTarget } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import { problemOf } from '../../src/errors.ts';
import { handoverOf } from '../../src/service/handover.ts';
import { ownLog } from '../../src/service/log.ts';
import { System } from '../../src/service/system.ts';
import { settingsSchema } from '../../src/settings/schema.ts';
import { openStore } from '../../src/settings/store.ts';
import { Secret } from '../../src/values/secret.ts';

export interface PushProbe {
  target: UploadTarget;
  path?: string;
  /** The server's key that was confirmed. */
  sha256?: string;
  password?: string;
  key?: string;
  passphrase?: string;
  /** The present settings' part. */
  proxy?: object;
  /** Factor of the time limits. */
  pace?: number;
  /** Cancel as soon as that many bytes were sent. */
  cancelAfter?: number;
}

const asked = JSON.parse(process.argv[2] ?? '') as PushProbe;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const state = '/var/lib/push-probe';
const { target, path = '', sha256, password, key, passphrase, proxy, pace = 1, cancelAfter } = asked;
const store = await openStore(`${state}/settings`, { notice: (text) => say({ notice: text }) });
const { revision } = await store.read();
await store.save(settingsSchema.parse({ proxy }), { revision, by: 'the test', what: 'proxy' });
const system = new System({
  machine: realMachine(),
  brand: defaultBrand,
  audit: { note: async (entry) => void say({ audit: entry }) },
  log: ownLog(),
  store,
  state,
  pace,
  closing: new AbortController().signal,
});
const handover = await handoverOf(system);

async function upload(confirmed: string): Promise<void> {
  const content = readFileSync(path);
  const sum = createHash('sha256').update(content).digest('hex');
  const report = { name: basename(path), size: content.length, sha256: sum } as Report;
  const given = Object.entries({ password, key, passphrase }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, new Secret(text)] as const],
  );
  const ended = new Promise<void>((resolve) => {
    handover.changed(() => {
      const { upload } = handover.state();
      say({ upload });
      if (cancelAfter !== undefined && upload && upload.sent > cancelAfter) void handover.cancelUpload();
      if (upload && !handover.uses(report.name)) resolve();
    });
  });
  await handover.upload(report, path, target, { sha256: confirmed, ...Object.fromEntries(given) }, 'the test');
  await ended;
}

try {
  if (sha256 === undefined) say({ key: await handover.hostKey(target) });
  else await upload(sha256);
} catch (error) {
  say({ problem: problemOf(error, String((error as Error).stack)) });
}
await handover.close();
