/** A capture as a job: how it ends and what stays of it, on a recorder that does what the test says. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Look, Recorder, Recording } from '../../../src/adapters/capture/recorder.ts';
import { fail } from '../../../src/errors.ts';
import { CaptureJob } from '../../../src/jobs/capture/job.ts';
import { pcapHeader, pcapRecord } from '../../../src/lab/packets.ts';

const upstream = { towards: 'the proxy', hosts: [{ host: '192.0.2.7', port: 3128 }] };
const asked = { seconds: 60, whole: false, by: 'anna' };
const packet = pcapRecord(Buffer.alloc(60, 0xff), 128, 0);
const file = (packets: number) => Buffer.concat([pcapHeader(128), ...Array.from({ length: packets }, () => packet)]);

/** A machine with a recorder; what is told of it by the test. */
class Machine {
  readonly folder: string;
  readonly ends: unknown[] = [];
  boot = 'one';
  now: Look = { isRunning: true, dropped: 0, complaint: '', isDiskFull: false };
  begun: Recording | undefined;
  ended = 0;
  begin: (recording: Recording, signal: AbortSignal) => Promise<void> = async (recording) => this.write(2, recording);

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'capture-test-'));
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  write(packets: number, recording = this.begun): void {
    this.begun = recording;
    writeFileSync(recording?.file ?? '', file(packets));
  }

  /** The service, as it comes up. */
  job(pace = 0.01): { job: CaptureJob; die(): void } {
    const closing = new AbortController();
    onTestFinished(() => closing.abort());
    const recorder: Recorder = {
      folder: this.folder,
      boot: async () => this.boot,
      find: async ({ towards }) => ({ device: 'eth0', filter: 'host 192.0.2.7', towards, notFound: ['a.test'] }),
      begin: (recording, signal) => this.begin(recording, signal),
      look: async () => this.now,
      end: async () => {
        this.ended += 1;
        this.now = { ...this.now, isRunning: false };
      },
    };
    const onEnd = (end: unknown) => void this.ends.push(end);
    return { job: new CaptureJob({ recorder, pace, closing: closing.signal, onEnd }), die: () => closing.abort() };
  }

  /** Of the complete one. */
  get kept(): number | undefined {
    const path = join(this.folder, 'upstream.pcap');
    return existsSync(path) ? readFileSync(path).length : undefined;
  }
}

const over = (job: CaptureJob) =>
  vi.waitUntil(async () => {
    const state = await job.read();
    return state.running ? undefined : state;
  });

test('is begun with what was planned, and told with what was not found', async () => {
  const machine = new Machine();
  const { job } = machine.job();
  const plan = await job.plan(upstream, false);
  expect(plan).toMatchObject({
    towards: 'the proxy',
    warnings: ['The name a.test was not found: what goes there is not recorded.'],
  });
  expect((await job.start(upstream, asked)).running).toMatchObject({ ...plan, by: 'anna' });
  expect(machine.begun).toMatchObject({
    device: 'eth0',
    filter: 'host 192.0.2.7',
    bytesEach: 128,
    seconds: 60,
    most: plan.most,
  });
});

test.each<[string, Partial<Look>, string]>([
  ['its limit of bytes', {}, 'size reached'],
  ['a full disk', { isDiskFull: true }, 'disk nearly full'],
])('that %s ended is complete, without the record that was cut', async (_why, look, ended) => {
  const machine = new Machine();
  const { job } = machine.job();
  const { running } = await job.start(upstream, asked);
  const bytes = ended === 'size reached' ? (running?.most ?? 0) : 200;
  // Where the disk of the test has little room, it is that which ends it.
  const reason = running?.warnings.some((one) => one.includes('nearly full')) ? 'disk nearly full' : ended;
  const whole = 24 + Math.floor((bytes - 24) / packet.length) * packet.length;
  const many = Buffer.alloc(bytes).fill(packet, 24);
  pcapHeader(128).copy(many);
  writeFileSync(machine.begun?.file ?? '', many);
  machine.now = { ...machine.now, ...look, isRunning: false };
  const { latest } = await over(job);
  expect(latest).toMatchObject({ ended: reason, size: whole, packets: (whole - 24) / packet.length });
  expect(machine.kept).toBe(whole);
});

test('of which the recorder complains leaves the complete one, and is told', async () => {
  const machine = new Machine();
  const { job } = machine.job();
  await job.start(upstream, asked);
  const { latest } = await job.stop();
  machine.now = { ...machine.now, isRunning: true };
  await job.start(upstream, asked);
  machine.write(5);
  machine.now = { ...machine.now, isRunning: false, complaint: 'the interface is down' };
  const state = await over(job);
  expect(state).toMatchObject({ latest, interrupted: { packets: 5, ended: 'interrupted' } });
  const why = `The interface is down; the 5 packets until then are in ${state.interrupted?.path}`;
  expect(state.failed?.problem).toMatchObject({ code: 'capture-failed', details: { why } });
  expect(machine.ends).toHaveLength(2);
  expect(await job.newest()).toEqual(state.interrupted);
});

