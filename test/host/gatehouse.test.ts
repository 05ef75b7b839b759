/** Gatehouse on a real Debian: the service as a unit of it, and its clients. */
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Info, PingLine, PingSummary, Unit, UnitOutcome, UnitStatus } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bundle } from '../terminal/bundle.ts';
import { bootHost, type Followed, type Host, hostNeeds, until } from './machine.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;

describeWith({ ...hostNeeds, paths: [program] }, 'Gatehouse on a real machine', () => {
  let host: Host;
  let watcher: ReturnType<typeof bundle>;
  beforeAll(async () => {
    watcher = bundle('test/host/watcher.ts');
    host = await bootHost({ gatehouse: true, shown: { '/opt/watcher': dirname(watcher.file) } });
    await listens();
  });
  afterAll(async () => {
    await host?.end();
    watcher?.remove();
  });

  const socket = '/run/gatehouse/gatehouse.sock';
  const listens = () =>
    until('the service to answer', async () => (await host.run(['gatehouse', 'status', '--json'])).exitCode === 0);
  const systemctl = (...args: string[]) => host.run(['systemctl', ...args]);
  const pidOf = async (unit: string) => (await systemctl('show', '--value', '--property=MainPID', unit)).stdout.trim();

  async function gatehouse<T>(...args: string[]): Promise<{ exitCode: number; values: T[] }> {
    const { stdout, exitCode } = await host.run(['gatehouse', '--json', ...args], { limit: 60_000 });
    return {
      exitCode,
      values: stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as T),
    };
  }

  test('the service is a unit of systemd, whose socket is open to one group', async () => {
    expect((await systemctl('is-active', 'gatehouse.service')).stdout.trim()).toBe('active');
    expect((await host.run(['stat', '-c', '%a %U %G', socket])).stdout.trim()).toBe('660 root gatehouse');
    const nobody = await host.run([
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      'gatehouse',
      'status',
    ]);
    expect(nobody.exitCode).toBe(3);
    const gid = (await host.run(['getent', 'group', 'gatehouse'])).stdout.split(':')[2];
    const member = ['setpriv', '--reuid=65534', '--regid=65534', `--groups=${gid}`, 'gatehouse', 'status'];
    expect((await host.run(member)).exitCode).toBe(0);
  });

  test("info tells that machine's own address, DNS servers, time and zone", async () => {
    await host.run(['timedatectl', 'set-timezone', 'Asia/Kathmandu']);
    const info = await until('the new zone', async () => {
      const [found] = (await gatehouse<Info>('info')).values;
      return found?.zone.state === 'known' && found.zone.value.name === 'Asia/Kathmandu' && found;
    });
    expect(info.dnsServers).toEqual({ state: 'known', value: ['10.77.0.1', '2001:db8::53'] });
    expect(info.zone).toMatchObject({ value: { name: 'Asia/Kathmandu', offset: '+0545' } });
    expect(info.time).toMatchObject({ state: 'known', value: { now: expect.stringContaining('+05:45') } });
    expect(info.applianceName).toEqual({ state: 'known', value: 'appliance' });
    expect(info.memory.state).toBe('known');
    const [first] = info.interfaces.state === 'known' ? info.interfaces.value : [];
    expect(first).toMatchObject({ name: 'eth0', link: 'up' });
    expect(first?.addresses[0]).toBe('10.77.0.2/24');
  });

  test('ping of the neighbour is answered; of nobody, all is lost', async () => {
    const answered = await gatehouse<PingLine | PingSummary>('ping', '--count', '2', host.neighbour.address);
    expect(answered.exitCode).toBe(0);
    expect(answered.values.at(-1)).toMatchObject({ sent: 2, received: 2, loss: 0 });
    const nobody = await gatehouse<PingLine | PingSummary>('ping', '--count', '2', '10.77.0.99');
    expect(nobody.exitCode).toBe(1);
    expect(nobody.values.at(-1)).toMatchObject({ sent: 2, received: 0, loss: 100 });
  });

  test('a restart of a unit changes its start time', async () => {
    const startOf = async () =>
      Date.parse((await gatehouse<UnitStatus>('units', 'status', 'ssh')).values[0]?.startedAt ?? '');
    const before = await startOf();
    const { exitCode, values } = await gatehouse<UnitOutcome>('units', 'restart', 'ssh');
    expect(exitCode).toBe(0);
    expect(values.at(-1)).toMatchObject({ succeeded: true, unit: { name: 'ssh.service', state: 'active' } });
    expect(await startOf()).toBeGreaterThan(before);
  });

  type Line = { link?: string; units?: Unit[] };
  const linesOf = (followed: Followed, from = 0) => followed.lines.slice(from).map((line) => JSON.parse(line) as Line);
  const stateOf = (followed: Followed, name: string) =>
    linesOf(followed)
      .flatMap(({ units }) => (units ? [units] : []))
      .at(-1)
      ?.find((unit) => unit.name === name)?.state;

  test('a unit that is stopped from outside shows in the watched list within 5 s', async () => {
    const watching = host.follow(['node', '/opt/watcher/main.mjs']);
    await until('ssh to be shown as active', () => stateOf(watching, 'ssh.service') === 'active');
    await systemctl('stop', 'ssh.service');
    await until('ssh to be shown as inactive', () => stateOf(watching, 'ssh.service') === 'inactive', 5000);
    await systemctl('start', 'ssh.service');
    await until('ssh to be shown as active again', () => stateOf(watching, 'ssh.service') === 'active', 5000);
    await watching.end();
  });

  test.each([
    ['is restarted', async () => void (await systemctl('restart', 'gatehouse.service'))],
    ['is killed', async () => void (await host.run(['kill', '-9', await pidOf('gatehouse.service')]))],
    ['restarts itself at the wish of a client', async () => void (await gatehouse('units', 'restart', 'gatehouse'))],
  ])('while the service %s, a client loses it, finds it again and goes on watching', async (_how, disturb) => {
    const watching = host.follow(['node', '/opt/watcher/main.mjs']);
    await until('the units', () => stateOf(watching, 'gatehouse.service') === 'active');
    const before = await pidOf('gatehouse.service');
    const seen = watching.lines.length;
    await disturb();
    await until('the link to be lost and found', () => {
      const links = linesOf(watching, seen).flatMap(({ link }) => (link ? [link] : []));
      return links.includes('lost') && links.at(-1) === 'connected';
    });
    const found = watching.lines.length;
    await until('the units again', () => linesOf(watching, found - 1).some(({ units }) => units));
    expect(await pidOf('gatehouse.service')).not.toBe(before);
    await watching.end();
  });

  test('a power cut: the service is there again after the next boot, by itself', async () => {
    await host.powerCut();
    await host.boot();
    await listens();
    expect((await gatehouse<Info>('info')).values[0]?.applianceName).toEqual({ state: 'known', value: 'appliance' });
  });
});
