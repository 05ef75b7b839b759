/** Lines out of the engine's stream, however it is cut into pieces. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf, type RawLine } from '../../../src/adapters/containers/log-lines.ts';

const stamp = (nanoseconds: number) => `2026-11-21T11:10:29.${String(nanoseconds).padStart(9, '0')}Z `;

async function read(bytes: Buffer, cuts: readonly number[], terminal: boolean): Promise<RawLine[]> {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts].map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b)) {
    chunks.push(bytes.subarray(from, cut));
    from = cut;
  }
  chunks.push(bytes.subarray(from));
  const lines: RawLine[] = [];
  for await (const lot of linesOf(pieces(chunks), terminal)) lines.push(...lot);
  return lines;
}

async function* pieces(chunks: readonly Buffer[]) {
  yield* chunks;
}

/** As the engine writes a line: in messages of 16 KiB, each with the time. */
function messages(text: Buffer, at: string): Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from === 0 || from < text.length; from += 16_384) {
    const isLast = from + 16_384 >= text.length;
    parts.push(Buffer.concat([Buffer.from(at), text.subarray(from, from + 16_384), Buffer.from(isLast ? '\n' : '')]));
  }
  return parts;
}

function framed(source: number, message: Buffer): Buffer {
  const header = Buffer.from([source, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(message.length, 4);
  return Buffer.concat([header, message]);
}

const line = fc.record({
  text: fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, '')),
    fc.integer({ min: 16_380, max: 50_000 }).map((length) => 'x'.repeat(length)),
  ),
  source: fc.constantFrom(1, 2),
});

test.each([false, true])('each line once, whole or cut at 16 KiB (terminal: %s)', async (terminal) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
      async (given, cuts) => {
        const bytes = given.flatMap(({ text, source }, at) => {
          const parts = messages(Buffer.from(text), stamp(at));
          return terminal ? parts : parts.map((part) => framed(source, part));
        });
        const lines = await read(Buffer.concat(bytes), cuts, terminal);
        expect(lines).toHaveLength(given.length);
        for (const [at, { text, source }] of given.entries()) {
          const whole = Buffer.from(text);
          const entry = lines[at]?.entry('');
          expect(lines[at]?.at).toBe(stamp(at).trim());
          expect(entry?.from).toBe(terminal || source === 1 ? 'stdout' : 'stderr');
          if (whole.length <= 16_384) expect(entry).toMatchObject({ text: whole.toString() });
          else expect([entry?.text.length, entry?.more]).toEqual([16_384, whole.length - 16_384]);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('parts of long lines of both outputs that come in turn are put together apart', async () => {
  const [out = [], err = []] = ['o', 'e'].map((letter, at) => messages(Buffer.from(letter.repeat(20_000)), stamp(at)));
  const turns = [
    framed(1, out[0] as Buffer),
    framed(2, err[0] as Buffer),
    framed(1, out[1] as Buffer),
    framed(2, err[1] as Buffer),
  ];
  const lines = await read(Buffer.concat(turns), [], false);
  expect(lines.map((one) => [one.entry('').text[0], one.entry('').more])).toEqual([
    ['o', 3616],
    ['e', 3616],
  ]);
});

test('a character that is cut at 16 KiB is left out, not broken', async () => {
  const text = `${'x'.repeat(16_383)}é tail`;
  const [one] = await read(framed(1, Buffer.from(`${stamp(1)}${text}\n`)), [], false);
  expect(one?.entry('').text).toBe('x'.repeat(16_383));
});
