/**
 * A real Debian, booted under systemd-nspawn in about a second, with a neighbour on its cable. networkd, resolved,
 * sshd and every unit are real; timesyncd is installed, but refuses to run in a container.
 * Everything of it ends with the test's process, even if that is killed; files are cleared away at the next boot.
 */
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pty, type PtyOptions } from '../terminal/pty.ts';
import { Neighbour } from './machine/neighbour.ts';
import {
  type Answer,
  type AskOptions,
  ask,
  type Followed,
  follow,
  kill,
  must,
  script,
  start,
  until,
} from './machine/programs.ts';
import { debianRoot, newRun, remove, removeLeftOvers } from './machine/root.ts';

export { type Followed, until } from './machine/programs.ts';

/** For describeWith: where one of these lacks, the tests are left out, and say which. */
export const hostNeeds = {
  root: true,
  programs: ['systemd-nspawn', 'debootstrap', 'ip', 'nsenter', 'setpriv', 'unshare', 'flock'],
};

const top = fileURLToPath(new URL('../..', import.meta.url));
const network = { host: '10.77.0.2', neighbour: '10.77.0.1', prefix: 24 };
const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const environment = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];

const staticEth0 = `[Match]
Name=eth0
[Network]
Address=${network.host}/${network.prefix}
Gateway=${network.neighbour}
DNS=${network.neighbour}
DNS=2001:db8::53
`;

export interface HostOptions {
  /** Files written before the first boot: path inside, text. They may replace those that the harness writes. */
  files?: Record<string, string>;
  /** Files or folders of this machine, seen inside read-only: path inside, path here. */
  shown?: Record<string, string>;
  /** Is Gatehouse installed, with its unit enabled? Needs scripts/build. Default: false. */
  gatehouse?: boolean;
  /** Another Debian, with nothing of ours, not even Node (machine/plain-root.ts). Default: one with all we need. */
  plain?: string;
  /** Names of its network interfaces; default eth0. Only eth0 is configured, as 10.77.0.2/24. */
  interfaces?: string[];
}

/** Boots a host; ready when systemd says `running` (or `degraded`) and eth0 has its address. */
export async function bootHost(options: HostOptions = {}): Promise<Host> {
  await removeLeftOvers();
  const root = options.plain ?? (await debianRoot());
  const neighbour = await Neighbour.begin(network.neighbour, network.prefix);
  const host = new Host(root, neighbour, options);
  try {
    await host.boot();
  } catch (error) {
    await host.end();
    throw error;
  }
  return host;
}

export class Host {
  readonly address = network.host;
  private readonly run_ = newRun();
  private readonly shown: Record<string, string>;
  private readonly interfaces: string[];
  private nspawn: ChildProcess | undefined;
  private leader: number | undefined;

  constructor(
    private readonly root: string,
    readonly neighbour: Neighbour,
    { files = {}, shown = {}, gatehouse = false, plain, interfaces = ['eth0'] }: HostOptions,
  ) {
    this.interfaces = interfaces;
    const node = plain === undefined ? { '/usr/bin/node': realpathSync(process.execPath) } : {};
    this.shown = { ...node, ...(gatehouse ? installed() : {}), ...shown };
    this.write({ '/etc/systemd/network/10-eth0.network': staticEth0, ...(gatehouse ? enabling : {}), ...files });
    if (gatehouse) this.link('/usr/bin/gatehouse', '/usr/lib/gatehouse/gatehouse');
  }

  /** Its files that differ from the plain Debian; to be written to only while it is off. */
  get upper(): string {
    return join(this.run_.folder, 'upper');
  }

