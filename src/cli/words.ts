/**
 * A line of words as a shell would part it, without a shell: blanks part, quotes and backslashes keep together, and
 * nothing is expanded (POSIX shell, 2.2; within "…" a backslash quotes `"` and itself). What would make a shell do more is refused, so that nobody takes it for done. Pure.
 */
import { fail } from '../errors.ts';

/** Characters; no command of ours is as long. */
const longest = 4096;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const control = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;

/** @throws Failure 'bad-value': too long, control characters, a quote left open; 'not-allowed': what a shell is for */
export function wordsOf(line: string): string[] {
  if (line.length > longest) throw wrong(`it is longer than ${longest} characters`, 'a shorter one');
  if (control.test(line)) throw wrong('it has control characters in it', 'one line of text');
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  const take = (text: string) => {
    word = (word ?? '') + text;
  };
  const characters = [...line];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    const next = characters[at + 1];
    if (quote === "'" || (quote === '"' && character !== '\\')) {
      if (character !== quote) take(character);
      else quote = '';
    } else if (character === '\\') {
      if (next === undefined) throw wrong('it ends with a backslash', 'a character behind it');
      take(quote === '' || next === '"' || next === '\\' ? next : character + next);
      at += 1;
    } else if (character === "'" || character === '"') {
      quote = character;
      take('');
    } else if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (';|&<>()$`'.includes(character)) throw noShell(character);
    else take(character);
  }
  if (quote !== '') throw wrong('a quote is left open', `a closing ${quote}`);
  return word === undefined ? words : [...words, word];
}

const wrong = (why: string, right: string) => fail('bad-value', { field: 'command', why, right });
const noShell = (character: string) =>
  fail('not-allowed', {
    what: `"${character}"`,
    why: 'No shell reads this: it takes one command of Gatehouse and its arguments.',
  });
