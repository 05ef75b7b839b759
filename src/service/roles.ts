/**
 * What a viewer may ask: to look, and nothing else. A change never; and of what only reads, not what may hold secrets,
 * tries the operator's password, or reaches out to a place that the asker names as part of a change.
 */
import { type OperationName, operations } from '../operations.ts';

const forOperators: ReadonlySet<OperationName> = new Set([
  'access.check',
  // Programs log what they are given: tokens, passwords typed in the place of a name.
  'logs.page',
  'logs.search',
  'logs.count',
  'logs.follow',
  'report.hostKey',
  // Tries the password that the file gives.
  'unattended.plan',
  'unattended.export',
]);

export function isForViewers(name: OperationName): boolean {
  return operations[name] !== 'change' && !forOperators.has(name);
}

/** Arguments as a viewer may have them answered: a unit is shown without its log. */
export function argumentsForViewers(name: OperationName, args: object): object {
  return name === 'units.show' ? { ...args, lines: 0 } : args;
}
