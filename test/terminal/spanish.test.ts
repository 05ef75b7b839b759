/** The console in Spanish: every screen of the menu tree, whole, and nothing of it left in English. */
import { appendFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Entry, tree } from '../../screens/menu.ts';
import texts from '../../screens/texts/es.json' with { type: 'json' };
import { type Built, buildConsole, innermost, keys, seeWhole } from './operator.ts';
import type { Pty } from './pty.ts';

let built: Built;
let pty: Pty;
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty.kill());
afterAll(() => built.remove());

/** As a terminal without Unicode shows it. */
let bare = false;
const ascii = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('¿', '?');
const spanish = (english: string) => {
  const text = (texts as Record<string, string>)[english] ?? english;
  return bare ? ascii(text) : text;
};
const inner = (title: string) =>
  innermost(pty) === title || (innermost(pty).length >= 20 && title.startsWith(innermost(pty)));
const row = () => pty.screen()[pty.cursor.y] ?? '';
const selected = () => /[│|] {2}(\S.*?)(?: {2}.*)? *[│|]/.exec(row())?.[1] ?? '';

async function start(options: { columns?: number; rows?: number; lang?: string } = {}, machine = 'healthy') {
  const { lang = 'es_ES.UTF-8', ...size } = options;
  bare = !lang.endsWith('UTF-8');
  pty = built.lab(machine, { ...size, env: { LANG: lang } });
  await pty.waitFor(() => /^ gatehouse-lab/.test(pty.screen().at(-1) ?? '') && selected() !== '');
  await seeWhole(pty);
}

/** Every screen that was seen, for whoever wants to read them: DUMP=/tmp/screens npx vitest … */
function note(): void {
  if (process.env.DUMP) appendFileSync(process.env.DUMP, `${pty.text()}\n${'='.repeat(80)}\n`);
}

async function labelsOf(): Promise<string[]> {
  const labels: string[] = [];
  pty.send(keys.home);
  await pty.waitFor(() => selected() !== '');
  for (;;) {
    const [y, label] = [pty.cursor.y, selected()];
    if (labels.includes(label)) return labels;
    labels.push(label);
    pty.send(keys.down);
    await pty.waitFor(() => selected() !== '' && (pty.cursor.y !== y || selected() !== label));
  }
}

async function goBack(until: () => boolean): Promise<void> {
  for (let press = 0; press < 5 && !until(); press++) {
    pty.send(keys.back);
    await pty.waitFor(until, 1500).catch(() => undefined);
  }
  await pty.waitFor(until, 0);
  await seeWhole(pty);
}

/** Gives the labels that were seen. */
async function walk(menu: Entry): Promise<string[]> {
  const title = spanish(menu.title ?? '');
  const labels = await labelsOf();
  note();
  const seen = [...labels];
  for (const [at, label] of labels.entries()) {
    const entry = menu.entries?.find((one) => spanish(one.label) === label);
    pty.send(keys.home + keys.down.repeat(at));
    await pty.waitFor(() => inner(title) && selected() === label);
    if (row().includes(spanish('not now'))) continue;
    pty.send(keys.enter);
    await pty.waitFor(() => !['', spanish('Please wait')].includes(innermost(pty)) && selected() !== label);
    await pty.waitFor(() => !/leyendo\.\.\./i.test(pty.text()), 3000).catch(() => undefined);
    await seeWhole(pty);
    if (entry?.entries) seen.push(...(await walk(entry)));
    else note();
    await goBack(() => inner(title) && selected() === label);
  }
  return seen;
}

const labelsIn = (entry: Entry): string[] => (entry.entries ?? []).flatMap((one) => [one.label, ...labelsIn(one)]);

test.each([
  [80, 24, 'es_ES.UTF-8'],
  [40, 12, 'es_ES.UTF-8'],
  [80, 24, 'es'],
] as const)('every screen is whole in Spanish at %s x %s, LANG=%s', async (columns, rows, lang) => {
  await start({ columns, rows, lang });
  const seen = await walk(tree);
  // SSH says what it would do now.
  const expected = labelsIn(tree).filter((label) => label !== 'SSH');
  expect(expected.map(spanish).filter((label) => !seen.includes(label))).toEqual([]);
  if (bare) expect(pty.raw).not.toMatch(/[\x80-\xff]/);
});

