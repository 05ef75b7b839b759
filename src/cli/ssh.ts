/** `gatehouse ssh …`. */
import type { SshState } from '../appliance.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';

export async function show({ appliance, output, signal }: Context): Promise<number> {
  return told(output, await appliance.ssh.read({}, { signal }));
}

export async function set({ appliance, output, signal }: Context, enabled: boolean): Promise<number> {
  return told(output, await appliance.ssh.set({ enabled }, { signal }));
}

function told(output: Context['output'], state: SshState): number {
  const { enabled, refused, fingerprints, sessions } = state;
  output.text(
    fields([
      ['SSH', enabled ? 'enabled' : 'disabled'],
      ['Cannot be enabled', refused],
      ...fingerprints.map(({ type, sha256 }): [string, string] => [type, sha256]),
      ['Sessions', sessions.length === 0 ? 'none' : sessions.length],
      ...sessions.map(({ user, from, since }): [string, string] => [`  ${user}`, `from ${from} since ${since}`]),
    ]),
  );
  output.value(state);
  return exits.done;
}
