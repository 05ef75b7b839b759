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
  /** Changes need the password of that account first (access.check, on the same connection). */
  'password-needed': { account: string };
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
  /** `endings`: where it has ended badly of late. */
  'service-gone': {
    socket: string;
    why: string;
    endings?: { times: number; since: string; at: string; why: string; pause: number };
  };
  /** The asker is not in the group that may use the service. */
  'service-forbidden': { socket: string; group: string };
  'service-other-version': { theirs: string; ours: string };
  /** A terminal that full screens cannot be shown on. `term`: empty where there is none. */
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
  // ---- platform: the way there, and what it answers. `host`: of the platform's service.
  /** No DNS server knows the service's name, or none answers. */
  'platform-name': { host: string };
  'platform-route': { host: string };
  'platform-refused': { host: string; port: number };
  'platform-timeout': { host: string; seconds: number };
  /** The connection ended in the middle. */
  'platform-cut': { host: string };
  /** `issuer`: who signed the certificate, as it says itself; `why`: what speaks against it. */
  'tls-not-trusted': { host: string; issuer: string; why: string };
  /** `names`: those that the certificate is for. */
  'tls-other-name': { host: string; names: string };
  /** No TLS came about, before any certificate. */
  'tls-failed': { host: string; why: string };
  /** Whole minutes that the appliance's clock is ahead of the platform's; negative: behind. */
  'clock-wrong': { minutes: number };
  /** 407. `user`: that was given; empty: none was. */
  'proxy-auth': { proxy: string; user: string };
  'proxy-dead': { proxy: string; why: string };
  /** The proxy answers, but does not lead there. */
  'proxy-refused': { proxy: string; host: string; status: number };
  /** 5xx, or asked to wait. */
  'platform-error': { host: string; status: number };
  /** An answer that is none of the platform's. `got`: what is wrong with it. */
  'platform-garbage': { host: string; got: string };
  /** It refused a request of ours as malformed. */
  'platform-rejected': { host: string; said: string };
  'code-unknown': Record<string, never>;
  'code-used': Record<string, never>;
  'code-revoked': Record<string, never>;
  'code-expired': Record<string, never>;
  'suffix-missing': Record<string, never>;
  'not-registered': Record<string, never>;
  /** The platform does not take our client certificate any more. */
  'certificate-refused': { host: string };
  /** ISO 8601: when our client certificate ended. */
  'certificate-ended': { at: string };
  'configuration-refused': { why: string };
  'registration-not-saved': { path: string; why: string };
  'registration-broken': { path: string; why: string };
  // ---- diagnostics
  'engine-absent': Record<string, never>;
  'engine-stopped': { why: string };
  'engine-hangs': { seconds: number };
  /** What the engine answered instead. `said`: its own words. */
  'engine-refused': { said: string };
  'unknown-container': { name: string };
  'unknown-image': { name: string };
  /** The log is not there (any more), or what was shown of it is not. */
  'log-gone': { name: string; why: string };
  /** It cannot be shown as lines. */
  'log-unreadable': { name: string; why: string };
  'bad-pattern': { pattern: string; why: string };
  // ---- report and capture
  'unknown-report': { name: string };
  'report-failed': { why: string };
  'disk-full': { path: string; needed: number; free: number };
  /** Neither the machine nor the brand has a key to encrypt to. */
  'no-support-key': Record<string, never>;
  'host-key-other': { host: string; confirmed: string; shown: string };
  'upload-failed': { host: string; why: string };
  'login-refused': { host: string; user: string };
  'capture-failed': { why: string; advice: string };
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

/** Tagged: says a text in somebody's language. */
export type Say = (parts: TemplateStringsArray, ...values: unknown[]) => string;

const inEnglish: Say = (parts, ...values) => String.raw({ raw: parts }, ...values);

/** "2026-11-21 09:56:53 UTC" of an ISO 8601 time. */
const moment = (iso: string) => `${iso.slice(0, 19).replace('T', ' ')}${iso.endsWith('Z') ? ' UTC' : ''}`;

