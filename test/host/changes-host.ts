/** A booted host whose network is changed by transactions: what the tests of changes ask and see of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { renderInterfaces } from '../../src/adapters/network/render.ts';
import type { ChangesState, EndedChange, InterfaceSettings, PendingChange, TestResult } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { bundle } from '../terminal/bundle.ts';
import { bootHost, type Host, until } from './machine.ts';

/** A line of an answer. */
export interface Said {
  news?: { step?: string; test?: TestResult };
  // biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
  result?: any;
  problem?: Problem;
  gone?: string;
}

export const first: InterfaceSettings = {
  method: 'static',
  address: '10.77.0.2/24',
  gateway: '10.77.0.1',
  ipv6: { method: 'off' },
};
export const second: InterfaceSettings = { ...first, address: '10.77.0.3/24' };

const service = `[Service]
Type=exec
ExecStart=/usr/bin/node /opt/changes/main.mjs serve
Restart=always
RestartSec=100ms
[Unit]
StartLimitIntervalSec=0
`;

function filesFor(window: number): Record<string, string> {
  const settings = { revision: 1, window, interfaces: { eth0: first } };
  const unit = new URL('../../src/service/gatehouse-way-back.service', import.meta.url);
  return {
    ...Object.fromEntries(
      renderInterfaces(settings.interfaces, { dns: true, domains: true }).map(({ path, content }) => [
        path,
        content ?? '',
      ]),
    ),
    // An empty file is masked: ours is the one that counts.
    '/etc/systemd/network/10-eth0.network': '',
    '/var/lib/gatehouse/settings/settings.json': JSON.stringify(settings),
    '/etc/systemd/system/changes.service': service,
    '/etc/systemd/system/multi-user.target.d/changes.conf': '[Unit]\nWants=changes.service\n',
    '/etc/systemd/system/gatehouse-way-back.service': readFileSync(unit, 'utf8'),
    '/etc/systemd/system/sysinit.target.d/gatehouse.conf': '[Unit]\nWants=gatehouse-way-back.service\n',
  };
}

export class ChangesHost {
  private constructor(
    readonly host: Host,
    private readonly remove: () => void,
  ) {}

  /** `window`: seconds for the answer. */
  static async boot(window: number): Promise<ChangesHost> {
    const { file, remove } = bundle('test/host/changes-service.ts');
    const program = join(dirname(file), 'gatehouse');
    writeFileSync(program, '#!/bin/sh\nexec /usr/bin/node /opt/changes/main.mjs "$@"\n');
    chmodSync(program, 0o755);
    const host = await bootHost({
      files: filesFor(window),
      shown: { '/opt/changes': dirname(file), '/usr/bin/gatehouse': program },
    });
    const changes = new ChangesHost(host, remove);
    await changes.serves();
    return changes;
  }

  async end(): Promise<void> {
    await this.host.end();
    this.remove();
  }

  serves(): Promise<unknown> {
    return until('the service to answer', async () => (await this.ask('state')).result);
  }

  /** All lines of the answer's last. */
  async ask(verb: string, args: object = {}): Promise<Said> {
    const { stdout } = await this.host.run(['node', '/opt/changes/main.mjs', 'ask', verb, JSON.stringify(args)], {
      limit: 100_000,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) || '{}');
  }

  /** Asks, and tells each line as it comes; for askers that shall not live long. */
  begin(verb: string, args: object, onLine: (said: Said) => void): ChildProcess {
    const argv = this.host.enter(['node', '/opt/changes/main.mjs', 'ask', verb, JSON.stringify(args)]);
    const [program = '', ...rest] = argv;
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
    createInterface(child.stdout as NodeJS.ReadableStream).on('line', (line) => onLine(JSON.parse(line)));
    return child;
  }

  async apply(settings: InterfaceSettings, by = 'anna'): Promise<PendingChange> {
    const said = await this.ask('apply', { draft: { section: 'interface', name: 'eth0', settings }, by });
    if (!said.result) throw new Error(JSON.stringify(said));
    return said.result;
  }

  async state(): Promise<ChangesState> {
    return (await this.ask('state')).result;
  }

  /** Waits until no change is under way, and gives how the last one ended. */
  ended(limit = 60_000): Promise<EndedChange> {
    return until(
      'the change to end',
      async () => {
        const state = (await this.ask('state')).result as ChangesState | undefined;
        return state && !state.pending ? state.last : undefined;
      },
      limit,
    );
  }

  async isReachable(address: string): Promise<boolean> {
    return (await this.host.neighbour.run(['ping', '-c1', '-W1', '-i0.2', address])).exitCode === 0;
  }

  /** The files of the change, by name, with their text. */
  async files(): Promise<Record<string, string>> {
    const script =
      'cd / && find etc/systemd/network var/lib/gatehouse/settings -type f -size +0 | sort | xargs grep -H ""';
    const { stdout } = await this.host.run(['sh', '-c', script]);
    const files: Record<string, string> = {};
    for (const line of stdout.trim().split('\n')) {
      const [, name = '', text = ''] = /^([^:]+):(.*)$/.exec(line) ?? [];
      files[name] = `${files[name] ?? ''}${text}\n`;
    }
    return files;
  }

  /** Files that say a change is under way. */
  async markers(): Promise<string> {
    const folder = '/var/lib/gatehouse/change';
    return (await this.host.run(['sh', '-c', `cd ${folder} 2>/dev/null && ls | grep -v last.json`])).stdout.trim();
  }
}
