/** `gatehouse audit`: who changed what, and what came of it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditEntry } from '../appliance.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';

/** Lines that are asked for at once. */
const page = 1000;
/** Milliseconds between two looks for new ones. */
const period = 1000;

/** For people the newest last, as they read a log; in JSON newest first, as the contract has it. */
export async function audit(context: Context, { lines, follow }: { lines: number; follow?: true }): Promise<number> {
  const entries = await newest(context, lines);
  if (follow) return followed(context, entries);
  if (entries.length > 0) context.output.text([...entries].reverse().map(entryText).join('\n'));
  else context.output.text('Nothing was changed yet.');
  context.output.value({ entries });
  return exits.done;
}

async function newest({ appliance, signal }: Context, lines: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let before: string | undefined;
  do {
    const asked = { lines: Math.min(page, lines - entries.length), ...(before === undefined ? {} : { before }) };
    const { entries: more, older } = await appliance.audit.read(asked, { signal });
    entries.push(...more);
    before = older;
  } while (before !== undefined && entries.length < lines);
  return entries;
}

/** Tells those that are there, and then each new one, until interrupted. */
async function followed(context: Context, first: AuditEntry[]): Promise<number> {
  const { output, signal } = context;
  let told = new Set<string>();
  let entries = first;
  while (!signal.aborted) {
    const keys = entries.map((entry) => JSON.stringify(entry));
    for (const [at, entry] of [...entries.entries()].reverse()) {
      if (told.has(keys[at] as string)) continue;
      output.text(entryText(entry));
      output.value(entry);
    }
    told = new Set([...told, ...keys].slice(-2 * page));
    await wait(period, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) entries = await newest(context, page);
  }
  return exits.done;
}

export function entryText({ time, by, what, before, after, outcome }: AuditEntry): string {
  const states = before === '' && after === '' ? [] : [`    ${before || 'nothing'} -> ${after || 'nothing'}`];
  return [`${time}  ${by}: ${what}: ${outcome}`, ...states].join('\n');
}
