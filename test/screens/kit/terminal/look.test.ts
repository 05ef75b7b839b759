/** Which look a terminal gets. */
import { describe, expect, test } from 'vitest';
import { chooseLook, lookAfter, looksOf, plainest } from '../../../../screens/kit/terminal/look.ts';
import { readTerminfo } from '../../../../screens/kit/terminal/terminfo.ts';

const facts = (term: string, env: Record<string, string> = { LANG: 'C.UTF-8' }) => ({
  terminfo: readTerminfo(term),
  env,
});

test.each([
  ['xterm-256color', { LANG: 'en_US.UTF-8' }, 256, 'unicode'],
  ['xterm', { LANG: 'C.UTF-8' }, 8, 'unicode'],
  ['xterm', { LANG: 'C.UTF-8', COLORTERM: 'truecolor' }, 256, 'unicode'],
  ['linux', { LANG: 'de_DE.utf8@euro' }, 8, 'unicode'],
  ['linux', { LANG: 'C' }, 8, 'ascii'],
  ['linux', {}, 8, 'ascii'],
  ['linux', { LANG: 'C.UTF-8', LC_ALL: 'C' }, 8, 'ascii'],
  ['linux', { LANG: 'C', LC_CTYPE: 'C.UTF-8' }, 8, 'unicode'],
  ['linux', { LANG: 'C.UTF-8', LC_ALL: '' }, 8, 'unicode'],
  ['xterm-mono', { LANG: 'C.UTF-8' }, 0, 'unicode'],
  ['vt100', { LANG: 'C.UTF-8' }, 0, 'ascii'],
  ['vt220', { LANG: 'C.UTF-8' }, 0, 'ascii'],
  ['vt220', { LANG: 'C' }, 0, 'ascii'],
] as const)('%s with %j: %i colours, %s', (term, env, colours, lines) => {
  const few = term === 'linux' && lines === 'unicode' ? { few: true } : {};
  expect(chooseLook(facts(term, env))).toEqual({ colours, unicode: lines === 'unicode', ...few, lines });
});

describe.each(['xterm-256color', 'linux', 'vt100', 'vt220', 'tmux-256color', 'xterm-mono', 'vt52'])(
  'switching on %s',
  (term) => {
    test('goes round through all looks, from the chosen one to the plainest, and back', () => {
      const all = looksOf(facts(term));
      expect(all).toContainEqual(chooseLook(facts(term)));
      expect(all.at(-1)).toEqual(plainest);
      let look = all[0] ?? plainest;
      for (const next of [...all.slice(1), all[0]]) {
        look = lookAfter(look, all);
        expect(look).toEqual(next);
      }
    });
  },
);
