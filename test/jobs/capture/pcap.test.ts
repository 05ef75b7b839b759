/** Capture files: whole packets are counted and kept, whatever stands behind them. */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countPcap, NoPcap, PcapReader } from '../../../src/jobs/capture/pcap.ts';
import { pcapHeader, pcapRecord } from '../../../src/lab/packets.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcap-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function counted(bytes: Buffer) {
  const path = join(folder, 'one.pcap');
  await writeFile(path, bytes);
  const file = await open(path);
  return countPcap(file).finally(() => file.close());
}

const sizes = fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 40 });
const fileOf = (lengths: readonly number[], bytesEach = 0) =>
  Buffer.concat([
    pcapHeader(bytesEach),
    ...lengths.map((length) => pcapRecord(Buffer.alloc(length, 0xff), bytesEach, 1_700_000_000_000)),
  ]);

test('a file cut anywhere has the packets that are whole', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(0, 128), fc.nat(), async (lengths, bytesEach, at) => {
      const whole = fileOf(lengths, bytesEach);
      const cut = whole.subarray(0, at % (whole.length + 1));
      const ends = lengths.map((_, index) => fileOf(lengths.slice(0, index + 1), bytesEach).length);
      const packets = ends.filter((end) => end <= cut.length).length;
      const end = cut.length < 24 ? 0 : (ends[packets - 1] ?? 24);
      expect(await counted(cut)).toEqual({ packets, whole: end, isBroken: false });
    }),
    { numRuns: 60 },
  );
});

test('a file that grows is counted as one that is there at once', () => {
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), (lengths, steps) => {
      const whole = fileOf(lengths);
      const reader = new PcapReader();
      for (let [there, step] = [0, 0]; there < whole.length; step += 1) {
        there = Math.min(whole.length, there + (steps[step % steps.length] ?? 1));
        reader.take(whole.subarray(reader.whole, there));
      }
      expect([reader.packets, reader.whole]).toEqual([lengths.length, whole.length]);
    }),
  );
});

test('zeros and other rubbish behind the packets are not counted', async () => {
  const good = fileOf([60, 70]);
  const expected = { packets: 2, whole: good.length, isBroken: true };
  expect(await counted(Buffer.concat([good, Buffer.alloc(5000)]))).toEqual(expected);
  expect(await counted(Buffer.concat([good, Buffer.alloc(5000, 0xee)]))).toEqual(expected);
});

test('of the other byte order, and with nanoseconds, it is read as well', async () => {
  const swapped = Buffer.from(fileOf([60])).fill(0, 24);
  for (let at = 0; at < 24; at += 4) swapped.subarray(at, at + 4).swap32();
  swapped.writeUInt16BE(2, 4);
  swapped.writeUInt32BE(0xa1b23c4d, 0);
  swapped.writeUInt32BE(60, 32);
  expect(await counted(swapped)).toEqual({ packets: 1, whole: swapped.length, isBroken: false });
});

test('more than is read at once is counted to its end', async () => {
  const many = fileOf(Array.from({ length: 3000 }, () => 1500));
  expect(await counted(many)).toEqual({ packets: 3000, whole: many.length, isBroken: false });
});

test('what is no capture file is none', async () => {
  await expect(counted(Buffer.from('This is a text of more than twenty-four bytes.'))).rejects.toThrow(NoPcap);
});
