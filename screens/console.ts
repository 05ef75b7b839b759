/** Where a console is put together: terminal, connection, menu, the pending question, the lock. No screen's text is here. */
import type { About } from '../src/appliance.ts';
import { brandNamed, defaultBrand } from '../src/brand/brand.ts';
import type { Link } from '../src/client/link.ts';
import { lockWhenIdle } from './flows/lock.ts';
import { pendingQuestions } from './flows/pending.ts';
import { countdowns } from './flows/power.ts';
import { Frame } from './kit/frame.ts';
import type { Surroundings } from './kit/screen.ts';
import { openTerminal } from './kit/terminal/open.ts';
import { uiOn } from './kit/ui.ts';
import { firstSteps, tree } from './menu.ts';
import { openMenu } from './open-menu.ts';
import { Statuses } from './statuses.ts';

/** Milliseconds that the first paint waits for the service to name its brand. */
const patience = 300;

/**
 * Opens the console on this process's terminal and ends when the operator leaves it or the terminal is gone.
 * Gives the exit code. @throws Failure 'terminal-unusable' before anything is painted.
 */
export async function openConsole({ link }: { link: Link }): Promise<number> {
  const terminal = await openTerminal();
  const ended = new AbortController();
  try {
    const frame = new Frame(terminal);
    const statuses = new Statuses(frame, link, ended.signal);
    const about = await aboutWithin(link);
    const brand = (about && brandNamed(about.brand)) ?? defaultBrand;
    frame.vendor = brand.vendor;
    if (about) frame.mark = marks(about);
    const surroundings: Surroundings = {
      ui: uiOn(frame),
      appliance: link.appliance,
      brand,
      role: about?.role ?? 'operator',
      session: { trusted: false },
    };
    pendingQuestions(surroundings, ended.signal);
    countdowns(surroundings, ended.signal);
    lockWhenIdle(surroundings, frame, ended.signal);
    if (about?.role === 'operator' && (await isFirstBoot(link))) await firstSteps(surroundings);
    await openMenu(surroundings, statuses, tree, () => leave(surroundings));
    return 0;
  } finally {
    ended.abort();
    terminal.close();
  }
}

/** Was the guided way never gone to its end? Not known in time: the menu is right, too. */
async function isFirstBoot({ appliance }: Link): Promise<boolean> {
  const finished = appliance.setup.read({}).then(
    (state) => state.finished,
    () => true,
  );
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), patience));
  return !(await Promise.race([finished, late]));
}

async function aboutWithin({ appliance }: Link): Promise<About | undefined> {
  const about = appliance.about({}).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
  return Promise.race([about, late]);
}

function leave({ ui }: Surroundings): Promise<boolean> {
  const text = ['Leave the console?', 'The appliance goes on as it is.'];
  return ui.confirm({ title: 'Leave', text, yes: 'Leave', no: 'Stay' });
}

/** From short to long: whose the machine is, and what may be done with it. */
function marks({ lab, role }: About): string[] {
  const viewer = role === 'viewer' ? ['VIEWER'] : [];
  if (!lab) return viewer;
  const long = `LAB (${lab.machine})`;
  const code = lab.code ? [`${long}  register with ${lab.code}`] : [];
  return ['LAB', long, ...(viewer.length > 0 ? [] : code)].map((mark) => [mark, ...viewer].join(' '));
}
