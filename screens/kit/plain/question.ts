/** A text to read, a yes-or-no question, and one that must be answered by typing a word. */

import type { Problem } from '../../../src/errors.ts';
import { t } from '../../texts/texts.ts';
import { type MessageOptions, problemMessage } from '../message.ts';
import type { ConfirmOptions } from '../question.ts';
import type { Talk } from './talk.ts';

export const textOf = (text: MessageOptions['text']): string[] =>
  text.map((one) => (typeof one === 'string' ? one : one.text));

/** Said, and that is all: there is nothing to close. */
export function message(talk: Talk, { title, text }: MessageOptions): void {
  talk.title(title);
  talk.say(...textOf(text).filter((one) => one.trim() !== ''));
}

export function problem(talk: Talk, title: string, problem: Problem): void {
  message(talk, problemMessage(title, problem));
}

export async function confirm(talk: Talk, options: ConfirmOptions): Promise<boolean> {
  const { title, text, yes, no, typed } = options;
  const said = textOf(text).filter((one) => one.trim() !== '');
  const question = questionOf(title, said, yes);
  talk.title(title);
  talk.say(...(typed ? said : said.filter((one) => one !== question)));
  if (typed) return (await typedWord(talk, typed)) === typed;
  return yesOrNo(talk, question, { otherwise: false, help: [t`Yes: ${yes}. No, or Enter: ${no ?? t`Cancel`}.`] }).then(
    (answer) => answer ?? false,
  );
}

/** "Restart docker now?": the text's own question where it has one. */
function questionOf(title: string, said: readonly string[], yes: string): string {
  const own = said.findLast((one) => one.endsWith('?'));
  if (own) return own;
  if (title.endsWith('?')) return title;
  return title.startsWith(yes) ? `${title}?` : `${yes}?`;
}

async function typedWord(talk: Talk, word: string): Promise<string | undefined> {
  for (;;) {
    const answer = await talk.ask(t`Type ${word} to go on, or Enter to go back:`, {
      help: [t`Only the word ${word} goes on.`],
    });
    const given = answer?.trim();
    if (!given || given === '0') return undefined;
    if (given === word) return word;
    talk.say(t`That was not "${word}".`);
  }
}

/** Undefined where the operator goes back. */
export async function yesOrNo(
  talk: Talk,
  question: string,
  { otherwise, help = [] }: { otherwise: boolean; help?: readonly string[] },
): Promise<boolean | undefined> {
  for (;;) {
    const answer = await talk.ask(`${question} [${lettersOf(otherwise)}]`, { help });
    if (answer === undefined) return undefined;
    const given = answer.trim().toLowerCase();
    if (given === '') return otherwise;
    if (given === 'y' || isBegun(t`yes`, given)) return true;
    if (given === '0' || isBegun(t`no`, given)) return false;
    talk.say(t`Answer yes or no.`);
  }
}

/** "y/N": Enter means the capital one. */
function lettersOf(otherwise: boolean): string {
  const [yes, no] = [t`yes`.charAt(0), t`no`.charAt(0)];
  return otherwise ? `${yes.toUpperCase()}/${no}` : `${yes}/${no.toUpperCase()}`;
}

const isBegun = (word: string, given: string) => isWord(given, word) || given === word.charAt(0);

/** Typed as it is, or without its accents, in small letters or not. */
export function isWord(given: string, word: string): boolean {
  const bare = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return bare(given) === bare(word);
}
