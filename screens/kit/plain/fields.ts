/** The fields of a form, asked for line by line: what stands there, what is typed, and what is wrong with it. */

import { t } from '../../texts/texts.ts';
import type { Described, Field, FieldResult } from '../fields.ts';
import { refusal } from '../fields.ts';
import { yesOrNo } from './question.ts';
import type { Talk } from './talk.ts';

/** A field while its form is filled in. */
export interface PlainField {
  read(): FieldResult<unknown>;
  /** Asks for it; false where the operator goes back. */
  ask(talk: Talk): Promise<boolean>;
}

const makers: { [K in Described<unknown>['kind']]: (as: Extract<Described<unknown>, { kind: K }>) => PlainField } = {
  text: (as) => new TextField(as),
  radio: (as) => new RadioField(as),
  check: (as) => new CheckField(as),
  pasted: (as) => new PastedField(as),
};

export function plainField({ as }: Field<unknown>): PlainField {
  return (makers[as.kind] as (as: Described<unknown>) => PlainField)(as);
}

type Of<K extends Described<unknown>['kind']> = Extract<Described<unknown>, { kind: K }>;

const help = {
  text: () => t`Type the value. Enter keeps the one in brackets, - empties it.`,
  hidden: () => t`What is typed is not shown. Enter alone leaves it empty.`,
};

class TextField implements PlainField {
  private value: string;

  constructor(private readonly as: Of<'text'>) {
    this.value = as.value ?? '';
  }

  async ask(talk: Talk): Promise<boolean> {
    const { label, masked = false, most } = this.as;
    const now = this.value && !masked ? ` [${this.value}]` : '';
    const prompt = masked ? t`${label} (not shown):` : `${label}${now}:`;
    const answer = await talk.ask(prompt, { hidden: masked, help: [masked ? help.hidden() : help.text()] });
    if (answer === undefined) return false;
    if (masked) this.value = answer;
    else if (answer.trim() === '-' && this.value) this.value = '';
    else if (answer !== '') this.value = answer;
    if (most) this.value = [...this.value].slice(0, most).join('');
    return true;
  }

  read(): FieldResult<unknown> {
    return parsed(this.as.parse(this.value));
  }
}

class RadioField implements PlainField {
  private chosen: number;

  constructor(private readonly as: Of<'radio'>) {
    this.chosen = Math.max(
      0,
      as.options.findIndex(({ value }) => value === as.value),
    );
  }

  async ask(talk: Talk): Promise<boolean> {
    const { label, options } = this.as;
    talk.say(`${label}:`, ...options.map((option, at) => `${at + 1}. ${option.label}`));
    for (;;) {
      const answer = await talk.ask(t`Number [${this.chosen + 1}]:`, { help: [t`Enter keeps the one in brackets.`] });
      if (answer === undefined) return false;
      const given = answer.trim();
      if (given === '') return true;
      const at = Number(given) - 1;
      if (/^\d+$/.test(given) && options[at]) {
        this.chosen = at;
        return true;
      }
      talk.say(refusal(t`not one of them`, t`a number from 1 to ${options.length}`));
    }
  }

  read(): FieldResult<unknown> {
    const option = this.as.options[this.chosen];
    return option ? { value: option.value } : { error: t`Choose one` };
  }
}

class CheckField implements PlainField {
  private ticked: boolean;

  constructor(private readonly as: Of<'check'>) {
    this.ticked = as.value;
  }

  async ask(talk: Talk): Promise<boolean> {
    const answer = await yesOrNo(talk, this.as.label, { otherwise: this.ticked });
    this.ticked = answer ?? this.ticked;
    return answer !== undefined;
  }

  read(): FieldResult<unknown> {
    return { value: this.ticked };
  }
}

class PastedField implements PlainField {
  private content = '';

  constructor(private readonly as: Of<'pasted'>) {}

  async ask(talk: Talk): Promise<boolean> {
    talk.say(t`${this.as.label}: ${this.as.hint}, and end it with a line that holds only a dot. It is not shown.`);
    const lines: string[] = [];
    for (;;) {
      const line = await talk.ask('', { hidden: true });
      if (line === undefined) return false;
      if (line.trim() === '.') break;
      lines.push(line);
    }
    talk.say(lines.length === 1 ? t`1 line pasted` : t`${lines.length} lines pasted`);
    this.content = lines.join('\n');
    return true;
  }

  read(): FieldResult<unknown> {
    return parsed(this.as.parse(this.content));
  }
}

function parsed(given: ReturnType<Of<'text'>['parse']>): FieldResult<unknown> {
  return given.ok ? { value: given.value } : { error: refusal(given.why, given.right) };
}
