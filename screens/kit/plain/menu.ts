/** A menu: numbered lines, and the prompt for a number. */

import { t } from '../../texts/texts.ts';
import type { MenuItem, MenuOptions } from '../menu.ts';
import type { Talk } from './talk.ts';

/** Milliseconds that the main menu waits for the first status. */
const patience = 1000;

export async function menu(talk: Talk, options: MenuOptions): Promise<void> {
  const { title, back, leave } = options;
  let heard = '';
  let said = '';
  if (!back) await talk.statusKnown(patience);
  const lines = () => options.items().map((item, at) => lineOf(item, at + 1, options.status?.(item.id)?.text));
  /** What has not changed since it was said is not said again. */
  const say = (whole: boolean) => {
    const now = lines();
    talk.title(typeof title === 'function' ? title() : title);
    if (!back && (whole || talk.status !== said)) talk.say(talk.status);
    if (whole || now.join('\n') !== heard) talk.say(...now);
    heard = now.join('\n');
    said = talk.status;
  };
  say(true);
  for (;;) {
    const answer = await talk.ask(back ? t`Number, or 0 to go back:` : t`Number, or 0 to leave:`, {
      help: [t`Type the number of an entry. Enter says all entries again.`],
    });
    const given = answer?.trim();
    if (given === undefined || given === '0') {
      if (!leave || (await leave())) return;
      say(false);
    } else if (given === '') say(true);
    else {
      const item = chosen(options.items(), given);
      if (!item) talk.say(t`There is no entry ${given}: 1 to ${options.items().length}.`);
      else if (item.greyed) talk.say(t`Not now. ${item.greyed}`);
      else if ((await options.choose(item.id)) === 'close') return;
      else say(false);
    }
  }
}

function lineOf({ label, description, greyed }: MenuItem, number: number, status: string | undefined): string {
  const what = description && description !== label ? `${label} – ${description}` : label;
  const beside = [status, greyed && t`not now: ${greyed}`].filter(Boolean).join('; ');
  return `${number}. ${what}${beside ? ` (${beside})` : ''}`;
}

/** By its number, or by its whole label. */
function chosen(items: readonly MenuItem[], given: string): MenuItem | undefined {
  if (/^\d+$/.test(given)) return items[Number(given) - 1];
  return items.find(({ label }) => label.toLowerCase() === given.toLowerCase());
}
