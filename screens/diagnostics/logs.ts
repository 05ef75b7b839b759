/** Diagnostics › Logs: the journal, and the files of the log folder. */
import type { LogFile } from '../../src/appliance.ts';
import { bytesSaid } from '../../src/values/amount.ts';
import { openLog } from '../flows/log.ts';
import type { Screen } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

/** A row of the list: a file, or the journal, which stands first. */
type Row = LogFile | 'journal';

export const logs: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  await ui.table<Row>({
    title: t`Logs`,
    // The journal can be read before anybody has looked for files, or where that fails.
    rows: async (tell, signal) => {
      tell(['journal']);
      tell(['journal', ...(await appliance.logs.files({}, { signal }))]);
    },
    id: (row) => (row === 'journal' ? '' : row.path),
    empty: t`None.`,
    columns: [
      { title: t`LOG`, text: nameOf },
      {
        title: t`SIZE`,
        right: true,
        text: (row) => (row === 'journal' ? '' : bytesSaid(row.size)),
        order: (a, b) => sizeOf(a) - sizeOf(b),
        spare: 1,
      },
      { title: t`CHANGED`, text: (row) => (row === 'journal' ? '' : shortTime(row.changedAt)), spare: 2, whole: true },
      {
        title: t`KIND`,
        text: kindOf,
        role: (row) => (row !== 'journal' && row.unreadable ? 'dim' : 'text'),
        spare: 3,
      },
    ],
    detail: (row) => (row === 'journal' ? t`All services, and the kernel` : said(row.unreadable ?? row.path)),
    choose: (row) => open(row),
  });

  async function open(row: Row): Promise<void> {
    if (row === 'journal') return openLog(surroundings, { title: t`Journal`, source: { kind: 'journal' } });
    if (row.unreadable)
      return ui.problem(row.path, { code: 'log-unreadable', details: { name: row.path, why: row.unreadable } });
    await openLog(surroundings, { title: row.path, source: { kind: 'file', path: row.path } });
  }
};

const nameOf = (row: Row) => (row === 'journal' ? t`Journal` : row.path);
const sizeOf = (row: Row) => (row === 'journal' ? Number.POSITIVE_INFINITY : row.size);
const shortTime = (iso: string) => iso.slice(0, 16).replace('T', ' ');

function kindOf(row: Row): string {
  if (row === 'journal') return t`journal`;
  return row.unreadable ? t`not text` : (row.compressed ?? t`text`);
}
