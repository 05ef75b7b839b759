/** Looking for a container engine on a machine where systemd listens in its place: it is never started by that. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds, until } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';

/** In the engine's place: takes systemd's socket over, as dockerd does with fd://, and has no containers. */
const engine = "require('http').createServer((asked, answer) => answer.end('[]')).listen({ fd: 3 })";
const files = {
  '/etc/systemd/system/docker.socket': '[Socket]\nListenStream=/run/docker.sock\n',
  '/etc/systemd/system/docker.service': [
    '[Service]',
    'ExecStartPre=/bin/sh -c "echo started >>/run/engine-starts"',
    `ExecStart=node -e "${engine}"`,
  ].join('\n'),
};

describeWith(hostNeeds, 'an engine that systemd starts on demand', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    machine = await bootProbed({ files });
  });
  afterAll(() => machine?.end());

  const look = () => machine.probe<unknown[]>('containers.list');
  const systemctl = async (...args: string[]) => (await machine.host.run(['systemctl', ...args])).stdout.trim();
  const starts = async () => (await machine.host.run(['sh', '-c', 'cat /run/engine-starts | wc -l'])).stdout.trim();

  test('without a socket and without dockerd there is none', async () => {
    expect((await look()).problem).toEqual({ code: 'engine-absent', details: {} });
  });

  test('while it does not run it is told as stopped, and looking does not start it; connecting would', async () => {
    await systemctl('start', 'docker.socket');
    for (let times = 0; times < 3; times += 1)
      expect((await look()).problem).toEqual({
        code: 'engine-stopped',
        details: { why: 'docker.service is inactive' },
      });
    expect(await systemctl('is-active', 'docker.service')).toBe('inactive');
    expect(await starts()).toBe('0');

    await machine.host.run(['node', '-e', "require('net').connect('/run/docker.sock').end()"]);
    await until('systemd to start it', async () => (await systemctl('is-active', 'docker.service')) === 'active');
    expect(await starts()).toBe('1');
  });

  test('while it runs it is asked; stopped by somebody, it stays stopped', async () => {
    await systemctl('start', 'docker.service');
    expect(await until('an answer', async () => (await look()).result)).toEqual([]);
    await systemctl('stop', 'docker.service');
    expect((await look()).problem).toMatchObject({ code: 'engine-stopped' });
    const before = await starts();
    await look();
    expect(await systemctl('is-active', 'docker.service')).toBe('inactive');
    expect(await starts()).toBe(before);
  });
});
