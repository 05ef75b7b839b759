/** Opens an entry of the tree as a menu, with what the machine says of it. */
import type { Brand } from '../src/brand/brand.ts';
import type { Surroundings } from './kit/screen.ts';
import type { Entry } from './menu.ts';
import type { Statuses } from './statuses.ts';

export async function openMenu(
  surroundings: Surroundings,
  statuses: Statuses,
  entry: Entry,
  leave?: () => Promise<boolean>,
): Promise<void> {
  const { ui, brand } = surroundings;
  const own = entry.entries ?? [];
  let entries = await present(surroundings, entry, own);
  await ui.menu({
    title: entry.title ?? entry.label,
    back: leave === undefined,
    items: () => entries.map((one) => ({ ...texts(one, brand), id: one.id, greyed: one.greyed })),
    status: (id) => statuses.of(entries.find((one) => one.id === id)),
    choose: async (id) => {
      const chosen = entries.find((one) => one.id === id);
      if (chosen?.screen) await chosen.screen(surroundings);
      else if (chosen?.entries) await openMenu(surroundings, statuses, chosen);
      entries = await present(surroundings, entry, own);
    },
    ...(leave ? { leave } : {}),
  });
}

/** The entries as the machine has them now; where it does not answer, those that need no answer. */
async function present(
  { ui, appliance }: Surroundings,
  { more, now, label }: Entry,
  own: readonly Entry[],
): Promise<readonly Entry[]> {
  if (!more && !now) return own;
  const said = await ui.busy(`Reading ${label}`, async (signal) => ({
    more: (await more?.(appliance, signal)) ?? [],
    now: (await now?.(appliance, signal)) ?? {},
  }));
  if (!said.ok) {
    await ui.problem(label, said.problem);
    return own;
  }
  return [...said.value.more, ...own].map((entry) => ({ ...entry, ...said.value.now[entry.id] }));
}

function texts({ id, label, description }: Entry, brand: Brand): { label: string; description: string } {
  const named = { label, description, ...brand.menu[id] };
  return { label: named.label, description: named.description.replace('{platform}', brand.platform) };
}
