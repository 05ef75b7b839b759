/** From power on to a console that can be used, on serial line and VGA; how long it takes, and what all of it needs then. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { Machine, machineNeeds } from './machine.ts';

/** Milliseconds. Of an emulated processor on a machine that others use, too. */
const limit = 300_000;

describeWith(machineNeeds, 'an appliance that is switched on', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.make();
    await machine.serveNames();
  }, 900_000);
  afterAll(() => machine?.end());

  test('shows its first steps on the serial line and on the screen', { timeout: limit }, async () => {
    const start = performance.now();
    await machine.powerOn();
    const seconds = () => (performance.now() - start) / 1000;
    const shown = 'First steps: Password';
    const [serial, vga] = await Promise.all([
      machine.serial.waitFor(shown, limit).then(seconds),
      machine.vga.waitFor(shown, limit).then(seconds),
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
  });

  test('has no message of kernel or systemd on its screen, and nothing that failed', { timeout: limit }, async () => {
    const screen = await machine.vga.screen();
    expect(screen[0]).toMatch(/^ Gatehouse /);
    expect(screen.at(-1)).toMatch(/^ gatehouse - 10\.77\.0\.50 {3}not registered/);
    expect(await machine.shell('systemctl --failed --no-legend')).toBe('');
  });

  test('needs at most 60 MB for a console and 80 MB for the service, and rests', { timeout: limit }, async () => {
    const before = await needs(machine);
    await machine.shell('sleep 30');
    const after = await needs(machine);
    const told = Object.entries(after).map(
      ([unit, { megabytes, ticks }]) =>
        `${unit} ${megabytes.toFixed(1)} MB, ${(ticks - (before[unit]?.ticks ?? 0)) * 10} ms`,
    );
    console.info(`Memory (PSS), and processor time in 30 s: ${told.join('; ')}.`);
    for (const [unit, { megabytes }] of Object.entries(after))
      expect(megabytes, unit).toBeLessThan(unit === 'gatehouse' ? 80 : 60);
  });
});

/** Of the programs of a unit together: proportional memory (proc(5), smaps_rollup), hundredths of a second (stat). */
async function needs(machine: Machine): Promise<Record<string, { megabytes: number; ticks: number }>> {
  const units = ['gatehouse', 'gatehouse-console@ttyS0', 'gatehouse-console@tty1'];
  const script = `for unit; do for pid in $(cat /sys/fs/cgroup$(systemctl show --value -p ControlGroup "$unit")/cgroup.procs); do
    echo "$unit $(awk '/^Pss:/ { print $2 }' /proc/$pid/smaps_rollup) $(awk '{ print $14 + $15 }' /proc/$pid/stat)"; done; done`;
  const lines = (await machine.must(['sh', '-c', script, 'sh', ...units])).trim().split('\n');
  const sums: Record<string, { megabytes: number; ticks: number }> = {};
  for (const line of lines) {
    const [unit = '', kilobytes, ticks] = line.split(' ');
    const { megabytes, ticks: before } = sums[unit] ?? { megabytes: 0, ticks: 0 };
    sums[unit] = { megabytes: megabytes + Number(kilobytes) / 1024, ticks: before + Number(ticks) };
  }
  return sums;
}
