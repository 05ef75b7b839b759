/**
 * The reference platform on the neighbour of a booted host: `FOLDER ADDRESS SUFFIX`. Says "ready" when it listens; each
 * line of its input is a fault to be switched on, as JSON. Not a test; registration.test.ts bundles and starts it.
 */
import { createInterface } from 'node:readline';
import { defaultBrand } from '../../src/brand/brand.ts';
import type { Faults } from '../../src/platform/server/faults.ts';
import { openPlatform } from '../../src/platform/server/platform.ts';

const [folder = '', address = '', suffix = ''] = process.argv.slice(2);
const faults: Faults = {};
await openPlatform({ folder, address, port: 443, suffix, brand: defaultBrand, checkInSeconds: 1, faults });
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  for (const name of Object.keys(faults)) delete faults[name as keyof Faults];
  Object.assign(faults, JSON.parse(line));
  process.stdout.write(`${line}\n`);
}
process.exit(0);
