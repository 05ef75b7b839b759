/** What `systemctl show` and the log tell of how a unit ended, and what it refers to. Pure; why.ts judges it. */
import type { LogLine, UnitDependency, UnitState, UnitStatus } from '../../appliance.ts';
import { harmless } from '../../values/harmless.ts';
import type { Properties } from './parse.ts';
import { type Evidence, explainUnit } from './why.ts';

/** Of `systemctl show`, beyond those of parse.ts. */
export const evidenceProperties = ['ExecStartPre', 'Requires', 'Requisite', 'BindsTo', 'Wants'] as const;

type Relation = UnitDependency['relation'];

const relations: readonly [property: string, relation: Relation][] = [
  ['Requires', 'requires'],
  ['Requisite', 'requires'],
  ['BindsTo', 'is bound to'],
  ['Wants', 'wants'],
];

/** Units that it refers to, each once, by the strongest way. Slices are not told: they are always there. */
export function referred(properties: Properties): Map<string, Relation> {
  const found = new Map<string, Relation>();
  for (const [property, relation] of relations)
    for (const name of (properties.get(property) ?? '').split(' '))
      if (name && !name.endsWith('.slice') && !found.has(name)) found.set(name, relation);
  return found;
}

/** Is that worth telling of a unit that is not active? What is only wanted, and not there, is in order. */
export function isMissed(relation: Relation, state: UnitState): boolean {
  if (relation === 'wants') return state === 'failed';
  return state !== 'active' && state !== 'reloading' && state !== 'activating';
}

type Explained = Pick<UnitStatus, 'why' | 'advice' | 'signal' | 'conditions' | 'dependencies'>;

export function explained(
  name: string,
  properties: Properties,
  log: readonly LogLine[],
  dependencies: readonly UnitDependency[],
): Explained {
  const why = explainUnit(evidence(name, properties, log, dependencies));
  return { ...why, ...(dependencies.length > 0 ? { dependencies: [...dependencies] } : {}) };
}

function evidence(
  name: string,
  properties: Properties,
  log: readonly LogLine[],
  dependencies: readonly UnitDependency[],
): Evidence {
  const of = (property: string) => properties.get(property) ?? '';
  const ended = endOf(properties);
  const source = of('FragmentPath') || of('SourcePath');
  return {
    name,
    load: of('LoadState'),
    active: of('ActiveState'),
    sub: of('SubState'),
    result: of('Result'),
    ...(ended ? { ended } : {}),
    restarts: Number(of('NRestarts')) || 0,
    ...(source ? { source: harmless(source, { most: 256 }) } : {}),
    said: log.filter(({ from }) => isSystemd.test(from)).map(({ text }) => text),
    needed: dependencies.filter(({ relation }) => relation !== 'wants'),
  };
}

/** Also what it says in a process that is to become the unit's program: "(sleep)". */
const isSystemd = /^(systemd|\(.*\))$/;

/** waitid(2): CLD_EXITED 1, CLD_KILLED 2, CLD_DUMPED 3. */
function endOf(properties: Properties): Evidence['ended'] {
  const code = properties.get('ExecMainCode');
  const status = Number(properties.get('ExecMainStatus'));
  if (code === '1') return { by: 'exit', status, before: false };
  if (code === '2' || code === '3') return { by: 'signal', status, before: false };
  // "{ path=sh ; … ; code=exited ; status=4 }", "… ; code=killed ; status=9/KILL }", one line a command.
  for (const command of (properties.get('ExecStartPre') ?? '').split('\n')) {
    const [, how, number] = /; code=(exited|killed|dumped) ; status=(\d+)(?:\/\S+)? }$/.exec(command) ?? [];
    if (how !== undefined && number !== '0')
      return { by: how === 'exited' ? 'exit' : 'signal', status: Number(number), before: true };
  }
  return undefined;
}
