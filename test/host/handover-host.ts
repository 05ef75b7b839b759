/** A booted host that offers a report, and its neighbour who fetches it with OpenSSH's sftp. For handover-*.test.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Offer } from '../../src/appliance.ts';
import { bundle } from '../terminal/bundle.ts';
import type { HandoverProbe } from './handover-probe.ts';
import { type Answer, kill } from './machine/programs.ts';
import { bootHost, type Host, until } from './machine.ts';

export const report = '/var/diagnostics/report.tar.zst.age';
export const reportName = 'report.tar.zst.age';

/** An offer under way, as the probe tells it. */
export class Offered {
  readonly offers: Offer[] = [];
  password = '';
  problem: unknown;
  over = false;
  readonly child: ChildProcess;

  constructor(argv: readonly string[]) {
    const [program = '', ...args] = argv;
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const { stdout } = this.child;
    if (!stdout) throw new Error('no output');
    createInterface(stdout).on('line', (line) => {
      const { offer, password, problem, over } = JSON.parse(line);
      if (offer) this.offers.push(offer);
      if (password) this.password = password;
      if (problem) this.problem = problem;
      if (over) this.over = true;
    });
  }

  get offer(): Offer {
    const last = this.offers.at(-1);
    if (!last) throw new Error('nothing was offered');
    return last;
  }

  /** Waits until it is in that state. */
  async becomes(state: Offer['state'], limit = 20_000): Promise<Offer> {
    const why = () => `It is: ${JSON.stringify(this.offers.at(-1) ?? this.problem)}`;
    await until(`the offer to be ${state}`, () => this.offers.at(-1)?.state === state, limit, why);
    return this.offer;
  }

  /** Waits until everything of it is closed. */
  async isClosed(): Promise<void> {
    await until('the offer to be closed', () => this.child.exitCode !== null, 30_000);
  }
}

export interface Fetching {
  password?: string;
  user?: string;
  port?: number;
  options?: string[];
  limit?: number;
}

export class HandoverHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-handover-'));
  private readonly started: Offered[] = [];

  private constructor(
    readonly host: Host,
    private readonly probe: { file: string; remove(): void },
  ) {}

  static async boot(): Promise<HandoverHost> {
    const probe = bundle('test/host/handover-probe.ts');
    const host = await bootHost({ shown: { '/opt/probe': dirname(probe.file) } });
    const machine = new HandoverHost(host, probe);
    const askpass = join(machine.folder, 'askpass');
    writeFileSync(askpass, '#!/bin/sh\necho "$PASSWORD"\n');
    chmodSync(askpass, 0o755);
    // SSH for operators is off all the while.
    await machine.inside('systemctl', 'disable', '--now', 'ssh.service', 'ssh.socket');
    await machine.inside('install', '-d', '-m', '0750', dirname(report));
    await machine.makeReport(3_000_000);
    return machine;
  }

  async end(): Promise<void> {
    for (const { child } of this.started) await kill(child);
    await this.host.end();
    this.probe.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async makeReport(bytes: number): Promise<void> {
    await this.inside(
      'sh',
      '-c',
      `head -c ${bytes} /dev/urandom >${report}; echo signed >${report}.sig; chmod 640 ${report}*`,
    );
  }

  async inside(...argv: string[]): Promise<string> {
    return (await this.host.run(argv, { limit: 60_000 })).stdout;
  }

  start(asked: HandoverProbe): Offered {
    const offered = new Offered(this.host.enter(['node', '/opt/probe/main.mjs', JSON.stringify(asked)]));
    this.started.push(offered);
    return offered;
  }

  async offer(seconds = 600): Promise<Offered> {
    const offered = this.start({ path: report, seconds });
    await offered.becomes('waiting', 30_000);
    return offered;
  }

  /** Ends what is offered. Only one at a time may see to it, as there is only one service. */
  async close(): Promise<void> {
    for (const { child } of this.started) await kill(child);
    // The process inside outlives what leads into it.
    await this.inside('pkill', '-KILL', '-f', 'probe/main.mjs');
    await this.start({ close: true }).isClosed();
  }

  /** OpenSSH's client on the neighbour, with that password for each question. */
  client(program: 'sftp' | 'ssh' | 'scp', args: readonly string[], fetching: Fetching, input = ''): Promise<Answer> {
    const child = this.spawn(program, args, fetching);
    child.stdin?.end(input);
    return finished(child, fetching.limit ?? 60_000);
  }

  spawn(
    program: 'sftp' | 'ssh' | 'scp',
    args: readonly string[],
    { password = '', port = 2222, options = [] }: Fetching,
  ) {
    const usual = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'ConnectTimeout=10'];
    const all = [...usual, ...options].flatMap((option) => ['-o', option]);
    const [launcher = '', ...rest] = this.host.neighbour.enter([
      program,
      '-F',
      'none',
      '-o',
      `Port=${port}`,
      ...all,
      ...args,
    ]);
    const env = {
      PATH: process.env.PATH,
      SSH_ASKPASS: join(this.folder, 'askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      PASSWORD: password,
    };
    return spawn(launcher, rest, { stdio: 'pipe', env, cwd: this.folder });
  }

  /** Commands of an sftp session. */
  sftp(commands: readonly string[], fetching: Fetching): Promise<Answer> {
    const { user = 'diagnostics' } = fetching;
    return this.client('sftp', [`${user}@10.77.0.2`], fetching, `${commands.join('\n')}\n`);
  }
}

export function finished(child: ChildProcess, limit: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (piece) => (stdout += piece));
    child.stderr?.on('data', (piece) => (stderr += piece));
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, exitCode: code ?? -1 });
    });
  });
}
