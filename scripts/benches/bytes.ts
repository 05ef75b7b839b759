/**
 * Bytes that a terminal is sent: opening a screen, moving a selection, typing, a line of a log, painting anew, standing
 * idle. Beside whiptail and dialog, which show the same entries and texts in boxes of like size.
 */
import { type Done, dialog, whiptail } from './bytes/dialogs.ts';
import { ours } from './bytes/ours.ts';
import { type Beside, figureOf, type Part, type Row, type Wanted } from './part.ts';

const terms = ['vt100', 'vt220', 'linux', 'xterm-256color'] as const;

/** Of ours, where issue or common sense name a bound. */
const wanted: Partial<Record<Done, Wanted[] | Partial<Record<string, Wanted[]>>>> = {
  'opening the main menu': [{ most: 1, of: 'whiptail' }],
  'opening a list': [{ most: 1, of: 'whiptail' }],
  'opening a form': [{ most: 1, of: 'whiptail' }],
  'opening a message': [{ most: 1, of: 'whiptail' }],
  'moving the selection of a menu': {
    vt220: [{ most: 0.6, of: 'whiptail' }],
    'xterm-256color': [{ most: 1, of: 'whiptail' }],
  },
  'moving the selection of a list': {
    vt220: [{ most: 0.6, of: 'whiptail' }],
    'xterm-256color': [{ most: 1, of: 'whiptail' }],
  },
  'typing a character': [{ most: 10 }],
  'one more line of a log': [{ most: 1.5, of: 'the line' }],
  'standing idle': [{ most: 0 }],
};

const wantedOn = (done: Done, term: string): { wanted?: Wanted[] } => {
  const all = wanted[done];
  const here = Array.isArray(all) ? all : all?.[term];
  return here ? { wanted: here } : {};
};

export const part: Part = {
  about: 'Bytes sent for what an operator does, by terminal.',
  needs: {},
  settings: { idle: { about: 'seconds of standing idle', usual: 60, quick: 1 } },
  async run(signal, { runs, settings, folder, program, say }) {
    const idle = settings.idle ?? 60;
    // Bytes are no matter of time: the terminals do it beside one another.
    const all = await Promise.all(terms.map((term) => measured({ term, runs, signal, program, folder, idle, say })));
    return all.flat();
  },
};

async function measured(asked: Parameters<typeof ours>[0] & { say(text: string): void }): Promise<Row[]> {
  const { term } = asked;
  const own = await ours(asked);
  asked.say(`${term}: measured`);
  const others = { whiptail: await whiptail(asked), dialog: await dialog(asked), 'the line': own.line };
  return (Object.entries(own.taken) as [Done, number[]][]).map(([done, samples]) => ({
    what: `${done}, ${term}`,
    unit: 'bytes',
    ours: figureOf(samples),
    beside: Object.entries(others).flatMap(([name, taken]): Beside[] => {
      // Not installed.
      if (!taken) return [{ name }];
      return taken[done] ? [{ name, figure: figureOf(taken[done]) }] : [];
    }),
    ...wantedOn(done, term),
  }));
}
