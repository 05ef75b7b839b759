/**
 * A new appliance's first hour on its serial console at vt220, as an operator lives it: how long it takes from power on and
 * what it needs then, the first steps to registered, a static address, SSH, a capture, a report that is fetched, and the
 * reset that makes it new again.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kill, must } from '../host/machine/programs.ts';
import { describeWith } from '../setup/needs.ts';
import { backToMain, keys } from '../terminal/operator.ts';
import { Pty } from '../terminal/pty.ts';
import { codeFor, names, servePlatform, suffix } from './machine/platform.ts';
import { usageOf } from './machine/usage.ts';
import { Machine, machineNeeds, until } from './machine.ts';

const password = 'gut und lang 42';
const sshOptions = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap((option) => [
  '-o',
  option,
]);
/** An emulated processor is some ten times slower. */
const slow = 90_000;
/** And paints a frame in pieces, with that much between them. */
const quiet = 1500;

const needs = {
  ...machineNeeds,
  programs: [...machineNeeds.programs, 'ssh', 'sftp', 'age', 'age-keygen', 'zstd'],
};

describeWith(needs, 'a new appliance', () => {
  let machine: Machine;
  let platform: ChildProcess;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-walk-'));
    machine = await Machine.make();
    await machine.serveNames(names);
  }, 900_000);
  afterAll(async () => {
    if (platform) await kill(platform);
    await machine?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const type = async (text: string, seen: string | RegExp) => {
    machine.serial.send(text);
    await machine.serial.waitFor(seen, slow);
  };

  /** What it gives when it has been the same for a while: until then a frame may be half painted. */
  const whole = (read: () => string | undefined): Promise<string> => {
    let before: string | undefined;
    const same = () => {
      const now = read();
      const isSame = now !== undefined && now === before;
      before = now;
      return isSame && now;
    };
    return until('a whole frame', same, slow, () => machine.serial.text(), quiet);
  };

  /** A program at the neighbour, in a terminal. */
  const outside = (argv: string[]) => {
    const [first = '', ...rest] = machine.neighbour.enter(argv);
    return new Pty(first, rest, { env: { LANG: 'C.UTF-8' } });
  };

  /** From the main menu, by the letters of its entries. */
  const open = async (...steps: [letter: string, seen: string | RegExp][]) => {
    await backToMain(machine.serial, quiet);
    for (const [letter, seen] of steps) await type(`${letter}${keys.enter}`, seen);
  };

  test('power on: the first steps on the serial line and on the screen', { timeout: 5 * slow }, async () => {
    const start = performance.now();
    await machine.powerOn();
    const seconds = () => (performance.now() - start) / 1000;
    const shown = 'First steps: Password';
    const [serial, vga] = await Promise.all([
      machine.serial.waitFor(shown, 5 * slow).then(seconds),
      machine.vga.waitFor(shown, 5 * slow).then(seconds),
    ]);
    await machine.reachable();
    const since = async (unit: string, stamp: string) =>
      Number(await machine.shell(`systemctl show --value -p ${stamp}TimestampMonotonic ${unit}`)) / 1e6;
    const uptime = Number((await machine.shell('cat /proc/uptime')).split(' ')[0]);
    const firmware = seconds() - uptime;
    const begun = await since('gatehouse', 'ExecMainStart');
    const listens = await since('gatehouse', 'ActiveEnter');
    const ours = Math.max(serial, vga) - firmware - begun;
    console.info(
      `Power on to first steps: serial ${serial.toFixed(1)} s, VGA ${vga.toFixed(1)} s. Firmware and boot loader ` +
        `${firmware.toFixed(1)} s, Debian ${begun.toFixed(1)} s; ours ${ours.toFixed(1)} s, of which the service until it listens ${(listens - begun).toFixed(1)} s.`,
    );
    await machine.up();
    await machine.keep();
  });

  test('it has no message of kernel or systemd on its screen, and nothing that failed', { timeout: slow }, async () => {
    const screen = await machine.vga.screen();
    expect(screen[0]).toMatch(/^ Gatehouse /);
    expect(screen.at(-1)).toMatch(/^ gatehouse - 10\.77\.0\.50 {3}not registered/);
    expect(await machine.shell('systemctl --failed --no-legend')).toBe('');
  });

  test('it needs at most 60 MB for a console and 80 MB for the service, and rests', { timeout: 2 * slow }, async () => {
    const units = ['gatehouse', 'gatehouse-console@ttyS0', 'gatehouse-console@tty1'];
    const before = await usageOf(machine, units);
    const span = 20;
    await machine.shell(`sleep ${span}`);
    const after = await usageOf(machine, units);
    const told = Object.entries(after).map(([unit, { megabytes, seconds }]) => {
      const used = seconds - (before[unit]?.seconds ?? 0);
      return `${unit} ${megabytes.toFixed(1)} MB, ${((100 * used) / span).toFixed(1)} %`;
    });
    console.info(`Memory (PSS), and processor: ${told.join('; ')}.`);
    for (const [unit, { megabytes, seconds }] of Object.entries(after)) {
      expect(megabytes, unit).toBeLessThan(unit === 'gatehouse' ? 80 : 60);
      // Emulated, and with all that it starts.
      expect(seconds - (before[unit]?.seconds ?? 0), unit).toBeLessThan(span * (unit === 'gatehouse' ? 0.5 : 0.02));
    }
  });

  test('first steps: password, suffix and code lead to registered', { timeout: 5 * slow }, async () => {
    const { serial } = machine;
    platform = await servePlatform(machine, folder);
    await type(keys.enter, 'New password again');
    await type(`${password}${keys.tab}${password}${keys.enter}`, 'The password is set.');
    // DHCP has given an address; no time server answers here.
    await type(keys.enter, 'First steps: Time, 3 of 6');
    await type(keys.right + keys.enter, 'First steps: Proxy');
    await type(keys.right + keys.enter, 'First steps: POD Suffix');
    await type(keys.enter, 'type one');
    await type(keys.enter, `repository.${suffix}`);
    await type(keys.enter, 'First steps: Registration');
    const code = await codeFor('North gate', folder);
    await type(keys.enter, 'Enter lookup code');
    await type(code + keys.enter, 'Appliance is registered successfully');
    await type(keys.enter, 'First steps: the result');
    await type(keys.enter, 'Various commands');
    await serial.waitFor(/North gate - 10\.77\.0\.50 {3}registered {3}connected since/, slow);
    await machine.vga.waitFor(/North gate - 10\.77\.0\.50 {3}registered/, slow);
  });

  /** A choice of two, of which the harmless one has the focus. */
  const confirm = keys.left + keys.enter;
  const clear = '\x15';

  test('static address: kept on the console, pinged from outside', { timeout: 5 * slow }, async () => {
    await open(['s', 'System Configuration'], ['n', 'Network Configuration'], ['f', 'Network interface eth0']);
    await type(`c${keys.enter}`, 'Network interface configuration');
    const form = [`${keys.down} `, `${clear}10.77.0.9/24`, `${clear}10.77.0.1`];
    await type(form.join(keys.tab) + keys.enter, 'After applying you have');
    await type(keys.enter, /Keep these settings\?[\s\S]*gateway: passed\./);
    const reply = await machine.neighbour.run(['ping', '-c', '1', '-W', '5', '10.77.0.9']);
    expect(reply.stdout).toContain('1 received');
    await type(`k${keys.enter}`, 'The settings are kept.');
    expect(await machine.shell('networkctl status eth0')).toMatch(/Address: 10\.77\.0\.9\n/);
    // The one that DHCP gave went with it.
    await open(['s', 'System Configuration'], ['n', 'Network Configuration'], ['d', 'Empty means what DHCP gives.']);
    await type(`10.77.0.1${keys.enter}`, 'After applying you have');
    await type(keys.enter, 'Keep these settings?');
    await type(`k${keys.enter}`, 'The settings are kept.');
    await machine.serial.waitFor(/North gate - 10\.77\.0\.9 {3}registered {3}connected/, slow);
  });

  test('SSH: enabled on the console, the operator logs in by password and has the console', {
    timeout: 5 * slow,
  }, async () => {
    const refused = await machine.neighbour.run(['ssh', ...sshOptions, 'operator@10.77.0.9']);
    expect(refused.stderr).toContain('Connection refused');
    await open(['s', 'Enable SSH'], ['e', 'Enable SSH now?']);
    await type(confirm, 'SSH is enabled.');
    const console = outside(['ssh', ...sshOptions, '-tt', 'operator@10.77.0.9']);
    await console.waitFor("operator@10.77.0.9's password:", slow);
    console.send(`${password}\r`);
    await console.waitFor('Various commands', slow);
    await console.waitFor(/North gate – 10\.77\.0\.9 {3}registered/, slow);
    await console.kill();
  });

  test('capture: packets to the platform are recorded', { timeout: 5 * slow }, async () => {
    await open(['d', 'Generate TCP dump'], ['gg', 'None was made yet.']);
    await type(keys.enter, "Towards the platform's 4 hosts, through eth0");
    // A check-in comes every five seconds.
    await type(keys.enter, /Packets +: [1-9]/);
    await type(confirm, /Ended +: stopped/);
    expect(machine.serial.text()).toMatch(/Packets +: [1-9]/);
  });

  test('report: made on the console, fetched by SFTP, opened by support', { timeout: 10 * slow }, async () => {
    const identity = join(folder, 'identity');
    await must(['age-keygen', '-o', identity]);
    const recipient = (await must(['age-keygen', '-y', identity])).trim();
    await machine.shell(`mkdir -p /etc/gatehouse; echo ${recipient} >/etc/gatehouse/support.keys`);
    await open(['d', 'Generate report'], ['g', 'Collect and encrypt a new one']);
    await type(keys.enter, 'What goes into the report');
    await type(keys.enter, 'Generating the report');
    await machine.serial.waitFor('The report is ready', 5 * slow);
    await type(keys.enter, /be fetched\?/);
    await type(confirm, /Password +: \S+/);
    const shown = (pattern: RegExp) => whole(() => pattern.exec(machine.serial.text())?.[1]);
    const once = await shown(/Password +: (\S+)/);
    const port = await shown(/sftp -P (\d+)/);
    const fetching = outside(['sftp', ...sshOptions, '-P', port, `diagnostics@10.77.0.9:*.age`, folder]);
    await fetching.waitFor('password:', slow);
    fetching.send(`${once}\r`);
    expect((await fetching.exited).exitCode).toBe(0);
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.age'));
    const files = await must(['sh', '-c', 'age -d -i "$0" "$1" | zstd -d | tar -t', identity, join(folder, archive)]);
    expect(files).toContain('manifest.json');
    await machine.serial.waitFor('downloaded completely', slow);
    await fetching.kill();
  });

  test('reset: what was set is gone, and both consoles show the first steps again', {
    timeout: 10 * slow,
  }, async () => {
    await open(['c', 'Reset appliance'], ['rrr', 'cannot be undone.']);
    await type(confirm, 'Type reset to go on:');
    await type('reset', 'Type reset to go on: reset');
    await type(keys.enter, 'This appliance is reset');
    const before = machine.restarts;
    await until('the reboot', () => machine.restarts > before, 2 * slow);
    await machine.up();
    expect(await machine.run(['gatehouse', 'registration', 'show', '--json'])).toMatchObject({
      stdout: expect.stringContaining('"registered":false'),
    });
    expect(await machine.shell('getent shadow operator | cut -d: -f2')).not.toContain('$');
    expect(await machine.shell('ls -A /var/diagnostics /var/lib/gatehouse/settings 2>/dev/null || :')).not.toMatch(
      /age|settings\.json/,
    );
  });
});
