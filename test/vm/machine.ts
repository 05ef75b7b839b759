/**
 * The appliance as a virtual machine in QEMU, from its first power on: its serial console, its VGA console, its
 * keyboard, its power, and a neighbour on its cable. Everything of it ends with the test's process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Neighbour } from '../host/machine/neighbour.ts';
import { type Answer, type AskOptions, kill, must, start } from '../host/machine/programs.ts';
import { Pty } from '../terminal/pty.ts';
import { argumentsFor, type MachineOptions } from './machine/arguments.ts';
import { bootedFolder, copy, keep } from './machine/booted.ts';
import { imageWithWayIn, newRun, overlay } from './machine/disk.ts';
import { Inside } from './machine/inside.ts';
import { Qmp } from './machine/qmp.ts';
import { until } from './machine/until.ts';
import { Vga } from './machine/vga.ts';

export type { MachineOptions } from './machine/arguments.ts';
export { until } from './machine/until.ts';

/** For describeWith: where one of these lacks, the tests are left out, and say which. */
export const machineNeeds = {
  root: true,
  programs: [
    ...['qemu-system-x86_64', 'qemu-img', 'debootstrap', 'sfdisk', 'debugfs', 'mkfs.vfat', 'mcopy', 'grub-mkimage'],
    ...['ip', 'nsenter', 'setpriv', 'unshare', 'dnsmasq', 'ping'],
  ],
  paths: ['/dev/net/tun'],
};

const network = { neighbour: '10.77.0.1', prefix: 24, machine: '10.77.0.50' };

/** What a terminal answers to: where its cursor is, whether it is well, what it is. */
const queries = ['\x1b[6n', '\x1b[5n', '\x1b[c', '\x1b[0c', '\x1b[>c'];

export class Machine {
  readonly vga: Vga;
  private qemu: ChildProcess | undefined;
  private qmp: Qmp | undefined;
  private way: Inside | undefined;
  private line: Pty | undefined;
  private names: ChildProcess | undefined;
  private said = '';

  private constructor(
    /** Of its own, removed at its end. */
    readonly folder: string,
    readonly neighbour: Neighbour,
    readonly options: MachineOptions,
  ) {
    this.vga = new Vga(() => this.control(), folder);
  }

  /** Made, and off. `options.image`: that disk as it is; else the appliance's, with a way in for `run`. */
  static async make(options: MachineOptions = {}): Promise<Machine> {
    const disk = options.image ?? (await imageWithWayIn());
    const neighbour = await Neighbour.begin(network.neighbour, network.prefix);
    // As a machine knows it that was booted before, and wakes from a snapshot.
    await must(neighbour.enter(['ip', 'link', 'set', 'lan', 'address', '52:54:00:67:67:01']));
    const machine = new Machine(newRun(), neighbour, options);
    await overlay(disk, machine.disk, options.size);
    return machine;
  }

  /** The file of its disk, qcow2. */
  get disk(): string {
    return join(this.folder, 'disk.qcow2');
  }

  /** Its serial console: the cable stays in as long as it is on. */
  get serial(): Pty {
    if (!this.line) throw new Error('The machine is off.');
    return this.line;
  }

  get pid(): number {
    return this.qemu?.pid ?? 0;
  }

  /** QEMU's own control of it. */
  control(): Qmp {
    if (!this.qmp) throw new Error('The machine is off.');
    return this.qmp;
  }

  /**
   * Booted from an earlier one's snapshot, in a second or two: at the first steps on both consoles, with the service up
   * and an address from the neighbour, which knows those names. The first of all boots, and leaves the snapshot in the
   * cache.
   */
  static async booted(options: MachineOptions = {}, names: Record<string, string> = {}): Promise<Machine> {
    const kept = await bootedFolder(options);
    const machine = await Machine.make(options);
    try {
      await machine.serveNames(names);
      if (existsSync(kept)) {
        await copy(kept, machine.folder);
        await machine.powerOn('booted');
        await machine.setClock();
        // What it learnt of the neighbour's DNS before is not so any more.
        await machine.shell('resolvectl flush-caches; resolvectl reset-server-features');
      } else {
        await machine.powerOn();
        await machine.up();
        await machine.keep();
      }
    } catch (error) {
      await machine.end();
      throw error;
    }
    return machine;
  }

