/** A booted host with the System adapters in it, and a neighbour that serves DHCP, router advertisements, DNS and time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Problem } from '../../src/errors.ts';
import { bundle } from '../terminal/bundle.ts';
import { kill, start } from './machine/programs.ts';
import { bootHost, type Host, type HostOptions, until } from './machine.ts';

export const neighbour6 = '2001:db8:77::1';

export interface SystemHost {
  host: Host;
  /** Calls a function of an adapter inside. @throws Error with its problem */
  call<T>(name: string, args?: unknown[], input?: string): Promise<T>;
  /** The problem that the call ends with; undefined where it ends well. */
  problemOf(name: string, args?: unknown[], input?: string): Promise<Problem | undefined>;
  /** Starts a program on the neighbour, to be ended with all else. */
  serve(argv: readonly string[]): ChildProcess;
  end(): Promise<void>;
}

export async function bootSystem(options: HostOptions = {}): Promise<SystemHost> {
  const built = bundle('test/host/system-probe.ts');
  const host = await bootHost({ ...options, shown: { '/opt/system': dirname(built.file), ...options.shown } });
  const servers: ChildProcess[] = [];
  const ask = async <T>(name: string, args: unknown[] = [], input = '') => {
    const answer = await fed(host.enter(['node', '/opt/system/main.mjs', name, JSON.stringify(args)]), input);
    return JSON.parse(answer) as { result: T; problem?: Problem };
  };
  return {
    host,
    async call<T>(name: string, args?: unknown[], input?: string) {
      const { result, problem } = await ask<T>(name, args, input);
      if (problem) throw new Error(`${name}: ${JSON.stringify(problem)}`);
      return result;
    },
    problemOf: async (name, args, input) => (await ask(name, args, input)).problem,
    serve(argv) {
      const server = start(host.neighbour.enter(argv));
      servers.push(server);
      return server;
    },
    async end() {
      for (const server of servers) await kill(server);
      await host.end();
      built.remove();
    },
  };
}

/** Runs it with that input; what it writes. */
function fed([program = '', ...args]: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
    let [said, wrong] = ['', ''];
    child.stdout.on('data', (piece) => (said += piece));
    child.stderr.on('data', (piece) => (wrong += piece));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(wrong || `exit code ${code}`))));
    child.stdin.end(input);
  });
}

/**
 * dnsmasq on the neighbour's bridge: DHCP with search domain corp.test, SLAAC, and the name gate.test. Gives what it
 * has said so far.
 */
export async function serveAddresses(system: SystemHost): Promise<() => string> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-dhcp-'));
  await system.host.neighbour.run(['ip', 'addr', 'add', `${neighbour6}/64`, 'dev', 'lan', 'nodad']);
  const options = [
    '--no-daemon --conf-file=/dev/null --user=root --interface=lan --bind-interfaces --no-resolv --no-hosts --no-ping',
    '--dhcp-range=10.77.0.100,10.77.0.150,255.255.255.0,10m --dhcp-authoritative',
    '--dhcp-option=option:domain-search,corp.test --dhcp-option=option:ntp-server,10.77.0.66',
    '--enable-ra --dhcp-range=2001:db8:77::,ra-only,64 --address=/gate.test/10.77.0.1 --address=/gate.test/2001:db8::1',
  ];
  const server = system.serve([
    'dnsmasq',
    ...options.join(' ').split(' '),
    `--dhcp-leasefile=${join(folder, 'leases')}`,
    `--log-facility=${join(folder, 'log')}`,
  ]);
  server.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await until('the DHCP server', async () => (await system.host.neighbour.run(['ss', '-Hlun'])).stdout.includes(':67'));
  return () => readFileSync(join(folder, 'log'), 'utf8');
}
