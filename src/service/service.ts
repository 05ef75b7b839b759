/** The service as a process: put together, listening, ended by SIGTERM. Chooses the machine that it is given. */
import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Machine } from '../adapters/machine.ts';
import type { About, Role } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { Failure, sentence } from '../errors.ts';
import { endingsOf } from '../rpc/ended.ts';
import { groupNamed } from '../rpc/group.ts';
import { viewerSocket } from '../rpc/places.ts';
import { assemble } from './appliance.ts';
import { bounded } from './asking.ts';
import { auditFile, auditTo } from './audit.ts';
import type { Log } from './log.ts';
import { serve } from './serve.ts';
import { CannotListen, type Listening, listen, prepareDirectory } from './socket.ts';
import { whoAsks } from './who.ts';

export interface ServiceOptions {
  socket: string;
  /** Name of the group whose members may use it. */
  group: string;
  /** Name of the group whose members may look only, by a socket beside that one. Where there is none, none look. */
  viewerGroup?: string;
  /** Folder of what the service keeps. */
  state: string;
  brand: Brand;
  about: Omit<About, 'role' | 'language'>;
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
  const { socket, group, viewerGroup, log, machine, about, brand, state, pace = 1 } = options;
  const gid = groupNamed(group)?.gid;
  if (gid === undefined) throw new CannotListen(`There is no group ${group}. Make it: groupadd --system ${group}`);
  const viewers = viewerGroup === undefined ? undefined : groupNamed(viewerGroup);
  const closing = new AbortController();
  // On a disk that cannot be written it begins all the same: how else would anybody learn of that?
  await mkdir(state, { recursive: true, mode: 0o700 }).catch((error: Error) => log.warning(`state: ${error.message}`));
  const audit = auditTo(auditFile(state), log, { rotates: true });
  const refusals = bounded(audit);
  const endings = () => endingsOf(socket);
  const appliance = await assemble({
    machine,
    about,
    brand,
    audit,
    log,
    state,
    endings,
    pace,
    closing: closing.signal,
  });
  let clients = 0;
  const served = (role: Role, name: string) => (connection: Socket) => {
    clients += 1;
    const who = whoAsks(connection, name, log);
    serve(connection, appliance, { role, who, connection: String(clients), audit, refusals }, log);
  };
  const listening: Listening[] = [];
  try {
    prepareDirectory(dirname(socket), gid, viewers !== undefined);
    listening.push(await listen(socket, gid, served('operator', group)));
    if (viewers) listening.push(await listen(viewerSocket(socket), viewers.gid, served('viewer', viewers.name)));
  } catch (error) {
    // What was begun must not keep a process that serves nobody.
    closing.abort();
    await Promise.all(listening.map((one) => one.close()));
    throw error;
  }
  const more = viewers ? `, for viewers of group ${viewers.name}` : '';
  log.info(`listening on ${socket} for group ${group}${more}, version ${options.about.version}`);
  return {
    async close() {
      closing.abort();
      await Promise.all(listening.map((one) => one.close()));
      log.info('ended');
    },
  };
}

/**
 * Runs until SIGTERM or SIGINT, or until it cannot begin. Gives the process's exit code.
 * @param over resolves where a machine that is simulated goes down
 */
export async function runService(options: ServiceOptions, over?: Promise<unknown>): Promise<number> {
  process.umask(0o077);
  let end: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    end = resolve;
  });
  const signals = ['SIGTERM', 'SIGINT'] as const;
  // Not `once`: execa kills a process again by a signal that nobody else listens to any more, and cuts its end short.
  for (const signal of signals) process.on(signal, end);
  void over?.then(end);
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
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}
