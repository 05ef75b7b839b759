/** What an error of a socket means to the one who asks: no service, not allowed, nobody listens. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Problem } from '../errors.ts';
import { groupNumbered } from '../rpc/group.ts';

export function problemWithSocket(path: string, error: NodeJS.ErrnoException): Problem {
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return { code: 'service-forbidden', details: { socket: path, group: groupOf(path) } };
  return { code: 'service-gone', details: { socket: path, why: reasons[error.code ?? ''] ?? error.message } };
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such socket, so the service is not running',
  ECONNREFUSED: 'nobody listens there, so the service was killed or is just starting',
  ENOTSOCK: 'that is no socket',
  ECONNRESET: 'the service ended',
  EPIPE: 'the service ended',
};

/** The group of the socket, or of its directory where the socket itself is out of sight. */
function groupOf(path: string): string {
  for (const place of [path, dirname(path)]) {
    try {
      const { gid } = statSync(place);
      return groupNumbered(gid)?.name ?? String(gid);
    } catch {
      // Out of sight: its directory may be seen.
    }
  }
  return 'that its socket belongs to';
}
