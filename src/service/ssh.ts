/** SSH: off and on, its host keys, its sessions. Off until the operator's account can be logged in to. */
import type { Appliance, SshState } from '../appliance.ts';
import { fail } from '../errors.ts';
import { within } from '../within.ts';
import { account } from './access.ts';
import { Gauge, knownValue, watchGauges } from './gauge.ts';
import type { System } from './system.ts';

const PERIOD = 2000;
const LIMIT = 10_000;

export function sshOf(system: System): Appliance['ssh'] {
  const { machine, pace } = system;
  const read = async (signal: AbortSignal): Promise<SshState> => {
    const [state, refused] = await Promise.all([machine.ssh.state(signal), whyRefused(system, signal)]);
    return { ...state, ...(refused === undefined ? {} : { refused }) };
  };
  const gauge = new Gauge('SSH', LIMIT * pace, read);
  return {
    read: (_args, call) => within(LIMIT * pace, 'SSH', read, call?.signal),
    watch: (_args, call) => watchGauges([[gauge, PERIOD * pace]], () => knownValue(gauge.reading), call),
    async set({ enabled }, { by = 'nobody known' } = {}) {
      const refused = enabled ? await whyRefused(system, system.closing) : undefined;
      if (refused !== undefined) throw fail('not-allowed', { what: 'Switching SSH on', why: refused });
      await system.alter({
        by,
        what: enabled ? 'SSH on' : 'SSH off',
        make: (settings) => ({ ...settings, ssh: { enabled } }),
        apply: (next) => applySsh(system, next.ssh.enabled),
      });
      return read(system.closing);
    },
  };
}

/** Switches it, where it is not so already. */
export async function applySsh({ machine: { ssh }, closing }: System, enabled: boolean): Promise<void> {
  if ((await ssh.state(closing)).enabled === enabled) return;
  await (enabled ? ssh.enable(closing) : ssh.disable(closing));
}

/** There is no default password: somebody has to set one at the machine, or bring a key. */
export async function whyRefused({ machine }: System, signal: AbortSignal): Promise<string | undefined> {
  const { hasPassword, keys } = await machine.login.state(account, signal);
  return hasPassword || keys > 0
    ? undefined
    : `The account ${account} has neither a password nor a key yet: set a password under System, Console first.`;
}
