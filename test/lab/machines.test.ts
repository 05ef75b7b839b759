/** The machines of the lab and their facts, and what is said of a machine file that is wrong. */
import { setMaxListeners } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultBrand } from '../../src/brand/brand.ts';
import { labMachines, openLab } from '../../src/lab/lab.ts';
import healthy from '../../src/lab/machines/healthy.json' with { type: 'json' };
import { emptyFolder, oddMachine, quickLab } from './place.ts';

const never = new AbortController().signal;

test('the lab lists its machines, the healthy one first, and opens each', async () => {
  const names = [
    'healthy',
    'no-docker',
    'unit-failed',
    'two-interfaces',
    'below-requirements',
    'hostile',
    'slow',
    'first-boot',
  ];
  expect(labMachines().map(({ name }) => name)).toEqual(names);
  for (const machine of names) expect((await quickLab({ machine })).name).toBe(machine);
  expect((await quickLab()).name).toBe('healthy');
});

test.each(['no-interfaces', 'no-systemd', 'everything-unavailable', 'everything-hangs', 'thirty-units'])(
  'a machine file (%s) is opened by its path',
  async (name) => {
    expect((await quickLab({ machine: oddMachine(name) })).name).toBe(name);
  },
);

test('the clock runs, in the zone of the machine', async () => {
  const { facts } = (await quickLab({ machine: 'two-interfaces' })).machine;
  const { now } = await facts.time(never);
  expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:45$/);
  expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
  expect(await facts.zone(never)).toMatchObject({ offset: '+0545' });
});

test('a wrong clock is wrong by what the data says', async () => {
  const { facts } = (await quickLab({ machine: 'unit-failed' })).machine;
  const { now, synchronised } = await facts.time(never);
  expect((Date.parse(now) - Date.now()) / 1000).toBeCloseTo(412, -1);
  expect(synchronised).toBe(false);
});

test('load and memory stay near the data and within their limits', async () => {
  const { facts } = (await quickLab({ machine: 'below-requirements' })).machine;
  const { load } = await facts.cpu(never);
  const { total, available } = await facts.memory(never);
  expect(load).toBeGreaterThanOrEqual(89);
  expect(load).toBeLessThanOrEqual(97);
  expect(Math.abs(available - 212_000_000)).toBeLessThanOrEqual(total / 100);
});

test('the healthy machine meets the requirements, the one below does not', async () => {
  const { diskGB, memoryGB, patchDiskGB } = defaultBrand.requirements;
  const measured = async (machine: string) => {
    const { facts } = (await quickLab({ machine })).machine;
    const { disk1, disk2 } = await facts.disks(never);
    return [
      disk1.size >= diskGB * 1e9,
      (disk2?.size ?? 0) >= patchDiskGB * 1e9,
      (await facts.memory(never)).total >= memoryGB * 1e9,
    ];
  };
  expect(await measured('healthy')).toEqual([true, true, true]);
  expect(await measured('below-requirements')).toEqual([false, false, false]);
});

test('what cannot be read says why, reading by reading', async () => {
  const { facts, units } = (await quickLab({ machine: oddMachine('everything-unavailable') })).machine;
  for (const read of Object.values(facts))
    await expect(read(never)).rejects.toMatchObject({
      problem: { code: 'unavailable', details: { why: 'there is none' } },
    });
  await expect(units.list(['ssh.service'], never)).rejects.toMatchObject({ problem: { code: 'unavailable' } });
});

test('a slow reading takes its three seconds', async () => {
  const { facts } = (await quickLab({ machine: 'slow' })).machine;
  const began = performance.now();
  expect(await facts.hostName(never)).toBe('gatehouse-lab');
  expect(performance.now() - began).toBeGreaterThan(2950);
});

test('every call that hangs ends when it is given up, and so does one given up before it began', async () => {
  const { facts, units, ping } = (await quickLab({ machine: oddMachine('everything-hangs') })).machine;
  for (const early of [true, false]) {
    const leaving = new AbortController();
    if (early) leaving.abort();
    const { signal } = leaving;
    setMaxListeners(0, signal);
    const calls = [
      ...Object.values(facts).map((read) => read(signal)),
      units.list(['ssh.service'], signal),
      units.show('ssh.service', 5, signal),
      units.log('ssh.service', 5, signal),
      units.act('restart', 'ssh.service', signal),
      ping.run({ host: '8.8.8.8' }, { signal, progress: () => undefined }),
    ];
    const ends = Promise.allSettled(calls);
    leaving.abort();
    for (const end of await ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { problem: { code: 'aborted' } } });
  }
});

test('healthy calls that are given up before they began are not done', async () => {
  const { facts, units, ping } = (await quickLab()).machine;
  const signal = AbortSignal.abort();
  for (const call of [
    facts.cpu(signal),
    units.act('stop', 'ssh.service', signal),
    ping.run({ host: '8.8.8.8' }, { signal, progress: () => undefined }),
  ])
    await expect(call).rejects.toMatchObject({ problem: { code: 'aborted' } });
  expect((await units.list(['ssh.service'], never))[0]?.state).toBe('active');
});

async function refusal(content: string): Promise<unknown> {
  const path = join(await emptyFolder(), 'mine.json');
  await writeFile(path, content);
  const error = await openLab({ machine: path, folder: await emptyFolder() }).catch((thrown) => thrown);
  expect(error).toMatchObject({ problem: { code: 'bad-value' } });
  return error.problem.details.field.replace(path, 'mine.json');
}

// biome-ignore lint/suspicious/noExplicitAny: a machine file to be spoilt at any place
function spoilt(change: (machine: any) => void): string {
  const copy = structuredClone(healthy);
  change(copy);
  return JSON.stringify(copy);
}

test('an error in a machine file names the place in it', async () => {
  expect(await refusal('{\n  "name": "mine",\n  oops\n}')).toMatch(/^mine\.json, line 3, column \d+$/);
  expect(await refusal('{"name": ')).toMatch(/^mine\.json, line 1, column \d+$/);
  const places: [string, Parameters<typeof spoilt>[0]][] = [];
  const at = (place: string, change: Parameters<typeof spoilt>[0]) => places.push([place, change]);
  at('units[3].state', (machine) => Object.assign(machine.units[3], { state: 'asleep' }));
  at('units[1]', (machine) => Object.assign(machine.units[1], { sate: 'active' }));
  at('facts.interfaces[0].link', (machine) => Object.assign(machine.facts.interfaces[0], { link: 1 }));
  at('facts.cpu', (machine) => delete machine.facts.cpu);
  at('facts.memory.value.total', (machine) =>
    Object.assign(machine.facts, { memory: { slow: 3, value: { total: -1, available: 0 } } }),
  );
  at('ping.hosts[0].address', (machine) => Object.assign(machine.ping.hosts[0], { address: 'nowhere' }));
  for (const [place, change] of places) expect(await refusal(spoilt(change))).toBe(`mine.json, ${place}`);
});

test('a machine that is not there is refused with the names of those that are', async () => {
  const folder = await emptyFolder();
  await expect(openLab({ machine: 'moon', folder })).rejects.toMatchObject({
    problem: { code: 'bad-value', details: { right: expect.stringContaining('healthy') } },
  });
  await expect(openLab({ machine: `${folder}/none.json`, folder })).rejects.toMatchObject({
    problem: { code: 'bad-value' },
  });
});
