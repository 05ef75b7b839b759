/** A link to an appliance in this same process, through the same messages and the same checks as over the socket. */
import { duplexPair } from 'node:stream';
import type { Appliance } from '../appliance.ts';
import { Failure, fail, type Problem } from '../errors.ts';
import { operations } from '../operations.ts';
import { type Ask, type Asking, asking } from '../rpc/ask.ts';
import { remoteAppliance } from '../rpc/remote.ts';
import type { Client } from '../service/admission.ts';
import { logTo } from '../service/log.ts';
import { serve } from '../service/serve.ts';
import type { Link } from './link.ts';

export interface InProcessLink extends Link {
  /** As if the service had ended; `why` is said to whoever asks. */
  lose(why: string): void;
  /** Another appliance, in the place of the one before. */
  replace(appliance: Appliance): void;
}

const gone = (why: string): Problem => ({ code: 'service-gone', details: { socket: 'in this process', why } });

/** Connected at once, until closed. Our own mistakes go to `log`, by default to nobody. `as`: how it is served. */
export function inProcess(
  appliance: Appliance,
  log = logTo({ write: () => undefined }),
  as: Partial<Client> = {},
): InProcessLink {
  const who = Promise.resolve({ by: 'this process' });
  const listeners = new Set<() => void>();
  let present: { client: Asking; close(): void } | undefined;
  let problem: Problem | undefined;
  let isClosed = false;
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const begin = (served: Appliance) => {
    const [near, far] = duplexPair();
    const service = serve(far, served, { role: 'operator', who, connection: 'this process', ...as }, log);
    const client = asking(near, () => problem ?? gone('the link was closed'));
    problem = undefined;
    present = {
      client,
      close() {
        client.close();
        service.close();
      },
    };
  };
  const lose = (why: string) => {
    if (!present) return;
    problem = gone(why);
    const { close } = present;
    present = undefined;
    close();
    tell();
  };
  const ask: Ask = async (name, args, call) => {
    while (present) {
      try {
        return await present.client.ask(name, args, call);
      } catch (error) {
        const isLost = error instanceof Failure && error.problem.code === 'service-gone';
        if (!isLost || isClosed || operations[name] !== 'watch') throw error;
        await connected(call?.signal);
      }
    }
    if (operations[name] !== 'watch' || isClosed) throw new Failure(problem ?? gone('the link was closed'));
    await connected(call?.signal);
    return ask(name, args, call);
  };
  /** Waits for the next appliance. */
  const connected = (signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!present && !isClosed && !signal?.aborted) return;
        listeners.delete(look);
        signal?.removeEventListener('abort', look);
        if (signal?.aborted) reject(fail('aborted', {}));
        else resolve();
      };
      listeners.add(look);
      signal?.addEventListener('abort', look, { once: true });
      look();
    });
  begin(appliance);
  return {
    appliance: remoteAppliance(ask),
    get state() {
      return present ? 'connected' : 'lost';
    },
    get problem() {
      return problem;
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lose,
    replace(next) {
      lose('it starts anew');
      if (isClosed) return;
      begin(next);
      tell();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      lose('the link was closed');
      tell();
    },
  };
}