  /** Leaves a snapshot of it to all that begin with `booted`: up for the first time, and nothing done with it yet. */
  async keep(): Promise<void> {
    const kept = await bootedFolder(this.options);
    if (existsSync(kept)) return;
    await this.save('booted');
    await this.control().ask('stop');
    await keep(this.folder, kept);
    await this.control().ask('cont');
  }

  /** DNS for those names, and the address 10.77.0.50 by DHCP, at the neighbour. It knows no other names. */
  async serveNames(names: Record<string, string> = {}): Promise<void> {
    if (this.names) await kill(this.names);
    this.names = start(this.neighbour.enter(['dnsmasq', ...namesAndAddresses(names)]));
    const listens = async () => (await this.neighbour.run(['ss', '-Hlnu'])).stdout.includes(':53 ');
    await until('DNS at the neighbour', listens);
  }

  /**
   * Waits until it is up after being switched on: a service, an address, and on both consoles what `shows` says.
   * Default: the first steps of a new appliance.
   */
  async up(shows: string | RegExp = 'First steps: Password', limit = 300_000): Promise<void> {
    // The line tells by itself; every look costs the machine something.
    await this.serial.waitFor(shows, limit);
    await this.vga.waitFor(shows, limit);
    await this.reachable(limit);
    const status = () => this.run(['gatehouse', 'status'], { limit: 30_000 }).catch(() => undefined);
    await until(
      'the service',
      async () => (await status())?.exitCode === 0,
      limit,
      () => this.serial.text(),
    );
    const address = async () => (await this.shell('ip -4 -brief address')).includes(network.machine);
    if (this.options.interfaces !== 0) await until('its address', address, limit);
    const settled = async () => /^(running|degraded)/.test((await this.run(['systemctl', 'is-system-running'])).stdout);
    await until('systemd to have started all', settled, limit);
  }

