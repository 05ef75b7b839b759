/** The service as a process: put together, listening, ended by SIGTERM. Chooses the machine that it is given. */
import { join } from 'node:path';
import type { Machine } from '../adapters/machine.ts';
import type { About } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { Failure, sentence } from '../errors.ts';
import { groupNamed } from '../rpc/group.ts';
import { assemble } from './appliance.ts';
import { auditTo } from './audit.ts';
import type { Log } from './log.ts';
import { serve } from './serve.ts';
import { CannotListen, listen } from './socket.ts';

export interface ServiceOptions {
  socket: string;
  /** Name of the group whose members may use it. */
  group: string;
  /** Folder of what the service keeps. */
  state: string;
  brand: Brand;
  about: Omit<About, 'role'>;
  machine: Machine;
  log: Log;
  pace?: number;
}

export interface Service {
  /** Aborts what is under way, ends every connection, removes the socket. */
  close(): Promise<void>;
}

/**
 * Ready when it returns: listening, and said so in the log.
 * @throws CannotListen with a sentence; Failure where the folder of the state cannot be used
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { socket, group, log } = options;
  const gid = groupNamed(group)?.gid;
  if (gid === undefined) throw new CannotListen(`There is no group ${group}. Make it: groupadd --system ${group}`);
  const closing = new AbortController();
  const audit = auditTo(join(options.state, 'audit.jsonl'), log);
  const { machine, about, brand, state, pace = 1 } = options;
  const appliance = await assemble({ machine, about, brand, audit, log, state, pace, closing: closing.signal });
  let clients = 0;
  const listening = await listen(socket, gid, (connection) => {
    clients += 1;
    serve(connection, appliance, `client ${clients} of group ${group}`, log);
  });
  log.info(`listening on ${socket} for group ${group}, version ${options.about.version}`);
  return {
    async close() {
      closing.abort();
      await listening.close();
      log.info('ended');
    },
  };
}

/** Runs until SIGTERM or SIGINT, or until it cannot begin. Gives the process's exit code. */
export async function runService(options: ServiceOptions): Promise<number> {
  process.umask(0o077);
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  try {
    const service = await startService(options);
    await asked;
    await service.close();
    return 0;
  } catch (error) {
    if (error instanceof CannotListen) options.log.error(error.message);
    else if (error instanceof Failure) options.log.error(sentence(error.problem));
    else throw error;
    return 1;
  }
}
