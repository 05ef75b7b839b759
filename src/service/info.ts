/** Info: every reading with a pace of its own, and what of the requirements is not met. */
import type { Appliance, DiskFacts, Endings, Info, Reading, RegistrationState, Shortfall } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { type Source, watchGauges } from './gauge.ts';
import type { Gauges } from './gauges.ts';
import type { PlatformView } from './platform.ts';

/** How often each is read while somebody watches, in ms. */
const periods = {
  time: 1000,
  interfaces: 2000,
  dnsServers: 5000,
  cpu: 5000,
  memory: 5000,
  hostName: 10_000,
  disks: 10_000,
  zone: 10_000,
  buildVersion: 600_000,
  updates: 3_600_000,
} as const satisfies Partial<Record<keyof Gauges, number>>;

type Period = keyof typeof periods;
const names = Object.keys(periods) as Period[];

interface ServiceFacts {
  version: string;
  endings(): Endings | undefined;
}

export function infoOf(
  gauges: Gauges,
  platform: PlatformView,
  service: ServiceFacts,
  brand: Brand,
  pace: number,
): Appliance['info'] {
  const readings = [
    ...names.map((name) => [gauges[name], periods[name] * pace] as const),
    [platform.urls, periods.dnsServers * pace] as const,
  ];
  const watched: (readonly [Source, number])[] = [...readings, [platform.source, 0]];
  return {
    async read() {
      await Promise.all(readings.map(([gauge, every]) => gauge.latest(every)));
      return compose(gauges, platform, service, brand);
    },
    watch: (_args, call) => watchGauges(watched, () => compose(gauges, platform, service, brand), call),
  };
}

function compose(gauges: Gauges, platform: PlatformView, { version, endings }: ServiceFacts, brand: Brand): Info {
  const registration = platform.state();
  const ended = endings();
  const { disks, memory } = gauges;
  return {
    interfaces: gauges.interfaces.reading,
    platformStatus: known(connection(registration)),
    platformStatusUrl: part(platform.urls.reading, ({ status }) => status),
    platformUrl: part(platform.urls.reading, (urls) => urls.platform),
    dnsServers: gauges.dnsServers.reading,
    time: gauges.time.reading,
    zone: gauges.zone.reading,
    applianceId: known(registration.registered ? registration.id : null),
    applianceName: registration.registered ? known(registration.name) : gauges.hostName.reading,
    updates: gauges.updates.reading,
    buildVersion: gauges.buildVersion.reading,
    serviceVersion: known(version),
    ...(ended ? { endings: ended } : {}),
    disk1: part<{ disk1: DiskFacts }, DiskFacts>(disks.reading, ({ disk1 }) => disk1),
    disk2: part<{ disk2: DiskFacts | null }, DiskFacts | null>(disks.reading, ({ disk2 }) => disk2),
    cpu: gauges.cpu.reading,
    memory: memory.reading,
    shortfalls: shortfalls(gauges, brand),
  };
}

function connection(state: RegistrationState) {
  return state.registered
    ? { registered: true, connected: state.connected, since: state.connectedSince }
    : { registered: false, connected: false };
}

const known = <T>(value: T): Reading<T> => ({ state: 'known', value });

function part<T, P>(reading: Reading<T>, take: (value: T) => P): Reading<P> {
  return reading.state === 'known' ? known(take(reading.value)) : reading;
}

function shortfalls({ disks, memory }: Gauges, { requirements }: Brand): Shortfall[] {
  const found: (Shortfall | undefined)[] = [
    disks.reading.state === 'known' ? missing('disk', disks.reading.value.disk1.size, requirements.diskGB) : undefined,
    memory.reading.state === 'known' ? missing('memory', memory.reading.value.total, requirements.memoryGB) : undefined,
  ];
  return found.filter((shortfall) => shortfall !== undefined);
}

/** Four decimals, as the guide prints them ("Found 8.1709 GB installed memory"). */
function missing(what: Shortfall['what'], bytes: number, required: number): Shortfall | undefined {
  const found = Math.round(bytes / 1e5) / 1e4;
  return found < required ? { what, found, required } : undefined;
}
