/** A booted appliance whose upstream proxy is its neighbour: what the tests of captures do and see. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderInterfaces } from '../../src/adapters/network/render.ts';
import type { Capture, CaptureState } from '../../src/appliance.ts';
import { hostNeeds, until } from './machine.ts';
import { OperatorHost, program } from './operator-host.ts';

export const captureNeeds = {
  ...hostNeeds,
  programs: [...hostNeeds.programs, 'tcpdump', 'ssh'],
  paths: [program],
};
export const proxyPort = 3128;
export const latestFile = '/var/diagnostics/upstream.pcap';
const unit = 'gatehouse-capture.service';

const eth0 = { method: 'static', address: '10.77.0.2/24', gateway: '10.77.0.1', ipv6: { method: 'off' } } as const;

function savedWith(settings: object): Record<string, string> {
  const about = { version: 1, revision: 1, at: '2026-01-01T00:00:00.000Z', by: 'the test', what: 'First set-up' };
  const saved = JSON.stringify({ ...about, settings: { interfaces: { eth0 }, ...settings } });
  return {
    ...Object.fromEntries(
      renderInterfaces({ eth0 }, { dns: true, domains: true }).map(({ path, content }) => [path, content ?? '']),
    ),
    '/var/lib/gatehouse/settings/settings.json': saved,
    '/var/lib/gatehouse/settings/versions/settings.1.json': saved,
  };
}

const proxied = {
  proxy: { enabled: true, proxies: [{ host: '10.77.0.1', port: proxyPort }], order: 'sequential', noProxy: [] },
};

/** A server that takes what comes, and answers each request by as many bytes as its path says. */
const server = `
const { createServer } = require('node:http');
createServer((request, response) => {
  request.resume().on('end', () => response.end(Buffer.alloc(Number(request.url.slice(1)) || 0)));
}).listen(${proxyPort});
`;

export class CaptureHost {
  private constructor(readonly operator: OperatorHost) {}

  /** `settings`: in the place of those with the proxy. */
  static async boot(settings: object = proxied): Promise<CaptureHost> {
    const operator = await OperatorHost.boot({ window: 60, files: savedWith(settings) });
    const capture = new CaptureHost(operator);
    operator.serve([process.execPath, '-e', server]);
    const listens = async () => (await operator.host.neighbour.run(['ss', '-Hltn'])).stdout.includes(`:${proxyPort}`);
    await until('the proxy', listens);
    return capture;
  }

  end(): Promise<void> {
    return this.operator.end();
  }

  inside(...argv: string[]): Promise<string> {
    return this.operator.inside(...argv);
  }

  gatehouse(...args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    return this.operator.gatehouse(['capture', ...args]);
  }

  state(): Promise<CaptureState> {
    return this.operator.json<CaptureState>('capture', 'status');
  }

  async start(...args: string[]): Promise<CaptureState> {
    return this.operator.json<CaptureState>('capture', 'start', ...args);
  }

  /** Until nothing is recorded any more. */
  ended(limit = 30_000): Promise<CaptureState> {
    const over = async () => {
      const state = await this.state();
      return state.running ? undefined : state;
    };
    return until('the capture to end', over, limit);
  }

  async stopped(): Promise<Capture> {
    const { latest } = await this.operator.json<CaptureState>('capture', 'stop');
    if (!latest) throw new Error('There is no capture.');
    return latest;
  }

  /** So many requests to the proxy, each answered by that many bytes. */
  async requests(count: number, bytes = 100): Promise<void> {
    const script = `
      const { get } = require('node:http');
      const one = () => new Promise((resolve, reject) =>
        get('http://10.77.0.1:${proxyPort}/${bytes}', { agent: false }, (answer) =>
          answer.resume().on('end', resolve)).on('error', reject));
      (async () => { for (let i = 0; i < ${count}; i++) await one(); })();`;
    const { exitCode, stderr } = await this.operator.host.run(['node', '-e', script], { limit: 60_000 });
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** Main process of the capture; 0: there is none. */
  async pid(): Promise<number> {
    return Number(await this.inside('systemctl', 'show', '--property=MainPID', '--value', unit));
  }

  /** What tcpdump reads in a file of the appliance; each packet a line, without times. */
  async packets(path: string): Promise<string[]> {
    const { stdout, stderr, exitCode } = await this.operator.host.run(['tcpdump', '-n', '-t', '-S', '-r', path]);
    if (exitCode !== 0 || /truncated|bogus/.test(stderr)) throw new Error(stderr);
    return stdout.split('\n').filter(Boolean);
  }

  /** The same, as tshark on this machine reads it; throws where it finds the file cut off or wrong. */
  async dissected(path: string): Promise<string[]> {
    const copy = join(this.operator.folder, `${randomUUID()}.pcap`);
    writeFileSync(copy, Buffer.from(await this.inside('base64', path), 'base64'));
    return execFileSync('tshark', ['-n', '-r', copy], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter(Boolean);
  }

  /** The same traffic as the neighbour sees it, until `packets` is called. */
  async listenOutside(filter: string): Promise<{ packets(count: number): Promise<string[]> }> {
    const file = join(this.operator.folder, `${randomUUID()}.pcap`);
    const { neighbour } = this.operator.host;
    this.operator.serve([
      'tcpdump',
      '-Z',
      'root',
      '-p',
      '-U',
      '--immediate-mode',
      '-s',
      '128',
      '-i',
      'lan',
      '-w',
      file,
      filter,
    ]);
    // Its file has a header as soon as it listens.
    await until('the neighbour to listen', async () => (await neighbour.run(['test', '-s', file])).exitCode === 0);
    const read = async () =>
      (await neighbour.run(['tcpdump', '-n', '-t', '-S', '-r', file])).stdout.split('\n').filter(Boolean);
    return {
      packets: (count) =>
        until('the neighbour to have seen all', async () => {
          const lines = await read();
          return lines.length >= count ? lines : undefined;
        }),
    };
  }
}
