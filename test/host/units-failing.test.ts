/** Units of a real systemd that fail, each in another way: what the operator is told of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UnitStatus } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds, until } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';
import { failing } from './units-failing.ts';

describeWith(hostNeeds, 'a unit that fails on a real machine says why', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    machine = await bootProbed({ files: failing });
    await machine.host.run(['systemctl', 'mask', 'systemd-timesyncd.service']);
  });
  afterAll(() => machine?.end());

  const show = async (name: string) => (await machine.probe<UnitStatus>('units.show', [name, 20])).result;
  /** Starts it and waits until systemd has come to an end with it. */
  async function failed(name: string, ends: (unit: UnitStatus) => boolean = ({ state }) => state === 'failed') {
    const { problem } = await machine.probe('units.act', ['start', name]);
    expect(problem).toBeUndefined();
    return until(`${name} to fail`, async () => {
      const unit = await show(name);
      return ends(unit) && unit;
    });
  }

  test.each<[string, RegExp, object]>([
    ['no-program', /program could not be executed.* \(203\/EXEC\)/, { result: 'exit-code', exitCode: 203 }],
    ['no-user', /user does not exist.*\(217\/USER\)/, { exitCode: 217 }],
    ['no-folder', /working directory.*\(200\/CHDIR\)/, { exitCode: 200 }],
    ['no-namespace', /\(226\/NAMESPACE\)/, { exitCode: 226 }],
    ['exits', /^It ended by itself with exit code 7/, { exitCode: 7 }],
    ['crashes', /SIGSEGV: it crashed/, { signal: 'SIGSEGV' }],
    ['killed', /SIGKILL: somebody killed it/, { signal: 'SIGKILL' }],
    ['slow', /did not become ready in time/, { result: 'timeout' }],
    ['silent', /watchdog ended it/, { result: 'watchdog' }],
    ['quits', /without saying that it is ready/, { result: 'protocol' }],
    ['prepares', /\(ExecStartPre\) ended by itself with exit code 4/, {}],
    ['restless', /^systemd has given it up after 3 restarts.*It ended by itself with exit code 3/, { restarts: 3 }],
  ])('%s', async (name, why, more) => {
    const unit = await failed(
      `${name}.service`,
      ({ state, restarts }) => state === 'failed' && (name !== 'restless' || restarts === 3),
    );
    expect(unit).toMatchObject({
      state: 'failed',
      why: expect.stringMatching(why),
      advice: expect.any(String),
      ...more,
    });
  });

  test('one that systemd starts again and again', async () => {
    const unit = await failed('again.service', ({ subState }) => subState === 'auto-restart');
    expect(unit).toMatchObject({
      state: 'activating',
      why: expect.stringMatching(/exit code 3.*starts it again by itself/),
    });
  });

  test('one that needs another: which, why, and its last lines', async () => {
    const unit = await failed('needs.service', ({ why }) => why !== undefined);
    expect(unit).toMatchObject({
      state: 'inactive',
      why: expect.stringMatching(/something that it needs is not there: exits.service is failed/),
      advice: expect.stringContaining('See to exits.service first'),
      dependencies: [
        { name: 'exits.service', relation: 'requires', state: 'failed', why: expect.stringContaining('exit code 7') },
      ],
    });
    expect(unit.dependencies?.[0]?.log.map(({ text }) => text)).toContain('the disk is on fire');
  });

  test('one that needs what the machine has not', async () => {
    const unit = await failed('needs-none.service', ({ why }) => why !== undefined);
    expect(unit.dependencies).toEqual([{ name: 'nosuch.service', relation: 'requires', state: 'absent', log: [] }]);
    expect(unit.why).toContain('nosuch.service is absent');
  });

  test('conditions, assertions and checks that were not met', async () => {
    const isTold = ({ why }: UnitStatus) => why !== undefined;
    expect(await failed('conditional.service', isTold)).toMatchObject({
      state: 'inactive',
      conditions: ['ConditionPathExists=/etc/none.conf'],
      why: expect.stringContaining('ConditionPathExists=/etc/none.conf does not hold'),
    });
    expect((await failed('asserting.service', isTold)).why).toContain('takes for granted');
    expect((await failed('unwilling.service', isTold)).why).toContain('(ExecCondition) said no');
  });

  test('a unit file with a mistake, and a masked one', async () => {
    const broken = await failed('broken.service', ({ why }) => why !== undefined);
    expect(broken.why).toBe('Its unit file cannot be used: Service has no ExecStart=, ExecStop=, or SuccessAction=.');
    expect((await show('systemd-timesyncd.service')).why).toContain('masked');
  });

  test('what is well, or was stopped in good order, is not explained', async () => {
    expect(await show('ssh.service')).not.toHaveProperty('why');
    await machine.probe('units.act', ['stop', 'ssh.service']);
    const stopped = await show('ssh.service');
    expect(stopped.state).toBe('inactive');
    expect(stopped).not.toHaveProperty('why');
    expect(await show('nosuch.service')).not.toHaveProperty('why');
  });
});
