/** The newest status of the appliance, the line made of it, and what is said while the service is away. */
import type { Status } from '../src/appliance.ts';
import type { Link } from '../src/client/link.ts';
import type { Line, Segment } from './kit/canvas.ts';
import type { Display } from './kit/display.ts';
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

function statusLine(status: Status): Line {
  const parts: Segment[] = [
    status.address
      ? { text: `${status.name} – ${status.address}`, role: 'strong' }
      : { text: t`${status.name} – no address`, role: 'bad' },
    status.registered ? { text: t`registered`, role: 'good' } : { text: t`not registered`, role: 'warn' },
    ...(status.registered ? [platform(status)] : []),
    ...(status.endings ? [endings(status.endings)] : []),
    ...(status.pendingChange
      ? [{ text: t`${said(status.pendingChange.what)}: waits for an answer`, role: 'warn' as const }]
      : []),
    ...(status.power ? [{ text: coming(status.power), role: 'warn' as const }] : []),
    ...(status.diskFull ? [{ text: t`disk nearly full`, role: 'bad' as const }] : []),
    ...(status.job ? [{ text: t`${said(status.job.what)} runs`, role: 'warn' as const }] : []),
  ];
  return parts.flatMap((part, at) => (at === 0 ? [part] : [{ text: '   ', role: 'text' as const }, part]));
}

const endings = ({ times, why }: NonNullable<Status['endings']>): Segment => ({
  text: times === 1 ? t`service restarted: ${said(why)}` : t`service restarted ${times} times: ${said(why)}`,
  role: 'bad',
});

const comes = {
  reboot: (at: string) => t`reboots at ${at}`,
  shutdown: (at: string) => t`shuts down at ${at}`,
  reset: (at: string) => t`is reset at ${at}`,
} as const;
const coming = ({ action, at }: NonNullable<Status['power']>) => comes[action](at.slice(11, 19));

function platform({ platform: { connected, since } }: Status): Segment {
  const from = since ? t` since ${since.slice(0, 16).replace('T', ' ')}` : '';
  return connected ? { text: t`connected${from}`, role: 'good' } : { text: t`not connected${from}`, role: 'bad' };
}
