/**
 * A booted Debian with Gatehouse installed, and on its neighbour all that registration needs: DNS, the reference
 * platform, a proxy, and addresses behind which things go wrong. For the tests of registration.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PendingChange, ProxyDraft, StepNews } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { type Admin, openAdmin } from '../../src/platform/server/admin.ts';
import type { Faults } from '../../src/platform/server/faults.ts';
import { type Bundle, bundle } from '../terminal/bundle.ts';
import { kill, must, start } from './machine/programs.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

export const registrationNeeds = {
  ...hostNeeds,
  programs: [...hostNeeds.programs, 'dnsmasq', 'squid', 'openssl'],
  paths: ['/usr/lib/squid/basic_ncsa_auth'],
};

export const suffix = 'platform.gatehouse.test';

/** Suffixes whose services lie elsewhere, and where. */
const elsewhere = {
  'refused.test': '10.77.0.1',
  'unreachable.test': '10.98.0.1',
  'dropped.test': '10.99.0.1',
  'misled.test': '10.77.0.5',
  'inspected.test': '10.77.0.6',
};

const address = '10.77.0.5';
const inspector = '10.77.0.6';
const squidPort = 3128;

export interface Told<T> {
  news: StepNews[];
  result: T;
  problem?: Problem;
}

export interface RunningPlatform {
  admin: Admin;
  /** Of its state; for an `openAdmin` with another clock. */
  folder: string;
  ca: string;
  /** Instead of those before; {} none. */
  fault(faults: Faults): Promise<void>;
  stop(): Promise<void>;
}

export class RegistrationHost {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-registration-'));
  private readonly running: ChildProcess[] = [];

  private constructor(
    readonly host: Host,
    private readonly asking: Bundle,
    private readonly serving: Bundle,
  ) {}

  /** `files`: as of HostOptions. */
  static async boot(files: Record<string, string> = {}): Promise<RegistrationHost> {
    const [asking, serving] = [bundle('test/host/registration-ask.ts'), bundle('test/host/registration-platform.ts')];
    const host = await bootHost({ gatehouse: true, files, shown: { '/opt/ask': dirname(asking.file) } });
    const one = new RegistrationHost(host, asking, serving);
    for (const command of [
      `addr add ${address}/24 dev lan`,
      `addr add ${inspector}/24 dev lan`,
      'route add unreachable 10.98.0.0/24',
      'route add blackhole 10.99.0.0/24',
    ])
      await must(host.neighbour.enter(['ip', ...command.split(' ')]));
    await must(host.neighbour.enter(['sysctl', '-qw', 'net.ipv4.ip_forward=1']));
    await one.serveNames();
    await one.answers();
    return one;
  }

  async end(): Promise<void> {
    for (const child of this.running) await kill(child);
    await this.host.end();
    rmSync(this.folder, { recursive: true, force: true });
    this.asking.remove();
    this.serving.remove();
  }

  answers(): Promise<unknown> {
    return until('the service', async () => (await this.host.run(['gatehouse', 'status'])).exitCode === 0);
  }

