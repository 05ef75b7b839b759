/**
 * An appliance with its operators: a booted Debian with Gatehouse installed, consoles in real pseudo terminals and over
 * real SSH, the command line, and a neighbour that serves addresses. For the operator-*.test.ts.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderInterfaces } from '../../src/adapters/network/render.ts';
import type { ChangesState, EndedChange, InterfaceSettings } from '../../src/appliance.ts';
import { boxes, columnwise, keys } from '../terminal/operator.ts';
import { Pty, type PtyOptions } from '../terminal/pty.ts';
import { kill, start } from './machine/programs.ts';
import { bootHost, type Host, until } from './machine.ts';

const first: InterfaceSettings = {
  method: 'static',
  address: '10.77.0.2/24',
  gateway: '10.77.0.1',
  ipv6: { method: 'off' },
};

const top = new URL('../..', import.meta.url).pathname;
export const program = join(top, 'dist/gatehouse');
const wayBack = 'src/service/gatehouse-way-back.service';

/** As an appliance that somebody has set up: eth0 with a fixed address, and a short time to answer. */
function filesFor(window: number): Record<string, string> {
  const settings = { interfaces: { eth0: first }, windowSeconds: window };
  const about = { version: 1, revision: 1, at: '2026-01-01T00:00:00.000Z', by: 'the test', what: 'First set-up' };
  const saved = JSON.stringify({ ...about, settings });
  const rendered = renderInterfaces({ eth0: first }, { dns: true, domains: true });
  return {
    ...Object.fromEntries(rendered.map(({ path, content }) => [path, content ?? ''])),
    // An empty file is masked: ours is the one that counts.
    '/etc/systemd/network/10-eth0.network': '',
    '/var/lib/gatehouse/settings/settings.json': saved,
    '/var/lib/gatehouse/settings/versions/settings.1.json': saved,
    '/etc/systemd/system/sysinit.target.d/gatehouse.conf': '[Unit]\nWants=gatehouse-way-back.service\n',
  };
}

export interface OperatorOptions {
  /** Seconds until a change that nobody answers goes back. */
  window: number;
  files?: Record<string, string>;
  shown?: Record<string, string>;
}

export class OperatorHost {
  /** For files of the neighbour and the operators. */
  readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-operator-'));
  private readonly servers: ChildProcess[] = [];
  private readonly consoles: Pty[] = [];

  private constructor(readonly host: Host) {}

  static async boot({ window, files = {}, shown = {} }: OperatorOptions): Promise<OperatorHost> {
    const host = await bootHost({
      gatehouse: true,
      files: { ...filesFor(window), ...files },
      shown: { '/usr/lib/systemd/system/gatehouse-way-back.service': join(top, wayBack), ...shown },
    });
    const operator = new OperatorHost(host);
    await operator.answers();
    return operator;
  }

  answers(): Promise<unknown> {
    return until('the service to answer', async () => (await this.host.run(['gatehouse', 'status'])).exitCode === 0);
  }

