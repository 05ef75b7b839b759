/** A capture outlives whoever asked for it, and the service; a power cut leaves the complete one from before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Capture } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { CaptureHost, captureNeeds, latestFile } from './capture-host.ts';
import { until } from './machine.ts';

describeWith(captureNeeds, 'a packet capture that somebody or something leaves', () => {
  let capture: CaptureHost;
  beforeAll(async () => {
    capture = await CaptureHost.boot();
    await capture.operator.addOperator();
    await capture.operator.addKey();
    await capture.operator.gatehouse(['ssh', 'enable']);
  });
  afterAll(() => capture?.end());

  const connections = (lines: readonly string[]) => lines.filter((line) => line.includes('Flags [S],')).length;
  const sum = async (path: string) => (await capture.inside('sha256sum', path)).split(' ')[0];

  test('goes on when the SSH session of its operator is cut', async () => {
    const pty = capture.operator.ssh(capture.operator.host.address, 'gatehouse capture start --seconds 60 --wait');
    await pty.waitFor('s left', 15_000);
    await capture.requests(2);
    await pty.kill();
    await capture.requests(2);
    expect((await capture.state()).running).toMatchObject({ towards: expect.stringContaining('10.77.0.1') });
    const { ended, packets } = await capture.stopped();
    expect(ended).toBe('stopped');
    const lines = await capture.packets(latestFile);
    expect(lines).toHaveLength(packets);
    expect(connections(lines)).toBe(4);
  });

  test('goes on when the service is killed, which takes it up again with every packet', async () => {
    const { running } = await capture.start('--seconds', '60');
    await capture.requests(2);
    await capture.inside('systemctl', 'kill', '--signal=KILL', 'gatehouse.service');
    await capture.requests(2);
    await capture.operator.answers();
    await capture.requests(2);
    expect((await capture.state()).running).toMatchObject({ startedAt: running?.startedAt, by: running?.by });
    const again = await capture.gatehouse('start');
    expect(again.exitCode).toBe(4);
    const { packets, ended } = await capture.stopped();
    expect(ended).toBe('stopped');
    const lines = await capture.packets(latestFile);
    expect(lines).toHaveLength(packets);
    expect(connections(lines)).toBe(6);
  });

  test('ends on time without any service, and the next one puts it in its place', async () => {
    const before = await sum(latestFile);
    const { running } = await capture.start('--seconds', '10');
    await capture.inside('systemctl', 'stop', 'gatehouse.service');
    await capture.requests(3);
    await until('its end', async () => (await capture.pid()) === 0, 20_000);
    const late = Date.now() - Date.parse(running?.endsAt ?? '');
    // tcpdump is handed the last packets a second late, and waits for them.
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(4_000);
    expect(await sum(latestFile)).toBe(before);
    await capture.inside('systemctl', 'start', 'gatehouse.service');
    await capture.operator.answers();
    const { latest } = await capture.state();
    expect(latest).toMatchObject({ ended: 'time over', startedAt: running?.startedAt, endedAt: running?.endsAt });
    expect(connections(await capture.packets(latestFile))).toBe(3);
  });

  test('that a power cut ends leaves the complete one as it was, and the packets until then beside it', async () => {
    const [before, { latest }] = [await sum(latestFile), await capture.state()];
    await capture.start('--seconds', '60');
    await capture.requests(3);
    await until('them on the disk', async () => ((await capture.state()).running?.packets ?? 0) > 20);
    await capture.operator.host.powerCut();
    await capture.operator.host.boot();
    await capture.operator.answers();
    const state = await capture.state();
    expect(state.running).toBeUndefined();
    expect(state.latest).toEqual(latest);
    expect(await sum(latestFile)).toBe(before);
    expect(state.failed?.problem.details).toMatchObject({
      why: expect.stringMatching(/^The machine was restarted; the \d+ packets until then are in /),
    });
    const cut = state.interrupted as Capture;
    const lines = await capture.packets(cut.path);
    expect(lines).toHaveLength(cut.packets);
    expect(connections(lines)).toBe(3);
    expect((await capture.gatehouse('status')).stdout).toContain('Cut off, newer than the complete one:');
  });
});
