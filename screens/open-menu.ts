/** Opens an entry of the tree as a menu, with what the machine says of it. */
import type { Appliance } from '../src/appliance.ts';
import type { Brand } from '../src/brand/brand.ts';
import type { Surroundings } from './kit/screen.ts';
import type { Entry } from './menu.ts';
import type { Statuses } from './statuses.ts';
import { said, t } from './texts/texts.ts';

/** Milliseconds that a menu waits at most for what may have changed below it. */
const patience = 5000;

export async function openMenu(
  surroundings: Surroundings,
  statuses: Statuses,
  entry: Entry,
  leave?: () => Promise<boolean>,
): Promise<void> {
  const { ui, appliance } = surroundings;
  let entries = await begin(surroundings, entry);
  const lookOnly = ({ operatorOnly }: Entry) =>
    operatorOnly && surroundings.role === 'viewer' ? t`Only for operators: you are logged in as a viewer.` : undefined;
  await ui.menu({
    title: () => said(entry.title ?? entry.label),
    back: leave === undefined,
    items: () =>
      entries.map((one) => ({
        ...texts(one, surroundings.brand),
        id: one.id,
        greyed: one.greyed === undefined ? lookOnly(one) : said(one.greyed),
      })),
    status: (id) => statuses.of(entries.find((one) => one.id === id)),
    choose: async (id) => {
      const chosen = entries.find((one) => one.id === id);
      if (chosen?.screen) await chosen.screen(surroundings);
      else if (chosen?.entries) await openMenu(surroundings, statuses, chosen);
      // Under the menu, which takes keys meanwhile; without an answer it stays as it was.
      entries = await present(entry, appliance, AbortSignal.timeout(patience)).catch(() => entries);
    },
    ...(leave ? { leave } : {}),
  });
}

/** The entries to begin with; where the machine does not answer, those that need no answer. */
async function begin({ ui, appliance }: Surroundings, entry: Entry): Promise<readonly Entry[]> {
  const own = entry.entries ?? [];
  if (!entry.more && !entry.now) return own;
  const read = await ui.busy(t`Reading ${said(entry.label)}`, (signal) => present(entry, appliance, signal));
  if (read.ok) return read.value;
  await ui.problem(said(entry.label), read.problem);
  return own;
}

/** The entries as the machine has them now. */
async function present(entry: Entry, appliance: Appliance, signal: AbortSignal): Promise<readonly Entry[]> {
  const more = (await entry.more?.(appliance, signal)) ?? [];
  const now = (await entry.now?.(appliance, signal)) ?? {};
  return [...more, ...(entry.entries ?? [])].map((one) => ({ ...one, ...now[one.id] }));
}

function texts({ id, label, description }: Entry, brand: Brand): { label: string; description: string } {
  // A brand's texts are its own, in its own language.
  const named = { label: said(label), description: said(description), ...brand.menu[id] };
  return { label: named.label, description: named.description.replace('{platform}', said(brand.platform)) };
}
