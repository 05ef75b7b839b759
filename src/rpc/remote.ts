/** The contract made of one asking function: `appliance.units.list(…)` becomes a question by the name 'units.list'. */
import type { Appliance, Call } from '../appliance.ts';
import { type OperationName, operationNames } from '../operations.ts';
import type { Ask } from './ask.ts';

type Group = Record<string, unknown>;

export function remoteAppliance(ask: Ask): Appliance {
  const appliance: Group = {};
  for (const name of operationNames) {
    const [group, verb] = name.split('.') as [string, string?];
    const operation = async (args: object, call?: Partial<Call<unknown>>) => (await ask(name, args, call)) ?? undefined;
    if (verb === undefined) appliance[group] = operation;
    else {
      appliance[group] ??= {};
      (appliance[group] as Group)[verb] = operation;
    }
  }
  // Sound because operations.ts names every operation of the contract, which the compiler checks there.
  return appliance as unknown as Appliance;
}

/** The function behind a name, of a real appliance. */
export function operationOf(
  appliance: Appliance,
  name: OperationName,
): (args: object, call: Partial<Call<unknown>>) => Promise<unknown> {
  const [group, verb] = name.split('.') as [string, string?];
  const found = (appliance as unknown as Group)[group];
  return (verb === undefined ? found : (found as Group)[verb]) as never;
}
