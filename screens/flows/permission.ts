/** Asks for the operator's password before a change, where that is wished for. Used by every screen that changes. */
import { text } from '../kit/fields.ts';
import type { Surroundings } from '../kit/screen.ts';

/** May this console change something now? Asks where it must. */
export async function permitted({ ui, appliance, session }: Surroundings): Promise<boolean> {
  if (session.trusted) return true;
  const access = await ui.busy('Reading the console settings', (signal) => appliance.access.read({}, { signal }));
  if (!access.ok) {
    await ui.problem('Password', access.problem);
    return false;
  }
  if (!access.value.passwordBeforeChanges || !access.value.passwordSet) return true;
  const given = await ui.form({
    title: 'Password',
    text: `Changes need the password of ${access.value.account}.`,
    fields: { password: text({ label: 'Password', masked: true, most: 256, parse: anything }) },
    submit: {
      what: 'Checking the password',
      work: async ({ password }, signal) => wrongPassword(await appliance.access.check({ password }, { signal })),
    },
  });
  session.trusted = given !== undefined;
  return session.trusted;
}

/** What is wrong with an answer of access.check, for a form with a field of that name. */
export function wrongPassword({ right, wait }: { right: boolean; wait?: number }): { password: string } | undefined {
  if (right) return undefined;
  return { password: wait ? `Wrong. The next try is taken in ${wait} s` : 'Wrong' };
}

export const anything = (value: string) => ({ ok: true as const, value });