  /** All that its console showed, of every boot. */
  get console(): string {
    const file = join(this.run_.folder, 'console');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Writes files while it is off; while it runs, `host.run(['tee', …])` and the like do. */
  write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.upper, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
      writeFileSync(file, text);
    }
  }

  private link(path: string, target: string): void {
    const file = join(this.upper, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    symlinkSync(target, file);
  }

  /** Switches it on; its files are as they were when it went off. */
  async boot(): Promise<void> {
    if (this.leader !== undefined) throw new Error('The host runs already.');
    const output = openSync(join(this.run_.folder, 'console'), 'a');
    const launch = [script('launch'), this.run_.name, this.root, this.run_.folder];
    this.nspawn = start([...this.neighbour.enter(apart), ...launch, ...this.arguments()], output);
    closeSync(output);
    const why = () => `Its console:\n${this.console.split('\n').slice(-20).join('\n')}`;
    this.leader = await until('the host to start', () => this.alive() && leaderOf(this.nspawn?.pid), 20_000, why);
    for (const name of this.interfaces) await this.plug(name);
    await until(
      'the host to be up',
      async () => /^(running|degraded)/.test((await this.run(['systemctl', 'is-system-running'])).stdout),
      30_000,
      why,
    );
    await until(
      'its address',
      async () => (await this.run(['ip', '-4', 'addr', 'show', 'dev', 'eth0'])).stdout.includes('inet '),
      15_000,
      why,
    );
  }

  /** Puts an interface's cable into the neighbour's bridge; it is in by itself after `boot`. */
  async plug(name: string): Promise<void> {
    await must(this.neighbour.enter(['ip', 'link', 'set', `lan-${name}`, 'master', 'lan', 'up']));
  }

  /** Pulls the cable of an interface. */
  async unplug(name: string): Promise<void> {
    await must(this.neighbour.enter(['ip', 'link', 'set', `lan-${name}`, 'down']));
  }

  /** The command as it has to be started outside to run inside. `env`: "TERM=vt220". */
  enter(argv: readonly string[], env: readonly string[] = []): string[] {
    if (this.leader === undefined) throw new Error('The host is off.');
    return ['nsenter', '-t', String(this.leader), '-a', '--', ...environment, ...env, ...argv];
  }

  /** Runs a program inside, as root, to its end. */
  run(argv: readonly string[], options?: AskOptions): Promise<Answer> {
    return ask(this.enter(argv), options);
  }

  /** Starts a program inside that tells of itself line by line, until `end` closes its input. */
  follow(argv: readonly string[]): Followed {
    return follow(this.enter(argv));
  }

  /** Runs a program inside in a pseudo terminal of its own, as root; `env` of the options is of no use here. */
  pty(argv: readonly string[], options: PtyOptions = {}): Pty {
    const term = options.term ?? 'xterm-256color';
    const [program = '', ...args] = this.enter(argv, [`TERM=${term}`, 'LANG=C.UTF-8']);
    return new Pty(program, args, { ...options, term });
  }

  /** As if its power were cut: no process inside does anything any more. `boot` switches it on again. */
  async powerCut(): Promise<void> {
    if (this.nspawn === undefined) return;
    // The first process of the host; then all that were started around it.
    if (this.leader !== undefined && this.isRunning()) killNow(this.leader);
    await kill(this.nspawn);
    // It ends as the last of those inside; nobody may be left to wait for it.
    const ended = () => !/^State:\s+[^ZX]/m.test(read(`/proc/${this.leader}/status`));
    await until('its last process to end', ended);
    await this.removeCables();
    this.leader = undefined;
    this.nspawn = undefined;
  }

  /**
   * A new boot needs the names of its cables. The kernel takes them away itself, but only when the last connection is given
   * up that waits for an answer to what it sent: minutes, where the address was changed under it.
   */
  private async removeCables(): Promise<void> {
    const gone = async () => {
      const { stdout } = await this.neighbour.run(['ip', '-o', 'link', 'show', 'type', 'veth']);
      const cables = [...stdout.matchAll(/^\d+: (lan-[^@:]+)/gm)].map(([, name = '']) => name);
      for (const cable of cables) await this.neighbour.run(['ip', 'link', 'delete', cable]);
      return cables.length === 0;
    };
    await until('its cables to go', gone);
  }

  /** Waits until it goes down by itself: how? `boot` switches it on again; a reboot is not followed by itself. */
  async wentDown(limit = 60_000): Promise<'reboot' | 'off'> {
    const { nspawn } = this;
    if (nspawn === undefined) throw new Error('The host is off.');
    const why = () => `Its console:\n${this.console.split('\n').slice(-20).join('\n')}`;
    await until('the host to go down', () => !this.isRunning(), limit, why);
    await this.powerCut();
    // systemd-nspawn(1), --keep-unit: 133 asks whoever started it to start it again.
    return nspawn.exitCode === 133 ? 'reboot' : 'off';
  }

  /** Where its files lie that differ from the plain Debian, or all of them where those cannot be kept apart. */
  get disk(): string {
    const whole = join(this.run_.folder, 'root');
    return existsSync(join(whole, 'usr')) ? whole : this.upper;
  }

  /** What is on its disk now, while it is off. @returns the way to make it that again, as often as wanted */
  async keepDisk(): Promise<() => Promise<void>> {
    const { disk } = this;
    const copy = `${disk}.kept`;
    await must(['cp', '--archive', disk, copy]);
    return async () => {
      await must(['rm', '-rf', disk]);
      await must(['cp', '--archive', copy, disk]);
    };
  }

  /** Off, and nothing left of it. */
  async end(): Promise<void> {
    await this.powerCut();
    await this.neighbour.end();
    await until(
      'its last process to go',
      () =>
        remove([this.run_.name]).then(
          () => true,
          () => false,
        ),
      5_000,
    );
  }

  private isRunning(): boolean {
    const { nspawn } = this;
    return nspawn !== undefined && nspawn.exitCode === null && nspawn.signalCode === null;
  }

  private alive(): boolean {
    if (!this.isRunning()) throw new Error(`The host did not start, or ended by itself. Its console:\n${this.console}`);
    return true;
  }

  private arguments(): string[] {
    const binds = Object.entries(this.shown).map(([inside, here]) => `--bind-ro=${here}:${inside}`);
    const cables = this.interfaces.map((name) => `--network-veth-extra=lan-${name}:${name}`);
    return [...binds, ...cables];
  }
}

