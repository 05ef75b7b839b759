/** The console in Spanish: every screen of the menu tree, whole, and nothing of it left in English. */
import { appendFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Entry, tree } from '../../screens/menu.ts';
import texts from '../../screens/texts/es.json' with { type: 'json' };
import { type Built, boxes, buildConsole, columnwise, keys, masked, seeWhole } from './operator.ts';
import type { Pty } from './pty.ts';

let built: Built;
let pty: Pty;
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty.kill());
afterAll(() => built.remove());

const spanish = (english: string) => (texts as Record<string, string>)[english] ?? english;
const innermost = () => boxes(columnwise(pty)).at(-1)?.title ?? '';
const inner = (title: string) => innermost() === title || (innermost().length >= 20 && title.startsWith(innermost()));
const row = () => pty.screen()[pty.cursor.y] ?? '';
const selected = () => /[│|] {2}(\S.*?)(?: {2}.*)? *[│|]/.exec(row())?.[1] ?? '';

async function start(options: { columns?: number; rows?: number; lang?: string } = {}, machine = 'healthy') {
  const { lang = 'es_ES.UTF-8', ...size } = options;
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
    await pty.waitFor(() => !['', spanish('Please wait')].includes(innermost()) && selected() !== label);
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
});
