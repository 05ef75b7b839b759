/** A packet capture in the lab, as the one who asks for it sees it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Appliance, CaptureState } from '../../src/appliance.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { openLab } from '../../src/lab/lab.ts';
import { describeWith } from '../setup/needs.ts';
import { emptyFolder, quickLab } from './place.ts';
import { serviceOn } from './served.ts';

async function lab(): Promise<{ lab: Lab; capture: Appliance['capture'] }> {
  const lab = await quickLab();
  const { appliance, close } = await serviceOn(lab);
  onTestFinished(close);
  return { lab, capture: appliance.capture };
}

const packets = (capture: Appliance['capture'], least: number) =>
  vi.waitUntil(async () => ((await capture.read({})).running?.packets ?? 0) >= least, { timeout: 10_000 });

test('what a capture would record is told before it starts', async () => {
  const { capture } = await lab();
  const plan = await capture.plan({});
  expect(plan).toMatchObject({
    device: 'eth0',
    towards: 'the next hop, 10.20.0.1',
    filter: 'ether host 52:54:00:12:34:01 and not tcp port 22',
    bytesEach: 128,
    warnings: [],
  });
  expect(plan.most).toBeLessThanOrEqual(100e6);
  expect(await capture.plan({ whole: true })).toMatchObject({
    bytesEach: 0,
    warnings: ['Whole packets hold what is not encrypted: passwords for a proxy, above all.'],
  });
});

test('a stopped capture keeps what was caught, in a file that tcpdump reads', async ({ skip }) => {
  const { lab: place, capture } = await lab();
  const { running } = await capture.start({ seconds: 60 }, { by: 'anna' });
  expect(running).toMatchObject({ by: 'anna', device: 'eth0', dropped: 0 });
  await packets(capture, 20);
  const { latest, ...rest } = await capture.stop({});
  expect(rest).toEqual({});
  const path = join(place.state, 'root/var/diagnostics/upstream.pcap');
  expect(latest).toMatchObject({ path, ended: 'stopped', by: 'anna', bytesEach: 128 });
  expect(latest?.size).toBe(readFileSync(path).length);
  expect(JSON.parse(readFileSync(path.replace('.pcap', '.json'), 'utf8'))).toEqual(latest);
  skip(!existsSync('/usr/bin/tcpdump'), 'tcpdump is not installed');
  const read = execFileSync('tcpdump', ['-n', '-v', '-r', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(read.match(/proto TCP/g)).toHaveLength(latest?.packets ?? -1);
  expect(read).not.toContain('incorrect');
});

describeWith({ programs: ['tshark'] }, 'tshark', () => {
  test('finds nothing wrong with whole packets of the lab', async () => {
    const { capture } = await lab();
    await capture.start({ seconds: 60, whole: true });
    await packets(capture, 30);
    const { latest } = await capture.stop({});
    const checked = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
    const fields = ['-T', 'fields', '-e', 'ip.checksum.status', '-e', 'tcp.checksum.status', '-e', '_ws.malformed'];
    const read = execFileSync('tshark', ['-n', ...checked, '-r', latest?.path ?? '', ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = read.trim().split('\n');
    expect(lines).toHaveLength(latest?.packets ?? -1);
    // 1 is good (proto_checksum_enum_e).
    expect(new Set(lines.map((line) => line.trim()))).toEqual(new Set(['1\t1']));
  });
});

test('a second capture is refused, with who has the first and since when', async () => {
  const { capture } = await lab();
  const { running } = await capture.start({ seconds: 60 }, { by: 'anna' });
  const since = running?.startedAt;
  const details = { what: 'The packet capture', by: 'anna', since };
  await expect(capture.start({ seconds: 60 }, { by: 'ben' })).rejects.toMatchObject({
    problem: { code: 'busy', details },
  });
  expect((await capture.read({})).running?.by).toBe('anna');
  await capture.stop({});
});

test('whoever watches sees it count and end', async () => {
  const { capture } = await lab();
  const seen: CaptureState[] = [];
  const enough = new AbortController();
  const watched = capture.watch({}, { signal: enough.signal, progress: (state) => void seen.push(state) });
  await capture.start({ seconds: 60 });
  await vi.waitUntil(() => (seen.at(-1)?.running?.packets ?? 0) > 5, { timeout: 10_000 });
  await capture.stop({});
  expect(seen.at(-1)).toMatchObject({ latest: { ended: 'stopped' } });
  expect(seen.at(-1)?.running).toBeUndefined();
  enough.abort();
  await watched;
});

test('a machine that goes off in the middle leaves the complete file as it was, and the packets until then', async () => {
  const folder = await emptyFolder();
  const pace = { packet: 1 };
  const first = await openLab({ folder, pace });
  const before = await serviceOn(first);
  await before.appliance.capture.start({ seconds: 60 });
  await packets(before.appliance.capture, 5);
  const { latest } = await before.appliance.capture.stop({});
  const complete = readFileSync(latest?.path ?? '');
  await before.appliance.capture.start({ seconds: 60 }, { by: 'ben' });
  await packets(before.appliance.capture, 5);
  before.close();
  await first.close();
  // As a power cut leaves it: in the middle of a record, and zeros.
  const recording = join(first.state, 'root/var/diagnostics/upstream.new.pcap');
  writeFileSync(recording, Buffer.concat([readFileSync(recording), Buffer.alloc(40)]));

  const second = await openLab({ folder, pace });
  onTestFinished(() => second.close());
  const { appliance, close } = await serviceOn(second);
  onTestFinished(close);
  const state = await appliance.capture.read({});
  expect(state).toMatchObject({
    latest,
    interrupted: {
      ended: 'interrupted',
      by: 'ben',
      path: join(second.state, 'root/var/diagnostics/upstream.interrupted.pcap'),
    },
    failed: { problem: { code: 'capture-failed' } },
  });
  expect(state.running).toBeUndefined();
  expect(readFileSync(latest?.path ?? '')).toEqual(complete);
  expect(readFileSync(state.interrupted?.path ?? '')).toHaveLength(state.interrupted?.size ?? -1);
  // The next complete one takes the place of both.
  await appliance.capture.start({ seconds: 60 });
  await packets(appliance.capture, 5);
  const after = await appliance.capture.stop({});
  expect(after.interrupted).toBeUndefined();
  expect(after.failed).toBeUndefined();
  expect(existsSync(state.interrupted?.path ?? '')).toBe(false);
});
