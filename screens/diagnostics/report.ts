/** Diagnostics › Generate report: what goes in, making it, and what can be done with those that are kept. */
import type { ItemOutcome, ItemState, Report, ReportItem, ReportsState } from '../../src/appliance.ts';
import { bytesSaid } from '../../src/values/amount.ts';
import { permitted } from '../flows/permission.ts';
import { offer } from '../flows/report-offer.ts';
import { upload } from '../flows/report-upload.ts';
import type { Fact, FactsPage } from '../kit/facts.ts';
import { check } from '../kit/fields.ts';
import { problemSaid } from '../kit/outcome.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';

const outcomeRoles: Record<ItemOutcome, Role> = {
  waiting: 'dim',
  running: 'strong',
  done: 'good',
  cut: 'warn',
  failed: 'bad',
  'timed out': 'bad',
  absent: 'dim',
  'left out': 'dim',
};

export const report: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const read = await ui.busy('Reading the reports', (signal) => appliance.report.read({}, { signal }));
  if (!read.ok) return ui.problem('Generate report', read.problem);
  let state: ReportsState = read.value;
  const doing: Record<string, () => Promise<unknown>> = {
    generate: () => generate(surroundings),
    kept: () => kept(surroundings),
    offer: () => offer(surroundings),
    upload: () => upload(surroundings),
  };
  await ui.menu({
    title: 'Generate report',
    back: true,
    items: () => menuItems(state),
    choose: async (id) => {
      await doing[id]?.();
      const again = await ui.busy('Reading the reports', (signal) => appliance.report.read({}, { signal }));
      if (again.ok) state = again.value;
    },
  });
};

function menuItems({ job, kept, offer, upload }: ReportsState) {
  const count = kept.length;
  const none = count ? undefined : 'No report was generated yet.';
  return [
    { id: 'generate', label: 'Generate', description: job ? 'See the one under way' : 'Collect and encrypt a new one' },
    {
      id: 'kept',
      label: 'Reports',
      description: count === 0 ? 'None yet' : count === 1 ? 'One is kept' : `${count} are kept`,
      greyed: none,
    },
    {
      id: 'offer',
      label: 'SFTP download',
      description: offer ? offer.state : 'Let one be fetched',
      greyed: offer ? undefined : none,
    },
    { id: 'upload', label: 'SFTP upload', description: upload ? upload.state : 'Send one to a server', greyed: none },
  ];
}

// ---------------------------------------------------------------- making one

async function generate(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  const before = await ui.busy('Reading the reports', (signal) => appliance.report.read({}, { signal }));
  if (!before.ok) return ui.problem('Generate report', before.problem);
  if (!before.value.job) {
    const read = await ui.busy('Looking at what there is', (signal) => appliance.report.items({}, { signal }));
    if (!read.ok) return ui.problem('Generate report', read.problem);
    const items = await chosen(surroundings, read.value);
    if (!items || !(await permitted(surroundings))) return;
    const started = await ui.busy('Starting', (signal) => appliance.report.start({ items }, { signal }));
    if (!started.ok) return ui.problem('Generate report', started.problem);
  }
  await making(surroundings, before.value.kept);
}

/** Names of the items that shall go in; undefined where it was left. */
async function chosen({ ui }: Surroundings, items: readonly ReportItem[]): Promise<string[] | undefined> {
  const there = items.filter(({ absent }) => !absent);
  const absent = items.filter((item) => item.absent).map(({ title }) => title.toLowerCase());
  const sum = there.reduce((all, { estimate }) => all + (estimate ?? 0), 0);
  const given = await ui.form({
    title: 'What goes into the report',
    text: [
      `About ${bytesSaid(sum)} before packing. Encrypted to support; passwords and keys are removed.`,
      absent.length ? `Not there: ${absent.join(', ')}.` : '',
    ].join(' '),
    ok: 'Generate',
    fields: Object.fromEntries(
      there.map(({ name, title, estimate }) => [
        name,
        check({ label: `${title}${estimate === undefined ? '' : `, ${bytesSaid(estimate)}`}`, value: true }),
      ]),
    ),
    check: (values) => {
      const first = there[0]?.name;
      return first && !Object.values(values).some(Boolean) ? { [first]: 'Tick at least one.' } : {};
    },
  });
  return given && there.map(({ name }) => name).filter((name) => given[name]);
}

/** Until the job ends; then what came of it, and the ways to hand it over. */
async function making(surroundings: Surroundings, before: readonly Report[]): Promise<void> {
  const { ui, appliance } = surroundings;
  let last: ReportsState | undefined;
  await ui.facts({
    title: 'Generating the report',
    leave: 'Back',
    page: (tell, signal) =>
      appliance.report.watch(
        {},
        {
          signal,
          progress: (state) => {
            last = state;
            tell(makingPage(state));
          },
        },
      ),
    choose: async () => {
      if (!(await permitted(surroundings))) return;
      const cancelled = await ui.busy('Cancelling', (signal) => appliance.report.cancel({}, { signal }));
      if (!cancelled.ok) await ui.problem('Generate report', cancelled.problem);
    },
  });
  if (!last || last.job) return;
  const known = new Set(before.map(({ name }) => name));
  const made = last.kept.find(({ name }) => !known.has(name));
  if (made) await ready(surroundings, made);
  else if (last.ended) await ui.problem('Generate report', last.ended.problem);
}

