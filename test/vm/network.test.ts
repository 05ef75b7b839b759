/** What only a kernel of its own has: VLANs, disks that udev knows by their labels, AppArmor. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { backToMain, keys } from '../terminal/operator.ts';
import { seedDisk } from './machine/disk.ts';
import { Machine, machineNeeds, until } from './machine.ts';

const slow = 60_000;
const seed = (zone: string) => `network:
  eth0: { method: static, address: 10.77.0.9/24, gateway: 10.77.0.1 }
dns: { servers: [10.77.0.1] }
time: { zone: ${zone} }
`;

describeWith(
  { ...machineNeeds, programs: [...machineNeeds.programs, 'genisoimage'] },
  'an appliance with a kernel of its own',
  () => {
    let machine: Machine | undefined;
    afterEach(() => machine?.end());

    test('VLAN: set on the console, reached through the tag from outside', { timeout: 15 * slow }, async () => {
      // This machine's kernel may have no VLANs; the other's has. Its second card is the neighbour, in a namespace there.
      const one = await Machine.booted({ interfaces: 2 });
      machine = one;
      for (const command of [
        'netns add peer',
        'link set eth1 netns peer',
        '-n peer link set eth1 up',
        '-n peer link add link eth1 name eth1.20 type vlan id 20',
        '-n peer addr add 10.20.0.1/24 dev eth1.20',
        '-n peer link set eth1.20 up',
      ])
        await one.must(['ip', ...command.split(' ')]);
      const type = async (text: string, seen: string | RegExp) => {
        one.serial.send(text);
        await one.serial.waitFor(seen, slow);
      };
      await backToMain(one.serial, 1500);
      await type(`s${keys.enter}`, 'System Configuration');
      await type(`n${keys.enter}`, 'Network Configuration');
      await type(`f${keys.enter}`, 'Network interface eth0');
      await type(`c${keys.enter}`, 'Network interface configuration');
      const form = [`${keys.down} `, '\x1510.20.0.9/24', '\x1510.20.0.1', '', '\x1520'];
      await type(form.join(keys.tab) + keys.enter, 'After applying you have');
      await type(keys.enter, /Keep these settings\?[\s\S]*gateway: passed\./);
      await type(`k${keys.enter}`, 'The settings are kept.');
      const ping = ['ip', 'netns', 'exec', 'peer', 'ping', '-c', '1', '-W', '5', '10.20.0.9'];
      expect((await one.run(ping)).stdout).toContain('1 received');
      expect(await one.shell('ip -d link show type vlan')).toMatch(/eth0\.20@eth0[\s\S]* id 20 /);
    });

    test.each([
      ['vfat', 'GATEHOUSE'],
      ['iso9660', 'CIDATA'],
    ] as const)(
      'first boot with a %s disk labelled %s: set up by its file',
      { timeout: 15 * slow },
      async (kind, label) => {
        const made = await Machine.make();
        machine = made;
        // Which name DNS is tested by, where no platform is set.
        await made.serveNames({ 'debian.pool.ntp.org': '10.77.0.1' });
        const file = join(made.folder, 'seed');
        const zone = kind === 'vfat' ? 'Europe/Madrid' : 'Asia/Tokyo';
        await seedDisk(file, kind, label, { 'gatehouse.yaml': seed(zone), 'user-data': '', 'meta-data': '' });
        const [disks, discs] = kind === 'vfat' ? [[file], []] : [[], [file]];
        Object.assign(made.options, { disks, discs });
        await made.powerOn();
        await made.reachable(5 * slow);
        const address = async () => (await made.shell('ip -4 -brief address show eth0')).includes('10.77.0.9/24');
        await until('the address of the file', address, 5 * slow, () => made.serial.text());
        const zoned = async () => (await made.shell('timedatectl show -p Timezone --value')).trim() === zone;
        await until('the zone of the file', zoned, 2 * slow);
        await made.serial.waitFor('10.77.0.9', 2 * slow);
      },
    );
  },
);
