/** What containers of a real engine use, beside what `docker stats` says at the same time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realFigures } from '../../src/adapters/figures/figures.ts';
import type { Counted } from '../../src/adapters/machine.ts';
import { Samples, sampleOf } from '../../src/service/samples.ts';
import { until } from '../host/machine.ts';
import { describeWith } from '../setup/needs.ts';
import { engineNeeds, startEngine, type TestEngine } from './engine.ts';

const megabyte = 1 << 20;

/** `docker stats --format '{{json .}}'` */
interface Said {
  ID: string;
  CPUPerc: string;
  MemUsage: string;
  NetIO: string;
  BlockIO: string;
}

const units: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** "9.47kB / 8.74kB" in bytes. */
function pair(text: string): [number, number] {
  return text.split(' / ').map((one) => {
    const [, count, unit = ''] = /^([\d.]+)(\w+)$/.exec(one) ?? [];
    return Number(count) * (units[unit] ?? Number.NaN);
  }) as [number, number];
}

describeWith(engineNeeds, 'what containers of a real engine use', () => {
  let engine: TestEngine;
  const figures = realFigures();
  const count = () => figures.count([], new AbortController().signal);
  const counted = async (id: string): Promise<Counted> => {
    const found = (await count()).counted.find((one) => one.id === id);
    if (!found) throw new Error(`${id} was not counted`);
    return found;
  };
  const dockerSays = async (id: string): Promise<Said> =>
    JSON.parse(await engine.docker('stats', '--no-stream', '--no-trunc', '--format', '{{json .}}', id));
  /** Waits for that line in the container's log. */
  const logged = (name: string, line: string) =>
    until(`${name} to say ${line}`, async () => (await engine.docker('logs', name)).includes(line));

  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine?.end());

  test('processor: the same percentage as docker, for one that may take 30', async () => {
    const id = await engine.run('burns', 'while :; do :; done', ['--cpus', '0.3']);
    const before = await counted(id);
    const said = await dockerSays(id);
    const { cpu = 0 } = sampleOf(before, await counted(id), '');
    // docker looks at one of the seconds, and those of a machine that is used differ.
    expect(Math.abs(cpu - Number.parseFloat(said.CPUPerc))).toBeLessThan(10);
    expect(cpu).toBeLessThan(34);
    await engine.docker('rm', '--force', 'burns');
  });

  test('memory and its limit: to within one percent', async () => {
    const holds = '(head -c 80000000 /dev/zero; echo; sleep 1000) | tail -n 1';
    const id = await engine.run('holds', holds, ['--memory', '300m']);
    await until('80 MB', async () => ((await counted(id)).memory ?? 0) > 80_000_000);
    const [used, limit] = pair((await dockerSays(id)).MemUsage);
    const own = await counted(id);
    expect(own.memoryLimit).toBe(300 * megabyte);
    expect(limit).toBe(300 * megabyte);
    expect(Math.abs((own.memory ?? 0) / used - 1)).toBeLessThan(0.01);
  });

  test('network and disk: the bytes that docker rounds to three digits', async () => {
    const work =
      'ping -c 20 -i 0.1 -s 1400 127.0.0.1 >/dev/null; wget -T 1 -O /dev/null http://10.255.255.1/ 2>/dev/null';
    const id = await engine.run(
      'works',
      `dd if=/dev/zero of=/written bs=1M count=24 oflag=direct 2>/dev/null; ${work}; echo done; sleep 1000`,
    );
    await logged('works', 'done');
    const { said, own } = await until(
      'both to stand still',
      async () => {
        const [before, said, after] = [await counted(id), await dockerSays(id), await counted(id)];
        const isStill =
          before.received === after.received && before.sent === after.sent && before.written === after.written;
        return isStill ? { said, own: after } : undefined;
      },
      30_000,
    );
    const near = (ours: number | undefined, theirs: number) =>
      expect(Math.abs((ours ?? 0) - theirs)).toBeLessThanOrEqual(0.005 * theirs);
    const [[received, sent], [read, written]] = [pair(said.NetIO), pair(said.BlockIO)];
    near(own.received, received);
    near(own.sent, sent);
    near(own.read, read);
    near(own.written, written);
  });

  test('one without a network has no figures of one', async () => {
    const id = await engine.run('alone', 'sleep 1000', ['--network', 'none']);
    expect(await counted(id)).not.toHaveProperty('received');
  });

  test('stopped, it is not counted; started again, its rates begin at nothing', async () => {
    const id = await engine.run('again', 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 1000');
    const key = { kind: 'container', id } as const;
    const samples = new Samples();
    samples.take(await count());
    await engine.docker('stop', '--time', '0', 'again');
    samples.take(await count());
    expect(samples.now(key)).toBeUndefined();
    await engine.docker('start', 'again');
    samples.take(await count());
    expect(samples.now(key)).toBeDefined();
    expect(samples.now(key)).not.toHaveProperty('sample');
    const rate = await until('its second sample', async () => {
      samples.take(await count());
      return samples.now(key)?.sample;
    });
    expect(rate.cpu).toBeLessThan(250);
  });
});
