/** An operation that tells much, and an asker who does not read: it can wait, and loses and holds nothing. */
import { duplexPair } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { type Answerer, answer, answerLimits } from '../../src/rpc/answer.ts';

const pieces = 500;

test('what tells much waits for whoever does not read, and then tells the rest', async () => {
  const [near, far] = duplexPair();
  let told = 0;
  const telling: Answerer = async (_name, _args, { progress, ready }) => {
    for (; told < pieces; told++) {
      progress({ text: `${told} ${'x'.repeat(10_000)}` });
      await ready?.();
    }
    return {};
  };
  answer(far, telling, answerLimits);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'logs.follow', params: { progressToken: 1 } });
  near.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  await vi.waitFor(() => expect(told).toBeGreaterThan(0));
  // As far as the buffers between the two go: then it must have come to rest.
  let before = -1;
  await vi.waitFor(() => {
    const rests = told === before;
    before = told;
    expect(rests).toBe(true);
  });
  expect(told).toBeLessThan(20);
  let bytes = '';
  near.on('data', (chunk: Buffer) => {
    bytes += chunk.toString('latin1');
  });
  await vi.waitFor(() => expect(bytes).toContain('"result":{}'));
  const numbers = [...bytes.matchAll(/"text":"(\d+) /g)].map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: pieces }, (_, at) => at));
});

test('what waits ends when the connection does', async () => {
  const [near, far] = duplexPair();
  let ended = false;
  const telling: Answerer = async (_name, _args, { progress, ready, signal }) => {
    while (!signal.aborted) {
      progress({ text: 'x'.repeat(10_000) });
      await ready?.();
    }
    ended = true;
  };
  answer(far, telling, answerLimits);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'logs.follow', params: { progressToken: 1 } });
  near.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  await vi.waitFor(() => expect(far.writableNeedDrain).toBe(true));
  near.destroy();
  far.destroy();
  await vi.waitFor(() => expect(ended).toBe(true));
});