  async end(): Promise<void> {
    for (const console of this.consoles) await console.kill();
    for (const server of this.servers) await kill(server);
    await this.host.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  // ---------------------------------------------------------------- the machine and its neighbour

  /** What a program inside writes. */
  async inside(...argv: string[]): Promise<string> {
    return (await this.host.run(argv, { limit: 60_000 })).stdout;
  }

  async isReachable(address: string): Promise<boolean> {
    return (await this.host.neighbour.run(['ping', '-c1', '-W1', address])).exitCode === 0;
  }

  /** Starts a program on the neighbour, to be ended with all else. */
  serve(argv: readonly string[], output: number | 'ignore' = 'ignore'): ChildProcess {
    const server = start(this.host.neighbour.enter(argv), output);
    this.servers.push(server);
    return server;
  }

  /** dnsmasq on the neighbour's bridge: DHCP with the search domain corp.test, and what else its options say. */
  async serveAddresses(...options: string[]): Promise<void> {
    const usual = [
      '--no-daemon --conf-file=/dev/null --user=root --interface=lan --bind-interfaces --no-resolv --no-hosts --no-ping',
      '--dhcp-range=10.77.0.100,10.77.0.150,255.255.255.0,10m --dhcp-authoritative --dhcp-option=option:domain-search,corp.test',
    ].flatMap((line) => line.split(' '));
    this.serve(['dnsmasq', ...usual, `--dhcp-leasefile=${join(this.folder, 'leases')}`, ...options]);
    await until('the DHCP server', async () => (await this.host.neighbour.run(['ss', '-Hlun'])).stdout.includes(':67'));
  }

  // ---------------------------------------------------------------- the command line

  /** `gatehouse …` as root, with that on its standard input. */
  gatehouse(args: readonly string[], input = ''): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    const [launcher = '', ...rest] = this.host.enter(['gatehouse', ...args]);
    return new Promise((resolve, reject) => {
      const child = spawn(launcher, rest, { stdio: 'pipe', timeout: 90_000 });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (piece) => (stdout += piece));
      child.stderr.on('data', (piece) => (stderr += piece));
      child.on('error', reject);
      child.on('close', (code) => resolve({ stdout, stderr, exitCode: code ?? -1 }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /** The last value that `gatehouse --json …` writes. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout } = await this.gatehouse(['--json', ...args]);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  }

  changes(): Promise<ChangesState> {
    return this.json<ChangesState>('changes', 'show');
  }

  /** How the change ends that waits now. */
  async ended(limit: number): Promise<EndedChange> {
    return until(
      'the change to end',
      async () => {
        const { pending, last } = await this.changes();
        return pending ? undefined : last;
      },
      limit,
    );
  }

  // ---------------------------------------------------------------- consoles

  /** The console at the machine itself, as root. */
  async console(options: PtyOptions = {}): Promise<Console> {
    const pty = this.host.pty(['gatehouse'], { ...options });
    return this.opened(pty);
  }

  /** A user who may use Gatehouse and logs in with a key. */
  async addOperator(): Promise<void> {
    await this.inside('useradd', '-m', '-g', 'operator', '-G', 'gatehouse', '-s', '/bin/sh', 'operator');
  }

  async addKey(): Promise<void> {
    const key = join(this.folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const file = '/home/operator/.ssh/authorized_keys';
    const text = readFileSync(`${key}.pub`, 'utf8').trim();
    const write = `install -d -o operator -g operator -m 700 /home/operator/.ssh; echo '${text}' >${file}; chown operator ${file}`;
    await this.inside('sh', '-c', write);
  }

  /** `ssh` from the neighbour, in a pseudo terminal there. */
  ssh(address: string, command: string): Pty {
    const options = [
      `-i ${join(this.folder, 'key')} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`,
      '-o BatchMode=yes -o ServerAliveInterval=2 -o ServerAliveCountMax=2 -o ConnectTimeout=5 -tt',
    ].flatMap((line) => line.split(' '));
    const [launcher = '', ...args] = this.host.neighbour.enter(['ssh', ...options, `operator@${address}`, command]);
    const pty = new Pty(launcher, args);
    this.consoles.push(pty);
    return pty;
  }

  async sshConsole(address: string): Promise<Console> {
    return this.opened(this.ssh(address, 'gatehouse'));
  }

  private async opened(pty: Pty): Promise<Console> {
    if (!this.consoles.includes(pty)) this.consoles.push(pty);
    await pty.waitFor('Various commands', 15_000);
    return new Console(pty);
  }
}

/** Milliseconds for what the service has to look up or test first; a busy machine takes its time. */
const patience = 30_000;

/** An operator's hands and eyes. */
export class Console {
  constructor(readonly pty: Pty) {}

  get text(): string {
    return this.pty.text();
  }

  /** The screen as one line, without frames: what it says, wherever it is wrapped. */
  get said(): string {
    return this.text.replace(/[^\x21-\x7e]+/g, ' ');
  }

  /** Waits for what the screen says, however it is wrapped. */
  async sees(what: string | RegExp, limit = patience): Promise<void> {
    await this.pty
      .waitFor(() => (typeof what === 'string' ? this.said.includes(what) : what.test(this.said)), limit)
      .catch((error) => {
        throw new Error(`waiting for ${what}: ${error.message}`);
      });
  }

  send(typed: string): void {
    this.pty.send(typed);
  }

  /** Opens entries by their first letters; each shows that text then. */
  async open(...steps: readonly (readonly [letters: string, seen: string])[]): Promise<void> {
    for (const [letters, seen] of steps) {
      this.send(`${letters}\r`);
      await this.sees(seen);
    }
  }

  /** Title of the box that takes the keys. */
  private get innermost(): string {
    return boxes(columnwise(this.pty)).at(-1)?.title ?? '';
  }

  /** Back to the main menu, whatever is open. */
  async home(): Promise<void> {
    const isHome = () => this.innermost === 'Configuration' && this.text.includes('Various commands');
    // A screen that is half painted is none yet: one key too many would ask whether to leave.
    const comesHome = () =>
      this.pty.waitFor(isHome, 500).then(
        () => true,
        () => false,
      );
    while (!(await comesHome())) this.send(keys.back);
  }

  /** Answers "Keep these settings?", which takes no Enter by itself. */
  async answer(what: 'Keep' | 'Go back'): Promise<void> {
    await this.sees('Keep these settings?');
    this.send(what === 'Keep' ? `k\r` : `g\r`);
  }

  /** From the preview to the question, with its tests. */
  async apply(): Promise<void> {
    await this.sees('After applying you have');
    this.send(keys.enter);
  }
}
