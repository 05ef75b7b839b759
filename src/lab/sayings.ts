/** What a lab machine's everyday parts say: the same lines for the same moments, however often they are asked for. Pure. */
import { chance } from './chance.ts';

export interface Saying {
  /** ms since 1970 */
  at: number;
  /** None: the kernel. */
  unit?: string;
  from: string;
  text: string;
  priority: number;
}

/** ms from one line to the next. */
export const EVERY = 4000;

type Template = Omit<Saying, 'at' | 'text'> & { texts: readonly string[] };

/** `#`: a number. None of these can be stopped in the lab, so that what they said does not change. */
const speakers: readonly Template[] = [
  {
    unit: 'cron.service',
    from: 'CRON',
    priority: 6,
    texts: [
      '(root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly)',
      '(root) CMD (logrotate #)',
    ],
  },
  {
    unit: 'systemd-logind.service',
    from: 'systemd-logind',
    priority: 6,
    texts: [
      'New session # of user operator.',
      'Session # logged out. Waiting for processes to exit.',
      'Removed session #.',
    ],
  },
  {
    unit: 'rsyslog.service',
    from: 'rsyslogd',
    priority: 6,
    texts: ['imuxsock: message lost: # since last start', 'rsyslogd was HUPed'],
  },
  {
    unit: 'smartmontools.service',
    from: 'smartd',
    priority: 5,
    texts: ['Device: /dev/sda, SMART Usage Attribute: 194 Temperature_Celsius changed from # to #'],
  },
  { from: 'kernel', priority: 6, texts: ['eth0: # packets checked', 'perf: interrupt took too long (# > 2500)'] },
  { from: 'kernel', priority: 4, texts: ['TCP: request_sock_TCP: Possible SYN flooding on port #. Sending cookies.'] },
  { unit: 'smartmontools.service', from: 'smartd', priority: 3, texts: ['Device: /dev/sdb, # unreadable sectors'] },
];

export const speakingUnits = [...new Set(speakers.flatMap(({ unit }) => unit ?? []))].sort();

/** Lines in that span of time, in ms, oldest first; `from` itself not. */
export function sayings(from: number, to: number): Saying[] {
  const [first, last] = [Math.floor(from / EVERY) + 1, Math.floor(to / EVERY)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => sayingOf(first + index));
}

function sayingOf(number: number): Saying {
  const random = chance(`saying ${number}`);
  // Warnings and errors are at the end, and rare.
  const { texts, ...speaker } = speakers[Math.floor(random() ** 2 * speakers.length)] as Template;
  const text = (texts[Math.floor(random() * texts.length)] ?? '').replace(/#/g, () =>
    String(Math.floor(random() * 9000)),
  );
  return { ...speaker, at: number * EVERY, text };
}
