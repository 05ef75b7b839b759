/** System › Console: the operator's password, whether changes ask for it, the idle lock, and the language. */
import type { AccessState } from '../../src/appliance.ts';
import { parseWhole } from '../../src/values/whole.ts';
import { chooseLanguage } from '../flows/language.ts';
import { anything, permitted } from '../flows/permission.ts';
import { check, text } from '../kit/fields.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { language, languages, t } from '../texts/texts.ts';

/** NIST SP 800-63B, 5.1.1: no shorter than this. */
const shortest = 8;

export const consoleAccess: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  let state: AccessState | undefined;
  const read = async () => {
    const outcome = await ui.busy(t`Reading the console settings`, (signal) => appliance.access.read({}, { signal }));
    if (outcome.ok) state = outcome.value;
    else await ui.problem(t`Console`, outcome.problem);
  };
  await read();
  if (!state) return;
  await ui.menu({
    title: () => t`Console`,
    back: true,
    items: () => [
      {
        id: 'password',
        label: t`Password`,
        description: state?.passwordSet
          ? t`Change the password of ${state.account}`
          : t`Set the password of ${state?.account}`,
      },
      { id: 'language', label: t`Language`, description: languages[language()] },
      { id: 'rules', label: t`Rules`, description: state ? rulesText(state) : '' },
    ],
    choose: async (id) => {
      if (state) await doing[id]?.(surroundings, state);
      await read();
    },
  });
};

const doing: Record<string, (surroundings: Surroundings, state: AccessState) => Promise<void>> = {
  password,
  language: chooseLanguage,
  rules,
};

/** Only the password: a step of the first boot. */
export const operatorPassword: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the console settings`, (signal) => appliance.access.read({}, { signal }));
  if (read.ok) await password(surroundings, read.value);
  else await ui.problem(t`Password`, read.problem);
};

function rulesText({ passwordBeforeChanges, idleLockMinutes }: AccessState): string {
  const asks = passwordBeforeChanges ? t`changes ask for the password` : t`changes ask for no password`;
  return `${asks}; ${idleLockMinutes ? t`locks after ${idleLockMinutes} min` : t`never locks`}`;
}

async function password(
  { ui, appliance, session }: Surroundings,
  { account, passwordSet }: AccessState,
): Promise<void> {
  const hidden = (label: string, parse: Parameters<typeof text<string>>[0]['parse']) =>
    text({ label, masked: true, most: 256, columns: 32, parse });
  const values = await ui.form({
    title: t`Password of ${account}`,
    fields: {
      current: hidden(t`Current password`, anything),
      next: hidden(t`New password`, newPassword),
      again: hidden(t`New password again`, anything),
    },
    hidden: () => (passwordSet ? [] : ['current']),
    check: ({ next, again }) => (next === again ? {} : { again: t`Not the same as above` }),
    submit: {
      what: t`Setting the password`,
      work: async ({ current, next }, signal) => {
        await appliance.access.setPassword(passwordSet ? { current, next } : { next }, { signal });
        return undefined;
      },
    },
  });
  if (!values) return;
  session.trusted = true;
  await ui.message({ title: t`Password`, text: [{ text: t`The password is set.`, role: 'good' }] });
}

function newPassword(given: string) {
  const right = t`${shortest} characters or more; several words do well`;
  return given.length >= shortest
    ? anything(given)
    : { ok: false as const, why: t`too short: ${given.length} characters`, right };
}

async function rules(surroundings: Surroundings, state: AccessState): Promise<void> {
  const { ui, appliance } = surroundings;
  if (!(await permitted(surroundings))) return;
  await ui.form({
    title: t`Rules`,
    text: state.passwordSet
      ? t`A password once given holds until five minutes pass without a key.`
      : t`No password is set yet: until then nothing is asked and nothing locks.`,
    fields: {
      passwordBeforeChanges: check({
        label: t`Password asked before changes`,
        value: state.passwordBeforeChanges,
      }),
      idleLockMinutes: text({
        label: t`Lock after idle minutes (0: never)`,
        value: String(state.idleLockMinutes),
        columns: 6,
        parse: (given) => parseWhole(given, { from: 0, to: 1440, right: '15' }),
      }),
      windowSeconds: text({
        label: t`Seconds to keep a change (5 to 3600)`,
        value: String(state.windowSeconds),
        columns: 6,
        parse: (given) => parseWhole(given, { from: 5, to: 3600, right: '120' }),
      }),
    },
    submit: {
      what: t`Setting the rules`,
      work: async (values, signal) => {
        await appliance.access.set(values, { signal });
        return undefined;
      },
    },
  });
}
