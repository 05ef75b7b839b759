/** System › Time: NTP servers, whether the clock is right, and the time zone. */
import type { TimeState } from '../../src/appliance.ts';
import { parseTimeServers } from '../../src/values/ntp.ts';
import { permitted } from '../flows/permission.ts';
import type { Fact } from '../kit/facts.ts';
import { text } from '../kit/fields.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';

export const time: Screen = async (surroundings) => {
  const { ui } = surroundings;
  const doing: Record<string, () => Promise<void>> = {
    state: () => state(surroundings),
    servers: () => servers(surroundings),
    zone: () => zone(surroundings),
  };
  await ui.menu({
    title: t`System Time Settings`,
    back: true,
    items: () => [
      { id: 'state', label: t`State`, description: t`Server in use, offset, last answer` },
      { id: 'servers', label: t`NTP servers`, description: t`Up to four; none: the defaults` },
      { id: 'zone', label: t`Time zone`, description: t`From a list` },
    ],
    choose: (id) => doing[id]?.() ?? Promise.resolve(),
  });
};

function state({ ui, appliance }: Surroundings): Promise<void> {
  return ui.facts({
    title: t`System time`,
    page: (tell, signal) =>
      appliance.time.watch({}, { signal, progress: (news) => tell({ warnings: warnings(news), facts: facts(news) }) }),
  });
}

function warnings({ synchronised }: TimeState): string[] {
  return synchronised
    ? []
    : [t`The clock is not synchronised. Registration fails when it is wrong by more than 5 minutes.`];
}

function facts({ now, settings, defaults, server, offset, stratum, lastSync }: TimeState): Fact[] {
  return [
    { label: t`Time`, value: now.slice(0, 19).replace('T', ' ') },
    { label: t`Time zone`, value: settings.zone },
    { label: t`NTP servers`, value: settings.servers.join('\n') || `${defaults.join('\n')}\n(${t`the defaults`})` },
    {
      label: t`Server in use`,
      value: server ?? t`none has answered yet`,
      ...(server ? {} : { role: 'warn' as const }),
    },
    ...(offset === undefined ? [] : [{ label: t`Offset`, value: `${offset.toFixed(3)} ms` }]),
    ...(stratum === undefined ? [] : [{ label: t`Stratum`, value: String(stratum) }]),
    ...(lastSync ? [{ label: t`Last answer`, value: lastSync.slice(0, 19).replace('T', ' ') }] : []),
  ];
}

async function servers(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the time settings`, (signal) => appliance.time.read({}, { signal }));
  if (!read.ok) return ui.problem(t`NTP servers`, read.problem);
  if (!(await permitted(surroundings))) return;
  const { settings, defaults } = read.value;
  const [first = '', second = '', third = '', fourth = ''] = settings.servers;
  const one = (value: string) => text({ label: t`NTP`, value, columns: 40, parse: (given) => parseTimeServers(given) });
  await ui.form({
    title: t`NTP Servers`,
    text: t`None given: ${defaults.join(', ')}. Given: only those.`,
    fields: { 'servers.0': one(first), 'servers.1': one(second), 'servers.2': one(third), 'servers.3': one(fourth) },
    submit: {
      what: t`Setting the NTP servers`,
      work: async (values, signal) => {
        await appliance.time.set({ servers: Object.values(values).flat(), zone: settings.zone }, { signal });
        return undefined;
      },
    },
  });
}

async function zone(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the time zones`, async (signal) => ({
    zones: await appliance.time.zones({}, { signal }),
    now: await appliance.time.read({}, { signal }),
  }));
  if (!read.ok) return ui.problem(t`Time zone`, read.problem);
  const { zones, now } = read.value;
  const filter = await ui.form({
    title: t`Time zone`,
    text: t`Now: ${now.settings.zone}. Type a part of the name; empty lists all ${zones.length}.`,
    fields: { part: text({ label: t`Search`, columns: 30, parse: (part) => found(zones, part) }) },
  });
  if (!filter) return;
  await ui.table<string>({
    title: t`Time zone`,
    rows: filter.part,
    id: (zone) => zone,
    empty: t`None.`,
    columns: [
      { title: t`ZONE`, text: (zone) => zone },
      { title: '', text: (zone) => (zone === now.settings.zone ? t`set` : ''), role: () => 'good' },
    ],
    choose: async (zone) => {
      if (!(await permitted(surroundings))) return undefined;
      const set = await ui.busy(t`Setting the time zone`, (signal) =>
        appliance.time.set({ ...now.settings, zone }, { signal }),
      );
      if (!set.ok) return ui.problem(t`Time zone`, set.problem);
      return 'close';
    },
  });
}

function found(zones: readonly string[], part: string) {
  const wanted = part.trim().toLowerCase().replaceAll(' ', '_');
  const value = zones.filter((zone) => zone.toLowerCase().includes(wanted));
  return value.length
    ? { ok: true as const, value }
    : { ok: false as const, why: t`no time zone has that in its name`, right: t`madrid or europe` };
}
