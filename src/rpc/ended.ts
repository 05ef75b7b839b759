/** How often the service has ended badly, as /usr/lib/gatehouse/service-ended notes it beside the socket. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Endings } from '../contract/info.ts';

/** What is older is no news any more, in milliseconds. */
const NEWS = 3_600_000;

/**
 * Undefined where it has not ended badly since it was last ended in good order, or the last time is an hour ago.
 * Read when it is asked for: it can change while no service runs.
 */
export function endingsOf(socket: string, now = Date.now()): Endings | undefined {
  try {
    const line = readFileSync(join(dirname(socket), 'ended'), 'utf8').trimEnd();
    const [times, since = '', at = '', , why = '', pause] = line.split('\t');
    const age = now - Date.parse(at);
    if (!(Number(times) > 0) || !(age < NEWS)) return undefined;
    return { times: Number(times), since, at, why: reasonOf(why), pause: Number(pause) || 0 };
  } catch {
    return undefined;
  }
}

function reasonOf(why: string): string {
  const [kind, what = ''] = why.split(' ');
  switch (kind) {
    case 'hung':
      return 'it hung';
    case 'memory':
      return 'it needed more memory than it may have';
    case 'timeout':
      return 'it did not come to an end in time';
    case 'exit':
      return `it ended by itself with code ${what}`;
    default:
      return `it was ended by the signal ${what}`;
  }
}
