/**
 * What lies beyond the appliance for operator-secrets.test.ts, on its neighbour: `node main.mjs FOLDER`. A platform
 * with TLS on port 443, a repository of packages on 80, and a proxy on 3130 that never answers. The proxy that works is
 * squid.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

const [, , folder = ''] = process.argv;
const identity = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };

createTcpServer(() => undefined).listen(3130);
// A flat repository (sources.list(5)) needs no more than this.
createServer((request, response) => response.writeHead(request.url?.endsWith('/Packages') ? 200 : 404).end()).listen(
  80,
);
createTlsServer(identity, (socket) => socket.on('error', () => undefined))
  .on('tlsClientError', () => undefined)
  .listen(443);
