/** Exit codes that scripts can rely on, and which problem gives which. */
import type { ProblemCode } from '../errors.ts';

export const exits = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  absent: 5,
  waiting: 10,
  timedOut: 124,
  interrupted: 130,
} as const;

/** For --help. */
export const exitTable = `Exit codes:
  0    done
  1    failed: a unit that does not start, a ping without any answer, a change that was undone, our own mistake
  2    wrong usage, a bad value, or a terminal that the console cannot use
  3    the service cannot be reached: it does not run, is not open to you, or has another version
  4    refused: not allowed, or somebody else is at it
  5    not there: no such unit, no such name, a part that this machine has not
  10   applied, and waits for an answer: gatehouse changes keep; without it the change is undone
  124  timed out
  130  interrupted`;

const byCode: Record<ProblemCode, number> = {
  internal: exits.failed,
  'timed-out': exits.timedOut,
  aborted: exits.interrupted,
  unavailable: exits.absent,
  'program-failed': exits.failed,
  'not-understood': exits.failed,
  'bad-value': exits.usage,
  'bad-values': exits.usage,
  'not-allowed': exits.refused,
  'password-needed': exits.refused,
  'unknown-unit': exits.absent,
  busy: exits.refused,
  'name-not-found': exits.absent,
  'service-gone': exits.unreachable,
  'service-forbidden': exits.unreachable,
  'service-other-version': exits.unreachable,
  'terminal-unusable': exits.usage,
  'settings-newer': exits.failed,
  'settings-changed': exits.refused,
  'settings-not-written': exits.failed,
  'unknown-revision': exits.absent,
  held: exits.refused,
  'change-pending': exits.refused,
  'change-not-asking': exits.refused,
  'change-undone': exits.failed,
  'change-not-undone': exits.failed,
  'platform-name': exits.absent,
  'platform-route': exits.failed,
  'platform-refused': exits.failed,
  'platform-timeout': exits.timedOut,
  'platform-cut': exits.failed,
  'tls-not-trusted': exits.failed,
  'tls-other-name': exits.failed,
  'tls-failed': exits.failed,
  'clock-wrong': exits.failed,
  'proxy-auth': exits.failed,
  'proxy-dead': exits.failed,
  'proxy-refused': exits.failed,
  'platform-error': exits.failed,
  'platform-garbage': exits.failed,
  'platform-rejected': exits.refused,
  'code-unknown': exits.refused,
  'code-used': exits.refused,
  'code-revoked': exits.refused,
  'code-expired': exits.refused,
  'suffix-missing': exits.refused,
  'not-registered': exits.refused,
  'certificate-refused': exits.refused,
  'certificate-ended': exits.refused,
  'configuration-refused': exits.failed,
  'registration-not-saved': exits.failed,
  'registration-broken': exits.failed,
  'engine-absent': exits.absent,
  'engine-stopped': exits.failed,
  'engine-hangs': exits.timedOut,
  'engine-refused': exits.failed,
  'unknown-container': exits.absent,
  'unknown-image': exits.absent,
  'log-gone': exits.absent,
  'log-unreadable': exits.failed,
  'bad-pattern': exits.usage,
  'unknown-report': exits.absent,
  'report-failed': exits.failed,
  'disk-full': exits.failed,
  'no-support-key': exits.failed,
  'host-key-other': exits.refused,
  'upload-failed': exits.failed,
  'login-refused': exits.refused,
  'capture-failed': exits.failed,
};

export function exitOf(code: ProblemCode): number {
  return byCode[code];
}