function installed(): Record<string, string> {
  const program = join(top, 'dist');
  if (!existsSync(join(program, 'gatehouse'))) throw new Error('No dist/gatehouse: run scripts/build first.');
  return {
    '/usr/lib/gatehouse': program,
    '/usr/lib/systemd/system/gatehouse.service': join(top, 'src/service/gatehouse.service'),
    '/usr/lib/systemd/system/gatehouse-way-back.service': join(top, 'src/service/gatehouse-way-back.service'),
    '/usr/lib/systemd/system/gatehouse-reset.service': join(top, 'src/service/gatehouse-reset.service'),
  };
}

/** What `systemctl enable` would make, as a unit of ours that wants it: no link has to be written from outside. */
const enabling = {
  '/etc/systemd/system/multi-user.target.d/gatehouse.conf': '[Unit]\nWants=gatehouse.service\n',
  '/etc/systemd/system/sysinit.target.d/gatehouse.conf':
    '[Unit]\nWants=gatehouse-way-back.service gatehouse-reset.service\n',
  // Its first steps are gone: the console opens with the menu. An empty file instead makes it a new one.
  '/var/lib/gatehouse/setup.json': '{"finished":true,"passed":[]}\n',
};

/** setpriv became nsenter, that unshare, which forked nspawn, whose child is the host's first process. */
function leaderOf(pid: number | undefined): number | undefined {
  const nspawn = childOf(pid);
  const leader = nspawn && nameOf(nspawn) === 'systemd-nspawn' ? childOf(nspawn) : undefined;
  return leader && nameOf(leader) === 'systemd' ? leader : undefined;
}

/** It may be gone already, as of a host that goes down just now. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function childOf(pid: number | undefined): number | undefined {
  const [first] = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ');
  return first ? Number(first) : undefined;
}

function nameOf(pid: number): string {
  return read(`/proc/${pid}/comm`).trim();
}

/** Empty where the process has gone meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
