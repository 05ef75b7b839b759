/**
 * Who is at the other end of a unix socket. Node has no SO_PEERCRED (unix(7)), so perl, which every Debian has, is
 * handed the connection and asks: the kernel noted the user when the connection was made, whatever became of the process
 * since. Nothing here comes from the client.
 */
import type { Socket } from 'node:net';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';

export interface Peer {
  /** 0 where it cannot be seen from here: another container's. */
  pid: number;
  uid: number;
}

/** SOL_SOCKET and SO_PEERCRED as all of Debian's architectures but mips, parisc and sparc have them. */
const question = 'open(my $s, "+<&=", 3) or die; print join " ", unpack("iII", getsockopt($s, 1, 17) || die);';
/** Whoever connects waits for it. A machine that is short of everything still lets its operator in. */
const limit = 15_000;

/**
 * To be called in the turn that the connection came in, while it is surely open.
 * @throws Failure as `run`; 'not-understood'
 */
export async function peerOf(socket: Socket): Promise<Peer> {
  // Not in Node's documentation, and the only way to a connection's descriptor since there is one.
  const descriptor = (socket as Socket & { _handle?: { fd?: number } })._handle?.fd ?? -1;
  if (descriptor < 0) throw fail('unavailable', { what: 'The other end', why: 'the connection is closed' });
  const { stdout } = await run('perl', ['-e', question], { limit, descriptor });
  const [, pid, uid] = /^(\d+) (\d+) \d+$/.exec(stdout) ?? [];
  if (pid === undefined) throw fail('not-understood', { what: 'perl', got: stdout.slice(0, 60) });
  return { pid: Number(pid), uid: Number(uid) };
}
