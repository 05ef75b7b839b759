/** What only a kernel of its own has: VLANs, disks that udev knows by their labels, AppArmor. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { backToMain, keys } from '../terminal/operator.ts';
import { seedDisk } from './machine/disk.ts';
import { Machine, machineNeeds, until } from './machine.ts';

const slow = 60_000;
const file = `network:
  eth0: { method: static, address: 10.77.0.9/24, gateway: 10.77.0.1 }
dns: { servers: [10.77.0.1] }
time: { zone: Europe/Madrid }
`;

describeWith(machineNeeds, 'an appliance with a kernel of its own', () => {
  let machine: Machine;
  // The second card is the neighbour that knows VLANs, in a namespace inside: the kernel of these tests may have none.
  beforeAll(async () => {
    machine = await Machine.make({ interfaces: 2 });
    const disk = join(machine.folder, 'seed');
    await seedDisk(disk, 'vfat', 'GATEHOUSE', { 'gatehouse.yaml': file });
    machine.options.disks = [disk];
    // Which name DNS is tested by, where no platform is set.
    await machine.serveNames({ 'debian.pool.ntp.org': '10.77.0.1' });
    await machine.powerOn();
    await machine.reachable(5 * slow);
  }, 900_000);
  afterAll(() => machine?.end());

  const type = async (text: string, seen: string | RegExp) => {
    machine.serial.send(text);
    await machine.serial.waitFor(seen, slow);
  };

  test('first boot with a vfat disk labelled GATEHOUSE: set up by its file', { timeout: 10 * slow }, async () => {
    const address = async () => (await machine.shell('ip -4 -brief address show eth0')).includes('10.77.0.9/24');
    await until('the address of the file', address, 5 * slow, () => machine.serial.text());
    const zoned = async () => (await machine.shell('timedatectl show -p Timezone --value')).trim() === 'Europe/Madrid';
    await until('the zone of the file', zoned, 2 * slow);
    await machine.serial.waitFor('10.77.0.9', 2 * slow);
  });

  test('VLAN: set on the console, reached through the tag from outside', { timeout: 10 * slow }, async () => {
    for (const command of [
      'netns add peer',
      'link set eth1 netns peer',
      '-n peer link set eth1 up',
      '-n peer link add link eth1 name eth1.20 type vlan id 20',
      '-n peer addr add 10.20.0.1/24 dev eth1.20',
      '-n peer link set eth1.20 up',
    ])
      await machine.must(['ip', ...command.split(' ')]);
    await backToMain(machine.serial, 1500);
    await type(`s${keys.enter}`, 'System Configuration');
    await type(`n${keys.enter}`, 'Network Configuration');
    await type(`f${keys.enter}`, 'Network interface eth0');
    await type(`c${keys.enter}`, 'Network interface configuration');
    const clear = '\x15';
    // Static it is already.
    const form = ['', `${clear}10.20.0.9/24`, `${clear}10.20.0.1`, '', `${clear}20`];
    await type(form.join(keys.tab) + keys.enter, 'After applying you have');
    await type(keys.enter, /Keep these settings\?[\s\S]*gateway: passed\./);
    await type(`k${keys.enter}`, 'The settings are kept.');
    const ping = ['ip', 'netns', 'exec', 'peer', 'ping', '-c', '1', '-W', '5', '10.20.0.9'];
    expect((await machine.run(ping)).stdout).toContain('1 received');
    expect(await machine.shell('ip -d link show type vlan')).toMatch(/eth0\.20@eth0[\s\S]* id 20 /);
  });
});
