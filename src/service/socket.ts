/** Listening on a unix socket that only one group may open. What is said on it is served elsewhere. */
import { chmodSync, chownSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

const CONNECTIONS = 128;

/** Why it cannot listen, as a sentence for the one who starts it. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

export interface Listening {
  /** Takes no more connections, ends those there are, removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens at `path`, in a directory that was prepared. The socket is 0600 of root until it is 0660 of the group, never
 * wider. A socket that nobody listens on any more is replaced.
 * @throws CannotListen where another service answers there.
 */
export async function listen(path: string, gid: number, onConnection: (socket: Socket) => void): Promise<Listening> {
  await removeStale(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.maxConnections = CONNECTIONS;
  await bind(server, path);
  chownSync(path, -1, gid);
  chmodSync(path, 0o660);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Makes the directory where it is missing: of the group, and closed to all others, but where `isPassable`, for the
 * sockets in it that other groups may open.
 * @throws CannotListen where it is not safe
 */
export function prepareDirectory(directory: string, gid: number, isPassable: boolean): void {
  const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(directory);
  const isOurs = made !== undefined || [0o750, 0o751].includes(mode & 0o777);
  if (uid === process.geteuid?.() && isOurs) {
    chownSync(directory, -1, gid);
    chmodSync(directory, isPassable ? 0o751 : 0o750);
  } else if ((mode & 0o002) !== 0)
    throw new CannotListen(`${directory} can be written by everybody: the socket would not be safe there.`);
}

/** With a umask, since between bind(2) and chmod(2) the socket is already there. */
async function bind(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw alreadyRunning(path);
    throw new CannotListen(`${path}: ${(error as Error).message}.`, { cause: error });
  } finally {
    process.umask(before);
  }
}

async function removeStale(path: string): Promise<void> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw new CannotListen(`${path} is there and is no socket.`);
  if (await answers(path)) throw alreadyRunning(path);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

const alreadyRunning = (path: string) => new CannotListen(`A Gatehouse service is already running on ${path}.`);