function makingPage({ job }: ReportsState): FactsPage {
  if (!job) return { facts: [], isOver: true };
  const over = job.items.filter(({ outcome }) => outcome !== 'waiting' && outcome !== 'running').length;
  return {
    facts: [
      { label: 'Archive', value: `${bytesSaid(job.bytes)}, ${job.phase}`, role: 'strong' },
      ...inOrder(job.items).map(itemFact),
    ],
    fraction: job.phase === 'finishing' ? 1 : over / Math.max(1, job.items.length),
    actions: ['Cancel'],
  };
}

/** What is being done first, so that it is seen without scrolling. */
const inOrder = (items: readonly ItemState[]) =>
  [...items].sort((a, b) => Number(b.outcome === 'running') - Number(a.outcome === 'running'));

function itemFact({ title, outcome, bytes, why }: ItemState): Fact {
  const size = bytes > 0 ? `, ${bytesSaid(bytes)}` : '';
  return { label: title, value: `${outcome}${size}${why ? `: ${why}` : ''}`, role: outcomeRoles[outcome] };
}

async function ready(surroundings: Surroundings, made: Report): Promise<void> {
  const lacking = made.items.filter(({ outcome }) => outcome === 'failed' || outcome === 'timed out');
  const doing: Record<string, () => Promise<unknown>> = {
    offer: () => offer(surroundings, made),
    upload: () => upload(surroundings, made),
    details: () => details(surroundings, made),
  };
  await surroundings.ui.menu({
    title: 'The report is ready',
    back: true,
    items: () => [
      { id: 'offer', label: 'SFTP download', description: 'Let it be fetched, with a password for one hour' },
      { id: 'upload', label: 'SFTP upload', description: 'Send it to a server' },
      {
        id: 'details',
        label: 'Details',
        description: lacking.length ? `${lacking.length} items failed` : `${bytesSaid(made.size)}, checksum, items`,
      },
    ],
    choose: (id) => doing[id]?.().then(() => undefined) ?? Promise.resolve(),
  });
}

// ---------------------------------------------------------------- those that are kept

async function kept(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  await ui.table<Report>({
    title: 'Reports',
    rows: (tell, signal) => appliance.report.watch({}, { signal, progress: (state: ReportsState) => tell(state.kept) }),
    id: ({ name }) => name,
    empty: 'No report is kept.',
    columns: [
      { title: 'MADE', text: ({ at }) => moment(at) },
      { title: 'SIZE', right: true, text: ({ size }) => bytesSaid(size), order: (a, b) => a.size - b.size },
      { title: 'BY', text: ({ by }) => by, spare: 1 },
      { title: 'NAME', text: ({ name }) => name, spare: 2 },
    ],
    detail: ({ name }) => name,
    choose: (one) => actions(surroundings, one),
  });
}

async function actions(surroundings: Surroundings, one: Report): Promise<void> {
  const { ui } = surroundings;
  let isGone = false;
  const doing: Record<string, () => Promise<unknown>> = {
    details: () => details(surroundings, one),
    offer: () => offer(surroundings, one),
    upload: () => upload(surroundings, one),
    remove: async () => {
      isGone = await remove(surroundings, one);
    },
  };
  await ui.menu({
    title: `Report of ${moment(one.at)}`,
    back: true,
    items: () => {
      const greyed = isGone ? 'It was removed.' : undefined;
      return [
        { id: 'details', label: 'Details', description: 'Checksum, items, what was removed' },
        { id: 'offer', label: 'SFTP download', description: 'Let it be fetched', greyed },
        { id: 'upload', label: 'SFTP upload', description: 'Send it to a server', greyed },
        { id: 'remove', label: 'Remove', description: 'Delete it from this appliance', greyed },
      ];
    },
    choose: (id) => doing[id]?.().then(() => undefined) ?? Promise.resolve(),
  });
}

function details({ ui }: Surroundings, one: Report): Promise<void> {
  return ui.facts({
    title: `Report of ${moment(one.at)}`,
    page: {
      facts: [
        { label: 'File', value: one.name },
        { label: 'Size', value: bytesSaid(one.size) },
        { label: 'SHA-256', value: one.sha256 },
        { label: 'Made by', value: one.by },
        { label: 'Secrets', value: `${one.removed} removed` },
        ...one.items.map(itemFact),
      ],
    },
  });
}

async function remove(surroundings: Surroundings, { name }: Report): Promise<boolean> {
  const { ui, appliance } = surroundings;
  if (!(await ui.confirm({ title: 'Remove', text: [`Remove ${name}?`], yes: 'Remove' }))) return false;
  if (!(await permitted(surroundings))) return false;
  const removed = await ui.busy('Removing', (signal) => appliance.report.remove({ name }, { signal }));
  if (!removed.ok) await ui.message({ title: 'Remove', text: [{ text: problemSaid(removed.problem), role: 'bad' }] });
  return removed.ok;
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');
