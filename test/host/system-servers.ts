/**
 * What the neighbour serves for system-services.test.ts: `node main.mjs FOLDER PASSWORD`. Time on port 123, a proxy
 * with basic authentication on 3128, one that never answers on 3130, and a platform host with TLS on 8443.
 */
import { createSocket } from 'node:dgram';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

const [, , folder = '', password = ''] = process.argv;
/** Milliseconds that this clock is ahead. */
const ahead = 250;

/** SNTP (RFC 5905, figure 8). */
const time = createSocket('udp4');
time.on('message', (question, { port, address }) => {
  const answer = Buffer.alloc(48);
  answer.writeUInt8(0x24, 0);
  answer.writeUInt8(3, 1);
  answer.writeInt8(-20, 3);
  question.copy(answer, 24, 40, 48);
  for (const at of [16, 32, 40]) {
    const now = Date.now() + ahead;
    answer.writeUInt32BE(Math.floor(now / 1000) + 2_208_988_800, at);
    answer.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32), at + 4);
  }
  time.send(answer, port, address);
});
time.bind(123);

const right = `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`;
const proxy = createServer((request, response) => {
  const accepted = request.headers['proxy-authorization'] === right;
  appendFileSync(join(folder, 'requests'), `${accepted ? 'accepted' : 'refused'} ${request.method} ${request.url}\n`);
  response.writeHead(accepted ? 404 : 407).end();
});
proxy.on('connect', (request, socket) => {
  socket.on('error', () => undefined);
  const end = (status: string) => socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
  if (request.headers['proxy-authorization'] !== right) return end('407 Proxy Authentication Required');
  if (request.url?.startsWith('forbidden.')) return end('403 Forbidden');
  if (request.url?.startsWith('closed.')) return end('502 Bad Gateway');
  const onward = connect(8443, '10.77.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => end('502 Bad Gateway'));
});

createTcpServer(() => undefined).listen(3130);
const identity = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
createTlsServer(identity, (socket) => socket.on('error', () => undefined))
  .on('tlsClientError', () => undefined)
  .listen(8443, () => proxy.listen(3128));
