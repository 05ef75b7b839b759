/**
 * What went wrong, said for people. One list of codes, each with its details and its text; nothing else makes
 * such texts. Errors travel as `Problem` values and are thrown as `Failure`.
 */

/** Every code, with the details that its text needs. */
export interface Problems {
  /** Our own mistake. `reference` finds the stack in the service's log. */
  internal: { reference: string };
  'timed-out': { what: string; seconds: number };
  aborted: Record<string, never>;
  /** A part of the machine that is not there, or not running: normal on some machines. */
  unavailable: { what: string; why: string };
  /** A program that ended with an error. `said`: its last line. */
  'program-failed': { program: string; exitCode: number; said: string };
  /** A program whose answer could not be understood. */
  'not-understood': { what: string; got: string };
  /** An argument that is wrong: which, why, and what would be right. */
  'bad-value': { field: string; why: string; right: string };
  /** Several arguments that are wrong, all at once. */
  'bad-values': { fields: { field: string; why: string; right: string }[] };
  'not-allowed': { what: string; why: string };
  'unknown-unit': { name: string };
  /** Someone else does something with it just now. `since`: ISO 8601. */
  busy: { what: string; by: string; since: string };
  /** Settings of a later version of Gatehouse. */
  'settings-newer': { version: number; newest: number };
  /** Someone saved settings since they were read. `at`: ISO 8601. */
  'settings-changed': { by: string; at: string };
  'settings-not-written': { path: string; why: string };
  'unknown-revision': { revision: number };
  'name-not-found': { host: string };
  'service-gone': { socket: string; why: string };
  /** The asker is not in the group that may use the service. */
  'service-forbidden': { socket: string; group: string };
  'service-other-version': { theirs: string; ours: string };
  /** A terminal that full screens cannot be shown on. */
  'terminal-unusable': { term: string; why: string };
  /** Somebody else edits it. `since`: ISO 8601. */
  held: { what: string; by: string; since: string };
  /** One change at a time a machine. `until`: ISO 8601; empty while nothing is asked yet. */
  'change-pending': { what: string; by: string; until: string };
  /** No change of that id waits for an answer. `why`: how it ended, or that it is not there yet. */
  'change-not-asking': { why: string };
  /** It was not applied, or not wholly, and the machine went back. `differs`: empty when it is as it was. */
  'change-undone': { what: string; why: string; differs: string };
  /** The way back could not be gone to its end; it is tried again. */
  'change-not-undone': { what: string; why: string };
}

export type ProblemCode = keyof Problems;

/** An error as it travels over the socket and into --json. */
export type Problem = { [C in ProblemCode]: { code: C; details: Problems[C] } }[ProblemCode];

/** The one error class. `cause` keeps what lay beneath, for the log, never for people. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly problem: Problem,
    options?: ErrorOptions,
  ) {
    super(`${problem.code} ${JSON.stringify(problem.details)}`, options);
  }
}

export function fail<C extends ProblemCode>(code: C, details: Problems[C], cause?: unknown): Failure {
  return new Failure({ code, details } as Problem, cause === undefined ? undefined : { cause });
}

/** Any thrown thing as a problem. What is no `Failure` is our own mistake; `reference` is how its stack was logged. */
export function problemOf(error: unknown, reference = 'none'): Problem {
  if (error instanceof Failure) return error.problem;
  if (error instanceof Error && error.name === 'AbortError') return { code: 'aborted', details: {} };
  return { code: 'internal', details: { reference } };
}

/** What happened, why, and what to do: each a sentence. */
export interface Explanation {
  what: string;
  why?: string;
  advice?: string;
}

