/**
 * Connections of the server, from the first byte on: also those that have not got as far as TLS, which the server itself
 * does not count. How many there may be, and how many from one address, so that one machine cannot shut out all others.
 */
import type { Server, Socket } from 'node:net';

/** A connection holds up to 200 KB while a body comes in: 400 MB altogether, measured. */
const most = 2048;
/** Many appliances may stand behind one proxy. */
const mostFromOne = most / 2;

/** Gives how to end them all at once. */
export function countConnections(server: Server): { destroy(): void } {
  const open = new Set<Socket>();
  const from = new Map<string, number>();
  server.maxConnections = most;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (from.get(address) ?? 0) + 1;
    if (count > mostFromOne) {
      socket.destroy();
      return;
    }
    from.set(address, count);
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      const left = (from.get(address) ?? 1) - 1;
      if (left > 0) from.set(address, left);
      else from.delete(address);
    });
  });
  return {
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}
