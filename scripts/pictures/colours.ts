/** The 256 colours of a terminal, as pictures show them. */

/** The first sixteen are each terminal's own choice: here as they read well on a dark ground. */
const sixteen = [
  ['#1c2128', '#e5534b', '#57ab5a', '#c69026', '#316dca', '#b083f0', '#39c5cf', '#cdd9e5'],
  ['#636e7b', '#f47067', '#6bc46d', '#daaa3f', '#539bf5', '#dcbdfb', '#56d4dd', '#ffffff'],
].flat();

const hex = (...parts: number[]) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
/** xterm's colour cube: six steps each of red, green and blue. */
const step = (at: number) => (at === 0 ? 0 : 55 + 40 * at);

/** "#rrggbb"; undefined for -1, the terminal's own. */
export function coloured(index: number): string | undefined {
  if (index < 16) return sixteen[index];
  if (index > 231) return hex(...Array<number>(3).fill(8 + 10 * (index - 232)));
  const at = index - 16;
  return hex(step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6));
}
