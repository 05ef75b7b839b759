/** The service's end of a connection against clients that err, flood, lie or do not read. */
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Answerer, answer, answerLimits } from '../../src/rpc/answer.ts';

const status: Answerer = async (name) => ({ name });

/** A connection by hand: raw bytes in, messages out. */
function raw(answerer: Answerer = status, limits = answerLimits) {
  const [near, far] = duplexPair();
  const answering = answer(far, answerer, limits);
  let bytes = '';
  near.on('data', (chunk: Buffer) => {
    bytes += chunk.toString('latin1');
  });
  near.on('error', () => undefined);
  const messages = () =>
    bytes
      .split(/Content-Length: \d+\r\n\r\n/)
      .filter(Boolean)
      .map((text) => JSON.parse(text));
  const send = (message: unknown) => near.write(frame(JSON.stringify(message)));
  return { near, far, answering, messages, send, received: () => bytes.length };
}

const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const request = (id: number, method: string, params: unknown = {}) => ({ jsonrpc: '2.0', id, method, params });

test('a question is answered', async () => {
  const { send, messages } = raw();
  send(request(1, 'status.read'));
  await vi.waitFor(() => expect(messages()).toEqual([{ jsonrpc: '2.0', id: 1, result: { name: 'status.read' } }]));
});

test('a question in pieces of one byte is answered', async () => {
  const { near, messages } = raw();
  for (const byte of Buffer.from(frame(JSON.stringify(request(1, 'about'))))) near.write(Buffer.from([byte]));
  await vi.waitFor(() => expect(messages()).toHaveLength(1));
});

test('each wrong message has an error of its own, and the next right one its answer', async () => {
  const { near, send, messages } = raw();
  near.write(frame('{"jsonrpc":'));
  send([]);
  send({ jsonrpc: '2.0', id: 3 });
  send({ jsonrpc: '2.0', method: '$/cancelRequest' });
  send(request(5, 'reboot'));
  send(request(6, '__proto__'));
  send({ jsonrpc: '2.0', id: 7, method: 'about', params: 'text' });
  send(request(8, 'about'));
  await vi.waitFor(() => expect(messages()).toHaveLength(8));
  const code = (error: number) => expect.objectContaining({ error: expect.objectContaining({ code: error }) });
  expect(messages()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: null, error: expect.objectContaining({ code: -32700 }) }),
      expect.objectContaining({ id: 3, error: expect.objectContaining({ code: -32600 }) }),
      expect.objectContaining({ id: 5, error: expect.objectContaining({ code: -32601 }) }),
      expect.objectContaining({ id: 6, error: expect.objectContaining({ code: -32601 }) }),
      expect.objectContaining({ id: 7, error: expect.objectContaining({ code: -32600 }) }),
      expect.objectContaining({ id: 8, result: { name: 'about' } }),
      code(-32600),
    ]),
  );
});

test('a message that announces too much ends the connection before it is read', async () => {
  const { near, far } = raw();
  near.write(`Content-Length: ${answerLimits.messageIn + 1}\r\n\r\n{`);
  await once(far, 'close');
});

test.each(['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'Content-Length: -1\r\n\r\n', 'x'.repeat(5000)])(
  'what is not framed at all ends the connection: %j',
  async (bytes) => {
    const { near, far } = raw();
    near.write(bytes);
    await once(far, 'close');
  },
);

test('whatever bytes come, the connection answers or ends, and nothing is thrown', async () => {
  const message = fc.oneof(
    fc.json().map(frame),
    fc
      .record({
        jsonrpc: fc.constant('2.0'),
        id: fc.anything(),
        method: fc.constantFrom('about', '$/progress', '$/cancelRequest', 'x'),
        params: fc.anything(),
      })
      .map((value) => frame(JSON.stringify(value) ?? 'null')),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (parts) => {
      const { near, far, messages } = raw();
      for (const part of parts) near.write(part);
      near.write(frame(JSON.stringify(request(4711, 'about'))));
      await vi.waitFor(
        () => expect(far.destroyed || isUnfinished(parts) || messages().some(({ id }) => id === 4711)).toBe(true),
        { interval: 1, timeout: 5000 },
      );
      near.destroy();
      far.destroy();
    }),
    { numRuns: 300 },
  );
}, 60_000);

/** Raw bytes can begin a header or a body that what follows only continues. */
const isUnfinished = (parts: string[]) => parts.some((part) => !part.startsWith('Content-Length: '));

