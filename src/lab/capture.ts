/**
 * The lab's packet capture: a valid file of plausible packets, written at the pace of a quiet appliance. It runs no
 * program, listens to no interface, and ends with the lab, as if the machine had lost its power.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Look, Recorder, Recording, Upstream, Way } from '../adapters/capture/recorder.ts';
import { renderFilter, renderHopFilter } from '../adapters/capture/render.ts';
import type { Machine } from '../adapters/machine.ts';
import { fail } from '../errors.ts';
import { parseIpv4 } from '../values/host.ts';
import { chance } from './chance.ts';
import { conversation, pcapHeader, pcapRecord } from './packets.ts';

const gatewayMac = '52:54:00:12:34:01';
const ownMac = '52:54:00:12:34:56';

export interface LabCapture {
  recorder: Recorder;
  /** Stops writing, in the middle of the capture. */
  close(): Promise<void>;
}

/**
 * @param root what stands for /
 * @param period milliseconds from one packet to the next
 */
export function labCapture(
  root: string,
  { network, resolver }: Pick<Machine, 'network' | 'resolver'>,
  period: number,
): LabCapture {
  const boot = randomUUID();
  let writing: Writing | undefined;
  const close = async () => {
    await writing?.end();
  };
  const find = async ({ hosts, towards }: Upstream, signal: AbortSignal): Promise<Way> => {
    const found = await network.effective({}, signal);
    const way = found.find(({ link, gateways }) => link === 'up' && gateways.length > 0);
    const gateway = way?.gateways[0]?.address;
    if (!way || gateway === undefined)
      throw fail('capture-failed', {
        why: 'There is no default gateway, so nothing can go there',
        advice: 'Set one in System, Network.',
      });
    if (hosts.length === 0)
      return {
        device: way.device,
        filter: renderHopFilter(gatewayMac),
        towards: `${towards}, ${gateway}`,
        notFound: [],
      };
    const servers = (await resolver.effective(signal)).servers.map(({ address }) => address);
    const { passed } = await resolver.test(servers, hosts[0]?.host ?? '', signal);
    const isKnown = (host: string) => passed || parseIpv4(host).ok;
    const known = hosts.filter(({ host }) => isKnown(host));
    const notFound = hosts.flatMap(({ host }) => (isKnown(host) ? [] : [host]));
    if (known.length === 0)
      throw fail('capture-failed', {
        why: `No address is known of ${notFound.join(', ')}`,
        advice: 'See the DNS servers in System, Network, DNS.',
      });
    const targets = known.map(({ host, port }) => ({
      addresses: [addressOf(host)],
      ...(port === undefined ? {} : { port }),
    }));
    return { device: way.device, filter: renderFilter(targets), towards, notFound };
  };
  return {
    recorder: {
      folder: join(root, 'var/diagnostics'),
      boot: async () => boot,
      find,
      async begin(recording) {
        await writing?.end();
        writing = new Writing(recording, period, await open(recording.file, 'r+'));
      },
      look: async (): Promise<Look> => ({
        isRunning: writing?.isRunning ?? false,
        dropped: 0,
        complaint: '',
        isDiskFull: false,
      }),
      end: close,
    },
    close,
  };
}

/** The same for the same name: of the network that documentation has (RFC 5737). */
function addressOf(host: string): string {
  return parseIpv4(host).ok ? host : `203.0.113.${1 + Math.floor(chance(host)() * 254)}`;
}

/** One file that packets are written to. */
class Writing {
  isRunning = true;
  private readonly until: number;
  private readonly packets: Generator<Buffer, never>;
  private timer: NodeJS.Timeout | undefined;
  private size = 0;
  private last: Promise<void>;

  constructor(
    private readonly recording: Recording,
    private readonly period: number,
    private readonly file: FileHandle,
  ) {
    const { filter, seconds, bytesEach } = recording;
    this.until = Date.now() + seconds * 1000;
    const [address = '203.0.113.10'] = /\d+\.\d+\.\d+\.\d+/.exec(filter) ?? [];
    const [, port = '443'] = /port (\d+)/.exec(filter.replace('not tcp port', '')) ?? [];
    const us = { mac: ownMac, address: '10.20.0.15' };
    this.packets = conversation(us, { mac: gatewayMac, address, port: Number(port) }, chance(filter));
    this.last = this.write(pcapHeader(bytesEach)).then(() => this.next());
  }

  /** Ends when the last packet is written. */
  async end(): Promise<void> {
    if (!this.isRunning) return this.last;
    this.isRunning = false;
    clearTimeout(this.timer);
    await this.last;
    await this.file.close();
  }

  private next(): void {
    if (!this.isRunning) return;
    const wait = Math.min(this.period, Math.max(0, this.until - Date.now()));
    this.timer = setTimeout(() => {
      this.last = this.one();
    }, wait);
  }

  private async one(): Promise<void> {
    const { bytesEach, most } = this.recording;
    const record = pcapRecord(this.packets.next().value, bytesEach, Date.now());
    if (Date.now() >= this.until || this.size + record.length > most) {
      this.isRunning = false;
      return this.file.close();
    }
    await this.write(record);
    this.next();
  }

  private async write(bytes: Buffer): Promise<void> {
    await this.file.write(bytes, 0, bytes.length, this.size);
    this.size += bytes.length;
  }
}
