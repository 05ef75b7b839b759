/** Blocks the main loop of a Node process for ever, as its own mistake would: through the inspector that SIGUSR1 opens. */
import type { InstallHost } from './install-host.ts';
import { until } from './machine.ts';

/** Of a process inside that may listen on its loopback. */
export async function blockLoop({ host }: InstallHost, pid: string): Promise<void> {
  const inside = (argv: readonly string[]) => host.run(['nsenter', '-t', pid, '-n', '--', ...argv]);
  await host.run(['kill', '-USR1', pid]);
  await until(
    'the loop to be blocked',
    async () => {
      const { stdout, stderr } = await inside(['/usr/lib/gatehouse/node', '--input-type=module', '-e', inspect]);
      if (!stdout.includes('blocked')) lastWords = stderr;
      return stdout.includes('blocked');
    },
    20_000,
    () => lastWords,
  );
}

let lastWords = '';

/** A WebSocket client of one masked frame (RFC 6455, 5.2): Node 20 has none. */
const inspect = `
import { connect } from 'node:net';
setTimeout(() => process.exit(1), 5000);
const [target] = await (await fetch('http://127.0.0.1:9229/json')).json();
const { pathname } = new URL(target.webSocketDebuggerUrl);
const socket = connect(9229, '127.0.0.1');
const heard = () => new Promise((resolve) => socket.once('data', resolve));
socket.write('GET ' + pathname + ' HTTP/1.1\\r\\nHost: 127.0.0.1:9229\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
  'Sec-WebSocket-Key: ' + Buffer.alloc(16).toString('base64') + '\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n');
await heard();
const send = (id, expression) => {
  const body = Buffer.from(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression } }));
  const head = body.length < 126 ? [0x81, 0x80 | body.length] : [0x81, 0xfe, body.length >> 8, body.length & 255];
  socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]));
};
send(1, '1 + 1');
await heard();
send(2, 'for (;;) {}');
setTimeout(() => { console.log('blocked'); process.exit(); }, 500);
`;
