/** A reset of a real machine: everything on its list is gone after the next start, and nothing else is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds } from './machine.ts';
import { canary, ResetHost } from './reset-host.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;

describeWith({ ...hostNeeds, paths: [program] }, 'gatehouse reset on a real machine', () => {
  let machine: ResetHost;
  beforeAll(async () => {
    machine = await ResetHost.make();
    await machine.host.boot();
    await machine.answers();
  }, 120_000);
  afterAll(() => machine?.host.end());

  test('without the long word nothing happens; the plan says what would be deleted', async () => {
    const { host } = machine;
    expect(await host.run(['gatehouse', 'reset'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--yes-delete-everything'),
    });
    const { stdout } = await host.run(['gatehouse', 'reset', '--plan']);
    expect(stdout).toContain("  the operator's password and keys");
    expect(await machine.left()).toContain('/var/lib/gatehouse/registration/key.pem');
    expect((await machine.run('gatehouse power status')).trim()).toBe('Nothing is scheduled.');
  });

  test('where the early unit would not run, it is refused', async () => {
    const { host } = machine;
    await machine.run('systemctl mask --runtime gatehouse-reset.service');
    const { exitCode, stderr } = await host.run(['gatehouse', 'reset', '--yes-delete-everything']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining('gatehouse-reset.service') });
    await machine.run('systemctl unmask --runtime gatehouse-reset.service');
  });

  test('asked for, it goes to the first boot: all of it is gone, and nothing else', { timeout: 120_000 }, async () => {
    const { host } = machine;
    expect((await machine.run('gatehouse reset --yes-delete-everything --in 1')).trim()).toContain('is reset at');
    expect(await host.wentDown()).toBe('reboot');
    await host.boot();
    await machine.answers();
    expect(await machine.left()).toBe('');
    expect(await machine.look()).toEqual(machine.first);
    const keys = (await machine.run('cat /etc/ssh/ssh_host_*_key.pub')).trim().split('\n');
    expect(keys).toHaveLength(machine.keys.trim().split('\n').length);
    for (const key of keys) expect(machine.keys).not.toContain(key.split(' ')[1]);
    // The consoles are there as before.
    for (const console of ['getty@tty1', 'serial-getty@ttyS0'])
      expect(await machine.run(`systemctl show --value -p LoadState -p UnitFileState ${console}`)).toContain('loaded');
    const said = await machine.run('journalctl -b -u gatehouse-reset.service -o cat --no-pager');
    expect(said).toContain('Reset, asked for by root at');
    expect(said).toContain('Reset: complete');
    // The registration was broken: the platform had not been told, which is said.
    expect(said).toContain('The platform could not be told; remove the appliance there.');
    expect(await machine.run('ls /var/lib')).not.toContain('gatehouse-reset');
    expect((await machine.run('systemctl --failed --plain --no-legend')).trim()).toBe('');
    expect((await machine.run('systemctl is-active ssh.service || true')).trim()).toBe('inactive');
  });

  test('afterwards it is set up as a new one', async () => {
    expect(await machine.run('gatehouse audit')).toBe('Nothing was changed yet.\n');
    expect(await machine.run('gatehouse registration show')).toMatch(/not registered/i);
    expect(JSON.parse(await machine.run('gatehouse --json setup status'))).toMatchObject({ finished: false });
    await machine.run(`gatehouse hosts add ${canary}.example=10.1.2.3`);
    expect(await machine.run('cat /etc/hosts')).toContain(canary);
  });
});