test('the 65th operation at once is refused, and there is room again when one has ended', async () => {
  const ends: (() => void)[] = [];
  const { send, messages } = raw(() => new Promise((resolve) => ends.push(() => resolve('done'))));
  for (let id = 1; id <= 65; id += 1) send(request(id, 'ping.run'));
  await vi.waitFor(() => expect(messages()).toMatchObject([{ id: 65, error: { data: { code: 'not-allowed' } } }]));
  ends[0]?.();
  await vi.waitFor(() => expect(messages()).toHaveLength(2));
  send(request(66, 'ping.run'));
  await vi.waitFor(() => expect(ends).toHaveLength(65));
});

test('a cancelled operation is aborted', async () => {
  let begun = false;
  const { send, messages } = raw(
    (_name, _args, { signal }) =>
      new Promise((resolve) => {
        begun = true;
        signal.addEventListener('abort', () => resolve('stopped'));
      }),
  );
  send(request(1, 'ping.run'));
  await vi.waitFor(() => expect(begun).toBe(true));
  send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
  await vi.waitFor(() => expect(messages()).toMatchObject([{ id: 1, result: 'stopped' }]));
});

test('after hundreds of operations that were taken back while they ran, the next is answered still', async () => {
  const pending: Answerer = (name, _, { signal }) =>
    name === 'status.read'
      ? Promise.resolve('here')
      : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { send, messages } = raw(pending);
  for (let id = 1; id <= 300; id++) {
    send(request(id, 'status.watch'));
    send(request(1000 + id, 'status.read'));
    await vi.waitFor(() => expect(messages()).toHaveLength(2 * id - 1), { interval: 1 });
    send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id } });
    await vi.waitFor(() => expect(messages()).toHaveLength(2 * id), { interval: 1 });
  }
});

test('one that is taken back before its turn never begins', async () => {
  let begun = false;
  const { near, messages } = raw(async () => {
    begun = true;
  });
  const cancel = { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } };
  near.write(frame(JSON.stringify(request(1, 'units.stop'))) + frame(JSON.stringify(cancel)));
  await vi.waitFor(() => expect(messages()).toMatchObject([{ id: 1, error: { data: { code: 'aborted' } } }]));
  expect(begun).toBe(false);
});

test('when the connection ends every operation on it is aborted', async () => {
  const signals: AbortSignal[] = [];
  const { far, send } = raw((_name, _args, { signal }) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  send(request(1, 'ping.run'));
  send(request(2, 'info.watch'));
  await vi.waitFor(() => expect(signals).toHaveLength(2));
  far.destroy();
  await vi.waitFor(() => expect(signals.every(({ aborted }) => aborted)).toBe(true));
});

test('who does not read a watch gets its newest state later, and costs one state until then', async () => {
  const state = (at: number) => ({ at, filler: 'x'.repeat(50_000) });
  let tell: (news: unknown) => void = () => undefined;
  let isTelling = false;
  const { near, far, send, messages } = raw((_name, _args, { progress }) => {
    tell = progress;
    isTelling = true;
    return new Promise(() => undefined);
  });
  send(request(1, 'info.watch', { progressToken: 1 }));
  await vi.waitFor(() => expect(isTelling).toBe(true));
  tell({ at: 0 });
  await vi.waitFor(() => expect(messages()).toHaveLength(1));
  near.pause();
  for (let at = 1; at <= 1000; at += 1) tell(state(at));
  expect(far.writableLength).toBeLessThan(200_000);
  near.resume();
  await vi.waitFor(() => expect(messages().at(-1)?.params.value.at).toBe(1000));
  expect(messages().length).toBeLessThan(10);
});

test('who reads nothing of a stream of lines loses the connection instead of filling the memory', async () => {
  let tell: (news: unknown) => void = () => undefined;
  const { near, far, send } = raw(
    (_name, _args, { progress }) => {
      tell = progress;
      return new Promise(() => undefined);
    },
    { ...answerLimits, waitingOut: 1 << 20 },
  );
  near.pause();
  send(request(1, 'ping.run', { progressToken: 1 }));
  await vi.waitFor(() => {
    for (let line = 0; line < 100; line += 1) tell('x'.repeat(10_000));
    expect(far.destroyed).toBe(true);
  });
});

test('a flood of questions is taken in no faster than it is answered', async () => {
  const { near, far, messages } = raw();
  const many = Array.from({ length: 20_000 }, (_, id) => frame(JSON.stringify(request(id, 'about')))).join('');
  let wasPaused = false;
  const watch = setInterval(() => {
    wasPaused ||= far.isPaused();
  });
  near.write(many);
  await vi.waitFor(() => expect(messages().length).toBe(20_000), { timeout: 20_000, interval: 100 });
  clearInterval(watch);
  expect(wasPaused).toBe(true);
}, 30_000);
