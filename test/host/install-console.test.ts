/** The installed console on a terminal of the machine, in place of the getty: as a unit of systemd's, in its sandbox. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import type { Pty } from '../terminal/pty.ts';
import { InstallHost, installNeeds } from './install-host.ts';
import { until } from './machine.ts';

describeWith(installNeeds, 'the installed console on a terminal of the machine', () => {
  let machine: InstallHost;
  let line: Pty;
  let terminal: string;
  let unit: string;
  beforeAll(async () => {
    machine = await InstallHost.boot('bookworm');
    await machine.install();
    await until('the service to answer', () => machine.answers());
    line = machine.line();
    terminal = await until('the terminal', () => /pts-\d+/.exec(line.raw)?.[0]);
    unit = `gatehouse-console@${terminal}.service`;
  }, 900_000);
  afterAll(() => machine?.end());

  const root = (command: string) => machine.root(command);
  const state = async (property: string) =>
    (await root(`systemctl show --value --property=${property} ${unit}`)).trim();
  const node = async () =>
    (await root(`pgrep -u gatehouse-console -x node || pgrep -u gatehouse-console -f main.cjs`)).trim();
  const menu = 'appliance - 10.77.0.2';

  test('taken, it shows the console, which speaks to the service and nothing else', async () => {
    await root(`/usr/lib/gatehouse/consoles take ${terminal}`);
    await line.waitFor(menu, 30_000);
    const pid = await node();
    expect(await root(`stat -c %U:%G /proc/${pid}`)).toBe('gatehouse-console:gatehouse\n');
    // No network of the machine, no capability, no other's process.
    expect(await root(`nsenter -t ${pid} -n ip -brief link | cut -d' ' -f1`)).toBe('lo\n');
    expect(await root(`grep CapBnd /proc/${pid}/status`)).toMatch(/0{16}$/m);
  });

  test('systemd and the kernel keep off it', async () => {
    expect(await root('journalctl --no-pager _PID=1')).toContain('Received SIGRTMIN+21');
  });

  test('killed, it says why on the screen, and is there again', async () => {
    const pid = await node();
    await root(`kill -9 ${pid}`);
    await line.waitFor(`The console on ${terminal.replace('-', '/')} ended`, 15_000);
    expect(line.text()).toMatch(/killed, or out of memory \(code 137\)/);
    await line.waitFor(menu, 30_000);
    expect(await node()).not.toBe(pid);
  });

  test('replaced by another version, it begins anew by itself', async () => {
    const pid = await state('MainPID');
    await machine.install('0.1.0+next');
    await until('another console', async () => !['0', pid].includes(await state('MainPID')));
    await line.waitFor(menu, 30_000);
  });

  test('enabled: it has the names of the getty, so that nothing else takes the terminal at the next boot', async () => {
    expect(await root(`systemctl show --value --property=Id getty@${terminal}.service`)).toBe(`${unit}\n`);
    expect(await root(`systemctl is-enabled ${unit}`)).toBe('enabled\n');
  });

  test('given back, or removed: the getty is the getty again, and no link is left', async () => {
    await root('/usr/lib/gatehouse/consoles give-back');
    await until('the console to end', async () => (await state('ActiveState')) === 'inactive');
    expect(await root(`systemctl show --value --property=Id getty@${terminal}.service`)).toBe(
      `getty@${terminal}.service\n`,
    );
    await root(`systemctl stop serial-getty@${terminal}; /usr/lib/gatehouse/consoles take ${terminal}`);
    await machine.apt('purge', 'gatehouse');
    expect(await root("find /etc/systemd -name '*gatehouse*' -o -lname '*gatehouse*'")).toBe('');
  });
});
