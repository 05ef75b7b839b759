/** Text cut into the terminal's cells. Text that comes here is harmless already. */
import { columnsOf } from '../../src/values/width.ts';

/** blessed's cell: attribute, character. The second half of a wide character is ''. */
export type Cell = [number, string];

/** One character with the marks that stand over it, and the columns it takes (1 or 2). */
export interface Character {
  character: string;
  columns: number;
}

const ascii = /^[\x20-\x7e]*$/;

export function cells(text: string): Character[] {
  if (ascii.test(text)) return Array.from(text, (character) => ({ character, columns: 1 }));
  const characters: Character[] = [];
  for (const character of text) {
    const columns = columnsOf(character);
    const before = characters.at(-1);
    if (columns > 0) characters.push({ character, columns });
    else if (before) before.character += character;
  }
  return characters;
}
