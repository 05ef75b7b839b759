/** Units of a real systemd: what they are, what they log, and what comes of acting on them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogLine, Unit, UnitStatus } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';

const hostile = '\x1b[2J\x1b]0;owned\x07{red-fg}{bold}\u202e';
const files = {
  '/etc/systemd/system/works.service': `[Unit]\nDescription=Works ${hostile}\n[Service]\nExecStart=sleep infinity\n`,
  '/etc/systemd/system/fails.service': '[Service]\nType=oneshot\nExecStart=sh -c "echo cannot go on; exit 7"\n',
  '/etc/systemd/system/chats.service': `[Service]\nType=oneshot\nExecStart=node -e "console.log('x'.repeat(90000)); console.log('\\\\x1b[2J\\\\u009b31mred')"\n`,
  '/etc/systemd/system/floods.service': `[Service]\nType=oneshot\nExecStart=node -e "for (let i = 0; i < 500; i++) console.log('y'.repeat(45000))"\n`,
};

describeWith(hostNeeds, 'units of a real machine', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    machine = await bootProbed({ files });
    await machine.host.run(['systemctl', 'mask', 'systemd-timesyncd.service']);
  });
  afterAll(() => machine?.end());

  const list = async (...names: string[]) => (await machine.probe<Unit[]>('units.list', [names])).result;
  const show = async (name: string, lines = 10) =>
    (await machine.probe<UnitStatus>('units.show', [name, lines])).result;
  /** journald takes lines in a little after they are written. */
  const logged = () => machine.host.run(['journalctl', '--sync']);
  const act = async (action: string, name: string) => (await machine.probe('units.act', [action, name])).problem;

  test('running, absent and masked, in the order asked', async () => {
    const units = await list('nosuch.service', 'ssh.service', 'systemd-timesyncd.service');
    expect(units.map(({ name, state }) => [name, state])).toEqual([
      ['nosuch.service', 'absent'],
      ['ssh.service', 'active'],
      ['systemd-timesyncd.service', 'inactive'],
    ]);
    expect(units[1]).toMatchObject({ description: 'OpenBSD Secure Shell server', subState: 'running' });
    expect(await show('systemd-timesyncd.service')).toMatchObject({ enabled: 'masked' });
    expect(await act('start', 'systemd-timesyncd.service')).toMatchObject({ code: 'not-allowed' });
    expect(await act('start', 'nosuch.service')).toEqual({ code: 'unknown-unit', details: { name: 'nosuch.service' } });
  });

  test('started, restarted and stopped: state, process and start time are those of systemd', async () => {
    expect(await act('start', 'works.service')).toBeUndefined();
    const before = await show('works.service');
    expect(before).toMatchObject({ state: 'active', subState: 'running', result: 'success' });
    expect(await act('restart', 'works.service')).toBeUndefined();
    const after = await show('works.service');
    expect(after.mainPid).not.toBe(before.mainPid);
    expect(Date.parse(after.startedAt ?? '')).toBeGreaterThan(Date.parse(before.startedAt ?? ''));
    expect(await act('stop', 'works.service')).toBeUndefined();
    expect((await list('works.service'))[0]).toMatchObject({ state: 'inactive', subState: 'dead' });
  });

  test('one that fails: the action ends, the state and the log tell why', async () => {
    expect(await act('start', 'fails.service')).toBeUndefined();
    await logged();
    const unit = await show('fails.service');
    expect(unit).toMatchObject({ state: 'failed', result: 'exit-code', exitCode: 7 });
    expect(unit.log.map(({ text }) => text)).toContain('cannot go on');
    expect(unit.log.some(({ from }) => from === 'systemd')).toBe(true);
  });

  test('a hostile description and hostile log lines are shown harmless and bounded', async () => {
    expect((await list('works.service'))[0]?.description).toBe('Works {red-fg}{bold}');
    await act('start', 'chats.service');
    await logged();
    const { result } = await machine.probe<LogLine[]>('units.log', ['chats.service', 100]);
    const texts = result.map(({ text }) => text);
    expect(texts).toContain('red');
    const long = texts.filter((text) => text.startsWith('xxxx'));
    expect(long.length).toBeGreaterThan(0);
    expect(Math.max(...long.map((text) => text.length))).toBeLessThan(4140);
  });

  test('more log than fits into memory: every line is there, the long ones without their text', async () => {
    await act('start', 'floods.service');
    await logged();
    const { result } = await machine.probe<LogLine[]>('units.log', ['floods.service', 1000]);
    const long = result.filter(({ text }) => text === '(a line too long to be shown)');
    expect(long).toHaveLength(500);
    expect(result.some(({ from }) => from === 'systemd')).toBe(true);
  });

  test('no more lines than asked, none for none, and names that are none refused', async () => {
    expect((await show('ssh.service', 1)).log).toHaveLength(1);
    expect((await show('ssh.service', 0)).log).toEqual([]);
    for (const name of ['--root=/', '-a.service', 'a b.service', 'a.service\n', '../x.service', 'ssh'])
      expect(await act('stop', name)).toMatchObject({ code: 'bad-value' });
  });
});
