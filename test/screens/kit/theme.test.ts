/** Each look can be read: no text in the colour of its ground, and without colours all that matters still differs. */
import { describe, expect, test } from 'vitest';
import { attributes, type Role } from '../../../screens/kit/theme.ts';

const unset = 0x1ff;
const unpack = (attribute: number) => ({
  bg: attribute & 0x1ff,
  fg: (attribute >> 9) & 0x1ff,
  flags: attribute >> 18,
});

describe.each([256, 16, 8, 0] as const)('with %i colours', (colours) => {
  const roles = Object.entries(attributes({ colours, unicode: true, lines: 'unicode' })) as [Role, number][];
  test.each(roles)('%s is not written in the colour of its ground', (_, attribute) => {
    const { fg, bg } = unpack(attribute);
    // Terminals make bold black a dark grey, and bold a lighter colour; neither saves equal colours.
    if (fg !== unset || bg !== unset) expect(fg).not.toBe(bg);
  });
  test('no colour is used that the terminal has not', () => {
    for (const [, attribute] of roles)
      for (const colour of [unpack(attribute).fg, unpack(attribute).bg])
        expect(colour === unset || colour < Math.max(colours, 0)).toBe(true);
  });
  test('what is selected, has the focus, or is bad differs from plain text', () => {
    const of = Object.fromEntries(roles) as Record<Role, number>;
    for (const role of ['bar', 'selected', 'focus', 'fieldFocus', 'match', 'bad', 'warn'] as const)
      expect(of[role], role).not.toBe(of.text);
    expect(of.focus).not.toBe(of.button);
    expect(of.fieldFocus).not.toBe(of.field);
  });
});
