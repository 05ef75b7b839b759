/** `gatehouse info` and `gatehouse status`. */
import type { DiskFacts, Info, InterfaceFacts, Reading, Status } from '../appliance.ts';
import { brandNamed, defaultBrand } from '../brand/brand.ts';
import { sentence } from '../errors.ts';
import { harmless } from '../values/harmless.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';

export async function info({ appliance, output, signal }: Context): Promise<number> {
  const [about, found] = await Promise.all([appliance.about({}, { signal }), appliance.info.read({}, { signal })]);
  const { info: labels, requirementsAdvice } = brandNamed(about.brand) ?? defaultBrand;
  output.text([...warnings(found, requirementsAdvice), ...lines(found, labels)].join('\n'));
  output.value(found);
  return exits.done;
}

export async function status({ appliance, output, signal }: Context): Promise<number> {
  const [{ role }, found] = await Promise.all([appliance.about({}, { signal }), appliance.status.read({}, { signal })]);
  output.text(`${statusText(found)}${role === 'viewer' ? ' (viewer: you may look only)' : ''}`);
  output.value({ ...found, role });
  return exits.done;
}

function statusText({
  name,
  address,
  registered,
  platform,
  failedUnits,
  pendingChange,
  diskFull,
  diskReadOnly,
  job,
  endings,
}: Status): string {
  const parts = [
    `${harmless(name)} – ${address ?? 'no address'}`,
    registered ? 'registered' : 'not registered',
    platform.connected ? `platform connected since ${platform.since ?? '?'}` : 'platform not connected',
    failedUnits === 0 ? 'no unit failed' : `${failedUnits} unit${failedUnits === 1 ? '' : 's'} failed`,
    ...(pendingChange ? [`waiting for an answer: ${pendingChange.what}`] : []),
    ...(job ? [`running: ${job.what}`] : []),
    ...(diskReadOnly ? [diskReadOnly] : []),
    ...(diskFull ? [diskFull] : []),
    ...(endings ? [`service restarted ${endings.times}x since ${endings.since}, the last time: ${endings.why}`] : []),
  ];
  return harmless(parts.join(', '));
}

function warnings({ shortfalls }: Info, advice: string): string[] {
  const said = shortfalls.map(
    ({ what, found, required }) => `Warning: ${what}: found ${found} GB, required ${required} GB.`,
  );
  return said.length === 0 ? [] : [...said, advice, ''];
}

function lines(found: Info, labels: Record<string, string>): string[] {
  const row = <T>(field: keyof Info, label: string, reading: Reading<T>, text: (value: T) => string) =>
    `${(labels[field] ?? label).padEnd(20)} ${harmless(shown(reading, text))}`;
  const asIs = (value: string | null) => value ?? 'none yet';
  return [
    row('applianceName', 'Appliance name', found.applianceName, asIs),
    row('applianceId', 'Appliance ID', found.applianceId, asIs),
    ...interfaceLines(found.interfaces),
    row('platformStatus', 'Platform status', found.platformStatus, ({ registered, connected }) =>
      registered ? (connected ? 'connected' : 'not connected') : 'not registered',
    ),
    row('platformStatusUrl', 'Status URL', found.platformStatusUrl, asIs),
    row('platformUrl', 'Platform URL', found.platformUrl, asIs),
    row('dnsServers', 'DNS servers', found.dnsServers, (servers) => servers.join(', ') || 'none'),
    row('time', 'System time', found.time, ({ now, synchronised }) =>
      synchronised === undefined ? now : `${now} (${synchronised ? 'synchronised' : 'not synchronised'})`,
    ),
    row('zone', 'Time zone', found.zone, ({ name, abbreviation, offset }) => `${name} (${abbreviation}, ${offset})`),
    row(
      'updates',
      'System updates',
      found.updates,
      ({ pending, security, rebootNeeded }) =>
        `${pending} pending, ${security} of them security${rebootNeeded ? '; reboot needed' : ''}`,
    ),
    row('buildVersion', 'Build version', found.buildVersion, asIs),
    row('serviceVersion', 'Service version', found.serviceVersion, asIs),
    row('disk1', 'Disk 1', found.disk1, diskText),
    row('disk2', 'Disk 2', found.disk2, (disk) => (disk ? diskText(disk) : 'none')),
    row('cpu', 'CPU', found.cpu, ({ model, count, load }) => `${count} x ${model}, ${Math.round(load)}% busy`),
    row('memory', 'Memory', found.memory, ({ total, available }) => `${gb(available)} of ${gb(total)} available`),
  ];
}

function interfaceLines(reading: Reading<InterfaceFacts[]>): string[] {
  const label = (text: string) => text.padEnd(20);
  if (reading.state !== 'known') return [`${label('Interfaces')} ${harmless(shown(reading, () => ''))}`];
  return reading.value.map(
    ({ name, link, addresses }) => `${label(harmless(name))} ${harmless([...addresses, link].join(', '))}`,
  );
}

function shown<T>(reading: Reading<T>, text: (value: T) => string): string {
  if (reading.state === 'known') return text(reading.value);
  return reading.state === 'reading' ? 'being read' : `not known: ${sentence(reading.problem)}`;
}

/** Decimal, as the guide counts. */
const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

function diskText({ device, size, used, total }: DiskFacts): string {
  const use = used === undefined || total === undefined ? 'not mounted' : `${gb(used)} of ${gb(total)} used`;
  return `${device}, ${gb(size)}, ${use}`;
}
