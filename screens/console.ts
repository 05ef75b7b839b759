/** Where a console is put together: terminal, connection, menu, the pending question, the lock. No screen's text is here. */
import type { About } from '../src/appliance.ts';
import { brandNamed, defaultBrand } from '../src/brand/brand.ts';
import type { Link } from '../src/client/link.ts';
import { problemOf } from '../src/errors.ts';
import { lockWhenIdle } from './flows/lock.ts';
import { pendingQuestions } from './flows/pending.ts';
import { countdowns } from './flows/power.ts';
import type { Display } from './kit/display.ts';
import { openFramed } from './kit/framed.ts';
import type { Surroundings } from './kit/screen.ts';
import { firstSteps, loadScreens, tree } from './menu.ts';
import { openMenu } from './open-menu.ts';
import { Statuses } from './statuses.ts';
import { languageFor, said, setLanguage, t } from './texts/texts.ts';

/** Milliseconds that the first paint waits for the service to name its brand. */
const patience = 300;
/** Milliseconds until the service is asked again that ended instead of answering. */
const again = 500;
/** Milliseconds after the menu in which nothing is to be done: then the screens are loaded. */
const rest = 100;

export interface ConsoleOptions {
  link: Link;
  plain?: boolean;
  /** Resolves with the exit code when it is to end without being left. */
  over?: Promise<number>;
}

/**
 * Opens the console on this process's terminal and ends when the operator leaves it or the terminal is gone. Plain
 * where that is asked for, and where the terminal cannot show the other. Gives the exit code.
 */
export async function openConsole({ link, plain = false, over }: ConsoleOptions): Promise<number> {
  await setLanguage(languageFor(process.env, undefined));
  const display = await openDisplay(plain);
  const ended = new AbortController();
  const noKey = display.lastKey;
  try {
    const statuses = new Statuses(display, link, ended.signal);
    const surroundings: Surroundings = {
      ui: display.ui,
      appliance: link.appliance,
      brand: defaultBrand,
      role: 'operator',
      session: { trusted: false },
    };
    const learn = async (about: About) => {
      await setLanguage(languageFor(process.env, about.language));
      const brand = brandNamed(about.brand) ?? defaultBrand;
      Object.assign(surroundings, { brand, role: about.role });
      display.name(brand.vendor, marks(about));
    };
    const about = await aboutWithin(link);
    if (about) await learn(about);
    else {
      display.name(defaultBrand.vendor, []);
      // Until the service answers, all that is shown is that it does not.
      const comeLate = async () => {
        const late = await aboutAtLast(link, ended.signal);
        await learn(late);
        if (isNew(late) && display.lastKey === noKey) await firstSteps(surroundings);
      };
      void comeLate().catch(() => undefined);
    }
    const gone = goThrough(surroundings, statuses, about);
    // After what they lie over: the service tells how things stand at once.
    pendingQuestions(surroundings, ended.signal);
    countdowns(surroundings, ended.signal);
    lockWhenIdle(surroundings, display, ended.signal);
    const idle = setTimeout(() => void loadScreens(), rest);
    ended.signal.addEventListener('abort', () => clearTimeout(idle));
    const left = Promise.race([display.left, gone]).then(() => 0);
    return await (over ? Promise.race([left, over]) : left);
  } finally {
    ended.abort();
    display.close();
  }
}

/** @throws Failure 'terminal-unusable' where there is no terminal at all, and nobody asked for the plain display. */
async function openDisplay(plain: boolean): Promise<Display> {
  const openPlain = async (because?: string) => (await import('./kit/plain/open.ts')).openPlain(because);
  if (plain) return openPlain();
  try {
    return await openFramed();
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code !== 'terminal-unusable' || !process.stdin.isTTY || !process.stdout.isTTY) throw error;
    return openPlain(
      t`${problem.details.term || t`this terminal`} cannot show the other: ${said(problem.details.why)}`,
    );
  }
}

/** From the first steps, where they were never gone to their end, to the menu, until that is left. */
async function goThrough(surroundings: Surroundings, statuses: Statuses, about: About | undefined): Promise<void> {
  if (about && isNew(about)) await firstSteps(surroundings);
  await openMenu(surroundings, statuses, tree, () => leave(surroundings));
}

const isNew = ({ firstBoot, role }: About) => firstBoot && role === 'operator';

/**
 * What the service says of itself, however late it comes, and however often it ends before it has answered: a slow
 * machine shows its consoles before it has started. Rejects once `signal` is aborted.
 */
async function aboutAtLast(link: Link, signal: AbortSignal): Promise<About> {
  for (;;) {
    await connected(link, signal);
    const about = await link.appliance.about({}, { signal }).catch(() => undefined);
    if (about) return about;
    if (signal.aborted) throw signal.reason;
    await new Promise((resolve) => setTimeout(resolve, again));
  }
}

/** Resolves when the service is there, or `signal` is aborted. */
function connected(link: Link, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (link.state !== 'connected' && !signal.aborted) return;
      stop();
      resolve();
    };
    const stop = link.onState(look);
    look();
  });
}

async function aboutWithin({ appliance }: Link): Promise<About | undefined> {
  const about = appliance.about({}).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
  return Promise.race([about, late]);
}

function leave({ ui }: Surroundings): Promise<boolean> {
  const text = [t`Leave the console?`, t`The appliance goes on as it is.`];
  return ui.confirm({ title: t`Leave`, text, yes: t`Leave`, no: t`Stay` });
}

/** From short to long: whose the machine is, and what may be done with it. */
function marks({ lab, role }: About): string[] {
  const viewer = role === 'viewer' ? [t`VIEWER`] : [];
  if (!lab) return viewer;
  const long = `LAB (${lab.machine})`;
  const code = lab.code ? [`${long}  ${t`register with ${lab.code}`}`] : [];
  return ['LAB', long, ...(viewer.length > 0 ? [] : code)].map((mark) => [mark, ...viewer].join(' '));
}