  async ask<T>(operation: string, args: object = {}): Promise<Told<T>> {
    const { stdout, stderr } = await this.host.run(['node', '/opt/ask/main.mjs', operation, JSON.stringify(args)], {
      limit: 120_000,
    });
    if (stderr) throw new Error(stderr);
    const lines = stdout.trim().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Told<T> & { news?: StepNews });
    return { ...(parsed.at(-1) as Told<T>), news: parsed.flatMap(({ news }) => (news ? [news] : [])) } as Told<T>;
  }

  /** What it gives. @throws Error with its problem */
  async get<T>(operation: string, args: object = {}): Promise<T> {
    const { result, problem } = await this.ask<T>(operation, args);
    if (problem) throw new Error(`${operation}: ${JSON.stringify(problem)}`);
    return result;
  }

  /** The platform, and the appliance trusting it. */
  async servePlatform(at = address, name = 'platform', of = suffix): Promise<RunningPlatform> {
    const folder = join(this.folder, name);
    const [program = '', ...args] = this.host.neighbour.enter(['node', this.serving.file, folder, at, of]);
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.running.push(child);
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    await until('the platform', () => lines.includes('ready'));
    return {
      admin: await openAdmin(folder),
      folder,
      ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
      async fault(faults) {
        const told = lines.length;
        child.stdin.write(`${JSON.stringify(faults)}\n`);
        await until('the fault', () => lines.length > told);
      },
      stop: () => kill(child),
    };
  }

  async trust(ca: string): Promise<void> {
    const file = '/var/lib/gatehouse/platform-ca.pem';
    await must(this.host.enter(['sh', '-c', `printf %s "$1" >${file}`, 'sh', ca]));
  }

  /** squid on the neighbour: leads wherever it is asked to, but to forbidden.test. */
  async serveProxy(user: string, password: string): Promise<{ said(): string; stop(): Promise<void> }> {
    const folder = join(this.folder, 'squid');
    mkdirSync(folder, { mode: 0o755 });
    // squid gives up root.
    chmodSync(this.folder, 0o755);
    const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: password, encoding: 'utf8' }).trim();
    writeFileSync(join(folder, 'passwords'), `${user}:${hash}\n`, { mode: 0o644 });
    const log = join(folder, 'access.log');
    writeFileSync(log, '');
    chmodSync(log, 0o666);
    writeFileSync(
      join(folder, 'squid.conf'),
      `http_port 10.77.0.1:${squidPort}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${join(folder, 'passwords')}
acl known proxy_auth REQUIRED
acl forbidden dstdomain .forbidden.test
http_access deny forbidden
http_access allow known
http_access deny all
dns_nameservers 10.77.0.1
positive_dns_ttl 1 second
connect_timeout 5 seconds
access_log stdio:${log}
cache_log /dev/null
cache deny all
pid_filename none
shutdown_lifetime 0 seconds
`,
    );
    const child = start(this.host.neighbour.enter(['squid', '-N', '-f', join(folder, 'squid.conf')]));
    this.running.push(child);
    await this.listens(`:${squidPort}`);
    return { said: () => readFileSync(log, 'utf8'), stop: () => kill(child) };
  }

  /** Through that proxy from now on; without one: directly. Applied and kept as an operator does. */
  async useProxy(proxy?: ProxyDraft): Promise<void> {
    const pending = await this.applyProxy(proxy);
    await this.get('changes.keep', { id: pending.id });
  }

  /** As `useProxy`, but whether to keep it is still asked. */
  applyProxy(proxy?: ProxyDraft): Promise<PendingChange> {
    const settings = { enabled: proxy !== undefined, proxies: proxy ? [proxy] : [], order: 'sequential', noProxy: [] };
    return this.get('changes.apply', { draft: { section: 'proxy', settings } });
  }

  private async serveNames(): Promise<void> {
    const names = Object.entries({ [suffix]: address, 'forbidden.test': address, ...elsewhere });
    const options =
      '--no-daemon --conf-file=/dev/null --user=root --interface=lan --bind-interfaces --no-resolv --no-hosts --local-ttl=1';
    const proxy = '--address=/proxy.corp.test/10.77.0.1';
    const addresses = names.map(([name, to]) => `--address=/${name}/${to}`);
    const server = start(
      this.host.neighbour.enter(['dnsmasq', ...options.split(' '), proxy, ...addresses, '--address=/#/']),
    );
    this.running.push(server);
    this.stopNames = () => kill(server);
    await this.listens(':53');
  }

  /** From then on no DNS server answers. */
  stopNames: () => Promise<void> = async () => undefined;

  private async listens(port: string): Promise<void> {
    await until(`a server at ${port}`, async () =>
      (await this.host.neighbour.run(['ss', '-Hlnut'])).stdout.includes(`${port} `),
    );
  }
}
