/** A reset of a registered machine: its platform is told, where it can be reached, and where it cannot that is said. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PowerState, RegistrationState } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { until } from './machine.ts';
import { RegistrationHost, type RunningPlatform, registrationNeeds, suffix } from './registration-host.ts';

describeWith(registrationNeeds, 'a reset of a registered machine', () => {
  let machine: RegistrationHost;
  let platform: RunningPlatform;
  beforeAll(async () => {
    machine = await RegistrationHost.boot();
    platform = await machine.servePlatform();
  }, 120_000);
  afterAll(() => machine?.end());

  const register = async (name: string) => {
    await machine.trust(platform.ca);
    await machine.get('platform.set', { suffix });
    const { code } = await platform.admin.createCode({ name });
    expect((await machine.ask('registration.register', { code })).result).toMatchObject({ registered: true, name });
  };
  const reset = async () => {
    const { scheduled } = await machine.get<PowerState>('power.schedule', { action: 'reset', seconds: 0 });
    expect(scheduled).toMatchObject({ action: 'reset' });
    expect(await machine.host.wentDown(90_000)).toBe('reboot');
    await machine.host.boot();
    await machine.answers();
    expect(await machine.get<RegistrationState>('registration.read')).toEqual({ registered: false });
    expect((await machine.host.run(['ls', '/var/lib/gatehouse'])).stdout).not.toMatch(/registration|enrolment/);
    const { stdout } = await machine.host.run('journalctl -b -u gatehouse-reset.service -o cat --no-pager'.split(' '));
    return stdout;
  };
  const states = async () =>
    Object.fromEntries((await platform.admin.appliances()).map(({ name, ended }) => [name, ended?.by ?? 'registered']));

  test('the platform is told first, and the machine can be registered again', { timeout: 180_000 }, async () => {
    await register('First life');
    const said = await reset();
    expect(said).toContain('Reset: complete');
    expect(said).not.toContain('could not be told');
    expect(await states()).toEqual({ 'First life': 'appliance' });
    await register('Second life');
  });

  test('without the platform it is reset all the same, and says so', { timeout: 180_000 }, async () => {
    await platform.stop();
    const said = await reset();
    expect(said).toContain('Reset: complete');
    expect(said).toContain('The platform could not be told; remove the appliance there.');
    expect(await states()).toMatchObject({ 'Second life': 'registered' });
    await until('nothing scheduled', async () => !(await machine.get<PowerState>('power.read')).scheduled);
  });
});
