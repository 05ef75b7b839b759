/** `gatehouse platform serve`: a platform of one's own in this process, until it is told to end. */
import { once } from 'node:events';
import { join } from 'node:path';
import { type Failure, fail } from '../errors.ts';
import { limits } from '../platform/protocol.ts';
import { openPlatform, type Platform } from '../platform/server/platform.ts';
import { harmlessLines } from '../values/harmless.ts';
import { parseSuffix } from '../values/suffix.ts';
import { brandOf } from './brand.ts';
import { exits } from './exit.ts';
import type { Output } from './output.ts';
import { fields } from './table.ts';

export interface ServeOptions {
  folder: string;
  suffix: string;
  port: number;
  address: string;
  /** Seconds. */
  checkIn: number;
  certificateDays: number;
  brand?: string | undefined;
}

/** Gives the exit code, when the platform has ended. */
export async function servePlatform(options: ServeOptions, output: Output): Promise<number> {
  const stopped = Promise.race((['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal)));
  const platform = await opened(options);
  const { port, hosts } = platform;
  const ca = join(options.folder, 'ca.pem');
  output.text(
    fields([
      ['Listens at', `${options.address} port ${port}`],
      ...Object.values(hosts).map((host, at): [string, string] => [at === 0 ? 'Service hosts' : '', host]),
      ['CA to trust', ca],
    ]),
  );
  output.value({ address: options.address, port, hosts, ca });
  await stopped;
  await platform.close();
  return exits.done;
}

async function opened({
  folder,
  port,
  address,
  checkIn,
  certificateDays,
  ...options
}: ServeOptions): Promise<Platform> {
  const suffix = parseSuffix(options.suffix);
  if (!suffix.ok) throw fail('bad-value', { field: '--suffix', why: suffix.why, right: suffix.right });
  within('--check-in', checkIn, limits.checkIn);
  within('--certificate-days', certificateDays, limits.certificateDays);
  within('--port', port, { from: 0, to: 65_535 });
  const brand = brandOf(options.brand);
  const failed = (error: unknown) => void process.stderr.write(`gatehouse: ${harmlessLines(stackOf(error))}\n`);
  const common = { folder, port, address, brand, suffix: suffix.value, failed };
  return openPlatform({ ...common, checkInSeconds: checkIn, certificateDays }).catch((cause) => {
    throw notListening(cause, `Port ${port} of ${address}`) ?? cause;
  });
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function within(field: string, value: number, { from, to }: { from: number; to: number }): void {
  if (value < from || value > to) throw fail('bad-value', { field, why: `it is ${from} to ${to}`, right: `${from}` });
}

function notListening(cause: NodeJS.ErrnoException, what: string): Failure | undefined {
  const whys: Record<string, string> = {
    EADDRINUSE: 'Something else listens there.',
    EACCES: 'Only root may listen there, or nobody may write in the folder.',
    EADDRNOTAVAIL: 'This machine has no such address.',
    ENOTFOUND: 'That is no address.',
  };
  const why = whys[cause.code ?? ''];
  return why ? fail('unavailable', { what, why }, cause) : undefined;
}
