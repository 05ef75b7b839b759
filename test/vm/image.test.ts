/** The image as it is given away: what is on its disk before it was ever switched on, and what it opens when it is. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must } from '../host/machine/programs.ts';
import { describeWith } from '../setup/needs.ts';
import { seedDisk } from './machine/disk.ts';
import { type Entry, FileSystem, isKind, kinds } from './machine/file-system.ts';
import { Machine, machineNeeds, until } from './machine.ts';

const script = fileURLToPath(new URL('../../scripts/image', import.meta.url));
const make = async (...formats: string[]) => {
  const asked = formats.flatMap((format) => ['--format', format]);
  return (await must([script, ...asked], { limit: 900_000 })).trim().split('\n');
};

/** What Debian's packages bring; none is of Gatehouse or Docker. */
const privileged = {
  setuid: [
    ...['chfn', 'chsh', 'gpasswd', 'mount', 'newgrp', 'passwd', 'su', 'umount'].map((name) => `/usr/bin/${name}`),
    '/usr/lib/dbus-1.0/dbus-daemon-launch-helper',
    '/usr/lib/openssh/ssh-keysign',
  ],
  setgid: ['/usr/bin/chage', '/usr/bin/expiry', '/usr/bin/ssh-agent', '/usr/sbin/unix_chkpwd'],
};

/** What systemd starts of itself that is not Debian's own choice for what is installed. */
const ours = [
  'getty.target.wants/gatehouse-console@tty1.service',
  'getty.target.wants/gatehouse-console@ttyS0.service',
  'multi-user.target.wants/gatehouse-host-keys.service',
  'multi-user.target.wants/gatehouse.service',
  'sysinit.target.wants/gatehouse-reset.service',
  'sysinit.target.wants/gatehouse-way-back.service',
];

