/**
 * Interfaces by systemd-networkd: what is in effect, and telling networkd of new files. The files are made in
 * render.ts and written by whoever makes the change; what the programs say is understood in parse.ts.
 */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../run.ts';
import { runs } from '../daemon.ts';
import type { EffectOf } from '../files.ts';
import { type Found, parseNetwork } from './parse.ts';
import type { Interfaces } from './render.ts';

const limit = 10_000;
const networkd = 'systemd-networkd.service';

/**
 * Every interface but loopback and those of containers, the one of the default route first.
 * @param configured the settings, which `configured` of each is taken from
 * @throws Failure 'unavailable' without ip(8), 'not-understood', 'timed-out', 'aborted'
 */
export async function effectiveNetwork(configured: Interfaces, signal: AbortSignal): Promise<Found[]> {
  const ask = async (program: string, args: string[]) => (await run(program, args, { limit, signal })).stdout;
  const [links, ipv4, ipv6, networkctl] = await Promise.all([
    ask('ip', ['-j', '-d', 'address', 'show']),
    ask('ip', ['-j', 'route', 'show', 'default']),
    ask('ip', ['-j', '-6', 'route', 'show', 'default']),
    runs(networkd, signal).then((is) => (is ? ask('networkctl', ['--json=short', 'list']) : undefined)),
  ]);
  const said = { links, routes: [ipv4, ipv6], ...(networkctl === undefined ? {} : { networkd: networkctl }) };
  return Promise.all(parseNetwork(said, configured).map(withOthers));
}

/** Adds what lies in files: the speed, and who manages it where networkd does not. */
async function withOthers(found: Found): Promise<Found> {
  const speed = Number(await text(join('/sys/class/net', found.name, 'speed')));
  const managedBy = found.managedBy ?? (await otherManager(found));
  return { ...found, ...(speed > 0 ? { speed } : {}), ...(managedBy === undefined ? {} : { managedBy }) };
}

async function otherManager({ name, index }: Found): Promise<string | undefined> {
  // What ifup(8) writes down, and a file a device that NetworkManager keeps.
  if ((await text('/run/network/ifstate')).split('\n').some((line) => line.startsWith(`${name}=`))) return 'ifupdown';
  if (/^managed=true$/m.test(await text(`/run/NetworkManager/devices/${index}`))) return 'NetworkManager';
  return undefined;
}

/** Empty where it cannot be read: no such file, or a driver that does not tell. */
async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/**
 * Tells networkd of new files. Where it does not run nothing is told, and only VLANs that are no more are removed.
 * Ends when it was told; addresses come later.
 */
export async function tellNetworkd(
  { reconfigure, remove, mtu }: EffectOf<'networkd'>,
  signal: AbortSignal,
): Promise<void> {
  const is = await runs(networkd, signal);
  if (is) await run('networkctl', ['reload'], { limit, signal });
  for (const device of remove)
    if (await isVlan(device, signal))
      await run('ip', ['link', 'delete', 'dev', device, 'type', 'vlan'], { limit, signal });
  for (const [name, bytes] of Object.entries(mtu))
    if (await exists(name)) await run('ip', ['link', 'set', 'dev', name, 'mtu', String(bytes)], { limit, signal });
  const present = [];
  for (const name of reconfigure) if (await exists(name)) present.push(name);
  // A reload alone leaves alone what has failed before.
  if (is && present.length > 0) await run('networkctl', ['reconfigure', ...present], { limit, signal });
}

async function exists(name: string): Promise<boolean> {
  return access(join('/sys/class/net', name)).then(
    () => true,
    () => false,
  );
}

async function isVlan(name: string, signal: AbortSignal): Promise<boolean> {
  if (!(await exists(name))) return false;
  const { stdout } = await run('ip', ['-d', 'link', 'show', 'dev', name, 'type', 'vlan'], { limit, signal });
  return stdout.trim() !== '';
}
