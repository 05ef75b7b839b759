/** Asks for the operator's password before a change, where the service wants it. Used by every screen that changes. */
import { text } from '../kit/fields.ts';
import type { Surroundings } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';

/** May this console change something now? Asks where it must. */
export async function permitted({ ui, appliance, session }: Surroundings): Promise<boolean> {
  const may = await ui.busy(t`Asking for leave to change`, (signal) => appliance.access.check({}, { signal }));
  if (!may.ok) {
    await ui.problem(t`Changes`, may.problem);
    return false;
  }
  if (may.value.right) return true;
  const given = await ui.form({
    title: t`Password`,
    text: t`Changes need the operator's password.`,
    fields: { password: text({ label: t`Password`, masked: true, most: 256, parse: anything }) },
    submit: {
      what: t`Checking the password`,
      work: async ({ password }, signal) => wrongPassword(await appliance.access.check({ password }, { signal })),
    },
  });
  session.trusted = given !== undefined;
  return session.trusted;
}

/** What is wrong with an answer of access.check, for a form with a field of that name. */
export function wrongPassword({ right, wait }: { right: boolean; wait?: number }): { password: string } | undefined {
  if (right) return undefined;
  return { password: wait ? t`Wrong. The next try is taken in ${wait} s` : t`Wrong` };
}

export const anything = (value: string) => ({ ok: true as const, value });
