/** A server that is asked for a checksum: only a right answer is one, whatever else it does. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type Client, type ServerChannel } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { remoteSum } from '../../../src/jobs/handover/remote-sum.ts';

const sum = 'a'.repeat(64);
// Not by ssh2, which now and then makes one that it cannot read.
const hostKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'sec1', format: 'pem' },
}).privateKey;

/** Logged in to a server that answers like this; no answer: it refuses to run anything. */
async function connected(answer?: (command: string, channel: ServerChannel) => void): Promise<Client> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (asked) => asked.accept());
    connection.on('session', (accept) => {
      accept().on('exec', (take, refuse, { command }) => {
        if (answer) answer(command, take());
        else refuse();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  client.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, username: 'x', password: 'x' });
  await once(client, 'ready');
  return client;
}

const limits = { limit: 60_000, waiting: () => undefined, dropped: () => undefined };
const says = (text: string) => (_command: string, channel: ServerChannel) => {
  channel.write(text);
  channel.exit(0);
  channel.end();
};

test('that tells it, is asked for that file alone', async () => {
  const commands: string[] = [];
  const client = await connected((command, channel) => {
    commands.push(command);
    says(`${sum}  in/a-1.partial\n`)(command, channel);
  });
  expect(await remoteSum(client, 'in/a-1.partial', limits)).toBe(sum);
  expect(commands).toEqual(['sha256sum in/a-1.partial']);
});

test.each(['a b', '$(reboot)', '-c', 'a;b', "a'b", 'a\nb', 'ä', ''])('is not asked for %j', async (path) => {
  const commands: string[] = [];
  const client = await connected((command) => void commands.push(command));
  expect(await remoteSum(client, path, limits)).toBeUndefined();
  expect(commands).toEqual([]);
});

test.each(['', 'This account is not available.\n', `${sum}`, `x${sum}  a\n`, `\\${sum}  a\n`, 'x'.repeat(1 << 20)])(
  'that says %.20j tells none',
  async (text) => {
    expect(await remoteSum(await connected(says(text)), 'a', limits)).toBeUndefined();
  },
);

test('that runs nothing tells none', async () => {
  expect(await remoteSum(await connected(), 'a', limits)).toBeUndefined();
});

test('that waits for input gets the end of it', async () => {
  const client = await connected((command, channel) => {
    channel.on('end', () => says('bye\n')(command, channel)).resume();
  });
  expect(await remoteSum(client, 'a', limits)).toBeUndefined();
});

test('that never answers is waited for no longer than is good; one that goes away, not at all', async () => {
  expect(await remoteSum(await connected(() => undefined), 'a', { ...limits, limit: 100 })).toBeUndefined();
  const leaving: Client = await connected(() => leaving.destroy());
  expect(await remoteSum(leaving, 'a', limits)).toBeUndefined();
  expect(await remoteSum(leaving, 'a', limits)).toBeUndefined();
});

test('that ends the connection rather than run a program, is told, so that it is not asked again', async () => {
  const client = await connected(() => client.destroy());
  let drops = 0;
  expect(await remoteSum(client, 'a', { ...limits, dropped: () => (drops += 1) })).toBeUndefined();
  expect(drops).toBe(1);
});
