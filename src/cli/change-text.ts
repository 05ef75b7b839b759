/** What is said of a change: its plan, its steps and tests, how it waits and how it ended. Pure. */
import type { ChangePlan, Difference, EndedChange, PendingChange, TestResult } from '../appliance.ts';
import { table } from './table.ts';

/** Changed lines are marked with a star. */
export function differencesText(differences: readonly Difference[]): string {
  const hasEffective = differences.some(({ effective }) => effective !== undefined);
  const head = ['', '', 'Now', 'Will be', ...(hasEffective ? ['In effect'] : [])];
  return table([
    head,
    ...differences.map(({ what, now, will, effective, changed }) => [changed ? '*' : '', what, now, will, effective]),
  ]);
}

export function planText({ differences, warnings, newAddress, window }: ChangePlan): string {
  return [
    differencesText(differences),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...(newAddress === undefined ? [] : [`Afterwards the appliance is reached at ${newAddress}.`]),
    `Applied, it is undone by itself after ${window} s without an answer.`,
  ].join('\n');
}

export function testText({ test, passed, said }: TestResult): string {
  return `${passed ? 'passed' : 'FAILED'}  ${test}: ${said}`;
}

/** How somebody answers who is not asked here. */
export function waitingText({ what, until, newAddress }: PendingChange): string {
  return [
    `${what}: applied, and undone by itself${until === undefined ? '' : ` at ${until}`} without an answer.`,
    ...(newAddress === undefined ? [] : [`The appliance is reached at ${newAddress} now.`]),
    'To keep it: gatehouse changes keep    To undo it now: gatehouse changes undo',
  ].join('\n');
}

export function endedText({ what, outcome, why, differs }: EndedChange): string {
  const said = `${what}: ${outcome}, ${why}.`;
  if (differs === undefined) return said;
  return differs.length === 0
    ? `${said} The machine is as it was; that was compared.`
    : [`${said} But:`, ...differs.map((sentence) => `  ${sentence}`)].join('\n');
}