  /** Switches it on: from its firmware, or as it was when that snapshot was taken. */
  async powerOn(snapshot?: string): Promise<void> {
    if (this.qemu) throw new Error('The machine is on already.');
    const argv = ['qemu-system-x86_64', ...argumentsFor(this.folder, this.options), '-S'];
    const all = this.neighbour.enter([...argv, ...(snapshot ? ['-loadvm', snapshot] : [])]);
    this.said = '';
    this.qemu = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...all], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.qemu.stderr?.on('data', (data) => (this.said += data));
    await this.connect();
    for (const name of this.cables())
      await must(this.neighbour.enter(['ip', 'link', 'set', name, 'master', 'lan', 'up']));
    if (snapshot) this.show(snapshot);
    await this.control().ask('cont');
  }

  private async connect(): Promise<void> {
    const alive = () => {
      if (this.qemu?.exitCode !== null) throw new Error(`QEMU ended: ${this.said}`);
      return true;
    };
    const sockets = ['qmp', 'serial', 'inside'].map((name) => join(this.folder, name));
    await until(
      'QEMU',
      () => alive() && sockets.every((socket) => existsSync(socket)),
      20_000,
      () => this.said,
    );
    const [qmp = '', serial = '', inside = ''] = sockets;
    this.qmp = await Qmp.open(qmp);
    const cable = fileURLToPath(new URL('machine/line.mjs', import.meta.url));
    this.line = new Pty(process.execPath, [cable, serial], { term: 'vt220' });
    this.way = await Inside.open(inside);
    await until('the serial cable', async () => {
      const ports = await this.control().ask<{ label: string; filename: string }[]>('query-chardev');
      return ports.some(({ label, filename }) => label === 'serial' && !filename.startsWith('disconnected'));
    });
  }

  /** Names of the ends of its cables at the neighbour. */
  private cables(): string[] {
    return Array.from({ length: this.options.interfaces ?? 1 }, (_, at) => `lan${at}`);
  }

  /** Keeps all of it as it is now: memory, disk, and what its serial terminal shows. It goes on. */
  async save(snapshot: string): Promise<void> {
    await this.control().monitor(`savevm ${snapshot}`);
    writeFileSync(join(this.folder, `${snapshot}.serial`), Buffer.from(this.serial.raw, 'latin1'));
  }

  /** As it was then, but for the time of day, which goes on. */
  async load(snapshot: string): Promise<void> {
    await this.control().monitor(`loadvm ${snapshot}`);
    this.show(snapshot);
    await this.setClock();
  }

  /** What the terminal on its serial line showed then; it does not answer once more to what it was asked. */
  private show(snapshot: string): void {
    const shown = readFileSync(join(this.folder, `${snapshot}.serial`));
    this.serial.emulator.reset();
    const text = queries.reduce((all, query) => all.replaceAll(query, ''), shown.toString('latin1'));
    this.serial.emulator.write(Buffer.from(text, 'latin1'));
    this.serial.raw = shown.toString('latin1');
  }

  /** The right time, for a machine that was asleep in a snapshot. */
  async setClock(): Promise<void> {
    await this.must(['date', '--utc', '--set', `@${(Date.now() / 1000).toFixed(3)}`]);
  }

  /** Runs a program inside, as root, to its end; not on an image of its own. */
  run(argv: readonly string[], { limit = 60_000 }: AskOptions = {}): Promise<Answer> {
    if (!this.way) throw new Error('The machine is off.');
    return this.way.run(argv, limit);
  }

  /** As `run`, for what has to succeed. Gives what it wrote. */
  async must(argv: readonly string[], options?: AskOptions): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run(argv, options);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${exitCode}\n${stderr || stdout}`);
    return stdout;
  }

  /** A shell command inside, as root. */
  shell(command: string, options?: AskOptions): Promise<string> {
    return this.must(['sh', '-c', command], options);
  }

  /** Copies a file into it, from the neighbour's web server: through `run` it would take a minute for 40 MB. */
  async put(file: string, to: string): Promise<void> {
    const at = `${network.neighbour}:8099`;
    const server = start(this.neighbour.enter(['busybox', 'httpd', '-f', '-p', at, '-h', dirname(file)]));
    try {
      const listens = async () => (await this.neighbour.run(['ss', '-Hlnt'])).stdout.includes(`${at} `);
      await until('the web server at the neighbour', listens);
      const fetched = ['/usr/lib/apt/apt-helper', 'download-file', `http://${at}/${basename(file)}`, to];
      await this.must(fetched, { limit: 240_000 });
    } finally {
      await kill(server);
    }
  }

  /** Waits until commands can be run inside. */
  async reachable(limit = 120_000): Promise<void> {
    const answers = () =>
      this.run(['true'], { limit: 3_000 }).then(
        () => true,
        () => false,
      );
    await until('the way in', answers, limit, () => this.serial.text());
  }

  /** Its reset button. What the terminals show after it is new. */
  async reset(): Promise<void> {
    await this.control().ask('system_reset');
    this.serial.emulator.reset();
    this.serial.raw = '';
  }

  /** Its power goes: nothing of it does anything any more. With `durable`, what it had not written through is lost. */
  async powerCut(): Promise<void> {
    this.qmp?.close();
    this.way?.close();
    if (this.qemu) await kill(this.qemu);
    await this.line?.kill();
    for (const name of ['qmp', 'serial', 'inside']) rmSync(join(this.folder, name), { force: true });
    this.qemu = this.qmp = this.way = this.line = undefined;
  }

  /** How often it has begun anew since it was switched on: by its reset button, or by itself. */
  get restarts(): number {
    return this.control().events.filter(({ event }) => event === 'RESET').length;
  }

  /** Pulls the cable of an interface, or puts it back. */
  async cable(at: number, into: boolean): Promise<void> {
    await this.control().ask('set_link', { name: `nic${at}`, up: into });
  }

  async end(): Promise<void> {
    await this.powerCut();
    if (this.names) await kill(this.names);
    await this.neighbour.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function namesAndAddresses(names: Record<string, string>): string[] {
  return [
    ...'--no-daemon --conf-file=/dev/null --user=root --interface=lan --bind-interfaces --no-resolv --no-hosts'.split(
      ' ',
    ),
    ...'--local-ttl=1 --dhcp-leasefile=/dev/null --dhcp-authoritative --dhcp-range=10.77.0.50,10.77.0.60'.split(' '),
    // One name on each interface's network card, counted from 50.
    ...Array.from({ length: 4 }, (_, at) => `--dhcp-host=52:54:00:67:68:0${at},10.77.0.${50 + at}`),
    ...Object.entries(names).map(([name, to]) => `--address=/${name}/${to}`),
    '--address=/#/',
  ];
}
