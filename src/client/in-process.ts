/** A link to an appliance in this same process, through the same messages and the same checks as over the socket. */
import { duplexPair } from 'node:stream';
import type { Appliance } from '../appliance.ts';
import type { Problem } from '../errors.ts';
import { asking } from '../rpc/ask.ts';
import { remoteAppliance } from '../rpc/remote.ts';
import type { Client } from '../service/admission.ts';
import { logTo } from '../service/log.ts';
import { serve } from '../service/serve.ts';
import type { Link } from './link.ts';

const ended: Problem = { code: 'service-gone', details: { socket: 'in this process', why: 'the link was closed' } };

/** Connected at once, until closed. Our own mistakes go to `log`, by default to nobody. `as`: how it is served. */
export function inProcess(
  appliance: Appliance,
  log = logTo({ write: () => undefined }),
  as: Partial<Client> = {},
): Link {
  const [near, far] = duplexPair();
  const who = Promise.resolve({ by: 'this process' });
  const service = serve(far, appliance, { role: 'operator', who, connection: 'this process', ...as }, log);
  const client = asking(near, () => ended);
  const listeners = new Set<() => void>();
  let isOpen = true;
  return {
    appliance: remoteAppliance(client.ask),
    get state() {
      return isOpen ? 'connected' : 'lost';
    },
    get problem() {
      return isOpen ? undefined : ended;
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      client.close();
      service.close();
      for (const listener of listeners) listener();
    },
  };
}
