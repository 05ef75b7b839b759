/** Who asks, found out of a connection or of this process, and said for people. */
import type { Socket } from 'node:net';
import { uptime } from 'node:os';
import { type Peer, peerOf } from '../adapters/peer/peer.ts';
import { accountOf, whereaboutsOf } from '../adapters/peer/process.ts';
import type { Who } from '../appliance.ts';
import { problemOf, sentence } from '../errors.ts';
import type { Log } from './log.ts';

/**
 * Who is at the other end. Never rejects: where the kernel cannot be asked it is a member of the group, since nobody
 * else gets in, and the log says why. Within 5 s.
 */
export async function whoAsks(socket: Socket, group: string, log: Log): Promise<Who> {
  const since = uptime();
  try {
    return await whoIs(await peerOf(socket), since);
  } catch (error) {
    log.warning(`Who is at the other end could not be found out: ${sentence(problemOf(error))}`);
    return { by: `somebody of group ${group}` };
  }
}

/** This process itself. */
export function ownWho(): Promise<Who> {
  return whoIs({ pid: process.pid, uid: process.getuid?.() ?? 0 }, uptime());
}

async function whoIs(peer: Peer, since: number): Promise<Who> {
  const [user, where] = await Promise.all([accountOf(peer.uid), whereaboutsOf(peer, since)]);
  const found = { ...(user === undefined ? {} : { user }), ...peer, ...where };
  return { by: saidOf(found), ...found };
}

export function saidOf({ user, uid, console, address, unit, login }: Omit<Who, 'by'>): string {
  const name = `${user ?? `user ${uid} (name unknown)`}${login === undefined ? '' : `, logged in as ${login},`}`;
  if (address !== undefined) return `${name} from ${address} (ssh)`;
  if (console !== undefined) return `${name} on ${console}`;
  return unit === undefined ? name.replace(/,$/, '') : `${name} (${unit})`;
}
