/**
 * Why a unit is not active, and what to do: from what systemd knows of it and has said about it. Pure. Sources:
 * systemd.service(5), $SERVICE_RESULT; systemd.exec(5), exit codes; the messages of systemd 252 to 257.
 */
import { harmless } from '../../values/harmless.ts';
import { setUpFailures, signalOf } from './exits.ts';

export interface Evidence {
  name: string;
  /** systemd's LoadState, ActiveState, SubState, Result. */
  load: string;
  active: string;
  sub: string;
  result: string;
  /** How the main process ended, or what was started before it where that failed. */
  ended?: { by: 'exit' | 'signal'; status: number; before: boolean };
  restarts: number;
  /** Its unit file. */
  source?: string;
  /** What systemd itself has said about it, oldest first. */
  said: readonly string[];
  /** Units that it cannot do without, and that are not active. */
  needed: readonly { name: string; state: string }[];
}

export interface Why {
  why: string;
  advice: string;
  /** "SIGKILL" */
  signal?: string;
  /** Conditions that were not met: "ConditionPathExists=/etc/none". */
  conditions?: string[];
}

/** Undefined where there is nothing to explain: it is active, absent, or was stopped in good order. */
export function explainUnit(evidence: Evidence): Why | undefined {
  const { load, active, sub } = evidence;
  if (load === 'not-found' || active === 'active' || active === 'reloading') return undefined;
  if (load === 'masked')
    return { why: 'It is masked, so that nothing can start it.', advice: 'As root: systemctl unmask, then start it.' };
  if (load === 'bad-setting' || load === 'error') return badFile(evidence);
  if (active === 'failed') return failure(evidence);
  if (active === 'activating' && sub.startsWith('auto-restart')) return restarting(evidence);
  return active === 'inactive' ? notStarted(evidence) : undefined;
}

const logAdvice = 'What it said last is in its log.';

function badFile({ name, source, said }: Evidence): Why {
  const reason = said
    .filter((line) => line.startsWith(`${name}:`) || line.includes(`${name}:`))
    .at(-1)
    ?.replace(/^.*?\.[a-z]+:(\d+: )?\s*/, '')
    .replace(/ Refusing\.$/, '');
  return {
    why: `Its unit file cannot be used${reason ? `: ${sentence(reason)}` : '.'}`,
    advice: `Mend ${source ?? 'the unit file'}, then as root: systemctl daemon-reload.`,
  };
}

function failure(evidence: Evidence): Why {
  const cause = causeOf(evidence);
  if (evidence.result !== 'start-limit-hit' && !evidence.said.slice(-3).some(isTooOften)) return cause;
  const often = evidence.restarts > 0 ? ` after ${times(evidence.restarts, 'restart')}` : '';
  return {
    ...cause,
    why: `systemd has given it up${often}, since it ended too often within a short time. ${cause.why}`,
    advice: `${cause.advice} When the cause is mended, start it by hand.`,
  };
}

const isTooOften = (line: string) => /Start request repeated too quickly/.test(line);

function restarting(evidence: Evidence): Why {
  const cause = causeOf(evidence);
  const often = evidence.restarts > 0 ? `; it was started again ${times(evidence.restarts, 'time')} so far` : '';
  return { ...cause, why: `${cause.why} systemd starts it again by itself${often}.` };
}

