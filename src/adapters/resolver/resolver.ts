/** DNS by systemd-resolved: what is in effect, and telling it of a new file. The file is made in render.ts. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../run.ts';
import { runs } from '../daemon.ts';
import { parseResolvConf, parseResolved, type ResolverState } from './parse.ts';

const limit = 10_000;
const resolved = 'systemd-resolved.service';
const manager = ['org.freedesktop.resolve1', '/org/freedesktop/resolve1', 'org.freedesktop.resolve1.Manager'];

/** @throws Failure 'unavailable' without systemd, 'not-understood', 'timed-out', 'aborted' */
export async function effectiveResolver(signal: AbortSignal): Promise<ResolverState> {
  const target = await realpath('/etc/resolv.conf').catch(() => '/etc/resolv.conf');
  // What resolved(8) makes itself, in each of its modes.
  const isOurs = target.startsWith('/run/systemd/resolve/') || target === '/usr/lib/systemd/resolv.conf';
  if (!isOurs || !(await runs(resolved, signal))) {
    const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
    return { ...parseResolvConf(text), managedBy: '/etc/resolv.conf' };
  }
  const [{ stdout }, names] = await Promise.all([
    run('busctl', ['--json=short', 'get-property', ...manager, 'DNS', 'Domains'], { limit, signal }),
    interfaceNames(),
  ]);
  return parseResolved(stdout, names);
}

async function interfaceNames(): Promise<Map<number, string>> {
  const folder = '/sys/class/net';
  const names = await readdir(folder).catch(() => []);
  const entries = names.map(async (name): Promise<[number, string]> => {
    const index = await readFile(join(folder, name, 'ifindex'), 'utf8').catch(() => '0');
    return [Number(index), name];
  });
  return new Map(await Promise.all(entries));
}

/** It cannot read its files again (systemd 252), so it is restarted, if it runs. It keeps what links have told it. */
export async function tellResolved(signal: AbortSignal): Promise<void> {
  // At boot the way back comes before it. Asked for by the way back it would wait for that, and that for it.
  await run('systemctl', ['--job-mode=ignore-dependencies', 'try-restart', resolved], { limit: 30_000, signal });
}
