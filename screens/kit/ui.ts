/** What a screen may put on the terminal. The whole of it; each piece is in its own file. */
import type { Problem } from '../../src/errors.ts';
import { waitFor } from './busy.ts';
import { Decision, type DecisionOptions } from './decision.ts';
import { Facts, type FactsOptions } from './facts.ts';
import { type Fields, Form, type FormOptions, type Values } from './form.ts';
import type { Frame } from './frame.ts';
import { LogView, type LogViewOptions } from './log-view.ts';
import { Menu, type MenuOptions } from './menu.ts';
import { Message, type MessageOptions, problemMessage } from './message.ts';
import { givenUp, type Outcome } from './outcome.ts';
import { Pager, type PagerOptions } from './pager.ts';
import { Plot, type PlotOptions } from './plot.ts';
import { Progress, type ProgressOptions } from './progress.ts';
import { QrCode } from './qr.ts';
import { Confirm, type ConfirmOptions } from './question.ts';
import { Table, type TableOptions } from './table.ts';

/** Each opens a piece and ends when the operator leaves it. None rejects. */
export interface Ui {
  menu(options: MenuOptions): Promise<void>;
  /** The values, or undefined where it was left. */
  form<F extends Fields>(options: FormOptions<F>): Promise<Values<F> | undefined>;
  table<R>(options: TableOptions<R>): Promise<void>;
  facts(options: FactsOptions): Promise<void>;
  pager(options: PagerOptions): Promise<void>;
  log(options: LogViewOptions): Promise<void>;
  plot(options: PlotOptions): Promise<void>;
  message(options: MessageOptions): Promise<void>;
  /** A QR code; false where this terminal cannot draw one. */
  code(title: string, text: string): Promise<boolean>;
  /** Shows what went wrong; nothing where it was only given up. */
  problem(title: string, problem: Problem): Promise<void>;
  /** True only on yes. */
  confirm(options: ConfirmOptions): Promise<boolean>;
  /** Yes or no, or undefined where it was answered elsewhere, or left for later. */
  decide(options: DecisionOptions): Promise<boolean | undefined>;
  progress<T>(options: ProgressOptions<T>): Promise<Outcome<T>>;
  /** Waits for an answer, with a busy sign after 100 ms; given up with Esc. `what`: "Reading docker.service". */
  busy<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>>;
  /** A part of the program that opens something, and takes no time worth a sign: keys wait for it. */
  load<T>(part: Promise<T>): Promise<T>;
}

export function uiOn(frame: Frame): Ui {
  const ui: Ui = {
    menu: (options) => frame.show(new Menu(options)),
    load: (part) => frame.load(part),
    form: (options) => frame.show(new Form(options)),
    table: (options) => frame.show(new Table(options)),
    facts: (options) => frame.show(new Facts(options)),
    pager: (options) => frame.show(new Pager(options)),
    log: (options) => frame.show(new LogView(options)),
    plot: (options) => frame.show(new Plot(options)),
    message: (options) => frame.show(new Message(options)),
    problem: async (title, problem) => {
      if (problem.code !== 'aborted') await ui.message(problemMessage(title, problem));
    },
    code: async (title, text) => {
      if (!frame.terminal.look.unicode) return false;
      await frame.show(new QrCode(title, text));
      return true;
    },
    confirm: async (options) => (await frame.show(new Confirm(options))) ?? false,
    decide: (options) => frame.show(new Decision(options)),
    progress: async (options) => (await frame.show(new Progress(options))) ?? givenUp,
    busy: (what, work) => waitFor(frame, what, work),
  };
  return ui;
}
