/** Starts, stops or restarts something that runs here, a unit or a container: asked, permitted, shown as it goes. */
import type { ProgressNews } from '../kit/progress.ts';
import type { Surroundings } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';
import { permitted } from './permission.ts';

export type Verb = 'start' | 'stop' | 'restart';

const texts: Record<Verb, (name: string) => { title: string; asks: string; doing: string; done: string }> = {
  start: (name) => ({
    title: t`Start`,
    asks: t`Start ${name}`,
    doing: t`Starting ${name}`,
    done: t`${name} was started.`,
  }),
  stop: (name) => ({
    title: t`Stop`,
    asks: t`Stop ${name}`,
    doing: t`Stopping ${name}`,
    done: t`${name} was stopped.`,
  }),
  restart: (name) => ({
    title: t`Restart`,
    asks: t`Restart ${name}`,
    doing: t`Restarting ${name}`,
    done: t`${name} was restarted.`,
  }),
};

/** What came of it, with the sentence for when it went well; undefined where it was not done, which is told by then. */
export async function act<T>(
  surroundings: Surroundings,
  verb: Verb,
  name: string,
  work: (report: (news: ProgressNews) => void, signal: AbortSignal) => Promise<T>,
): Promise<{ done: string; outcome: T } | undefined> {
  const { ui } = surroundings;
  const { title, asks, doing, done } = texts[verb](name);
  if (verb !== 'start') {
    const text = [t`${asks} now?`, { text: t`What it serves is interrupted.`, role: 'warn' as const }];
    if (!(await ui.confirm({ title: asks, text, yes: title }))) return undefined;
  }
  if (!(await permitted(surroundings))) return undefined;
  const outcome = await ui.progress({ title: doing, givingUp: t`Giving up leaves it to go on by itself.`, work });
  if (outcome.ok) return { done, outcome: outcome.value };
  await ui.problem(asks, outcome.problem);
  return undefined;
}
