/** What a screen may put on the terminal, as a conversation. */
import type { Ui } from '../ui.ts';
import { decide } from './decision.ts';
import { facts } from './facts.ts';
import { form } from './form.ts';
import { log } from './log.ts';
import { menu } from './menu.ts';
import { pager } from './pager.ts';
import { plot } from './plot.ts';
import { confirm, message, problem } from './question.ts';
import { table } from './table.ts';
import type { Talk } from './talk.ts';
import { busy, progress } from './work.ts';

export function plainUi(talk: Talk): Ui {
  return {
    menu: (options) => menu(talk, options),
    form: (options) => form(talk, options),
    table: (options) => table(talk, options),
    facts: (options) => facts(talk, options),
    pager: (options) => pager(talk, options),
    log: (options) => log(talk, options),
    plot: (options) => plot(talk, options),
    message: async (options) => message(talk, options),
    // A code is for eyes and cameras.
    code: async () => false,
    problem: async (title, what) => {
      if (what.code !== 'aborted') problem(talk, title, what);
    },
    load: (part) => part,
    confirm: (options) => confirm(talk, options),
    decide: (options) => decide(talk, options),
    progress: (options) => progress(talk, options),
    busy: (what, work) => busy(talk, what, work),
  };
}