const texts: { [C in ProblemCode]: (d: Problems[C], t: Say) => Explanation } = {
  internal: (d, t) => ({
    what: t`Gatehouse made a mistake.`,
    why: t`It is noted in the journal of gatehouse.service under ${d.reference}.`,
    advice: t`Try again; if it comes back, send a diagnostics report to support.`,
  }),
  'timed-out': (d, t) => ({
    what: t`${d.what} did not answer within ${d.seconds} s.`,
    advice: t`Try again; the machine may be busy.`,
  }),
  aborted: (_, t) => ({ what: t`Given up.` }),
  unavailable: (d, t) => ({ what: t`${d.what} is not available.`, why: whole(d.why) }),
  'program-failed': (d, t) => ({
    what: t`${d.program} ended with code ${d.exitCode}.`,
    ...(d.said ? { why: t`It said: ${d.said}` } : {}),
  }),
  'not-understood': (d, t) => ({ what: t`The answer of ${d.what} was not understood.`, why: t`It began: ${d.got}` }),
  'bad-value': (d, t) => ({ what: `${d.field}: ${d.why}.`, advice: t`Right would be: ${d.right}.` }),
  'bad-values': (d, t) => ({
    what: d.fields.map(({ field, why, right }) => t`${field}: ${why} (right: ${right})`).join('; '),
  }),
  'not-allowed': (d, t) => ({ what: t`${d.what} is not allowed here.`, why: d.why }),
  'password-needed': (d, t) => ({
    what: t`This change needs the password of ${d.account}.`,
    why: t`The appliance is set to ask for it before changes.`,
    advice: t`On the command line: --operator-password-file, or a terminal to type it on. Root is not asked.`,
  }),
  'unknown-unit': (d, t) => ({
    what: t`${d.name} is not a unit of this appliance.`,
    advice: t`See Diagnostics, Units for those that are.`,
  }),
  busy: (d, t) => ({
    what: t`${d.what} is busy.`,
    why: t`${d.by} has been at it since ${moment(d.since)}.`,
    advice: t`Try again when that is done.`,
  }),
  'settings-newer': (d, t) => ({
    what: t`The settings are of version ${d.version}; this Gatehouse knows versions up to ${d.newest}.`,
    why: t`They were written by a later Gatehouse.`,
    advice: t`Install that Gatehouse again; the settings stay as they are until then.`,
  }),
  'settings-changed': (d, t) => ({
    what: t`The settings were changed in the meantime.`,
    why: t`${d.by} saved them at ${d.at}.`,
    advice: t`Look at them again, then repeat your change.`,
  }),
  'settings-not-written': (d, t) => ({
    what: t`The settings could not be saved; those before stay.`,
    why: `${d.path}: ${d.why}.`,
  }),
  'unknown-revision': (d, t) => ({
    what: t`There are no earlier settings with number ${d.revision}.`,
    advice: t`The last ten are kept.`,
  }),
  'name-not-found': (d, t) => ({
    what: t`The name ${d.host} was not found.`,
    why: t`No DNS server knows it, or none answers.`,
    advice: t`Check the spelling, then System, Network, DNS.`,
  }),
  'service-gone': (d, t) => ({
    what: t`The Gatehouse service does not answer.`,
    why: d.endings
      ? t`It ended ${d.endings.times} times since ${moment(d.endings.since)}; the last time: ${d.endings.why}.`
      : `${d.socket}: ${d.why}.`,
    advice: d.endings?.pause
      ? t`It is tried again every ${d.endings.pause} s. As root: journalctl --unit gatehouse`
      : t`It restarts by itself within seconds. If not: systemctl status gatehouse.service`,
  }),
  'service-forbidden': (d, t) => ({
    what: t`You may not use the Gatehouse service.`,
    why: t`${d.socket} is open to root and to the members of the group ${d.group}.`,
    advice: t`As root: usermod -aG ${d.group} NAME; then log in again.`,
  }),
  'service-other-version': (d, t) => ({
    what: t`This console is version ${d.ours}, the service ${d.theirs}.`,
    advice: t`A console begins anew by itself; if not, leave it and open it again.`,
  }),
  'terminal-unusable': (d, t) => ({
    what: d.term
      ? t`The terminal "${d.term}" cannot show the console.`
      : t`There is no terminal to show the console on.`,
    why: whole(d.why),
    advice: d.term
      ? t`Set TERM to what the terminal is (xterm-256color, linux, vt220), or have it line by line: gatehouse --plain`
      : t`Over SSH: ssh -t. Line by line it needs no terminal: gatehouse --plain. For scripts: gatehouse --help`,
  }),
  held: (d, t) => ({
    what: t`${d.what}: somebody else edits it.`,
    why: t`${d.by} has been at it since ${moment(d.since)}.`,
    advice: t`It is free as soon as they leave the screen, or are gone.`,
  }),
  'change-pending': (d, t) => ({
    what: t`Another change is not finished yet.`,
    why: t`${d.what}, by ${d.by}${d.until ? t`: waits for an answer until ${moment(d.until)}` : ''}.`,
    advice: t`Keep it or undo it first.`,
  }),
  'change-not-asking': (d, t) => ({ what: t`No such change waits for an answer.`, why: d.why }),
  'change-undone': (d, t) => ({
    what: t`${d.what}: not changed.`,
    why: d.why,
    advice: d.differs
      ? t`The files are as they were, but: ${d.differs}`
      : t`The machine is as it was; that was compared.`,
  }),
  'change-not-undone': (d, t) => ({
    what: t`${d.what}: could not be put back wholly.`,
    why: d.why,
    advice: t`It is tried again every few seconds, and at the next start. See: journalctl -u gatehouse-way-back`,
  }),
  'platform-name': (d, t) => ({
    what: t`The name ${d.host} was not found.`,
    why: t`No DNS server knows it, or none answers.`,
    advice: t`Check the spelling in System, POD Suffix, and the servers in System, Network, DNS. Where only a proxy leads out, set it in System, Network, Proxy.`,
  }),
  'platform-route': (d, t) => ({
    what: t`There is no way from here to ${d.host}.`,
    why: t`The gateway is not reached, or this appliance or a router on the way knows no route.`,
    advice: t`Check the cable, and address and default gateway in System, Network; else ask who runs the network.`,
  }),
  'platform-refused': (d, t) => ({
    what: t`${d.host} refuses connections on port ${d.port}.`,
    why: t`Nothing listens there, or a firewall in between rejects it.`,
    advice: t`Check System, POD Suffix, and that your firewall lets this appliance out to port ${d.port}.`,
  }),
  'platform-timeout': (d, t) => ({
    what: t`${d.host} did not answer within ${d.seconds} s.`,
    why: t`Mostly a firewall in between that drops packets silently, or a way out that needs a proxy.`,
    advice: t`Let this appliance out to port 443, or set the proxy in System, Network, Proxy.`,
  }),
  'platform-cut': (d, t) => ({
    what: t`The connection to ${d.host} was cut.`,
    why: t`The platform, or a firewall or proxy in between, ended it in the middle.`,
    advice: t`Try again; if it stays so, ask who runs the firewall.`,
  }),
  'tls-not-trusted': (d, t) => ({
    what: t`The certificate of ${d.host} is not trusted: ${d.why}.`,
    why: t`It was issued by ${d.issuer}. Is that an inspecting proxy of your own network?`,
    advice: t`Ask who runs the proxy or firewall to let ${d.host} through without inspection.`,
  }),
  'tls-other-name': (d, t) => ({
    what: t`What answers as ${d.host} has a certificate for another name.`,
    why: t`It is for ${d.names}. DNS, a static host name or a proxy leads to the wrong machine.`,
    advice: t`Check System, POD Suffix, then System, Network: DNS, Hosts and Proxy.`,
  }),
  'tls-failed': (d, t) => ({
    what: t`No TLS connection to ${d.host} came about: ${d.why}.`,
    why: t`Something that does not speak TLS 1.2 or 1.3 answers there; mostly a proxy or firewall in between.`,
    advice: t`Let this appliance reach ${d.host} directly, or set the right proxy in System, Network, Proxy.`,
  }),
  'clock-wrong': (d, t) => ({
    what: clock(d.minutes, t),
    why: t`More than 5 minutes make certificates fail.`,
    advice: t`Set time servers that can be reached from here in System, Time.`,
  }),
  'proxy-auth': (d, t) => ({
    what: d.user
      ? t`The proxy ${d.proxy} does not accept the user ${d.user} or the password (407).`
      : t`The proxy ${d.proxy} asks for a user and a password (407).`,
    advice: t`Set both in System, Network, Proxy. Only Basic authentication can be used.`,
  }),
  'proxy-dead': (d, t) => ({
    what: t`The proxy ${d.proxy} cannot be used: ${d.why}.`,
    why: t`While a proxy is set, nothing goes around it.`,
    advice: t`Check host and port in System, Network, Proxy, and that the proxy runs.`,
  }),
  'proxy-refused': (d, t) => ({
    what: t`The proxy ${d.proxy} does not lead to ${d.host} (${d.status}).`,
    why:
      d.status >= 500
        ? t`It could not reach it: its own DNS, route or firewall.`
        : t`Its rules do not let this appliance through.`,
    advice:
      d.status >= 500
        ? t`Check the spelling in System, POD Suffix; else ask who runs the proxy whether it reaches ${d.host}, port 443.`
        : t`Ask who runs the proxy to allow CONNECT to ${d.host}, port 443.`,
  }),
  'platform-error': (d, t) => ({
    what: t`${d.host} is reached, but cannot serve now (${d.status}).`,
    why: t`The fault is the platform's own, not this network's.`,
    advice: t`Try again in some minutes; if it stays so, tell support.`,
  }),
  'platform-garbage': (d, t) => ({
    what: t`What ${d.host} answers is no answer of the platform.`,
    why: `${d.got}.`,
    advice: t`A proxy, a login page or a wrong machine may be answering: check System, POD Suffix, and the proxy.`,
  }),
  'platform-rejected': (d, t) => ({
    what: t`${d.host} does not take what this appliance sends.`,
    ...(d.said ? { why: t`It says: ${d.said}` } : {}),
    advice: t`Their versions may not fit: update the appliance, or tell support.`,
  }),
  'code-unknown': (_, t) => ({
    what: t`The platform does not know this personalization code.`,
    advice: t`Compare it with the one shown by the platform; check System, POD Suffix: another platform has other codes.`,
  }),
  'code-used': (_, t) => ({
    what: t`This personalization code was used already.`,
    why: t`A code registers one appliance, once.`,
    advice: t`Make a new code on the platform.`,
  }),
  'code-revoked': (_, t) => ({
    what: t`This personalization code was revoked.`,
    advice: t`Make a new code on the platform.`,
  }),
  'code-expired': (_, t) => ({
    what: t`This personalization code has expired.`,
    advice: t`Make a new code on the platform.`,
  }),
  'suffix-missing': (_, t) => ({
    what: t`The platform URL suffix is not set.`,
    why: t`Without it the platform cannot be found.`,
    advice: t`Set it under System, POD Suffix.`,
  }),
  'not-registered': (_, t) => ({
    what: t`This appliance is not registered.`,
    advice: t`Register it first: Registration.`,
  }),
  'certificate-refused': (d, t) => ({
    what: t`The platform does not accept this appliance any more.`,
    why: t`${d.host} refuses its certificate: it was removed there, or registered anew from elsewhere.`,
    advice: t`Make a new code on the platform, and register again.`,
  }),
  'certificate-ended': (d, t) => ({
    what: t`The certificate of this appliance ended at ${d.at}.`,
    why: t`It was without its platform for too long to renew it, or its clock is wrong.`,
    advice: t`Check System, Time; if that is right, register again with a new code.`,
  }),
  'configuration-refused': (d, t) => ({
    what: t`The platform sent a configuration that cannot be used; the one before stays at work.`,
    why: `${d.why}.`,
    advice: t`Correct it on the platform.`,
  }),
  'registration-not-saved': (d, t) => ({
    what: t`The registration could not be saved; the appliance is as it was.`,
    why: `${d.path}: ${d.why}.`,
    advice: t`Then register again with the same code.`,
  }),
  'registration-broken': (d, t) => ({
    what: t`The registration on the disk cannot be read.`,
    why: `${d.path}: ${d.why}.`,
    advice: t`Register again with a new code.`,
  }),
  'engine-absent': (_, t) => ({
    what: t`There is no container engine on this appliance.`,
    why: t`Docker is not installed.`,
    advice: t`Everything else works without it.`,
  }),
  'engine-stopped': (d, t) => ({
    what: t`The container engine does not run.`,
    why: `${d.why}.`,
    advice: t`See docker in Diagnostics, Units: Status tells why, Start starts it.`,
  }),
  'engine-hangs': (d, t) => ({
    what: t`The container engine did not answer within ${d.seconds} s.`,
    why: t`It runs, but hangs or is overloaded.`,
    advice: t`Wait a minute; if it stays so, restart docker in Diagnostics, Units.`,
  }),
  'engine-refused': (d, t) => ({ what: t`The container engine refused.`, why: t`It says: ${d.said}` }),
  'unknown-container': (d, t) => ({
    what: t`There is no container ${d.name}.`,
    why: t`It may have been removed in the meantime.`,
    advice: t`See Diagnostics, Containers for those that are there.`,
  }),
  'unknown-image': (d, t) => ({
    what: t`There is no image ${d.name}.`,
    why: t`It may have been removed in the meantime.`,
    advice: t`See Diagnostics, Images for those that are there.`,
  }),
  'log-gone': (d, t) => ({
    what: t`The log ${d.name} is not there any more.`,
    why: `${d.why}.`,
    advice: t`Open it again from Diagnostics, Logs.`,
  }),
  'log-unreadable': (d, t) => ({ what: t`The log ${d.name} cannot be shown.`, why: `${d.why}.` }),
  'bad-pattern': (d, t) => ({
    what: t`"${d.pattern}" cannot be searched for.`,
    why: `${d.why}.`,
    advice: t`In an expression put a backslash before characters that stand for themselves: ( ) [ ] { } * + ? . | ^ $`,
  }),
  'unknown-report': (d, t) => ({
    what: t`There is no report ${d.name}.`,
    why: t`The oldest are removed when room is needed.`,
    advice: t`Generate a new one.`,
  }),
  'report-failed': (d, t) => ({
    what: t`The report could not be made; nothing of it was kept.`,
    why: `${d.why}.`,
    advice: t`Try again, with fewer items where one of them is named here.`,
  }),
  'disk-full': (d, t) => ({
    what: t`There is not enough room in ${d.path}.`,
    why: t`${megabytes(d.needed)} are needed, ${megabytes(d.free)} are free.`,
    advice: t`Remove old reports, or leave out the larger items.`,
  }),
  'no-support-key': (_, t) => ({
    what: t`There is no support key to encrypt the report to.`,
    why: t`A report is never written without encryption.`,
    advice: t`Ask support for its public key (age1…) and have root put it into /etc/gatehouse/support.keys, one a line. Whoever has none yet makes a pair: age-keygen -o support.key, which prints the public one.`,
  }),
  'host-key-other': (d, t) => ({
    what: t`The host key of ${d.host} is not the one that was confirmed.`,
    why: t`Confirmed was ${d.confirmed}, it shows ${d.shown}. Either the server has a new key, or something stands in between.`,
    advice: t`Ask who runs the server for its fingerprint before you go on. Nothing was sent.`,
  }),
  'upload-failed': (d, t) => ({
    what: t`The upload to ${d.host} failed.`,
    why: whole(d.why),
    advice: t`Try again: it goes on where it broke off.`,
  }),
  'login-refused': (d, t) => ({
    what: t`${d.host} does not let ${d.user} in.`,
    why: t`The user name, the password or the key is wrong, or the account may not use SFTP.`,
    advice: t`Check them with who runs the server.`,
  }),
  'capture-failed': (d, t) => ({
    what: t`The packet capture failed; a complete one from before stays.`,
    why: `${d.why}.`,
    ...(d.advice ? { advice: d.advice } : {}),
  }),
};

function clock(minutes: number, t: Say): string {
  const count = Math.abs(minutes);
  if (minutes > 0)
    return count === 1
      ? t`The clock of this appliance is 1 minute ahead of the platform's.`
      : t`The clock of this appliance is ${count} minutes ahead of the platform's.`;
  return count === 1
    ? t`The clock of this appliance is 1 minute behind the platform's.`
    : t`The clock of this appliance is ${count} minutes behind the platform's.`;
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;

/** `say`: in whose language; default: English, which the service, its log and the command line speak. */
export function explain(problem: Problem, say = inEnglish): Explanation {
  return (texts[problem.code] as (d: object, t: Say) => Explanation)(problem.details, say);
}

/** "it is not installed" as a sentence of its own; one that is a sentence already stays as it is. */
const whole = (text: string) => (/[.?!]$/.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

/** The explanation in one line. */
export function sentence(problem: Problem, say = inEnglish): string {
  const { what, why, advice } = explain(problem, say);
  return [what, why, advice].filter(Boolean).join(' ');
}
