/** Units of a real systemd: found in whatever slice they are, and counted as systemd counts them itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Counts } from '../../src/adapters/machine.ts';
import { describeWith } from '../setup/needs.ts';
import { until } from './machine/programs.ts';
import { hostNeeds } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';

const busy = 'node -e "setInterval(() => { const end = Date.now() + 20; while (Date.now() < end); }, 50)"';
const files = {
  '/etc/systemd/system/busy@.service': `[Service]\nExecStart=${busy}\n`,
  '/etc/systemd/system/sliced.service': `[Service]\nSlice=app-deep.slice\nExecStart=${busy}\n`,
  '/etc/systemd/system/memory.service': `[Service]\nExecStart=${busy}\n`,
  '/etc/systemd/system/nested.service': `[Service]\nDelegate=yes\nExecStart=sh -c "mkdir /sys/fs/cgroup/system.slice/nested.service/busy@stranger.service; exec sleep infinity"\n`,
};
const names = ['busy@a\\x2db.service', 'sliced.service', 'memory.service', 'nested.service'];

describeWith(hostNeeds, 'what units of a real machine use', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    machine = await bootProbed({ files });
    expect(await machine.host.run(['systemctl', 'start', ...names])).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => machine?.end());

  const count = async (...units: string[]) => {
    const { result, problem } = await machine.probe<Counts>('figures.count', [units]);
    expect(problem).toBeUndefined();
    return new Map(result.counted.map((one) => [one.id, one]));
  };
  /** Microseconds. */
  const systemdSays = async (name: string) => {
    const { stdout } = await machine.host.run(['systemctl', 'show', '--property=CPUUsageNSec', '--value', '--', name]);
    return Number(stdout) / 1000;
  };

  test.each(names.slice(0, 3))('processor time of %s lies between what systemd says before and after', async (name) => {
    await until('it to have worked', async () => (await systemdSays(name)) > 200_000);
    const before = await systemdSays(name);
    const { cpu = 0, kind, received } = (await count(...names)).get(name) ?? {};
    const after = await systemdSays(name);
    expect(kind).toBe('unit');
    expect(cpu).toBeGreaterThanOrEqual(Math.floor(before));
    expect(cpu).toBeLessThanOrEqual(Math.ceil(after));
    expect(received).toBeUndefined();
  });

  test('each is found where systemd has put it; a group within a unit is none', async () => {
    const found = await count(...names, 'busy@stranger.service', 'nosuch.service');
    const places = await machine.host.run(['systemctl', 'show', '--property=ControlGroup', '--value', '--', ...names]);
    const expected = places.stdout
      .split('\n')
      .filter(Boolean)
      .map((place) => place.slice(1));
    expect(names.map((name) => found.get(name)?.from)).toEqual(expected);
    expect(found.has('busy@stranger.service')).toBe(false);
    expect(found.has('nosuch.service')).toBe(false);
  });

  test('a unit that is stopped is not counted any more; started anew, it begins at nothing', async () => {
    const before = (await count('sliced.service')).get('sliced.service')?.cpu ?? 0;
    await machine.host.run(['systemctl', 'stop', 'sliced.service']);
    expect((await count('sliced.service')).has('sliced.service')).toBe(false);
    await machine.host.run(['systemctl', 'start', 'sliced.service']);
    expect((await count('sliced.service')).get('sliced.service')?.cpu ?? Infinity).toBeLessThan(before);
  });

  test('the whole: processors, memory, and what goes over its interface', async () => {
    const send = () => machine.host.run(['ping', '-q', '-c', '3', '-i', '0.2', '-s', '1000', '10.77.0.1']);
    const before = (await count()).get('appliance');
    await send();
    const after = (await count()).get('appliance');
    const sent = (after?.sent ?? 0) - (before?.sent ?? 0);
    expect(sent).toBeGreaterThanOrEqual(3 * 1042);
    expect(sent).toBeLessThan(3 * 1042 + 5000);
    expect(after?.memory ?? 0).toBeLessThan(after?.memoryLimit ?? 0);
    expect(after?.cpu ?? 0).toBeGreaterThan(before?.cpu ?? 0);
  });
});
