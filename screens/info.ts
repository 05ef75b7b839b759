/** Info: what this machine is and how it stands, each value as soon as it is known. */
import type { DiskFacts, Info, InterfaceFacts, Reading, Shortfall, TimeFacts } from '../src/appliance.ts';
import type { Brand } from '../src/brand/brand.ts';
import type { Fact, FactsPage } from './kit/facts.ts';
import { fact, type Shown } from './kit/reading.ts';
import type { Screen } from './kit/screen.ts';

export const info: Screen = async ({ ui, appliance, brand }) => {
  await ui.facts({
    title: 'General Information',
    page: (tell, signal) => appliance.info.watch({}, { signal, progress: (news) => tell(page(news, brand)) }),
  });
};

function page(info: Info, brand: Brand): FactsPage {
  return { warnings: warnings(info.shortfalls, brand), facts: facts(info, brand) };
}

function warnings(shortfalls: readonly Shortfall[], brand: Brand): string[] {
  if (shortfalls.length === 0) return [];
  return [
    'Requirements mismatch: This appliance does not meet the minimal requirements and may not function correctly.',
    ...shortfalls.map(({ what, found, required }) =>
      what === 'disk'
        ? `WARNING: Total disk space is ${decimals(found)} GB. Minimum disk space requirement of ${required} GB is not matched.`
        : `WARNING: Found ${decimals(found)} GB installed memory. Minimum RAM requirement of ${required} GB is not matched.`,
    ),
    brand.requirementsAdvice,
  ];
}

function facts(info: Info, brand: Brand): Fact[] {
  const label = (field: string, otherwise: string) => brand.info[field] ?? otherwise;
  return [
    ...interfaces(info.interfaces),
    fact(label('platformStatus', 'Platform Status'), info.platformStatus, platform),
    fact(
      label('platformStatusUrl', 'Status URL'),
      info.platformStatusUrl,
      (url) => url ?? { value: 'no platform suffix is set', role: 'dim' },
    ),
    fact('DNS Servers', info.dnsServers, (servers) =>
      servers.length ? servers.join(', ') : { value: 'none', role: 'warn' },
    ),
    fact('System Time', info.time, time),
    fact('System Timezone', info.zone, ({ name, abbreviation, offset }) => `${name} (${abbreviation}, ${offset})`),
    fact('Appliance ID', info.applianceId, (id) => id ?? { value: 'not registered', role: 'dim' }),
    fact('Appliance Name', info.applianceName, (name) => name),
    fact(
      label('platformUrl', 'Platform URL'),
      info.platformUrl,
      (url) => url ?? { value: 'no platform suffix is set', role: 'dim' },
    ),
    fact('System Updates', info.updates, updates),
    fact('Build Version', info.buildVersion, (version) => version),
    fact('Service Version', info.serviceVersion, (version) => version),
    fact('Disk 1', info.disk1, disk),
    fact('Disk 2', info.disk2, (second) => secondDisk(second, brand)),
    fact('CPU', info.cpu, ({ count, model, load }) => `${count} x ${model}, ${Math.round(load)} % busy`),
    fact(
      'Memory',
      info.memory,
      ({ total, available }) => `${gigabytes(total)} GB, ${gigabytes(available)} GB available`,
    ),
  ];
}

function interfaces(reading: Reading<InterfaceFacts[]>): Fact[] {
  if (reading.state !== 'known') return [fact('Network', reading, () => '')];
  if (reading.value.length === 0)
    return [{ label: 'Network', value: 'this machine has no network interface', role: 'bad' }];
  return reading.value.map(({ name, link, addresses }) => {
    if (link !== 'up') return { label: name, value: [link, ...addresses].join('\n'), role: 'warn' };
    return addresses.length
      ? { label: name, value: addresses.join('\n') }
      : { label: name, value: 'no address', role: 'warn' };
  });
}

function platform({
  registered,
  connected,
  since,
}: {
  registered: boolean;
  connected: boolean;
  since?: string;
}): Shown {
  if (!registered) return { value: 'Not registered', role: 'warn' };
  const from = since ? ` since ${dateTime(since)}` : '';
  return connected ? { value: `Connected${from}`, role: 'good' } : { value: `Not connected${from}`, role: 'bad' };
}

function time({ now, synchronised }: TimeFacts): Shown {
  if (synchronised === false) return { value: `${dateTime(now)}, not synchronised`, role: 'warn' };
  return synchronised ? `${dateTime(now)}, synchronised` : dateTime(now);
}

function updates({
  pending,
  security,
  rebootNeeded,
}: {
  pending: number;
  security: number;
  rebootNeeded: boolean;
}): Shown {
  const reboot = rebootNeeded ? '; a reboot is needed to finish the last ones' : '';
  if (pending === 0)
    return rebootNeeded ? { value: `Up to date${reboot}`, role: 'warn' } : { value: 'Up to date', role: 'good' };
  return { value: `${pending} pending, ${security} of them for security${reboot}`, role: 'warn' };
}

function disk({ device, size, used, total }: DiskFacts): Shown {
  if (used === undefined || total === undefined) return `${device}, ${gigabytes(size)} GB`;
  const percent = Math.round((used / total) * 100);
  const value = `${device}, ${gigabytes(size)} GB, ${percent} % used`;
  return percent >= 90 ? { value, role: 'bad' } : value;
}

function secondDisk(second: DiskFacts | null, brand: Brand): Shown {
  if (!second) return { value: 'none', role: 'dim' };
  const shown = disk(second);
  const least = brand.requirements.patchDiskGB;
  if (second.size / 1e9 >= least) return shown;
  const value = typeof shown === 'string' ? shown : shown.value;
  return { value: `${value}; patch mode needs ${least} GB or more`, role: 'warn' };
}

/** "09/25/23 09:21:43" in the guide is ambiguous abroad: 2023-09-25 09:21:43. The machine's own zone. */
const dateTime = (iso: string) => iso.slice(0, 19).replace('T', ' ');
const gigabytes = (bytes: number) => decimals(bytes / 1e9);
const decimals = (gb: number) => String(Number(gb.toFixed(gb < 100 ? 1 : 0)));
