/** Texts from outside that try to command the terminal or imitate the console: on every screen they are only text. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Built, boxes, buildConsole, columnwise, keys, seeWhole } from './operator.ts';
import type { Pty } from './pty.ts';

let built: Built;
let pty: Pty | undefined;
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty?.kill());
afterAll(() => built.remove());

/** Where on the lab's hostile machine texts from outside are shown: keys, and a text that is there then. */
const places: [string, string | RegExp][] = [
  [`i${keys.enter}`, 'DNS Servers'],
  [keys.end, 'Memory'],
  [`${keys.back}d${keys.enter}`, 'Service units'],
  [keys.enter, 'STATE'],
  [keys.end, 'NAME'],
  [keys.enter, 'Details'],
  [keys.enter, 'Container ID'],
  [keys.end, 'Environment'],
  [`${keys.back}l${keys.enter}`, 'Logs of'],
  [`${keys.back}${keys.back}${keys.back}i${keys.enter}`, 'REPOSITORY'],
  [keys.enter, 'Image ID'],
  [`${keys.back}${keys.back}${keys.home}${keys.down.repeat(3)}${keys.enter}`, 'Journal'],
  [keys.enter, 'Journal'],
  [`${keys.back}${keys.down}${keys.enter}`, /(newest line|all of it) /],
  [`${keys.back}${keys.back}s${keys.enter}`, 'CPU %'],
  [`${keys.back}a${keys.enter}`, 'Audit'],
  [`${keys.back}u${keys.enter}`, 'gatehouse'],
  [keys.down, 'gatehouse'],
  [keys.enter, 'Restart'],
  [keys.enter, 'Last result'],
  [keys.end, 'Newest log'],
  [`${keys.back}l${keys.enter}`, /(newest line|all of it) /],
  [keys.right, 'column 17'],
  [keys.right.repeat(40), 'column 657'],
  [keys.left.repeat(41), 'EXIT'],
  [`/.${keys.enter}`, /match/],
  [keys.end, /(oldest line|all of it)/],
  ['w', /line|all/],
  ['c', /line|all/],
  [`c${keys.back}r${keys.enter}`, 'interrupted'],
  [`${keys.left}${keys.enter}`, 'did not do as asked'],
  [`${keys.enter}${keys.back}${keys.back}${keys.back}c${keys.enter}`, 'Ping'],
  [`p${keys.enter}`, 'FQDN'],
  [`\x15hostile.lab.test${keys.enter}`, 'Unreachable'],
];

/** What a program may send to a terminal that it paints on: see what is left when all of that is taken away. */
const ours =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /\x1b\[[0-9;]*[ABCDHJKfmrtdGhlSTLMP@X]|\x1b\[\?[01]c|\x1b\[\?(?:1|7|12|25|47|1049|2004|1034)(?:;\d+)*[hl]|\x1b\[![p]|\x1b[()][0AB]|\x1b[=>78M]|\x1b\[22;0;0t|\x1b\[23;0;0t|[\x0e\x0f\x08\r\n]/g;

test.each([
  ['xterm-256color', 'C.UTF-8'],
  ['linux', 'C.UTF-8'],
  ['vt220', 'C'],
])('on %s, LANG=%s', async (term, LANG) => {
  const p = built.lab('hostile', { term, env: { LANG } });
  pty = p;
  await p.waitFor(' gatehouseevil{bold}');
  const said = new Set<string>();
  for (const [typed, text] of places) {
    const began = performance.now();
    p.send(typed);
    await p.waitFor(text).catch((error) => {
      throw new Error(`after ${JSON.stringify(typed)}: ${error.message}`);
    });
    await seeWhole(p, ' gatehouseevil{bold}');
    expect(performance.now() - began).toBeLessThan(2500);
    // Only the console's own boxes, with titles of its own making.
    for (const { title } of boxes(columnwise(p))) said.add(title);
  }
  expect(p.emulator.modes.bracketedPasteMode || term !== 'xterm-256color').toBe(true);
  expect(p.emulator.modes.mouseTrackingMode).toBe('none');
  // Every control character that was sent is of a sequence that painting needs.
  const left = p.raw.replace(ours, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  expect(left.match(/.{0,20}[\x00-\x1f\x7f].{0,20}/)?.[0]).toBeUndefined();
  const text = Buffer.from(left, 'latin1').toString(LANG === 'C' ? 'latin1' : 'utf8');
  expect(text.match(/.{0,20}[\x80-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff].{0,20}/)?.[0]).toBeUndefined();
  if (LANG === 'C') expect(text).not.toMatch(/[^\x20-\x7e]/);
  // Tags of the toolkit's own are text.
  expect(text).toContain('{bold}');
  expect(text).toContain('{red-fg}');
});

test('a line of 90,000 characters does not slow a key down', async () => {
  const p = built.lab('hostile', { columns: 300, rows: 100 });
  pty = p;
  await p.waitFor(' gatehouseevil');
  for (const [typed, text] of [
    [`d${keys.enter}`, 'Service units'],
    [`u${keys.enter}`, 'containerd'],
    [keys.enter, 'Restart'],
    [`l${keys.enter}`, 'all of it'],
    [`/x${keys.enter}`, /match|No more/],
  ] as const) {
    p.send(typed);
    await p.waitFor(text);
  }
  const times: number[] = [];
  for (let at = 1; at <= 10; at++) {
    const began = performance.now();
    p.send(keys.right);
    await p.waitFor(`column ${at * 16 + 1} `);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  expect(times[5]).toBeLessThan(150);
});