const texts: { [C in ProblemCode]: (d: Problems[C]) => Explanation } = {
  internal: (d) => ({
    what: 'Gatehouse made a mistake.',
    why: `It is noted in the journal of gatehouse.service under ${d.reference}.`,
    advice: 'Try again; if it comes back, send a diagnostics report to support.',
  }),
  'timed-out': (d) => ({
    what: `${d.what} did not answer within ${d.seconds} s.`,
    advice: 'Try again; the machine may be busy.',
  }),
  aborted: () => ({ what: 'Given up.' }),
  unavailable: (d) => ({ what: `${d.what} is not available.`, why: d.why }),
  'program-failed': (d) => ({
    what: `${d.program} ended with code ${d.exitCode}.`,
    ...(d.said ? { why: `It said: ${d.said}` } : {}),
  }),
  'not-understood': (d) => ({ what: `The answer of ${d.what} was not understood.`, why: `It began: ${d.got}` }),
  'bad-value': (d) => ({ what: `${d.field}: ${d.why}.`, advice: `Right would be: ${d.right}.` }),
  'bad-values': (d) => ({
    what: d.fields.map(({ field, why, right }) => `${field}: ${why} (right: ${right})`).join('; '),
  }),
  'not-allowed': (d) => ({ what: `${d.what} is not allowed here.`, why: d.why }),
  'unknown-unit': (d) => ({
    what: `${d.name} is not a unit of this appliance.`,
    advice: 'See Diagnostics, Units for those that are.',
  }),
  busy: (d) => ({
    what: `${d.what} is busy.`,
    why: `${d.by} has been at it since ${d.since}.`,
    advice: 'Try again when that is done.',
  }),
  'settings-newer': (d) => ({
    what: `The settings are of version ${d.version}; this Gatehouse knows versions up to ${d.newest}.`,
    why: 'They were written by a later Gatehouse.',
    advice: 'Install that Gatehouse again; the settings stay as they are until then.',
  }),
  'settings-changed': (d) => ({
    what: 'The settings were changed in the meantime.',
    why: `${d.by} saved them at ${d.at}.`,
    advice: 'Look at them again, then repeat your change.',
  }),
  'settings-not-written': (d) => ({
    what: 'The settings could not be saved; those before stay.',
    why: `${d.path}: ${d.why}.`,
  }),
  'unknown-revision': (d) => ({
    what: `There are no earlier settings with number ${d.revision}.`,
    advice: 'The last ten are kept.',
  }),
  'name-not-found': (d) => ({
    what: `The name ${d.host} was not found.`,
    why: 'No DNS server knows it, or none answers.',
    advice: 'Check the spelling, then System, Network, DNS.',
  }),
  'service-gone': (d) => ({
    what: 'The Gatehouse service does not answer.',
    why: `${d.socket}: ${d.why}.`,
    advice: 'It restarts by itself within seconds. If not: systemctl status gatehouse.service',
  }),
  'service-forbidden': (d) => ({
    what: 'You may not use the Gatehouse service.',
    why: `${d.socket} is open to root and to the members of the group ${d.group}.`,
    advice: `As root: usermod -aG ${d.group} NAME; then log in again.`,
  }),
  'service-other-version': (d) => ({
    what: `This console is version ${d.ours}, the service ${d.theirs}.`,
    advice: 'Leave the console and open it again.',
  }),
  'terminal-unusable': (d) => ({
    what: d.term ? `The terminal "${d.term}" cannot show the console.` : 'There is no terminal to show the console on.',
    why: `${d.why.charAt(0).toUpperCase()}${d.why.slice(1)}.`,
    advice:
      'Set TERM to what the terminal is (xterm-256color, linux, vt220), or use the command line: gatehouse --help',
  }),
  held: (d) => ({
    what: `${d.what}: somebody else edits it.`,
    why: `${d.by} has been at it since ${d.since}.`,
    advice: 'It is free as soon as they leave the screen, or are gone.',
  }),
  'change-pending': (d) => ({
    what: 'Another change is not finished yet.',
    why: `${d.what}, by ${d.by}${d.until ? `: waits for an answer until ${d.until}` : ''}.`,
    advice: 'Keep it or undo it first.',
  }),
  'change-not-asking': (d) => ({ what: 'No such change waits for an answer.', why: d.why }),
  'change-undone': (d) => ({
    what: `${d.what}: not changed.`,
    why: d.why,
    advice: d.differs
      ? `The files are as they were, but: ${d.differs}`
      : 'The machine is as it was; that was compared.',
  }),
  'change-not-undone': (d) => ({
    what: `${d.what}: could not be put back wholly.`,
    why: d.why,
    advice: 'It is tried again every few seconds, and at the next start. See: journalctl -u gatehouse-way-back',
  }),
};

export function explain(problem: Problem): Explanation {
  return (texts[problem.code] as (d: object) => Explanation)(problem.details);
}

/** The explanation in one line. */
export function sentence(problem: Problem): string {
  const { what, why, advice } = explain(problem);
  return [what, why, advice].filter(Boolean).join(' ');
}
