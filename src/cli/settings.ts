/** `gatehouse settings …`: earlier versions. */
import { differencesText } from './change-text.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { table } from './table.ts';
import { type TransactionOptions, transaction } from './transaction.ts';

/** Newest first. */
export async function versions({ appliance, output, signal }: Context): Promise<number> {
  const all = await appliance.settings.versions({}, { signal });
  const rows = all.map(({ revision, at, by, what }) => [String(revision), at, by, what]);
  output.text(rows.length === 0 ? 'Nothing was set up yet.' : table(rows));
  output.value(all);
  return exits.done;
}

export async function difference({ appliance, output, signal }: Context, from: number, to: number): Promise<number> {
  const found = await appliance.settings.difference({ from, to }, { signal });
  output.text(found.length === 0 ? 'They are the same.' : differencesText(found));
  output.value(found);
  return exits.done;
}

export function restore(context: Context, revision: number, options: TransactionOptions): Promise<number> {
  return transaction(context, { section: 'settings', revision }, options);
}
