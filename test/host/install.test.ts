/** The package on a plain Debian: put in, used, replaced while it is used, taken out without remains, put in again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import type { Pty } from '../terminal/pty.ts';
import { InstallHost, installNeeds } from './install-host.ts';
import { until } from './machine.ts';

/** Another one: GATEHOUSE_TEST_SUITE=trixie scripts/test test/host/install */
const suite = process.env.GATEHOUSE_TEST_SUITE === 'trixie' ? 'trixie' : 'bookworm';

describeWith(installNeeds, `installed on a plain Debian (${suite})`, () => {
  let machine: InstallHost;
  let before: Awaited<ReturnType<InstallHost['traces']>>;
  beforeAll(async () => {
    machine = await InstallHost.boot(suite);
    before = await machine.traces();
  }, 900_000);
  afterAll(() => machine?.end());

  const root = (command: string) => machine.root(command);
  const state = async (unit: string, property: string) =>
    (await root(`systemctl show --value --property=${property} ${unit}`)).trim();

  test('apt-get takes the package with what is there, and the service runs on the Node that it brings', async () => {
    expect(await root('command -v node || echo none')).toBe('none\n');
    await machine.install();
    expect(await state('gatehouse.service', 'ActiveState')).toBe('active');
    await until('the service to answer', () => machine.answers());
    const pid = await state('gatehouse.service', 'MainPID');
    expect(await root(`readlink /proc/${pid}/exe`)).toBe('/usr/lib/gatehouse/node\n');
    expect(await root('dpkg --verify gatehouse && systemctl --failed --plain --no-legend')).toBe('');
  });

  test('the units of the early boot are enabled, and the terminals keep their getty', async () => {
    const enabled = (unit: string) => root(`systemctl is-enabled ${unit} || true`);
    for (const unit of ['gatehouse', 'gatehouse-way-back', 'gatehouse-reset'])
      expect(await enabled(`${unit}.service`)).toBe('enabled\n');
    expect(await enabled('gatehouse-console@tty1.service')).toBe('disabled\n');
    expect(await state('getty@tty1.service', 'FragmentPath')).toMatch(/\/getty@\.service$/);
  });

  test.each([
    ['gatehouse.service', 4],
    ['gatehouse-console@tty1.service', 2],
  ])('systemd-analyze security of %s: at most %d', async (unit, most) => {
    const table = await root(`systemd-analyze security --no-pager --offline=false ${unit} | tail -n 1`);
    const [, exposure] = /: (\d+\.\d)/.exec(table) ?? [];
    expect(Number(exposure)).toBeGreaterThan(0);
    expect(Number(exposure)).toBeLessThanOrEqual(most);
  });

  test('the operator has no password, Gatehouse for a shell, and no port forwarding', async () => {
    expect(await root('getent passwd operator')).toMatch(/:\/home\/operator:\/usr\/bin\/gatehouse$/m);
    expect(await root('getent shadow operator')).toMatch(/^operator:!/);
    // With it there, su would give whoever knows the password another shell.
    expect(await root('grep gatehouse /etc/shells || echo none')).toBe('none\n');
    expect(await root('sshd -T -C user=operator,host=x,addr=1.2.3.4')).toContain('disableforwarding yes');
    expect(await root('stat -c "%U:%G %a" /home/operator /var/diagnostics')).toBe(
      'operator:gatehouse 700\nroot:root 750\n',
    );
  });

  let console: Pty;
  test('who logs in as operator by SSH has the console, and no shell', async () => {
    await machine.letIn();
    console = machine.ssh();
    await console.waitFor('appliance – 10.77.0.2');
    const refused = await machine.asked('id');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout).toBe('');
    expect((await machine.asked('status --json')).exitCode).toBe(0);
  });

  test('replaced by another version while that console is open: it goes on, and nothing that was set is lost', async () => {
    await root('gatehouse hosts add kept.example=192.0.2.9');
    await root("echo '# by the owner' >>/etc/ssh/sshd_config.d/gatehouse.conf");
    await root('systemctl disable --quiet gatehouse-way-back.service');
    const pid = await state('gatehouse.service', 'MainPID');
    await machine.install('0.1.0+next');
    expect(await root('dpkg-query --show gatehouse')).toBe('gatehouse\t0.1.0+next\n');
    expect(await state('gatehouse.service', 'MainPID')).not.toBe(pid);
    await until('the service to answer', () => machine.answers());
    expect(console.ended).toBeUndefined();
    await console.waitFor('appliance – 10.77.0.2');
    console.send('\x03');
    expect(await root('gatehouse hosts list')).toContain('kept.example');
    expect(await root('cat /etc/ssh/sshd_config.d/gatehouse.conf')).toContain('# by the owner');
    expect(await root('systemctl is-enabled gatehouse-way-back.service || true')).toBe('disabled\n');
    await root('systemctl enable --quiet gatehouse-way-back.service');
  });

  test('after a power cut it is all there again', async () => {
    await console.kill();
    await machine.host.powerCut();
    await machine.host.boot();
    await until('the service to answer', () => machine.answers());
    expect(await root('gatehouse hosts list')).toContain('kept.example');
  });

  test('removed: no unit or program of it is left, and what was set is kept for the next time', async () => {
    await root('gatehouse hosts remove kept.example');
    await machine.apt('remove', 'gatehouse');
    expect(await root('systemctl list-units --all --state=loaded --plain --no-legend "gatehouse*"')).toBe('');
    expect(await root('ls /usr/bin/gatehouse /usr/lib/gatehouse 2>&1 || true')).not.toContain('main.cjs');
    expect(await root('ls /var/lib/gatehouse')).toContain('settings');
  });

  test('put in again and purged: files, accounts, groups and links are as they were before', async () => {
    await machine.install();
    await until('the service to answer', () => machine.answers());
    await machine.apt('purge', 'gatehouse');
    expect(await machine.traces()).toEqual(before);
  });
});