/** Keys from the main menu on, and a text that each of them leads to. Esc is Ctrl-C, which is quicker. */
const ways: Record<string, [typed: string, seen: string][]> = {
  containers: [
    [`d${keys.enter}${keys.enter}`, 'cams-logstash'],
    [keys.enter, 'Details'],
    [keys.enter, 'Container ID'],
    [`${keys.back}r${keys.enter}`, 'What it serves is interrupted.'],
  ],
  units: [
    [`d${keys.enter}u${keys.enter}`, 'docker'],
    [`${keys.down}${keys.enter}`, 'not now'],
    [keys.enter, 'Description'],
    [`${keys.back}l${keys.enter}`, 'EXIT'],
    ['/', 'search'],
    [`nowhere${keys.enter}`, 'No more lines before this with: {0}'],
    ['h', 'Keys that work here'],
  ],
  journal: [
    [`d${keys.enter}l${keys.enter}`, 'journal'],
    [keys.enter, 'newest line'],
    ['l', 'Limit the journal'],
    [`no-such-unit${keys.enter}`, 'the journal has no lines of it'],
  ],
  capture: [
    [`d${keys.enter}v${keys.enter}`, 'None was made yet.'],
    [keys.enter, 'Seconds'],
    [`\x155${keys.enter}`, '300, which is 5 minutes'],
  ],
  report: [
    [`d${keys.enter}g${keys.enter}`, 'Collect and encrypt a new one'],
    [keys.enter, 'What goes into the report'],
  ],
  interface: [
    [`s${keys.enter}${keys.enter}${keys.enter}`, 'Network interface {0}'],
    [keys.enter, 'Addresses'],
    [`${keys.back}c${keys.enter}`, 'Network interface configuration'],
    [`${keys.down} ${keys.tab}1.2.3${keys.enter}`, '{0}{1}. Right: {2}'],
  ],
  proxy: [
    [`s${keys.enter}${keys.enter}p${keys.enter}${keys.enter}`, 'none: add one'],
    [keys.enter, 'An empty host removes this proxy.'],
    [`bad_host${keys.enter}`, '"_" is not allowed in the name of a host'],
  ],
  rules: [
    [`s${keys.enter}c${keys.enter}r${keys.enter}`, 'Lock after idle minutes (0: never)'],
    [`${keys.tab}x${keys.enter}`, 'not a whole number'],
  ],
  ping: [
    [`${keys.end}${keys.enter}${keys.enter}`, 'FQDN or IP address'],
    [`\x15localhost${keys.enter}`, 'answer from {0} in {1} ms, ttl {2}'],
    [keys.back, '{0} sent, {1} received, {2} % lost'],
  ],
  reset: [
    [`${keys.end}${keys.enter}${keys.end}${keys.enter}`, 'Reset appliance'],
    [`${keys.left}${keys.enter}`, 'Do you want to continue?'],
    [`no${keys.enter}`, 'That was not "{0}".'],
  ],
  leaving: [[keys.back, 'Leave the console?']],
};

/** A Spanish text of several words may be wrapped, and cut by the frame between: its longest word without placeholders. */
const telling = (english: string) =>
  spanish(english)
    .split(/\s|\{\d\}/)
    .reduce((longest, word) => (word.length > longest.length ? word : longest), '');

describe.each([
  [80, 24],
  [40, 12],
])('what lies behind the menus, at %s x %s', (columns, rows) => {
  test.each(Object.keys(ways))('%s', async (name) => {
    await start({ columns, rows });
    for (const [typed, english] of ways[name] ?? []) {
      pty.send(typed);
      await pty
        .waitFor(() => pty.text().includes(telling(english)))
        .catch((error) => {
          throw new Error(`waiting for "${telling(english)}": ${error.message}`);
        });
      await seeWhole(pty);
      note();
    }
  });
});
