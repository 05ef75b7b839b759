/** The pictures of the README: taken of the real console, the same each time, and safe whatever a screen shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenes } from '../../scripts/pictures/scenes.ts';
import { type Cell, svgOf } from '../../scripts/pictures/svg.ts';
import { take } from '../../scripts/pictures/take.ts';
import { type Built, buildConsole } from './operator.ts';

let built: Built;
beforeAll(() => {
  built = buildConsole();
});
afterAll(() => built.remove());

const minute = 60_000;
const pictureOf = (name: string) => {
  const scene = scenes.find((one) => one.name === name);
  if (!scene) throw new Error(`no picture ${name}`);
  return take(join(dirname(built.program), 'main.mjs'), scene);
};

const letter = (text: string, look: Partial<Cell> = {}): Cell => ({
  ...{ text, columns: 1, bold: false, underline: false, inverse: false, foreground: -1, background: -1 },
  ...look,
});
const drawn = (...rows: Cell[][]) =>
  svgOf({ rows, title: 'A title', description: 'What is seen', ink: '#dddddd', ground: '#111111' });

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
  within: Element | undefined;
}

/** All elements of the document. @throws where it is not well-formed XML, as far as a picture uses that */
function elementsOf(xml: string): Element[] {
  const all: Element[] = [];
  let open: Element | undefined;
  const plain = (text: string) => {
    if (/[<>]|&(?!(amp|lt|gt|quot);)/.test(text)) throw new Error(`not escaped: ${text}`);
    return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  };
  let at = 0;
  for (const found of xml.matchAll(/<(\/?)(\w+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g)) {
    const [whole, closing, name = '', given = '', empty] = found;
    const before = plain(xml.slice(at, found.index));
    if (open) open.text += before;
    else if (before.trim()) throw new Error(`outside of everything: ${before}`);
    at = found.index + whole.length;
    if (closing) {
      if (open?.name !== name) throw new Error(`</${name}> closes <${open?.name}>`);
      open = open.within;
      continue;
    }
    const attributes = [...given.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      plain(value),
    ]);
    const element = { name, attributes: Object.fromEntries(attributes), text: '', within: open };
    all.push(element);
    if (!empty) open = element;
  }
  if (open || xml.slice(at).trim()) throw new Error(`not closed: ${open?.name ?? xml.slice(at)}`);
  return all;
}

/** The colour that a text is written in. */
const colourOf = (all: Element[], text: string) => all.find((one) => one.text === text)?.within?.attributes.fill;

test('shows the units as the console does: each text at its place and in its colour', { timeout: minute }, async () => {
  const svg = await pictureOf('units');
  const all = elementsOf(svg);
  const texts = all.filter(({ name }) => name === 'text');
  expect(texts.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['Gatehouse', 'LAB (unit-failed)', 'UNIT', 'systemd-timesyncd', '< OK >', '< Back >']),
  );
  expect(all.find(({ name }) => name === 'title')?.text).toBe('Units');
  // The theme's 114 and 210.
  expect(colourOf(all, 'active')).toBe('#87d787');
  expect(texts.filter(({ text }) => text === 'failed').map(({ within }) => within?.attributes.fill)).toContain(
    '#ff8787',
  );
  // The row that is selected: 255 on 25.
  expect(colourOf(all, 'docker')).toBe('#eeeeee');
  expect(all.some(({ attributes }) => attributes.fill === '#005faf')).toBe(true);
  // As wide as its letters are cells, in a column that begins where the heading does.
  const [heading, unit] = ['UNIT', 'systemd-timesyncd'].map((wanted) => texts.find(({ text }) => text === wanted));
  expect(unit?.attributes).toMatchObject({
    x: heading?.attributes.x,
    textLength: String('systemd-timesyncd'.length * 9),
  });
  expect(await pictureOf('units')).toBe(svg);
});

test('shows a serial line without colours, in letters alone', { timeout: minute }, async () => {
  const all = elementsOf(await pictureOf('serial-units'));
  const fills = new Set(all.filter(({ name }) => name === 'text').map(({ within }) => within?.attributes.fill));
  expect([...fills].sort()).toEqual(['#16100a', '#ffb454']);
  expect(all.some(({ attributes }) => attributes['stroke-linecap'])).toBe(false);
});

test('takes nothing that a screen shows for markup', () => {
  const cells = [...'<b a="1">&amp;'].map((one) => letter(one));
  const all = elementsOf(drawn([...cells, letter('\u0007'), letter('\ufffe'), letter('\ud800')]));
  const texts = all.filter(({ name }) => name === 'text').map(({ text }) => text);
  expect(texts).toEqual(['<b a="1">&amp;', '\ufffd', '\ufffd', '\ufffd']);
});

test('swaps the colours of what is inverse, and draws the ground below it', () => {
  const all = elementsOf(drawn([letter('x', { inverse: true, foreground: 196, background: 16 })]));
  expect(colourOf(all, 'x')).toBe('#000000');
  expect(all.find(({ name, attributes }) => name === 'path' && attributes.fill)?.attributes).toMatchObject({
    fill: '#ff0000',
    d: 'M0 0h9v18h-9z',
  });
});

test('gives a wide character two cells, and what stands behind it its own', () => {
  const wide = [letter('表', { columns: 2 }), letter('', { columns: 0 }), letter('x')];
  const texts = elementsOf(drawn(wide)).filter(({ name }) => name === 'text');
  expect(texts.map(({ text, attributes: { x, textLength } }) => [text, x, textLength])).toEqual([
    ['表', '0', '18'],
    ['x', '18', '9'],
  ]);
});

test('draws lines from edge to edge, so that they join', () => {
  const [path] = elementsOf(drawn([letter('┌'), letter('─')], [letter('│'), letter(' ')])).filter(
    ({ attributes }) => attributes.stroke,
  );
  expect(path?.attributes.d).toBe('M4.5 9H9M4.5 9V18M9 9H18M4.5 18V36');
});

test('draws fields as wide as they are, and no blanks as text', () => {
  const field = [letter('a', { underline: true }), letter(' ', { underline: true }), letter(' ', { underline: true })];
  const all = elementsOf(drawn([...field, letter(' ')]));
  expect(all.find(({ attributes }) => attributes.stroke)?.attributes.d).toBe('M0 16.5h27');
  expect(all.filter(({ name }) => name === 'text').map(({ text }) => text)).toEqual(['a']);
});

test('the README shows every picture that there is, and none that is not', () => {
  const folder = join(import.meta.dirname, '../../screens/pictures');
  const shown = [
    ...readFileSync(join(folder, '../../README.md'), 'utf8').matchAll(/screens\/pictures\/([\w-]+)\.svg/g),
  ].map(([, name]) => name);
  const names = scenes.map(({ name }) => name).sort();
  expect(
    readdirSync(folder)
      .map((file) => file.replace('.svg', ''))
      .sort(),
  ).toEqual(names);
  expect([...new Set(shown)].sort()).toEqual(names);
  for (const name of names) elementsOf(readFileSync(join(folder, `${name}.svg`), 'utf8'));
});
