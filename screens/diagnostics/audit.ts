/** Diagnostics › Audit: who changed what, when, from where, and what came of it. */
import type { AuditEntry } from '../../src/appliance.ts';
import type { Fact } from '../kit/facts.ts';
import { problemSaid } from '../kit/outcome.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

/** Entries that are read at once. */
const batch = 200;

/** An entry, or what reads older ones. */
type Row = AuditEntry & { key: string; isMore?: true };

export const audit: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  let entries: Row[] = [];
  let older: string | undefined;
  let tell: (rows: readonly Row[]) => void = () => undefined;
  const read = async (signal: AbortSignal) => {
    const page = await appliance.audit.read({ lines: batch, ...(older ? { before: older } : {}) }, { signal });
    older = page.older;
    const from = entries.length;
    entries = [...entries, ...page.entries.map((entry, at) => ({ ...entry, key: String(from + at) }))];
    tell(older ? [...entries, more()] : entries);
  };
  await ui.table<Row>({
    title: t`Audit`,
    rows: async (show, signal) => {
      tell = show;
      await read(signal);
    },
    id: ({ key }) => key,
    empty: t`Nothing was changed yet.`,
    columns: [
      { title: t`TIME`, text: ({ time }) => moment(time), whole: true },
      { title: t`WHAT`, text: ({ what }) => said(what) },
      {
        title: t`OUTCOME`,
        text: ({ outcome }) => said(outcome),
        role: ({ outcome, isMore }) => (isMore ? 'text' : outcome === 'done' ? 'good' : 'warn'),
        spare: 2,
      },
      { title: t`WHO`, text: ({ by }) => by, spare: 1 },
    ],
    detail: ({ by, outcome, isMore }) => (isMore ? '' : `${by}: ${said(outcome)}`),
    ok: t`Details`,
    choose: async (row) => {
      if (!row.isMore) return details(surroundings, row);
      const outcome = await ui.busy(t`Reading older entries`, read);
      if (!outcome.ok)
        await ui.message({ title: t`Audit`, text: [{ text: problemSaid(outcome.problem), role: 'bad' }] });
    },
  });
};

const more = (): Row => ({
  key: 'more',
  isMore: true,
  time: '',
  what: t`Read older ones`,
  by: '',
  before: '',
  after: '',
  outcome: '',
});

function details({ ui }: Surroundings, entry: AuditEntry): Promise<void> {
  const { time, what, by, before, after, outcome, user, uid, pid, console, address, unit, login } = entry;
  const facts: (Fact | undefined)[] = [
    { label: t`Time`, value: moment(time) },
    { label: t`What`, value: said(what) },
    { label: t`Outcome`, value: said(outcome), role: outcome === 'done' ? 'good' : 'warn' },
    { label: t`Who`, value: by },
    user || uid !== undefined ? { label: t`User`, value: `${user ?? t`no such account`} (${uid})` } : undefined,
    login ? { label: t`Logged in as`, value: login } : undefined,
    console ? { label: t`Console`, value: console } : undefined,
    address ? { label: t`Address`, value: address } : undefined,
    unit ? { label: t`Service`, value: unit } : undefined,
    pid ? { label: t`Process`, value: String(pid) } : undefined,
    { label: t`Before`, value: before || t`not said` },
    { label: t`After`, value: after || t`not said` },
  ];
  return ui.facts({ title: t`Audit`, page: { facts: facts.filter((fact) => fact !== undefined) } });
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');