/** By systemd's Result; what is not in here is told by how the process ended. */
const results: Record<string, (evidence: Evidence) => Why> = {
  timeout: ({ said }) => {
    const isStop = said.some((line) => /(stop|final-sig\w+|State '(stop|final)).*timed out/i.test(line));
    return isStop
      ? { why: 'It did not stop in time and was killed.', advice: `${logAdvice} Start it again.` }
      : {
          why: 'It did not become ready in time and was stopped.',
          advice: `${logAdvice} It may wait for something: the network, a disk, another service.`,
        };
  },
  watchdog: () => ({
    why: 'It stopped giving signs of life, and its watchdog ended it.',
    advice: `It hung. ${logAdvice} Restart it; if it comes back, send a diagnostics report to support.`,
  }),
  'oom-kill': () => ({
    why: 'The kernel ended it for want of memory.',
    advice: 'See Diagnostics, Stats for what uses the memory; give the machine more, or the unit a higher limit.',
  }),
  protocol: () => ({
    why: 'It ended, or went into the background, without saying that it is ready as its unit file promises.',
    advice: `${logAdvice} If there is nothing, its Type= or PIDFile= is wrong.`,
  }),
  resources: () => ({
    why: 'systemd could not provide what it needs: memory, processes, files or a socket.',
    advice: 'See Info for free memory and disk; what was lacking is in its log.',
  }),
  'exec-condition': () => ({
    why: 'The check that its unit file runs first (ExecCondition) said no.',
    advice: 'If it should run here, see what that check wants.',
  }),
  assert: asserted,
};

function causeOf(evidence: Evidence): Why {
  const told = Object.hasOwn(results, evidence.result) ? results[evidence.result] : undefined;
  if (told) return told(evidence);
  const { ended, result } = evidence;
  if (ended?.by === 'signal') return bySignal(ended.status, result === 'core-dump');
  if (ended) return byExit(evidence, ended);
  return { why: `It failed (${harmless(result, { most: 40 })}).`, advice: logAdvice };
}

function bySignal(status: number, dumped: boolean): Why {
  const { name, means } = signalOf(status);
  return {
    why: `It was ended by ${name}: ${means}.${dumped ? ' A core dump was written.' : ''}`,
    advice: `${logAdvice} If it comes back after a restart, send a diagnostics report to support.`,
    signal: name,
  };
}

const isSummary = /Failed at step|Failed with result|exited, code|Scheduled restart|repeated too quickly/;

function byExit({ name, said, source }: Evidence, { status, before }: NonNullable<Evidence['ended']>): Why {
  const setUp = setUpFailures[status];
  if (setUp) {
    const reason = said
      .filter((line) => line.startsWith(`${name}: `) && !isSummary.test(line))
      .at(-1)
      ?.slice(name.length + 2);
    return {
      why: `It could not be started: ${setUp.could} (${status}/${setUp.name}).${reason ? ` systemd said: ${sentence(reason)}` : ''}`,
      advice: `Look at ${source ?? 'its unit file'}, and whether what it names is installed.`,
    };
  }
  const who = before ? 'What has to run before it (ExecStartPre)' : 'It';
  if (status === 0) return { why: `${who} ended, and should have gone on running.`, advice: logAdvice };
  return { why: `${who} ended by itself with exit code ${status}, which says that it failed.`, advice: logAdvice };
}

/** Of an inactive unit systemd may remember nothing but what it has said: the newest of it counts. */
function notStarted(evidence: Evidence): Why | undefined {
  const last = evidence.said.at(-1) ?? '';
  const { needed } = evidence;
  if (/^Dependency failed for |failed with result 'dependency'/.test(last) || isLacking(evidence)) {
    const which = needed.map(({ name, state }) => `${name} is ${state}`).join(', ');
    return {
      why: `It was not started, since something that it needs is not there${which ? `: ${which}.` : '.'}`,
      advice: needed[0] ? `See to ${needed[0].name} first, then start it again.` : 'See its log for what failed.',
    };
  }
  if (/assert/i.test(last) && /failed/i.test(last)) return asserted(evidence);
  if (/'exec-condition'/.test(last) || isSkippedByCommand(evidence)) return results['exec-condition']?.(evidence);
  return skipped(last);
}

/** systemd says nothing where a unit that it needs has no file. */
function isLacking({ needed }: Evidence): boolean {
  return needed.some(({ state }) => state === 'absent');
}

function isSkippedByCommand({ said }: Evidence): boolean {
  return /^Condition check resulted in /.test(said.at(-1) ?? '') && /'exec-condition'/.test(said.at(-2) ?? '');
}

function skipped(line: string): Why | undefined {
  // systemd 252: "… was skipped because of an unmet condition check (X=y)."; 257 the same; before, without which.
  const [, which] =
    /skipped because (?:of an unmet condition check|all trigger condition checks were unmet)(?: \((.*)\))?\.?$/.exec(
      line,
    ) ?? [];
  if (which === undefined && !/skipped because|^Condition check resulted in /.test(line)) return undefined;
  const condition = which === undefined ? undefined : harmless(which, { most: 200 });
  return {
    why: `It was not started, since it is not meant to run as things are${condition ? `: ${condition} does not hold.` : '.'}`,
    advice: 'That is in order, unless it should run here.',
    ...(condition ? { conditions: [condition] } : {}),
  };
}

function asserted({ source }: Evidence): Why {
  return {
    why: 'It was not started, since something that its unit file takes for granted (Assert…=) is not so.',
    advice: `Look for Assert in ${source ?? 'its unit file'}, and provide what it names.`,
  };
}

const times = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Of somebody else's words, harmless and with one full stop. */
function sentence(text: string): string {
  return `${harmless(text.trim().replace(/[.]+$/, ''), { most: 200 })}.`;
}