test('that ends without a word before its time, and without packets, leaves nothing new', async () => {
  const machine = new Machine();
  const { job } = machine.job();
  await job.start(upstream, asked);
  machine.write(0);
  machine.now = { ...machine.now, isRunning: false };
  const state = await over(job);
  expect(state.failed?.problem.details).toMatchObject({ why: 'It ended before its time; no packet came before' });
  expect(readdirSync(machine.folder)).toEqual([]);
});

test('that cannot begin leaves nothing, and the next may', async () => {
  const machine = new Machine();
  const { job } = machine.job();
  const usual = machine.begin;
  machine.begin = async () => {
    throw fail('capture-failed', { why: 'It may not', advice: '' });
  };
  await expect(job.start(upstream, asked)).rejects.toMatchObject({ problem: { code: 'capture-failed' } });
  expect(readdirSync(machine.folder)).toEqual([]);
  expect((await job.read()).failed?.problem.code).toBe('capture-failed');
  expect(machine.ended).toBe(1);
  machine.begin = usual;
  expect((await job.start(upstream, asked)).failed).toBeUndefined();
});

test('whose beginning hangs is given up in time, and ended should it have begun', async () => {
  const machine = new Machine();
  machine.begin = () => new Promise(() => undefined);
  const { job } = machine.job();
  await expect(job.start(upstream, asked)).rejects.toMatchObject({ problem: { code: 'timed-out' } });
  expect(machine.ended).toBe(1);
  expect(readdirSync(machine.folder)).toEqual([]);
});

test('is begun by one of two who ask at once', async () => {
  const { job } = new Machine().job();
  const both = await Promise.allSettled([job.start(upstream, asked), job.start(upstream, { ...asked, by: 'ben' })]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(both[1]).toMatchObject({ reason: { problem: { code: 'busy', details: { by: 'anna' } } } });
});

test('whose file somebody removes is ended, and told', async () => {
  const machine = new Machine();
  const { job } = machine.job();
  await job.start(upstream, asked);
  rmSync(machine.begun?.file ?? '');
  const state = await over(job);
  expect(machine.ended).toBe(1);
  expect(state.failed?.problem.code).toBe('capture-failed');
  expect(readdirSync(machine.folder)).toEqual([]);
});

test('goes on without its service, and the next one takes it up', async () => {
  const machine = new Machine();
  const first = machine.job();
  await first.job.start(upstream, asked);
  first.die();
  machine.write(7);
  const { job } = machine.job();
  expect((await job.read()).running).toMatchObject({ by: 'anna', packets: 7 });
  expect((await job.stop()).latest).toMatchObject({ ended: 'stopped', packets: 7, by: 'anna' });
});

test('of an earlier start of the machine was cut off, whatever runs now', async () => {
  const machine = new Machine();
  const first = machine.job();
  await first.job.start(upstream, asked);
  first.die();
  machine.boot = 'two';
  const { job } = machine.job();
  const state = await job.read();
  expect(state).toMatchObject({ interrupted: { packets: 2, ended: 'interrupted' } });
  expect([state.latest, state.running, machine.kept]).toEqual([undefined, undefined, undefined]);
});

/** A service that dies at each place of putting a capture in its place: the next one completes it. */
test.each(['after the file was checked', 'after the file got its name'])(
  'is completed by the next service where one dies %s',
  async (when) => {
    const machine = new Machine();
    const first = machine.job();
    await first.job.start(upstream, asked);
    await first.job.stop();
    first.die();
    const read = (name: string) => readFileSync(join(machine.folder, name), 'utf8');
    const about = JSON.parse(read('upstream.json'));
    const older = { ...about, packets: 1, size: 24 + packet.length, by: 'older' };
    const { boot: _boot, ...started } = {
      ...about,
      boot: '',
      device: 'eth0',
      towards: '',
      most: 1,
      spare: 1,
      warnings: [],
      endsAt: about.endedAt,
    };
    const note = { started: { ...started, boot: 'one', isTight: false }, capture: about };
    writeFileSync(join(machine.folder, 'upstream.new.json'), JSON.stringify(note));
    writeFileSync(join(machine.folder, 'upstream.json'), JSON.stringify(older));
    if (when === 'after the file was checked') {
      writeFileSync(join(machine.folder, 'upstream.new.pcap'), file(2));
      writeFileSync(join(machine.folder, 'upstream.pcap'), file(1));
    }
    const { job } = machine.job();
    expect((await job.read()).latest).toEqual(about);
    expect(machine.kept).toBe(file(2).length);
    expect(readdirSync(machine.folder).sort()).toEqual(['upstream.json', 'upstream.pcap']);
  },
);

test('of which nothing readable is left is no capture', async () => {
  const machine = new Machine();
  writeFileSync(join(machine.folder, 'upstream.json'), '{"rubbish');
  writeFileSync(join(machine.folder, 'upstream.new.json'), '[]');
  writeFileSync(join(machine.folder, 'upstream.pcap'), file(3));
  const { job } = machine.job();
  expect(await job.read()).toEqual({});
  await job.start(upstream, asked);
  expect((await job.stop()).latest).toMatchObject({ packets: 2 });
});
