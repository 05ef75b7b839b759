/** The appliance on bad days: the console comes up on both consoles all the same, and says what is wrong. */
import { afterEach, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { Machine, type MachineOptions, machineNeeds, until } from './machine.ts';

/** An emulated processor is some ten times slower, more so beside other tests. */
const boot = 400_000;

describeWith(machineNeeds, 'an appliance on a bad day', () => {
  let machine: Machine;
  afterEach(() => machine?.end());

  const status = async () => (await machine.run(['gatehouse', 'status'])).stdout;

  /** Both consoles show the first steps or the menu, and the service answers. */
  const comesUp = async () => {
    await machine.reachable(boot);
    for (const console of [machine.serial, machine.vga]) await console.waitFor(/First steps|Configuration/, boot);
    await until(
      'the service',
      async () => (await status()) !== '',
      boot,
      () => machine.serial.text(),
    );
  };
  const poweredOn = async (options: MachineOptions) => {
    machine = await Machine.make(options);
    await machine.powerOn();
    await comesUp();
  };

  test('512 MB of memory, no network card, and a clock that says 1970', { timeout: 2 * boot }, async () => {
    await poweredOn({ memory: 512, interfaces: 0, clock: '1970-01-01' });
    await machine.serial.waitFor('no address', boot);
    expect(await status()).toContain('no address');
    // No earlier than when systemd was built: what is signed today can be checked.
    expect(Number(await machine.shell('date +%Y'))).toBeGreaterThan(2020);
    expect(await machine.shell('systemctl --failed --plain --no-legend')).toBe('');
  });

  test('a disk that can only be read', { timeout: 2 * boot }, async () => {
    await poweredOn({ readOnly: true });
    await machine.serial.waitFor('disk is read-only', boot);
    await machine.vga.waitFor('disk is read-only', boot);
  });

  test('after a power cut: the disk is full, the settings are broken, and there is no Docker', {
    timeout: 2 * boot,
  }, async () => {
    machine = await Machine.booted();
    await machine.must(['gatehouse', 'time', 'set', '--zone', 'Europe/Madrid']);
    await machine.must(['gatehouse', 'time', 'set', '--zone', 'Europe/Lisbon']);
    await machine.shell('rm /usr/bin/dockerd; systemctl mask docker.service docker.socket');
    // The service would notice it at once, and mend it.
    await machine.shell('systemctl stop gatehouse.service');
    await machine.shell('head -c 300 /dev/urandom >/var/lib/gatehouse/settings/settings.json');
    // Of root's share, too, and without writing gigabytes.
    await machine.shell('fallocate -l $(($(stat -fc "%f * %S" /) - 33554432)) /srv/fill');
    await machine.run(['sh', '-c', 'dd if=/dev/zero of=/srv/rest bs=1M; dd if=/dev/zero of=/srv/last bs=512; sync']);
    await machine.reset();
    await comesUp();
    await machine.serial.waitFor('disk nearly full', boot);
    const log = await machine.shell('journalctl --boot --unit gatehouse --output cat');
    expect(log).toContain('settings.json is broken');
    expect(log).toContain('The settings are taken from version 2');
    const containers = await machine.run(['gatehouse', 'containers', 'list']);
    expect(containers.exitCode).not.toBe(0);
    expect(containers.stderr).toContain('The container engine does not run.');
    expect(await machine.shell('readlink /etc/localtime')).toContain('Lisbon');
  });
});
