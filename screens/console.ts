/** Where a console is put together: terminal, connection, menu. No screen's own text is here. */
import type { About, Status } from '../src/appliance.ts';
import { type Brand, brandNamed, defaultBrand } from '../src/brand/brand.ts';
import type { Link } from '../src/client/link.ts';
import type { Line, Segment } from './kit/canvas.ts';
import { Frame } from './kit/frame.ts';
import type { Surroundings } from './kit/screen.ts';
import { openTerminal } from './kit/terminal/open.ts';
import { type Ui, uiOn } from './kit/ui.ts';
import { type Entry, tree } from './menu.ts';

/** Milliseconds that the first paint waits for the service to name its brand. */
const patience = 300;

/**
 * Opens the console on this process's terminal and ends when the operator leaves it or the terminal is gone.
 * Gives the exit code. @throws Failure 'terminal-unusable' before anything is painted.
 */
export async function openConsole({ link }: { link: Link }): Promise<number> {
  const terminal = await openTerminal();
  const frame = new Frame(terminal);
  const ui = uiOn(frame);
  const status = new Statuses(frame, link);
  try {
    const about = await aboutWithin(link);
    const brand = (about && brandNamed(about.brand)) ?? defaultBrand;
    frame.vendor = brand.vendor;
    if (about?.lab) frame.mark = ['LAB', `LAB (${about.lab.machine})`];
    await mainMenu({ ui, appliance: link.appliance, brand }, status);
    return 0;
  } finally {
    status.stop();
    terminal.close();
  }
}

async function aboutWithin({ appliance }: Link): Promise<About | undefined> {
  const about = appliance.about({}).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
  return Promise.race([about, late]);
}

// ---------------------------------------------------------------- menu

async function mainMenu(surroundings: Surroundings, status: Statuses): Promise<void> {
  await openMenu(surroundings, status, tree, () => leave(surroundings.ui));
}

async function leave(ui: Ui): Promise<boolean> {
  return ui.confirm({
    title: 'Leave',
    text: ['Leave the console?', 'The appliance goes on as it is.'],
    yes: 'Leave',
    no: 'Stay',
  });
}

async function openMenu(
  surroundings: Surroundings,
  status: Statuses,
  entry: Entry,
  leave?: () => Promise<boolean>,
): Promise<void> {
  const entries = entry.entries ?? [];
  await surroundings.ui.menu({
    title: entry.title ?? entry.label,
    back: leave === undefined,
    items: entries.map((one) => ({ ...texts(one, surroundings.brand), id: one.id, greyed: one.greyed })),
    status: (id) => status.of(entries.find((one) => one.id === id)),
    choose: async (id) => {
      const chosen = entries.find((one) => one.id === id);
      if (chosen?.screen) await chosen.screen(surroundings);
      else if (chosen?.entries) await openMenu(surroundings, status, chosen);
    },
    ...(leave ? { leave } : {}),
  });
}

function texts({ id, label, description }: Entry, brand: Brand): { label: string; description: string } {
  const named = { label, description, ...brand.menu[id] };
  return { label: named.label, description: named.description.replace('{platform}', brand.platform) };
}

// ---------------------------------------------------------------- status

/** The newest status of the appliance, the line made of it, and what is said while the service is away. */
class Statuses {
  private status: Status | undefined;
  private readonly ended = new AbortController();
  private readonly forget: () => void;

  constructor(
    private readonly frame: Frame,
    private readonly link: Link,
  ) {
    this.forget = link.onState(() => this.linkChanged());
    this.linkChanged();
    const { signal } = this.ended;
    link.appliance.status.watch({}, { signal, progress: (news) => this.take(news) }).catch(() => undefined);
  }

  stop(): void {
    this.ended.abort();
    this.forget();
  }

  /** What stands beside a menu entry now. */
  of(entry: Entry | undefined): Segment | undefined {
    if (entry?.greyed) return { text: 'not yet', role: 'dim' };
    return this.status && entry?.status?.(this.status);
  }

  private take(status: Status): void {
    this.status = status;
    this.frame.status = statusLine(status);
  }

  private linkChanged(): void {
    this.frame.notice = this.link.state === 'lost' ? this.link.problem : undefined;
  }
}

function statusLine(status: Status): Line {
  const parts: Segment[] = [
    {
      text: status.address ? `${status.name} – ${status.address}` : `${status.name} – no address`,
      role: status.address ? 'strong' : 'bad',
    },
    status.registered ? { text: 'registered', role: 'good' } : { text: 'not registered', role: 'warn' },
    ...(status.registered ? [platform(status)] : []),
    ...(status.pendingChange
      ? [{ text: `${status.pendingChange.what} waits for an answer`, role: 'warn' as const }]
      : []),
    ...(status.job ? [{ text: `${status.job.what} runs`, role: 'warn' as const }] : []),
  ];
  return parts.flatMap((part, at) => (at === 0 ? [part] : [{ text: '   ', role: 'text' as const }, part]));
}

function platform({ platform: { connected, since } }: Status): Segment {
  const from = since ? ` since ${since.slice(0, 16).replace('T', ' ')}` : '';
  return connected ? { text: `connected${from}`, role: 'good' } : { text: `not connected${from}`, role: 'bad' };
}
