/** Terminal descriptions as Debian has them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { narrow, readTerminfo } from '../../../../screens/kit/terminal/terminfo.ts';
import type { Failure } from '../../../../src/errors.ts';

const file = (term: string) => `/lib/terminfo/${term.charAt(0)}/${term}`;
const modern = ['xterm-256color', 'screen-256color', 'tmux-256color'];

describe.each(modern)('%s', (term) => {
  test('has 32-bit numbers, which become 16-bit ones, and nothing else is lost', () => {
    const wide = readFileSync(file(term));
    expect(wide.readUInt16LE(0)).toBe(0x21e);
    const narrowed = narrow(wide);
    expect(narrowed.readUInt16LE(0)).toBe(0x11a);
    // ncurses itself reads both forms: it is the judge.
    const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-terminfo-'));
    mkdirSync(path.join(folder, term.charAt(0)));
    writeFileSync(path.join(folder, term.charAt(0), term), narrowed);
    const said = (where: string) =>
      execFileSync('infocmp', ['-x', '-1', '-A', where, term], { encoding: 'utf8' }).split('\n').slice(1);
    const lines = said(folder);
    rmSync(folder, { recursive: true });
    expect(lines).toEqual(said('/lib/terminfo').map((line) => line.replace(/#0x1?0{4,}|#0x10000/, '#0x7fff')));
  });
  test('is read as itself, with its colours', () => {
    const terminfo = readTerminfo(term);
    expect(terminfo.colours).toBe(256);
    expect(terminfo.backColourErase).toBe(term.startsWith('xterm'));
    expect(terminfo.move(4, 2)).toBe('\x1b[3;5H');
    expect(terminfo.string.enterScreen?.startsWith('\x1b[?1049h')).toBe(true);
  });
});

test('an older description is left as it is', () => {
  const data = readFileSync(file('vt220'));
  expect(narrow(data)).toBe(data);
});

test('padding of old terminals is not sent', () => {
  const { move, string } = readTerminfo('vt100');
  expect(move(0, 0) + string.eraseLine + string.clear).toBe('\x1b[1;1H\x1b[K\x1b[H\x1b[J');
});

test('styled underlines, which blessed cannot compile, are no trouble and say nothing', () => {
  const { tput } = readTerminfo('tmux-256color') as unknown as { tput: { strings: Record<string, string> } };
  expect(tput.strings).not.toHaveProperty('Setulc');
  expect(tput.strings).not.toHaveProperty('Smulx');
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
