/** The reference platform at the neighbour of a virtual machine, which trusts it. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAdmin } from '../../../src/platform/server/admin.ts';
import { must, start, until } from '../../host/machine/programs.ts';
import type { Machine } from '../machine.ts';

const program = fileURLToPath(new URL('../../../dist/gatehouse', import.meta.url));

/** Its names end in that; the neighbour is to give them that address: `Machine.booted({}, names)`. */
export const suffix = 'platform.gatehouse.test';
const address = '10.77.0.5';
export const names = { [suffix]: address };

/** Runs it, from a folder of its own beneath that one, until it is killed. Checks in every five seconds. */
export async function servePlatform(machine: Machine, folder: string): Promise<ChildProcess> {
  const { neighbour } = machine;
  await must(neighbour.enter(['ip', 'addr', 'add', `${address}/24`, 'dev', 'lan']));
  const serve = ['--folder', join(folder, 'platform'), '--suffix', suffix, '--address', address, '--check-in', '5'];
  const platform = start(neighbour.enter([program, 'platform', 'serve', ...serve]));
  const listens = async () => (await neighbour.run(['ss', '-Hlnt'])).stdout.includes(`${address}:443`);
  await until('the platform', listens);
  const ca = readFileSync(join(folder, 'platform/ca.pem'), 'utf8');
  await machine.must(['sh', '-c', 'printf %s "$1" >/var/lib/gatehouse/platform-ca.pem', 'sh', ca]);
  return platform;
}

/** A code to register with. */
export async function codeFor(name: string, folder: string): Promise<string> {
  return (await (await openAdmin(join(folder, 'platform'))).createCode({ name })).code;
}
