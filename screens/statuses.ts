/** The newest status of the appliance, the line made of it, and what is said while the service is away. */
import type { Status } from '../src/appliance.ts';
import type { Link } from '../src/client/link.ts';
import type { Segment } from './kit/canvas.ts';
import type { Display } from './kit/display.ts';
import type { StatusPart } from './kit/status-line.ts';
import type { Entry } from './menu.ts';
import { onLanguage, said, t } from './texts/texts.ts';

export class Statuses {
  private status: Status | undefined;

  constructor(
    private readonly display: Display,
    private readonly link: Link,
    signal: AbortSignal,
  ) {
    signal.addEventListener(
      'abort',
      link.onState(() => this.linkChanged()),
    );
    signal.addEventListener(
      'abort',
      onLanguage(() => this.status && this.take(this.status)),
    );
    this.linkChanged();
    link.appliance.status.watch({}, { signal, progress: (news) => this.take(news) }).catch(() => undefined);
  }

  /** What stands beside a menu entry now. */
  of(entry: Entry | undefined): Segment | undefined {
    if (entry?.greyed) return undefined;
    return this.status && entry?.status?.(this.status);
  }

  private take(status: Status): void {
    this.status = status;
    this.display.status(statusLine(status));
  }

  private linkChanged(): void {
    this.display.notice(this.link.state === 'lost' ? this.link.problem : undefined);
  }
}

/** From long to short, where there is little room; see StatusPart. */
function statusLine(status: Status): StatusPart[] {
  const { name, address, registered, pendingChange, power, diskFull, diskReadOnly, job } = status;
  return [
    address
      ? { forms: [`${name} – ${address}`, `${name} ${address}`, address], role: 'strong', weight: 6 }
      : { forms: [t`${name} – no address`, t`no address`], role: 'bad', weight: 6 },
    registered
      ? // Only who is registered can be connected, or not.
        { forms: [t`registered`, ''], role: 'good', weight: 1 }
      : { forms: [t`not registered`, t`unregistered`], role: 'warn', weight: 4 },
    ...(registered ? [platform(status)] : []),
    ...(status.endings ? [endings(status.endings)] : []),
    ...(pendingChange ? [waiting(pendingChange.what)] : []),
    ...(power ? [{ forms: [coming(power)], role: 'warn', weight: 9 } as const] : []),
    ...(diskReadOnly ? [{ forms: [t`disk is read-only`], role: 'bad', weight: 8 } as const] : []),
    ...(diskFull ? [{ forms: [t`disk nearly full`], role: 'bad', weight: 7 } as const] : []),
    ...(job ? [{ forms: [t`${said(job.what)} runs`, ''], role: 'warn', weight: 3 } as const] : []),
  ];
}

const waiting = (what: string): StatusPart => ({
  forms: [t`${said(what)}: waits for an answer`, t`a change waits for an answer`, t`change waits`],
  role: 'warn',
  weight: 5,
});

const endings = ({ times, why }: NonNullable<Status['endings']>): StatusPart => ({
  forms:
    times === 1
      ? [t`service restarted: ${said(why)}`, t`service restarted`]
      : [t`service restarted ${times} times: ${said(why)}`, t`service restarted ${times} times`],
  role: 'bad',
  weight: 2,
});

const comes = {
  reboot: (at: string) => t`reboots at ${at}`,
  shutdown: (at: string) => t`shuts down at ${at}`,
  reset: (at: string) => t`is reset at ${at}`,
} as const;
const coming = ({ action, at }: NonNullable<Status['power']>) => comes[action](at.slice(11, 19));

function platform({ platform: { connected, since } }: Status): StatusPart {
  const from = since ? t` since ${since.slice(0, 16).replace('T', ' ')}` : '';
  return connected
    ? { forms: [t`connected${from}`, t`connected${''}`], role: 'good', weight: 0 }
    : { forms: [t`not connected${from}`, t`not connected${''}`], role: 'bad', weight: 0 };
}
