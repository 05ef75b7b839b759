/** Diagnostics › Audit: who changed what, when, from where, and what came of it. */
import type { AuditEntry } from '../../src/appliance.ts';
import type { Fact } from '../kit/facts.ts';
import { problemSaid } from '../kit/outcome.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';

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
    tell(older ? [...entries, more] : entries);
  };
  await ui.table<Row>({
    title: 'Audit',
    rows: async (show, signal) => {
      tell = show;
      await read(signal);
    },
    id: ({ key }) => key,
    empty: 'Nothing was changed yet.',
    columns: [
      { title: 'TIME', text: ({ time }) => moment(time), whole: true },
      { title: 'WHAT', text: ({ what }) => what },
      {
        title: 'OUTCOME',
        text: ({ outcome }) => outcome,
        role: ({ outcome, isMore }) => (isMore ? 'text' : outcome === 'done' ? 'good' : 'warn'),
        spare: 2,
      },
      { title: 'WHO', text: ({ by }) => by, spare: 1 },
    ],
    detail: ({ by, outcome, isMore }) => (isMore ? '' : `${by}: ${outcome}`),
    ok: 'Details',
    choose: async (row) => {
      if (!row.isMore) return details(surroundings, row);
      const outcome = await ui.busy('Reading older entries', read);
      if (!outcome.ok)
        await ui.message({ title: 'Audit', text: [{ text: problemSaid(outcome.problem), role: 'bad' }] });
    },
  });
};

const more: Row = {
  key: 'more',
  isMore: true,
  time: '',
  what: 'Read older ones',
  by: '',
  before: '',
  after: '',
  outcome: '',
};

function details({ ui }: Surroundings, entry: AuditEntry): Promise<void> {
  const { time, what, by, before, after, outcome, user, uid, pid, console, address, unit, login } = entry;
  const facts: (Fact | undefined)[] = [
    { label: 'Time', value: moment(time) },
    { label: 'What', value: what },
    { label: 'Outcome', value: outcome, role: outcome === 'done' ? 'good' : 'warn' },
    { label: 'Who', value: by },
    user || uid !== undefined ? { label: 'User', value: `${user ?? 'no such account'} (${uid})` } : undefined,
    login ? { label: 'Logged in as', value: login } : undefined,
    console ? { label: 'Console', value: console } : undefined,
    address ? { label: 'Address', value: address } : undefined,
    unit ? { label: 'Service', value: unit } : undefined,
    pid ? { label: 'Process', value: String(pid) } : undefined,
    { label: 'Before', value: before || 'not said' },
    { label: 'After', value: after || 'not said' },
  ];
  return ui.facts({ title: 'Audit', page: { facts: facts.filter((fact) => fact !== undefined) } });
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');
