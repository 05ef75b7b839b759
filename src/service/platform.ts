/**
 * Everything that speaks to the platform, put together: the contact that is kept, the groups of the contract, and what
 * Info and the status line show of it.
 */
import type { Appliance, RegistrationState } from '../appliance.ts';
import { Contact } from '../platform/client/contact.ts';
import { type Reach, reachOf } from '../platform/client/reach.ts';
import { RegistrationStore } from '../platform/client/store.ts';
import { labelsOf } from '../platform/protocol.ts';
import { hostOf } from '../values/suffix.ts';
import { connectivityOf, proxyTestOf } from './connectivity.ts';
import { Gauge, type Source } from './gauge.ts';
import type { Gauges } from './gauges.ts';
import { Under } from './jobs.ts';
import { registrationOf, stateOf } from './registration.ts';
import { reportOf } from './report.ts';
import type { System } from './system.ts';

/** What is shown of the platform beside its own screens. */
export interface PlatformView {
  state(): RegistrationState;
  /** Its changes. */
  source: Source;
  /** null: no suffix is set. */
  urls: Gauge<{ status: string | null; platform: string | null }>;
}

export interface Platform {
  groups: Pick<Appliance, 'registration' | 'connectivity' | 'proxyTest'>;
  view: PlatformView;
  /** A registration, while there is one. */
  registering: Under;
  /** Something changed that the way to the platform may depend on. */
  nudge(): void;
}

/** The contact is kept from now on, until the service ends. */
export async function platformOf(system: System, gauges: Gauges, version: string): Promise<Platform> {
  const { machine, brand, state, log, pace, closing, audit } = system;
  const store = new RegistrationStore(state);
  const reach = async (): Promise<Reach> =>
    reachOf({ settings: await system.settings(), brand, state }, machine.proxy.open, pace);
  const report = () => reportOf(gauges, version);
  const contact = await Contact.begin({ store, reach, report, log, pace });
  void contact.keep(closing);
  const under = new Under();
  return {
    groups: {
      registration: registrationOf({ contact, store, reach, gauges, audit, version, closing, under }),
      connectivity: connectivityOf(reach, () => contact.nudge()),
      proxyTest: proxyTestOf(reach),
    },
    view: {
      state: () => stateOf(contact),
      source: { watch: (_every, onChange) => contact.watch(onChange) },
      urls: new Gauge('The suffix', 3000 * pace, () => urlsOf(system)),
    },
    registering: under,
    nudge: () => contact.nudge(),
  };
}

/** As the guide shows them on Info. */
async function urlsOf(system: System): Promise<{ status: string | null; platform: string | null }> {
  const { suffix } = await system.settings();
  if (suffix === undefined) return { status: null, platform: null };
  const { status, management } = labelsOf(system.brand);
  return { status: `https://${hostOf(status, suffix)}`, platform: `https://${hostOf(management, suffix)}` };
}
