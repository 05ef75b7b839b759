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
import { said, t } from '../texts/texts.ts';

/** Milliseconds that the menu waits for what may have changed below it. */
const patience = 5000;

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
  const read = await ui.busy(t`Reading the reports`, (signal) => appliance.report.read({}, { signal }));
  if (!read.ok) return ui.problem(t`Generate report`, read.problem);
  let state: ReportsState = read.value;
  const doing: Record<string, () => Promise<unknown>> = {
    generate: () => generate(surroundings),
    kept: () => kept(surroundings),
    offer: () => offer(surroundings),
    upload: () => upload(surroundings),
  };
  await ui.menu({
    title: t`Generate report`,
    back: true,
    items: () => menuItems(state),
    choose: async (id) => {
      await doing[id]?.();
      // Under the menu, which takes keys meanwhile.
      state = await appliance.report.read({}, { signal: AbortSignal.timeout(patience) }).catch(() => state);
    },
  });
};

function menuItems({ job, kept, offer, upload }: ReportsState) {
  const count = kept.length;
  const none = count ? undefined : t`No report was generated yet.`;
  return [
    {
      id: 'generate',
      label: t`Generate`,
      description: job ? t`See the one under way` : t`Collect and encrypt a new one`,
    },
    {
      id: 'kept',
      label: t`Reports`,
      description: count === 0 ? t`None yet` : count === 1 ? t`One is kept` : t`${count} are kept`,
      greyed: none,
    },
    {
      id: 'offer',
      label: t`SFTP download`,
      description: offer ? said(offer.state) : t`Let one be fetched`,
      greyed: offer ? undefined : none,
    },
    {
      id: 'upload',
      label: t`SFTP upload`,
      description: upload ? said(upload.state) : t`Send one to a server`,
      greyed: none,
    },
  ];
}

// ---------------------------------------------------------------- making one

async function generate(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  const before = await ui.busy(t`Reading the reports`, (signal) => appliance.report.read({}, { signal }));
  if (!before.ok) return ui.problem(t`Generate report`, before.problem);
  if (!before.value.job) {
    const read = await ui.busy(t`Looking at what there is`, (signal) => appliance.report.items({}, { signal }));
    if (!read.ok) return ui.problem(t`Generate report`, read.problem);
    const items = await chosen(surroundings, read.value);
    if (!items || !(await permitted(surroundings))) return;
    const started = await ui.busy(t`Starting`, (signal) => appliance.report.start({ items }, { signal }));
    if (!started.ok) return ui.problem(t`Generate report`, started.problem);
  }
  await making(surroundings, before.value.kept);
}

/** Names of the items that shall go in; undefined where it was left. */
async function chosen({ ui }: Surroundings, items: readonly ReportItem[]): Promise<string[] | undefined> {
  const there = items.filter(({ absent }) => !absent);
  const absent = items.filter((item) => item.absent).map(({ title }) => said(title).toLowerCase());
  const sum = there.reduce((all, { estimate }) => all + (estimate ?? 0), 0);
  const given = await ui.form({
    title: t`What goes into the report`,
    text: [
      t`About ${bytesSaid(sum)} before packing. Encrypted to support; passwords and keys are removed.`,
      absent.length ? t`Not there: ${absent.join(', ')}.` : '',
    ].join(' '),
    ok: t`Generate`,
    fields: Object.fromEntries(
      there.map(({ name, title, estimate }) => [
        name,
        check({ label: `${said(title)}${estimate === undefined ? '' : `, ${bytesSaid(estimate)}`}`, value: true }),
      ]),
    ),
    check: (values) => {
      const first = there[0]?.name;
      return first && !Object.values(values).some(Boolean) ? { [first]: t`Tick at least one.` } : {};
    },
  });
  return given && there.map(({ name }) => name).filter((name) => given[name]);
}

/** Until the job ends; then what came of it, and the ways to hand it over. */
async function making(surroundings: Surroundings, before: readonly Report[]): Promise<void> {
  const { ui, appliance } = surroundings;
  let last: ReportsState | undefined;
  await ui.facts({
    title: t`Generating the report`,
    leave: t`Back`,
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
      const cancelled = await ui.busy(t`Cancelling`, (signal) => appliance.report.cancel({}, { signal }));
      if (!cancelled.ok) await ui.problem(t`Generate report`, cancelled.problem);
    },
  });
  if (!last || last.job) return;
  const known = new Set(before.map(({ name }) => name));
  const made = last.kept.find(({ name }) => !known.has(name));
  if (made) await ready(surroundings, made);
  else if (last.ended) await ui.problem(t`Generate report`, last.ended.problem);
}

