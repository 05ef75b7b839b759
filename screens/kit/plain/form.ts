/** A form: field by field, and what is wrong is said and asked for again. */
import type { Problem } from '../../../src/errors.ts';
import { t } from '../../texts/texts.ts';
import { refusal } from '../fields.ts';
import type { Fields, FormErrors, FormOptions, Values } from '../form.ts';
import { type PlainField, plainField } from './fields.ts';
import { problem } from './question.ts';
import type { Talk } from './talk.ts';
import { busy } from './work.ts';

interface Row {
  name: string;
  field: PlainField;
  /** It was asked for, and nothing is known against it. */
  isGiven: boolean;
}

export async function form<F extends Fields>(talk: Talk, options: FormOptions<F>): Promise<Values<F> | undefined> {
  return new Form(talk, options).run();
}

class Form<F extends Fields> {
  private readonly all: Row[];

  constructor(
    private readonly talk: Talk,
    private readonly options: FormOptions<F>,
  ) {
    this.all = Object.entries(options.fields).map(([name, field]) => ({
      name,
      field: plainField(field),
      isGiven: false,
    }));
  }

  async run(): Promise<Values<F> | undefined> {
    this.talk.title(this.options.title);
    if (this.options.text) this.talk.say(this.options.text);
    for (;;) {
      if (!(await this.askOpen())) return undefined;
      const values = this.values();
      if (this.refuse(this.options.check?.(values) ?? {})) continue;
      const done = await this.hand(values);
      if (done === 'taken') return values;
      if (done === 'refused') continue;
      const again = await this.talk.ask(t`Enter goes through the fields again, 0 goes back:`);
      if (again === undefined || again.trim() === '0') return undefined;
      for (const row of this.all) row.isGiven = false;
    }
  }

  /** Fields that are seen as the others stand. */
  private get rows(): Row[] {
    const { hidden } = this.options;
    if (!hidden) return this.all;
    const now = Object.fromEntries(this.all.map(({ name, field }) => [name, field.read().value]));
    const names = new Set<PropertyKey>(hidden(now as Partial<Values<F>>));
    return this.all.filter(({ name }) => !names.has(name));
  }

  /** Asks until each is right by itself; an answer can bring other fields to light. */
  private async askOpen(): Promise<boolean> {
    for (;;) {
      const row = this.rows.find(({ isGiven }) => !isGiven);
      if (!row) return true;
      if (!(await row.field.ask(this.talk))) return false;
      const { error } = row.field.read();
      row.isGiven = error === undefined;
      if (error !== undefined) this.talk.say(error);
    }
  }

  private values(): Values<F> {
    return Object.fromEntries(this.rows.map(({ name, field }) => [name, field.read().value])) as Values<F>;
  }

  /** Says what is wrong, and has it asked for again. Is anything? */
  private refuse(errors: FormErrors<F>): boolean {
    const wrong = this.rows.filter(({ name }) => errors[name]);
    for (const row of wrong) {
      row.isGiven = false;
      const { label } = this.options.fields[row.name] as { label: string };
      this.talk.say(`${label}: ${errors[row.name]}`);
    }
    return wrong.length > 0;
  }

  /** Hands the values to whoever tries them. */
  private async hand(values: Values<F>): Promise<'taken' | 'refused' | 'failed'> {
    const { submit, title } = this.options;
    if (!submit) return 'taken';
    const outcome = await busy(this.talk, submit.what, (signal) => submit.work(values, signal));
    if (outcome.ok && outcome.value === undefined) return 'taken';
    if (outcome.ok) return this.refuse(outcome.value ?? {}) ? 'refused' : 'failed';
    if (this.refuse(this.named(outcome.problem))) return 'refused';
    if (outcome.problem.code !== 'aborted') problem(this.talk, title, outcome.problem);
    return 'failed';
  }

  /** What the service refuses, by field, where all that it names is here. */
  private named({ code, details }: Problem): FormErrors<F> {
    const named = code === 'bad-values' ? details.fields : code === 'bad-value' ? [details] : [];
    if (!named.every(({ field }) => this.rows.some(({ name }) => name === field))) return {};
    return Object.fromEntries(named.map(({ field, why, right }) => [field, refusal(why, right)])) as FormErrors<F>;
  }
}
