/** Registration: the personalization code, the steps as they happen, and what the appliance is once registered. */
import type { RegistrationState } from '../src/appliance.ts';
import { parsePersonalizationCode } from '../src/values/uuid.ts';
import { permitted } from './flows/permission.ts';
import type { Fact } from './kit/facts.ts';
import { text } from './kit/fields.ts';
import type { Outcome } from './kit/outcome.ts';
import { problemFact } from './kit/reading.ts';
import type { Screen, Surroundings } from './kit/screen.ts';
import { t } from './texts/texts.ts';

type Registered = Extract<RegistrationState, { registered: true }>;

export const registration: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const state = await ui.busy(t`Reading the registration`, (signal) => appliance.registration.read({}, { signal }));
  if (!state.ok) return ui.problem(t`Registration`, state.problem);
  if (state.value.registered) await registered(surroundings, state.value);
  else await register(surroundings);
};

/** Is it registered by that? */
async function register(surroundings: Surroundings): Promise<boolean> {
  const { ui, appliance } = surroundings;
  const suffix = await ui.busy(t`Reading the suffix`, (signal) => appliance.platform.read({}, { signal }));
  if (!suffix.ok) {
    await ui.problem(t`Registration`, suffix.problem);
    return false;
  }
  if (!suffix.value.suffix) {
    await ui.problem(t`Registration`, { code: 'suffix-missing', details: {} });
    return false;
  }
  if (!(await permitted(surroundings))) return false;
  const about = await ui.busy(t`Reading what this appliance is`, (signal) => appliance.about({}, { signal }));
  const code = about.ok ? about.value.lab?.code : undefined;
  let value = '';
  for (;;) {
    const given = await ui.form({
      title: t`Registration`,
      text: `${t`Enter lookup code in *lowercase*`}${code ? `\n${t`The lab has one ready: ${code}`}` : ''}`,
      fields: { code: text({ label: t`Code`, value, columns: 38, parse: parsePersonalizationCode }) },
    });
    if (!given) return false;
    value = given.code;
    if (await enrol(surroundings, given.code)) return true;
  }
}

async function enrol({ ui, appliance }: Surroundings, code: string): Promise<boolean> {
  const outcome = await ui.progress({
    title: t`Registration in progress`,
    givingUp: t`Giving up leaves nothing half registered.`,
    work: (report, signal) => appliance.registration.register({ code }, { signal, progress: report }),
  });
  if (!outcome.ok) {
    await ui.problem(t`Registration`, outcome.problem);
    return false;
  }
  const text = [{ text: t`Appliance is registered successfully`, role: 'good' as const }];
  await ui.message({
    title: t`Registration`,
    text: [...text, ...(outcome.value.registered ? [t`Its name is ${outcome.value.name}.`] : [])],
  });
  return true;
}

// ---------------------------------------------------------------- once registered

async function registered(surroundings: Surroundings, state: Registered): Promise<void> {
  const { ui } = surroundings;
  /** Each says whether the appliance is another one now. */
  const doing: Record<string, () => Promise<boolean>> = {
    show: () => show(surroundings).then(() => false),
    again: () => again(surroundings, state),
    deregister: () => deregister(surroundings, state),
  };
  await ui.menu({
    title: t`Registered as ${state.name}`,
    back: true,
    items: () => [
      { id: 'show', label: t`Show`, description: t`Name, ID, connection, configuration` },
      { id: 'again', label: t`Register again`, description: t`With another code` },
      { id: 'deregister', label: t`Deregister`, description: t`Leave the platform` },
    ],
    choose: async (id) => ((await doing[id]?.()) ? 'close' : undefined),
  });
}

function show({ ui, appliance }: Surroundings): Promise<void> {
  return ui.facts({
    title: t`Registration`,
    page: (tell, signal) =>
      appliance.registration.watch({}, { signal, progress: (state) => tell({ facts: facts(state) }) }),
  });
}

function facts(state: RegistrationState): Fact[] {
  if (!state.registered) return [{ label: t`Status`, value: t`Not registered`, role: 'warn' }];
  const { configuration: gateway } = state;
  return [
    { label: t`Name`, value: state.name },
    { label: t`ID`, value: state.id },
    ...(state.location ? [{ label: t`Location`, value: state.location }] : []),
    { label: t`Registered since`, value: time(state.since) },
    state.connected
      ? { label: t`Platform`, value: t`connected since ${time(state.connectedSince)}`, role: 'good' }
      : { label: t`Platform`, value: t`not connected since ${time(state.connectedSince)}`, role: 'bad' },
    ...(state.problem ? [problemFact(t`Problem`, state.problem)] : []),
    ...(state.lastCheckIn ? [{ label: t`Last check-in`, value: time(state.lastCheckIn) }] : []),
    { label: t`Certificate until`, value: time(state.certificateUntil) },
    { label: t`Proxy port`, value: String(gateway.proxyPort) },
    {
      label: t`Cache port`,
      value: gateway.modes.cache ? String(gateway.cachePort) : t`${gateway.cachePort} (cache mode is off)`,
    },
    { label: t`Patch mode`, value: gateway.modes.patch ? t`on` : t`off` },
    { label: t`Allowed domains`, value: gateway.allowedDomains.join('\n') || t`the defaults` },
    { label: t`TLS`, value: t`${gateway.minimumTls} and up` },
  ];
}

const time = (iso: string) => iso.slice(0, 16).replace('T', ' ');

async function again(surroundings: Surroundings, { name }: Registered): Promise<boolean> {
  const text = [t`This appliance is registered as ${name}.`, t`Registering again gives it another identity. Go on?`];
  return (await surroundings.ui.confirm({ title: t`Register again`, text, yes: t`Go on` })) && register(surroundings);
}

async function deregister(surroundings: Surroundings, { name }: Registered): Promise<boolean> {
  const { ui } = surroundings;
  const text = [
    t`Deregister ${name}?`,
    { text: t`It loses its identity and its configuration at once.`, role: 'warn' as const },
  ];
  if (!(await ui.confirm({ title: t`Deregister`, text, yes: t`Deregister` })) || !(await permitted(surroundings)))
    return false;
  const told = await leave(surroundings, false);
  if (told.ok || told.problem.code === 'aborted') return told.ok;
  const alone = [
    t`The platform could not be told; there the appliance stays in the list.`,
    t`Forget the registration here all the same?`,
  ];
  return (
    (await ui.confirm({ title: t`Deregister`, text: alone, yes: t`Forget it` })) && (await leave(surroundings, true)).ok
  );
}

/** Says what came of it. */
async function leave({ ui, appliance }: Surroundings, withoutPlatform: boolean): Promise<Outcome<unknown>> {
  const work = (signal: AbortSignal) => appliance.registration.deregister({ withoutPlatform }, { signal });
  const outcome = await ui.busy(withoutPlatform ? t`Forgetting the registration` : t`Telling the platform`, work);
  if (!outcome.ok) await ui.problem(t`Deregister`, outcome.problem);
  else await ui.message({ title: t`Deregister`, text: [t`This appliance is not registered any more.`] });
  return outcome;
}
