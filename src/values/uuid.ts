/** The personalization code, a UUID in lower case (RFC 9562, 4; gateway guide, "Personalization Code"). */
import { firstOther, good, type Known, named, type Parsed, wrong } from './result.ts';

export type PersonalizationCode = Known<string, 'personalization code'>;

const right = '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b';
const lookalike: Record<string, string> = { o: '0', l: '1', i: '1' };

/** Blanks around it are dropped, upper case is lowered. */
export function parsePersonalizationCode(text: string): Parsed<PersonalizationCode> {
  const given = text.trim().toLowerCase();
  if (given === '') return wrong('nothing is given', right);
  const other = firstOther(given, /[0-9a-f-]/);
  if (other) return otherCharacter(other);
  if (/^[0-9a-f]{32}$/.test(given)) return wrong('the hyphens are missing', withHyphens(given));
  if (given.length !== 36) return wrong(`a code has 36 characters, this has ${given.length}`, right);
  for (let index = 0; index < 36; index += 1) {
    const hyphen = right[index] === '-';
    if (hyphen && given[index] !== '-') return wrong(`"-" is missing at place ${index + 1}`, right);
    if (!hyphen && given[index] === '-') return wrong(`"-" at place ${index + 1} does not belong there`, right);
  }
  return good(given as PersonalizationCode);
}

function otherCharacter({ character, place }: { character: string; place: number }): Parsed<never> {
  const meant = lookalike[character];
  const why = `${named(character)} at place ${place} is not one of 0 to 9 and a to f`;
  return wrong(meant ? `${why} (is it the digit ${meant}?)` : why, right);
}

function withHyphens(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