describeWith(machineNeeds, 'the image', () => {
  let raw = '';
  let qcow2 = '';
  let ova = '';
  let vhd = '';
  let disk: FileSystem;
  let entries: Entry[] = [];

  beforeAll(async () => {
    [raw = '', qcow2 = '', ova = '', vhd = ''] = await make('raw', 'qcow2', 'ova', 'vhd');
    disk = await FileSystem.of(raw);
    entries = await disk.entries();
  }, 900_000);

  const files = () => entries.filter((entry) => isKind(entry, kinds.file));
  const paths = (chosen: Entry[]) => chosen.map(({ path }) => path).sort();

  test('is small, and at hand at once when nothing has changed', async () => {
    expect(statSync(qcow2).size).toBeLessThan(300e6);
    const began = performance.now();
    expect(await make('qcow2')).toEqual([qcow2]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('has nothing that everybody may write to, but folders for all as Debian has them', () => {
    const writable = entries.filter((entry) => !isKind(entry, kinds.link) && entry.mode & 0o002);
    expect(paths(writable)).toEqual(['/tmp', '/var/tmp']);
    for (const { mode } of writable) expect(mode & 0o7777).toBe(0o1777);
  });

  test('has no program that gives rights but those of Debian', () => {
    expect(paths(files().filter(({ mode }) => mode & 0o4000))).toEqual(privileged.setuid.sort());
    expect(paths(files().filter(({ mode }) => mode & 0o2000))).toEqual(privileged.setgid.sort());
    expect(files().filter(({ mode, uid }) => mode & 0o4000 && uid !== 0)).toEqual([]);
  });

  test('has no file of another owner in what belongs to the system', () => {
    const system = entries.filter(({ path }) => /^\/(usr|boot|etc)\//.test(path));
    expect(system.filter(({ uid }) => uid !== 0)).toEqual([]);
  });

  test('has no identity yet: no machine-id, no host keys, no seed', async () => {
    expect(await disk.text('/etc/machine-id')).toBe('');
    expect(
      paths(
        entries.filter(({ path }) =>
          /ssh_host_|lib\/systemd\/(random-seed|credential\.secret)$|dbus\/machine-id/.test(path),
        ),
      ),
    ).toEqual([]);
    expect(paths(entries.filter(({ path }) => /^\/var\/(lib\/gatehouse|diagnostics)\//.test(path)))).toEqual([]);
    expect(paths(files().filter(({ path }) => path.startsWith('/var/log/')))).toEqual([]);
  });

  test('has no password, no key that lets in, and no secret', async () => {
    const hashes = (await disk.text('/etc/shadow'))
      .trim()
      .split('\n')
      .map((line) => line.split(':')[1]);
    expect(hashes.length).toBeGreaterThan(20);
    expect([...new Set(hashes)].filter((hash) => !/^(\*|!\*?|!!)$/.test(hash ?? ''))).toEqual([]);
    expect(paths(entries.filter(({ path }) => /authorized_keys|\.netrc|auth\.conf$|_history$/.test(path)))).toEqual([]);
    const texts = files().filter(({ path }) => /^\/(etc|root|home|boot\/grub|var\/(?!lib\/dpkg\/info))\//.test(path));
    const small = texts.filter(({ size }) => size > 0 && size < 1e6).map(({ path }) => path);
    const found = (await disk.texts(small)).map((text, at) => ({ path: small[at], text }));
    expect(found.filter(({ text }) => /PRIVATE KEY|AGE-SECRET-KEY/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('starts the console on the screen and on the serial line, and no SSH until it is asked for', async () => {
    const wanted = entries.map(({ path }) => /^\/etc\/systemd\/system\/(.*\.(?:wants|requires)\/.*)$/.exec(path)?.[1]);
    const enabled = wanted.filter((one) => one !== undefined);
    expect(enabled).toEqual(expect.arrayContaining(ours));
    expect(enabled.filter((one) => /ssh|apt-daily-upgrade/.test(one))).toEqual([]);
    expect(await disk.target('/etc/systemd/system/ctrl-alt-del.target')).toBe('/dev/null');
  });

  test('is made as an OVA whose parts are whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ova-'));
    try {
      const names = (await must(['tar', '--list', '--file', ova])).trim().split('\n');
      expect(names).toEqual(['gatehouse.ovf', 'gatehouse.mf', 'gatehouse-disk1.vmdk']);
      await must(['tar', '--extract', '--file', ova, '--directory', folder]);
      const sum = (name: string) =>
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex');
      expect(readFileSync(join(folder, 'gatehouse.mf'), 'utf8')).toBe(
        `SHA256(gatehouse.ovf)= ${sum('gatehouse.ovf')}\nSHA256(gatehouse-disk1.vmdk)= ${sum('gatehouse-disk1.vmdk')}\n`,
      );
      const vmdk = join(folder, 'gatehouse-disk1.vmdk');
      const info = JSON.parse(await must(['qemu-img', 'info', '--output', 'json', vmdk]));
      expect(readFileSync(vmdk).subarray(512, 1024).toString('latin1')).toMatch(/\nCID=6b2a7e52\nparentCID=f{8}\n/);
      const description = readFileSync(join(folder, 'gatehouse.ovf'), 'utf8');
      expect(description).toContain(`ovf:capacity="${info['virtual-size']}"`);
      expect(description).toContain(`ovf:size="${statSync(vmdk).size}"`);
      // The same disk as the qcow2, byte by byte.
      await must(['qemu-img', 'compare', '-f', 'vmdk', '-F', 'qcow2', vmdk, qcow2], { limit: 120_000 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 300_000);

  test('is made as a VHD of whole MiB, as Azure wants it', async () => {
    const info = JSON.parse(await must(['qemu-img', 'info', '--output', 'json', '-f', 'vpc', vhd]));
    expect(info['virtual-size'] % (1 << 20)).toBe(0);
    expect(statSync(vhd).size).toBe(info['virtual-size'] + 512);
    await must(['qemu-img', 'compare', '-f', 'vpc', '-F', 'raw', vhd, raw], { limit: 120_000 });
  }, 120_000);
});

const secondDisk = 268_435_456_000;
const seed = `network:
  eth0: { method: static, address: 10.77.0.9/24, gateway: 10.77.0.1 }
dns: { servers: [10.77.0.1] }
time: { zone: Asia/Tokyo }
`;

const uefiNeeds = { ...machineNeeds, programs: [...machineNeeds.programs, 'genisoimage'] };
describeWith(uefiNeeds, 'the image, booted by UEFI with a second disk and a disc of cloud-init', () => {
  let folder = '';
  let machine: Machine | undefined;
  const inside = (command: string) => machine?.shell(command) ?? Promise.reject(new Error('There is no machine.'));

  const answers = async (argv: string[]) => {
    const { stdout, exitCode } = (await machine?.run(argv, { limit: 250_000 })) ?? { stdout: '', exitCode: -1 };
    return exitCode === 0 || stdout.startsWith('degraded');
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-disks-'));
    const second = join(folder, 'second.raw');
    writeFileSync(second, '');
    truncateSync(second, secondDisk);
    const disc = join(folder, 'seed.iso');
    await seedDisk(disc, 'iso9660', 'CIDATA', { 'gatehouse.yaml': seed, 'user-data': '', 'meta-data': '' });
    machine = await Machine.make({ uefi: true, disks: [second], discs: [disc] });
    // Which name DNS is tested by, where no platform is set.
    await machine.serveNames({ 'debian.pool.ntp.org': '10.77.0.1' });
    await machine.powerOn();
    await machine.reachable(600_000);
    await machine.serial.waitFor(/< (OK|Next) >/, 250_000);
    // All that opens ports or makes keys has begun.
    await until('systemd to have started all', () => answers(['systemctl', 'is-system-running', '--wait']), 250_000);
    await until('the service', () => answers(['gatehouse', 'status']), 250_000);
  }, 1_200_000);
  afterAll(async () => {
    await machine?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows the console on the screen as well, and nothing of its start over it', async () => {
    expect(await inside('ls /sys/firmware/efi')).toContain('systab');
    expect(await inside('cat /proc/fb')).toContain('EFI VGA');
    const screen = () => inside('cat /dev/vcs1');
    await until('the console on the screen', async () => /ENTER to confirm/.test(await screen()), 100_000);
    const shown = await screen();
    expect(shown).toMatch(/Gatehouse/);
    expect(shown).not.toMatch(/\[ +\d+\.\d{6}\]|systemd|ext4|fsck|clean/i);
  });

  test('has grown to the end of its disk, and is somebody now', async () => {
    const [size = ''] = (await inside('df --output=size --block-size=1 / | tail -n 1')).trim().split('\n');
    expect(Number(size)).toBeGreaterThan(31e9);
    expect(await inside('cat /etc/machine-id')).toMatch(/^[0-9a-f]{32}\n$/);
    expect(await inside('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).toContain('ED25519');
  });

  test('tells of its second disk', async () => {
    const info = JSON.parse(await inside('gatehouse info --json'));
    expect(info.disk2.value).toMatchObject({ device: 'vdb', size: secondDisk });
    expect(info.buildVersion.value).toMatch(/^gatehouse \d+\.\d+/);
  });

  test('is set up by the file on the disc labelled CIDATA', async () => {
    const address = async () => (await inside('ip -4 -brief address show eth0')).includes('10.77.0.9/24');
    await until('the address of the file', address, 250_000);
    const zoned = async () => (await inside('timedatectl show -p Timezone --value')).trim() === 'Asia/Tokyo';
    await until('the zone of the file', zoned, 100_000);
    await machine?.serial.waitFor('10.77.0.9', 100_000);
  }, 500_000);

  test('opens no port to others', async () => {
    let open: string[] = [];
    const none = async () => {
      const listening = (await inside("ss -Hlntu | awk '{print $1, $5}'")).trim().split('\n').filter(Boolean);
      const others = listening.filter((one) => !/ (127\.\d+\.\d+\.\d+|\[::1\])(%lo)?:\d+$/.test(one));
      // Where answers of DHCP servers come in.
      open = others.filter((one) => !/^udp \S+:(68|546)$/.test(one));
      return open.length === 0;
    };
    // Whoever asks a name or the time has a port while the answer is out.
    await until('the ports of questions to close', none, 60_000, () => open.join(', '));
  }, 120_000);
});
