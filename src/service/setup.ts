/**
 * The first boot's guided way: how far the machine is set up, which is read from it each time, and what is remembered:
 * that the way is over, and what of it was passed over. An appliance that had settings, or was registered, before there
 * was such a record has no way to go.
 */
import type { Found } from '../adapters/network/parse.ts';
import type { Appliance, RegistrationState, SetupState, SetupStep, SetupStepName } from '../appliance.ts';
import { problemOf, sentence } from '../errors.ts';
import { type RememberedFile, readRecord, type SetUpRecord, writeRecord } from '../unattended/record.ts';
import { within } from '../within.ts';
import { account } from './access.ts';
import { messageOf, type System } from './system.ts';

/** Milliseconds for one step's reading. */
const LIMIT = 5000;

type How = Pick<SetupStep, 'done' | 'said'>;

/** What is remembered, in memory and on the disk. */
export class SetUp {
  private constructor(
    private readonly system: System,
    private known: SetUpRecord,
  ) {}

  /** Never rejects: where nothing can be read or written, the appliance counts as set up. */
  static async begin(system: System, isRegistered: boolean): Promise<SetUp> {
    const { state, store, log } = system;
    try {
      const known = await readRecord(state);
      if (known) return new SetUp(system, known);
      const { revision } = await store.read();
      const setUp = new SetUp(system, { finished: false, passed: [] });
      await setUp.remember({ finished: isRegistered || revision > 0 });
      return setUp;
    } catch (error) {
      log.warning(`First steps: ${sentence(problemOf(error, messageOf(error)))}`);
      return new SetUp(system, { finished: true, passed: [] });
    }
  }

  get record(): SetUpRecord {
    return this.known;
  }

  /** Holds in this process also where it cannot be written. */
  async remember(change: Partial<Omit<SetUpRecord, 'unattended'>> & { unattended?: RememberedFile }): Promise<void> {
    this.known = { ...this.known, ...change };
    await writeRecord(this.system.state, this.known);
  }
}

export function setupOf(system: System, setUp: SetUp, registration: () => RegistrationState): Appliance['setup'] {
  const read = async (): Promise<SetupState> => {
    const { finished, passed, unattended: file } = setUp.record;
    const steps = await stepsOf(system, registration, passed);
    if (!file) return { finished, steps };
    const { sha256: _, ...unattended } = file;
    return { finished, steps, unattended };
  };
  const noted = async (by: string, what: string, change: Partial<Pick<SetUpRecord, 'finished' | 'passed'>>) => {
    await setUp.remember(change);
    await system.audit.note({ by, what, before: '', after: '', outcome: 'done' });
    return read();
  };
  return {
    read,
    pass({ step, passed }, { by = 'nobody known' } = {}) {
      const others = setUp.record.passed.filter((name) => name !== step);
      const what = `${passed ? 'pass over' : 'take up again'} ${step} in the first steps`;
      return noted(by, what, { passed: passed ? [...others, step] : others });
    },
    finish({ finished }, { by = 'nobody known' } = {}) {
      // Opened again, every step that is not done is asked about again.
      const change = finished ? { finished } : { finished, passed: [] };
      return noted(by, finished ? 'finish the first steps' : 'open the first steps again', change);
    },
  };
}

/** In the order in which they are gone. */
function stepsOf(
  system: System,
  registration: () => RegistrationState,
  passed: readonly SetupStepName[],
): Promise<SetupStep[]> {
  const { machine, pace } = system;
  const readings: Record<SetupStepName, (signal: AbortSignal) => Promise<How>> = {
    async password(signal) {
      const { hasPassword, keys } = await machine.login.state(account, signal);
      if (hasPassword) return { done: true, said: `${account} has a password` };
      return { done: false, said: `${account} has no password yet${keys > 0 ? ', but a key' : ''}` };
    },
    network: async (signal) => networkOf(await machine.network.effective({}, signal)),
    async time(signal) {
      const { synchronised, server } = await machine.time.effective(signal);
      const from = server === undefined ? '' : ` with ${server}`;
      if (synchronised) return { done: true, said: `the clock is synchronised${from}` };
      if (server !== undefined) return { done: true, said: `${server} answers; the clock is not synchronised yet` };
      return { done: false, said: 'no time server has answered yet' };
    },
    async proxy() {
      const { enabled, proxies } = (await system.settings()).proxy;
      const names = proxies.map(({ host, port }) => `${host}:${port}`).join(', ');
      return enabled ? { done: true, said: `through ${names}` } : { done: false, said: 'no proxy is set' };
    },
    async suffix() {
      const { suffix } = await system.settings();
      return suffix === undefined ? { done: false, said: 'none is set yet' } : { done: true, said: suffix };
    },
    async registration() {
      const state = registration();
      if (!state.registered) return { done: false, said: 'not registered yet' };
      return { done: true, said: `registered as ${state.name}` };
    },
  };
  return Promise.all(
    (Object.keys(readings) as SetupStepName[]).map(async (name) => ({
      name,
      ...(await within(LIMIT * pace, 'The machine', readings[name]).catch((error: unknown) => ({
        done: false,
        said: sentence(problemOf(error, messageOf(error))),
      }))),
      passed: passed.includes(name),
    })),
  );
}

const origins = { dhcp: ' by DHCP', static: ' (static)', router: ' from the router', other: '', 'link-local': '' };

/** Of the interface that the machine is known by. */
function networkOf([first]: readonly Found[]): How {
  if (!first) return { done: false, said: 'there is no interface' };
  const used = first.addresses.filter(
    ({ address, from }) => from !== 'link-local' && !first.duplicates.includes(address),
  );
  const found = used.find(({ address }) => !address.includes(':')) ?? used[0];
  if (found) return { done: true, said: `${first.name} has ${found.address}${origins[found.from]}` };
  const why = first.link === 'up' ? 'has no address yet' : `has no address: ${first.link}`;
  return { done: false, said: `${first.name} ${why}` };
}
