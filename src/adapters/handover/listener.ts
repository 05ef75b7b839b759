/**
 * The listener of one offer: opened and closed. It is a unit of systemd's, so that it goes on, and ends in time,
 * whatever becomes of the service. How an offer goes is seen in watch.ts.
 */
import { chmod, chown, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Offer } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { newOffer, tries } from '../../jobs/handover/offer.ts';
import { digestOf, makeSalt } from '../../jobs/handover/one-time.ts';
import { run } from '../../run.ts';
import type { OfferRequest } from '../machine.ts';
import { type Account, account, hostKey, isThere, sshdVersion } from './account.ts';
import { checkProgram, folder, pamFiles, places, renderConfig, renderUnit, unit, user } from './render.ts';

const what = 'The listener for reports';
const ports = { first: 2222, count: 20 };
/** Milliseconds until it must answer. */
const patience = 15_000;

/** What is kept of an offer beside its files, for a service that starts anew. */
export interface OfferRecord {
  offer: Offer;
  /** Of the account. */
  uid: number;
  /** The report's file. */
  path: string;
  /** Milliseconds since 1970. */
  openedAt: number;
}

/** @throws Failure 'unavailable' where the machine cannot do it, 'timed-out', 'program-failed' */
export async function openListener(request: OfferRequest, signal: AbortSignal): Promise<OfferRecord> {
  const { report, path, addresses, seconds, by } = request;
  if (addresses.length === 0) throw fail('unavailable', { what, why: 'This machine has no address.' });
  await closeListener();
  const [version, owner, key] = await Promise.all([
    sshdVersion(signal),
    account(signal),
    hostKey(join(request.state, 'handover_host_key'), signal),
  ]);
  const port = await freePort();
  const openedAt = Date.now();
  const expiresAt = new Date(openedAt + seconds * 1000).toISOString();
  const terms = { user, addresses: [...addresses], port, fingerprint: key.fingerprint, expiresAt, by };
  const record = { offer: newOffer(report, terms), uid: owner.uid, path, openedAt };
  try {
    const files = await furnish(request, owner, Math.floor((openedAt + seconds * 1000) / 1000));
    await writeFile(places.config, renderConfig({ hostKey: key.path, port, addresses, version }));
    await keepRecord(record);
    await run('systemd-run', renderUnit({ files, hostKey: key.path, seconds }), { limit: 30_000, signal });
    await answers(addresses, port, signal);
  } catch (error) {
    await closeListener();
    throw error;
  }
  return record;
}

/** The folder with all that the listener needs but its configuration. Gives the files that are shown from elsewhere. */
async function furnish({ report, path, password }: OfferRequest, { gid }: Account, end: number) {
  await mkdir(folder, { mode: 0o700 });
  // Listed it is no more than passed through: beside the one folder there is only the journal's socket.
  for (const [place, mode] of [
    [places.root, 0o711],
    [places.shown, 0o755],
    [join(places.root, 'dev'), 0o711],
    [places.empty, 0o755],
    [places.pam, 0o755],
    [places.once, 0o700],
  ] as const) {
    await mkdir(place, { mode });
    await chmod(place, mode);
  }
  await symlink(await sshdPath(), places.program);
  for (const [name, text] of Object.entries(pamFiles)) await writeFile(join(places.pam, name), text, { mode: 0o644 });
  await writeFile(places.check, checkProgram);
  const salt = makeSalt();
  await writeFile(join(places.once, 'salt'), salt);
  await writeFile(join(places.once, 'live'), `${digestOf(salt, password)} ${end} ${tries}\n`);
  const sum = join(places.shown, `${basename(path)}.sha256`);
  await writeFile(sum, `${report.sha256}  ${basename(path)}\n`);
  await chmod(sum, 0o644);
  await writeFile(places.log, '');
  return shownFiles([path, `${path}.sig`], gid);
}

/** Mount points for them; the account may read them from now on, but nothing leads it to their folder. */
async function shownFiles(paths: readonly string[], gid: number): Promise<{ path: string; name: string }[]> {
  const files = [];
  for (const path of paths) {
    // The signature is not there on a machine without a host key.
    if (path.endsWith('.sig') && !(await isThere(path))) continue;
    await chown(path, 0, gid);
    await chmod(path, 0o640);
    const name = basename(path);
    await writeFile(join(places.shown, name), '');
    files.push({ path, name });
  }
  return files;
}

async function sshdPath(): Promise<string> {
  for (const path of ['/usr/sbin/sshd', '/usr/local/sbin/sshd']) {
    if (await isThere(path)) return path;
  }
  throw fail('unavailable', { what, why: 'OpenSSH is not installed on this machine.' });
}

async function freePort(): Promise<number> {
  for (let port = ports.first; port < ports.first + ports.count; port += 1) if (await isFree(port)) return port;
  throw fail('unavailable', { what, why: `Ports ${ports.first} to ${ports.first + ports.count - 1} are taken.` });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ends when it says at one of the addresses that it speaks SSH (RFC 4253, 4.2). */
async function answers(addresses: readonly string[], port: number, signal: AbortSignal): Promise<void> {
  const end = Date.now() + patience;
  const isUp = async () => (await Promise.all(addresses.map((address) => greets(address, port)))).includes(true);
  while (!(await isUp())) {
    if (signal.aborted) throw fail('aborted', {});
    const { stdout } = await run('systemctl', ['show', '--property=ActiveState', unit], { limit: 5_000, signal });
    if (Date.now() > end || !/=(active|activating)/.test(stdout))
      throw fail('unavailable', { what, why: `sshd did not start; see: journalctl -u ${unit}` });
    await pause(50);
  }
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-2.0-')));
    socket.once('end', () => end(false));
  });
}

/** Ends the listener with all its sessions, and takes its folder away. Nothing there is fine. */
export async function closeListener(): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  // systemctl(1): 5 where there is no such unit.
  await run('systemctl', ['stop', '--quiet', unit], { limit: 20_000, signal, expect: [0, 5] });
  await run('systemctl', ['reset-failed', '--quiet', unit], { limit: 10_000, signal, expect: [0, 1, 4, 5] });
  await rm(folder, { recursive: true, force: true });
}

export async function keepRecord(record: OfferRecord): Promise<void> {
  await writeFile(`${places.offer}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${places.offer}.new`, places.offer);
}

/** Of an offer that an earlier service has made; absent where there is none. One that was never opened is cleared up. */
export async function readRecord(): Promise<OfferRecord | undefined> {
  try {
    return JSON.parse(await readFile(places.offer, 'utf8')) as OfferRecord;
  } catch {
    if (await isThere(folder)) await closeListener();
    return undefined;
  }
}
