/** Every entry of the menu tree, opened and left in the plain console. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Entry, tree } from '../../screens/menu.ts';
import { type Built, buildConsole, keys } from './operator.ts';
import { Teletype } from './teletype.ts';

let built: Built;
beforeAll(() => {
  built = buildConsole();
}, 60_000);
afterAll(() => built.remove());

const idsOf = (entry: Entry): string[] => [entry.id, ...(entry.entries ?? []).flatMap(idsOf)];
/** Titles can be in the language of the console. */
const titleOf = ({ title }: Entry): string => String(title ?? '');
/** It waits for an answer. What runs by itself is waited for. */
const prompt = /[:\]] $/;

/** What is there now: the last title, and the numbered lines below it. */
function seen(text: string): { title: string; items: { number: string; label: string; greyed: boolean }[] } {
  const last = text.slice(text.lastIndexOf('\n\n') + 2);
  const items = [...last.replace(/\n {2}/g, ' ').matchAll(/^(\d+)\. ([^\n]*)$/gm)].map(
    ([, number = '', line = '']) => ({
      number,
      label: line.split(' – ')[0] ?? '',
      greyed: line.includes('not now: '),
    }),
  );
  return { title: last.split('\n')[0] ?? '', items };
}

/** Goes through all entries of the menu whose title was said, and ends at its prompt. Gives the entries that were seen. */
async function walk(reader: Teletype, menu: Entry): Promise<string[]> {
  const ids = [menu.id];
  reader.say('');
  const { items } = seen(await reader.see(prompt));
  expect(items.length).toBeGreaterThanOrEqual(menu.entries?.length ?? 0);
  for (const { number, label, greyed } of items) {
    const entry = menu.entries?.find((one) => label === one.label || label.endsWith(` ${one.label}`));
    if (entry) ids.push(entry.id);
    reader.say(number);
    let text = await reader.see(prompt, 15_000);
    if (greyed) {
      expect(text).toContain('Not now. ');
      continue;
    }
    if (entry?.entries) {
      expect(seen(text).title).toBe(titleOf(entry));
      ids.push(...(await walk(reader, entry)));
      reader.say('0');
      text = await reader.see(prompt);
    }
    for (let press = 0; press < 5 && !isAt(text, menu); press++) {
      reader.type(keys.back);
      text = await reader.see(prompt, 15_000);
    }
    expect(seen(text).title, `after ${label}:\n${text}`).toBe(titleOf(menu));
  }
  return ids;
}

const isAt = (text: string, menu: Entry) =>
  seen(text).title === titleOf(menu) && /Number, or 0 to (go back|leave): $/.test(text);

test.each(['healthy', 'unit-failed', 'no-docker', 'two-interfaces'])(
  'on a machine that is %s',
  async (machine) => {
    const reader = Teletype.lab(built, machine, { term: 'dumb' });
    onTestFinished(() => reader.kill());
    await reader.see('Number, or 0 to leave: ', 15_000);
    expect([...new Set(await walk(reader, tree))].sort()).toEqual(idsOf(tree).sort());
    reader.type('\x04');
    expect(await reader.exited).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(reader.pty.raw.match(/.{0,20}[\x00-\x09\x0b\x0c\x0e-\x1f\x7f].{0,20}/)?.[0]).toBeUndefined();
  },
  90_000,
);
