/** Terminal descriptions as Debian has them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTerminfo } from '../../../../screens/kit/terminal/terminfo.ts';
import { filled } from '../../../../screens/kit/terminal/terminfo-parameters.ts';
import type { Failure } from '../../../../src/errors.ts';

const file = (term: string) => `/lib/terminfo/${term.charAt(0)}/${term}`;
const modern = ['xterm-256color', 'screen-256color', 'tmux-256color'];

describe.each(modern)('%s', (term) => {
  test('is read as itself, with its colours, though it has 32-bit numbers', () => {
    expect(readFileSync(file(term)).readUInt16LE(0)).toBe(0x21e);
    const terminfo = readTerminfo(term);
    expect(terminfo.colours).toBe(256);
    expect(terminfo.backColourErase).toBe(term.startsWith('xterm'));
    expect(terminfo.move(4, 2)).toBe('\x1b[3;5H');
    expect(terminfo.string.enterScreen?.startsWith('\x1b[?1049h')).toBe(true);
  });
});

/** All that every Debian has; dumb and a few others cannot move their cursor. */
const all = readdirSync('/lib/terminfo').flatMap((initial) => readdirSync(`/lib/terminfo/${initial}`));

test.each(all)('%s is told what ncurses tells it', (term) => {
  const tput = (...args: string[]) => {
    const { status, stdout } = spawnSync('tput', ['-T', term, ...args], { encoding: 'latin1' });
    return status === 0 ? stdout.replace(/\$<[\d.]+[*/]*>/g, '') : '';
  };
  if (!tput('cup', '1', '1') || !tput('clear')) {
    expect(() => readTerminfo(term)).toThrow();
    return;
  }
  const read = readTerminfo(term);
  for (const [x, y] of [
    [1, 1],
    [4, 2],
    [79, 23],
    [131, 99],
  ] as const)
    expect(read.move(x, y)).toBe(tput('cup', String(y), String(x)));
  expect(read.right?.(7) ?? '').toBe(tput('cuf', '7'));
  expect(read.erase?.(12) ?? '').toBe(tput('ech', '12'));
  expect(read.scrolled?.(3, 20) ?? '').toBe(tput('csr', '3', '20'));
  expect(read.string.plain ?? '').toBe(tput('sgr0'));
  expect(read.string.enterScreen ?? '').toBe(tput('smcup'));
  expect(read.colours).toBe(Math.max(0, Number(tput('colors')) || 0));
});

test.each([
  ['%i%p1%d;%p2%d', [3, 4], '4;5'],
  ['%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m', [1], '31m'],
  ['%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m', [9], '91m'],
  ['%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m', [100], '38;5;100m'],
  ["%p1%' '%+%c%p2%{32}%+%c", [3, 33], '#A'],
  ['%p1%03d %p1%:-5d|%p1%5x|%p1%X', [254], '254 254  |   fe|FE'],
  ['%p1%Pa%ga%ga%*%d%%', [7], '49%'],
  ['%?%p1%t%?%p2%tboth%eone%;%enone%;', [1, 1], 'both'],
  ['%?%p1%t%?%p2%tboth%eone%;%enone%;', [1, 0], 'one'],
  ['%?%p1%t%?%p2%tboth%eone%;%enone%;', [0, 1], 'none'],
  ['cut off %', [], 'cut off '],
  ['%d without a number, %/%m', [], '0 without a number, '],
] as const)('the string %s with %j', (text, parameters, told) => expect(filled(text, parameters)).toBe(told));

test('padding of old terminals is not sent', () => {
  const { move, string } = readTerminfo('vt100');
  expect(move(0, 0) + string.eraseLine + string.clear).toBe('\x1b[1;1H\x1b[K\x1b[H\x1b[J');
});

describe('a broken or odd description is refused', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-terminfo-'));
    mkdirSync(path.join(folder, 'b'));
    writeFileSync(path.join(folder, 'b', 'broken'), readFileSync(file('xterm-256color')).subarray(0, 300));
    writeFileSync(path.join(folder, 'b', 'blank'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const why = (term: string) => {
    try {
      readTerminfo(term, [folder, '/lib/terminfo']);
    } catch (error) {
      return (error as Failure).problem;
    }
    return undefined;
  };
  test.each(['broken', 'blank', 'missing', 'dumb', '../b/broken', 'a b', ''])('"%s"', (term) =>
    expect(why(term)).toMatchObject({ code: 'terminal-unusable' }),
  );
});
