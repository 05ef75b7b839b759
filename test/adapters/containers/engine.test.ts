/** What stands in the engine's place and is none: each told in time, and nothing held up. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { realContainers } from '../../../src/adapters/containers/containers.ts';
import type { Problem } from '../../../src/errors.ts';
import { failing, temporaryFolder } from '../../service/world.ts';

const never = new AbortController().signal;
const matcherOf = () => ({ isNeeded: false, test: async () => [], close: () => undefined });

interface Fake {
  socket: string;
  asked: string[];
  open: Set<Socket>;
}

/** Answers each request with what `answer` writes; whatever that is. */
async function standIn(answer: (connection: Socket, request: string) => unknown): Promise<Fake> {
  const socket = join(temporaryFolder(), 'docker.sock');
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((connection) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection)).on('error', () => undefined);
    connection.on('data', (data) => {
      const [line = ''] = data.toString().split('\r\n');
      asked.push(line);
      answer(connection, line);
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    for (const connection of open) connection.destroy();
    server.close();
  });
  return { socket, asked, open };
}

const asking = (socket: string, limit = 200, programs = ['/bin/sh']) =>
  realContainers({ matcherOf, place: { socket, programs }, limit });

const http = (body: string, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

test('no socket: absent where no engine is installed, else stopped', async () => {
  const socket = join(temporaryFolder(), 'docker.sock');
  expect(await failing(asking(socket, 200, ['/nowhere/dockerd']).list(never))).toEqual({
    code: 'engine-absent',
    details: {},
  });
  expect(await failing(asking(socket).list(never))).toMatchObject({ code: 'engine-stopped' });
});

test('a socket that nobody listens on, and a file in its place, are a stopped engine', async () => {
  const file = join(temporaryFolder(), 'docker.sock');
  writeFileSync(file, '');
  expect(await failing(asking(file).list(never))).toMatchObject({
    code: 'engine-stopped',
    details: { why: expect.stringContaining('Nothing listens') },
  });
});

const hangs: [string, (connection: Socket) => unknown][] = [
  ['accepts and never answers', () => undefined],
  ['sends a header and no more', (connection) => connection.write('HTTP/1.1 200 OK\r\n')],
  ['begins its answer and stops', (connection) => connection.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[')],
  [
    'sends one byte now and then, for ever',
    (connection) => {
      connection.write('HTTP/1.1 200 OK\r\n\r\n[');
      const timer = setInterval(() => connection.write(' '), 20);
      connection.on('close', () => clearInterval(timer));
    },
  ],
];
test.each(hangs)('an engine that %s hangs, within the limit, and its connection is ended', async (_what, answer) => {
  const fake = await standIn(answer);
  const began = performance.now();
  expect(await failing(asking(fake.socket).list(never))).toEqual({ code: 'engine-hangs', details: { seconds: 0.2 } });
  expect(performance.now() - began).toBeLessThan(1500);
  await expect.poll(() => fake.open.size).toBe(0);
});

test('whoever gives up is let go at once, before and while it is asked', async () => {
  const fake = await standIn(() => undefined);
  const engine = asking(fake.socket, 60_000);
  expect(await failing(engine.list(AbortSignal.abort()))).toMatchObject({ code: 'aborted' });
  const given = new AbortController();
  const asked = engine.list(given.signal);
  await expect.poll(() => fake.asked.length).toBe(1);
  given.abort();
  expect(await failing(asked)).toMatchObject({ code: 'aborted' });
  await expect.poll(() => fake.open.size).toBe(0);
});

const broken: [string, (connection: Socket) => unknown, Problem['code']][] = [
  ['closes without a word', (connection) => connection.destroy(), 'engine-stopped'],
  [
    'closes in the middle of its answer',
    (connection) => connection.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[{"Id":'),
    'engine-stopped',
  ],
  ['answers what is no HTTP', (connection) => connection.end('SSH-2.0-OpenSSH\r\n\r\n'), 'not-understood'],
  ['answers broken JSON', (connection) => connection.write(http('[{"Id":')), 'not-understood'],
  ['answers a page', (connection) => connection.write(http('<html>')), 'not-understood'],
  ['answers another shape', (connection) => connection.write(http('{"containers":[]}')), 'not-understood'],
  [
    'answers numbers that are none',
    (connection) => connection.write(http(JSON.stringify([{ ...one, Created: -1e300 }]))),
    'not-understood',
  ],
  [
    'refuses',
    (connection) => connection.write(http('{"message":"\u001b[2J no"}', '500 Internal Server Error')),
    'engine-refused',
  ],
  [
    'wants another version',
    (connection) => connection.write(http('page not found', '404 Not Found')),
    'engine-refused',
  ],
];
const one = {
  Id: 'a'.repeat(64),
  Names: ['/one'],
  Image: 'x',
  ImageID: `sha256:${'b'.repeat(64)}`,
  Created: 1,
  State: 'running',
  Status: 'Up',
};
test.each(broken)('an engine that %s is told as what it is', async (_what, answer, code) => {
  const fake = await standIn(answer);
  const problem = await failing(asking(fake.socket, 2000).list(never));
  expect(problem.code).toBe(code);
  expect(JSON.stringify(problem)).not.toContain('\\u001b');
});

test('an answer without end is cut off, and costs no more memory than its bound', async () => {
  const fake = await standIn((connection) => {
    connection.write('HTTP/1.1 200 OK\r\n\r\n[');
    const more = () => {
      while (!connection.destroyed && connection.write(' '.repeat(1 << 16)));
    };
    connection.on('drain', more);
    more();
  });
  const before = process.memoryUsage().rss;
  expect(await failing(asking(fake.socket, 20_000).list(never))).toMatchObject({
    code: 'not-understood',
    details: { got: expect.stringContaining('16 MB') },
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
  await expect.poll(() => fake.open.size).toBe(0);
});

test('one connection serves many questions, and a path is never what was asked for', async () => {
  const fake = await standIn((connection) => connection.write(http('[]')));
  const engine = asking(fake.socket, 2000);
  for (let count = 0; count < 5; count += 1) await engine.list(never);
  expect(fake.open.size).toBe(1);
  expect(new Set(fake.asked)).toEqual(new Set(['GET /containers/json?all=1 HTTP/1.1']));
  for (const id of ['../../etc', 'a b', 'a\r\nX: y', '', 'a?b'])
    expect(await failing(engine.show(id, never))).toMatchObject({ code: 'unknown-container' });
  expect(fake.asked).toHaveLength(5);
});

test('a log without end, of endless lines or of rubbish, is bounded', async () => {
  const inspect = (terminal: boolean) => ({
    Id: one.Id,
    Name: '/one',
    Path: 'x',
    Args: [],
    State: {
      Running: true,
      Restarting: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: '',
      StartedAt: '',
      FinishedAt: '',
    },
    RestartCount: 0,
    HostConfig: { LogConfig: { Type: 'json-file' } },
    Mounts: [],
    Config: { Env: [], Tty: terminal },
    NetworkSettings: { Ports: {}, Networks: {} },
  });
  const logs = (body: string | Buffer, terminal: boolean) =>
    standIn((connection, request) => {
      if (!request.includes('/logs')) return connection.write(http(JSON.stringify(inspect(terminal))));
      connection.write('HTTP/1.1 200 OK\r\n\r\n');
      return connection.end(body);
    });
  const page = { from: 'newest', direction: 'older', lines: 10 } as const;

  const endless = await logs(`2026-11-21T11:10:29.079866893Z ${'x'.repeat(20 << 20)}`, true);
  const { lines } = await asking(endless.socket, 5000).log('one').page(page, never);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.text.length).toBe(16 << 10);

  for (const rubbish of ['rubbish that is no frame', Buffer.from([1, 0, 0, 0, 255, 255, 255, 255, 65])]) {
    const fake = await logs(rubbish, false);
    expect(await failing(asking(fake.socket, 5000).log('one').page(page, never))).toMatchObject({
      code: 'not-understood',
    });
  }
});