function makingPage({ job }: ReportsState): FactsPage {
  if (!job) return { facts: [], isOver: true };
  const over = job.items.filter(({ outcome }) => outcome !== 'waiting' && outcome !== 'running').length;
  return {
    facts: [
      { label: t`Archive`, value: `${bytesSaid(job.bytes)}, ${said(job.phase)}`, role: 'strong' },
      ...inOrder(job.items).map(itemFact),
    ],
    fraction: job.phase === 'finishing' ? 1 : over / Math.max(1, job.items.length),
    actions: [t`Cancel`],
  };
}

/** What is being done first, so that it is seen without scrolling. */
const inOrder = (items: readonly ItemState[]) =>
  [...items].sort((a, b) => Number(b.outcome === 'running') - Number(a.outcome === 'running'));

function itemFact({ title, outcome, bytes, why }: ItemState): Fact {
  const size = bytes > 0 ? `, ${bytesSaid(bytes)}` : '';
  return {
    label: said(title),
    value: `${said(outcome)}${size}${why ? `: ${said(why)}` : ''}`,
    role: outcomeRoles[outcome],
  };
}

async function ready(surroundings: Surroundings, made: Report): Promise<void> {
  const lacking = made.items.filter(({ outcome }) => outcome === 'failed' || outcome === 'timed out');
  const doing: Record<string, () => Promise<unknown>> = {
    offer: () => offer(surroundings, made),
    upload: () => upload(surroundings, made),
    details: () => details(surroundings, made),
  };
  await surroundings.ui.menu({
    title: t`The report is ready`,
    back: true,
    items: () => [
      { id: 'offer', label: t`SFTP download`, description: t`Let it be fetched, with a password for one hour` },
      { id: 'upload', label: t`SFTP upload`, description: t`Send it to a server` },
      {
        id: 'details',
        label: t`Details`,
        description: lacking.length ? t`${lacking.length} items failed` : t`${bytesSaid(made.size)}, checksum, items`,
      },
    ],
    choose: (id) => doing[id]?.().then(() => undefined) ?? Promise.resolve(),
  });
}

// ---------------------------------------------------------------- those that are kept

async function kept(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  await ui.table<Report>({
    title: t`Reports`,
    rows: (tell, signal) => appliance.report.watch({}, { signal, progress: (state: ReportsState) => tell(state.kept) }),
    id: ({ name }) => name,
    empty: t`No report is kept.`,
    columns: [
      { title: t`MADE`, text: ({ at }) => moment(at) },
      { title: t`SIZE`, right: true, text: ({ size }) => bytesSaid(size), order: (a, b) => a.size - b.size },
      { title: t`BY`, text: ({ by }) => by, spare: 1 },
      { title: t`NAME`, text: ({ name }) => name, spare: 2 },
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
    title: t`Report of ${moment(one.at)}`,
    back: true,
    items: () => {
      const greyed = isGone ? t`It was removed.` : undefined;
      return [
        { id: 'details', label: t`Details`, description: t`Checksum, items, what was removed` },
        { id: 'offer', label: t`SFTP download`, description: t`Let it be fetched`, greyed },
        { id: 'upload', label: t`SFTP upload`, description: t`Send it to a server`, greyed },
        { id: 'remove', label: t`Remove`, description: t`Delete it from this appliance`, greyed },
      ];
    },
    choose: (id) => doing[id]?.().then(() => undefined) ?? Promise.resolve(),
  });
}

function details({ ui }: Surroundings, one: Report): Promise<void> {
  return ui.facts({
    title: t`Report of ${moment(one.at)}`,
    page: {
      facts: [
        { label: t`File`, value: one.name },
        { label: t`Size`, value: bytesSaid(one.size) },
        { label: t`SHA-256`, value: one.sha256 },
        { label: t`Made by`, value: one.by },
        { label: t`Secrets`, value: t`${one.removed} removed` },
        ...one.items.map(itemFact),
      ],
    },
  });
}

async function remove(surroundings: Surroundings, { name }: Report): Promise<boolean> {
  const { ui, appliance } = surroundings;
  if (!(await ui.confirm({ title: t`Remove`, text: [t`Remove ${name}?`], yes: t`Remove` }))) return false;
  if (!(await permitted(surroundings))) return false;
  const removed = await ui.busy(t`Removing`, (signal) => appliance.report.remove({ name }, { signal }));
  if (!removed.ok) await ui.message({ title: t`Remove`, text: [{ text: problemSaid(removed.problem), role: 'bad' }] });
  return removed.ok;
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');
