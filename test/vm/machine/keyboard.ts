/** The PC keyboard, US layout: which keys make a character (qapi/ui.json, QKeyCode). */
const plain: Record<string, string> = {
  ' ': 'spc',
  '-': 'minus',
  '=': 'equal',
  '[': 'bracket_left',
  ']': 'bracket_right',
  ';': 'semicolon',
  "'": 'apostrophe',
  '`': 'grave_accent',
  '\\': 'backslash',
  ',': 'comma',
  '.': 'dot',
  '/': 'slash',
  '\n': 'ret',
  '\t': 'tab',
};
const shifted: Record<string, string> = Object.fromEntries([
  ...Object.entries({ '!': 1, '@': 2, '#': 3, $: 4, '%': 5, '^': 6, '&': 7, '*': 8, '(': 9, ')': 0 }),
  ...Object.entries({ _: 'minus', '+': 'equal', ':': 'semicolon', '"': 'apostrophe', '?': 'slash', '<': 'comma' }),
  ...Object.entries({ '>': 'dot', '{': 'bracket_left', '}': 'bracket_right', '|': 'backslash', '~': 'grave_accent' }),
]);

/** Keys pressed together for one character. @throws Error where that layout has none */
export function keysFor(character: string): string[] {
  if (/[a-z0-9]/.test(character)) return [character];
  if (/[A-Z]/.test(character)) return ['shift', character.toLowerCase()];
  const [alone, together] = [plain[character], shifted[character]];
  if (alone !== undefined) return [alone];
  if (together !== undefined) return ['shift', String(together)];
  throw new Error(`No key for ${JSON.stringify(character)}.`);
}
