/** The whole product on a real machine: a change from the command line, and back, whatever dies. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChangesState } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;

const image = `[Match]
Name=eth0
[Network]
Address=10.77.0.2/24
Gateway=10.77.0.1
DNS=10.77.0.1
`;

describeWith({ ...hostNeeds, paths: [program] }, 'gatehouse network on a real machine', () => {
  let host: Host;
  beforeAll(async () => {
    // What an image brings along gives way to files of ours, which come earlier.
    const files = { '/etc/systemd/network/10-eth0.network': '', '/etc/systemd/network/80-image.network': image };
    host = await bootHost({ gatehouse: true, files });
    await state();
  });
  afterAll(() => host?.end());

  const run = (...argv: string[]) => host.run(argv, { limit: 100_000 });
  const isReachable = async (address: string) =>
    (await host.neighbour.run(['ping', '-c1', '-W1', address])).exitCode === 0;
  const ourFiles = async () => (await run('find', '/etc/systemd/network', '-name', '*gatehouse*')).stdout;

  /** What `gatehouse changes show` tells, once the service answers. */
  const state = () =>
    until('the service to answer', async () => {
      const { exitCode, stdout } = await run('gatehouse', '--json', 'changes', 'show');
      return exitCode === 0 && (JSON.parse(stdout) as ChangesState);
    });
  const set = (gateway: string) =>
    run(...'gatehouse network set eth0 --static 10.77.0.3/24 --gateway'.split(' '), gateway);

  test('a wrong gateway, and the power cut while the question stands: back at the next start, and compared', async () => {
    const { stdout, stderr } = await set('10.77.0.99');
    expect(`${stdout}${stderr}`).toContain('The gateway 10.77.0.99 does not answer');
    expect((await state()).pending).toMatchObject({ phase: 'asking', what: 'Network settings of eth0' });
    expect(await isReachable('10.77.0.2')).toBe(false);
    await host.powerCut();
    await host.boot();
    const last = await until('the comparison', async () => {
      const { last } = await state();
      return last?.differs?.length === 0 && last;
    });
    expect(last).toMatchObject({ outcome: 'undone', why: 'the machine was switched off or started again' });
    expect(await ourFiles()).toBe('');
    expect(await isReachable('10.77.0.2')).toBe(true);
  });

  test('the service killed while it asks: it goes on asking, and the answer counts', async () => {
    await set('10.77.0.1');
    await run('systemctl', 'kill', '--signal=KILL', 'gatehouse.service');
    const { pending } = await state();
    expect(pending).toMatchObject({ phase: 'asking' });
    expect((await run('gatehouse', 'changes', 'undo')).exitCode).toBe(0);
    expect((await state()).last).toMatchObject({ outcome: 'undone', differs: [] });
    expect(await ourFiles()).toBe('');
    expect(await isReachable('10.77.0.2')).toBe(true);
  });

  test('kept, it stays over a start', async () => {
    await set('10.77.0.1');
    expect((await run('gatehouse', 'changes', 'keep')).exitCode).toBe(0);
    await host.powerCut();
    await host.boot();
    await until('it to be reachable', () => isReachable('10.77.0.3'));
    expect((await state()).last).toMatchObject({ outcome: 'kept' });
    expect((await run('systemctl', '--failed', '--plain', '--no-legend')).stdout).toBe('');
  });
});
