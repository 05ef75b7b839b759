/** Info: what this machine is and how it stands, each value as soon as it is known. */
import type { DiskFacts, Endings, Info, InterfaceFacts, Reading, Shortfall, TimeFacts } from '../src/appliance.ts';
import type { Brand } from '../src/brand/brand.ts';
import type { Fact, FactsPage } from './kit/facts.ts';
import { fact, type Shown } from './kit/reading.ts';
import type { Screen } from './kit/screen.ts';
import { said, t } from './texts/texts.ts';

export const info: Screen = async ({ ui, appliance, brand }) => {
  await ui.facts({
    title: t`General Information`,
    page: (tell, signal) => appliance.info.watch({}, { signal, progress: (news) => tell(page(news, brand)) }),
  });
};

function page(info: Info, brand: Brand): FactsPage {
  return { warnings: warnings(info.shortfalls, brand), facts: facts(info, brand) };
}

function warnings(shortfalls: readonly Shortfall[], brand: Brand): string[] {
  if (shortfalls.length === 0) return [];
  return [
    t`Requirements mismatch: This appliance does not meet the minimal requirements and may not function correctly.`,
    ...shortfalls.map(({ what, found, required }) =>
      what === 'disk'
        ? t`WARNING: Total disk space is ${decimals(found)} GB. Minimum disk space requirement of ${required} GB is not matched.`
        : t`WARNING: Found ${decimals(found)} GB installed memory. Minimum RAM requirement of ${required} GB is not matched.`,
    ),
    brand.requirementsAdvice,
  ];
}

function facts(info: Info, brand: Brand): Fact[] {
  const label = (field: string, otherwise: string) => brand.info[field] ?? otherwise;
  return [
    ...interfaces(info.interfaces),
    fact(label('platformStatus', t`Platform Status`), info.platformStatus, platform),
    fact(
      label('platformStatusUrl', t`Status URL`),
      info.platformStatusUrl,
      (url) => url ?? { value: t`no platform suffix is set`, role: 'dim' },
    ),
    fact(t`DNS Servers`, info.dnsServers, (servers) =>
      servers.length ? servers.join(', ') : { value: t`none`, role: 'warn' },
    ),
    fact(t`System Time`, info.time, time),
    fact(t`System Timezone`, info.zone, ({ name, abbreviation, offset }) => `${name} (${abbreviation}, ${offset})`),
    fact(t`Appliance ID`, info.applianceId, (id) => id ?? { value: t`not registered`, role: 'dim' }),
    fact(t`Appliance Name`, info.applianceName, (name) => name),
    fact(
      label('platformUrl', t`Platform URL`),
      info.platformUrl,
      (url) => url ?? { value: t`no platform suffix is set`, role: 'dim' },
    ),
    fact(t`System Updates`, info.updates, updates),
    fact(t`Build Version`, info.buildVersion, (version) => version),
    fact(t`Service Version`, info.serviceVersion, (version) => version),
    ...(info.endings ? [restarted(info.endings)] : []),
    fact(t`Disk 1`, info.disk1, disk),
    fact(t`Disk 2`, info.disk2, (second) => secondDisk(second, brand)),
    fact(t`CPU`, info.cpu, ({ count, model, load }) => t`${count} x ${model}, ${Math.round(load)} % busy`),
    fact(
      t`Memory`,
      info.memory,
      ({ total, available }) => t`${gigabytes(total)} GB, ${gigabytes(available)} GB available`,
    ),
  ];
}

function interfaces(reading: Reading<InterfaceFacts[]>): Fact[] {
  if (reading.state !== 'known') return [fact(t`Network`, reading, () => '')];
  if (reading.value.length === 0)
    return [{ label: t`Network`, value: t`this machine has no network interface`, role: 'bad' }];
  return reading.value.map(({ name, link, addresses }) => {
    if (link !== 'up') return { label: name, value: [said(link), ...addresses].join('\n'), role: 'warn' };
    return addresses.length
      ? { label: name, value: addresses.join('\n') }
      : { label: name, value: t`no address`, role: 'warn' };
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
  if (!registered) return { value: t`Not registered`, role: 'warn' };
  const from = since ? t` since ${dateTime(since)}` : '';
  return connected ? { value: t`Connected${from}`, role: 'good' } : { value: t`Not connected${from}`, role: 'bad' };
}

function time({ now, synchronised }: TimeFacts): Shown {
  if (synchronised === false) return { value: t`${dateTime(now)}, not synchronised`, role: 'warn' };
  return synchronised ? t`${dateTime(now)}, synchronised` : dateTime(now);
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
  const reboot = rebootNeeded ? t`; a reboot is needed to finish the last ones` : '';
  if (pending === 0)
    return rebootNeeded ? { value: t`Up to date${reboot}`, role: 'warn' } : { value: t`Up to date`, role: 'good' };
  return { value: t`${pending} pending, ${security} of them for security${reboot}`, role: 'warn' };
}

function disk({ device, size, used, total }: DiskFacts): Shown {
  if (used === undefined || total === undefined) return `${device}, ${gigabytes(size)} GB`;
  const percent = Math.round((used / total) * 100);
  const value = t`${device}, ${gigabytes(size)} GB, ${percent} % used`;
  return percent >= 90 ? { value, role: 'bad' } : value;
}

function secondDisk(second: DiskFacts | null, brand: Brand): Shown {
  if (!second) return { value: t`none`, role: 'dim' };
  const shown = disk(second);
  const least = brand.requirements.patchDiskGB;
  if (second.size / 1e9 >= least) return shown;
  const value = typeof shown === 'string' ? shown : shown.value;
  return { value: t`${value}; patch mode needs ${least} GB or more`, role: 'warn' };
}

function restarted({ times, since, at, why }: Endings): Fact {
  const value =
    times === 1
      ? t`once, ${dateTime(at)}: ${said(why)}`
      : t`${times} times since ${dateTime(since)}, the last ${dateTime(at)}: ${said(why)}`;
  return { label: t`Service restarted`, value, role: 'bad' };
}

/** "09/25/23 09:21:43" in the guide is ambiguous abroad: 2023-09-25 09:21:43. The machine's own zone. */
const dateTime = (iso: string) => iso.slice(0, 19).replace('T', ' ');
const gigabytes = (bytes: number) => decimals(bytes / 1e9);
const decimals = (gb: number) => String(Number(gb.toFixed(gb < 100 ? 1 : 0)));
