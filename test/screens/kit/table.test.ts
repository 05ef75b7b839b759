/** A table while its rows change under the operator: what is selected stays selected. */
import { expect, test } from 'vitest';
import type { Stage } from '../../../screens/kit/piece.ts';
import { Table } from '../../../screens/kit/table.ts';
import { painted } from './painted.ts';

interface Row {
  name: string;
  size: number;
}
const rowsOf = (text: string): Row[] => [...text].map((name, at) => ({ name, size: at }));

/** A table on a stage that paints nothing; what was chosen last, and a way to tell it new rows. */
function opened() {
  const chosen: string[] = [];
  let tell: (rows: readonly Row[]) => void = () => undefined;
  const table = new Table<Row>({
    title: 'Table',
    id: ({ name }) => name,
    empty: 'Nothing',
    columns: [
      { title: 'NAME', text: ({ name }) => name },
      { title: 'SIZE', text: ({ size }) => String(size), order: (a, b) => a.size - b.size },
    ],
    rows: (give, signal) => {
      tell = give;
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
    choose: async ({ name }) => void chosen.push(name),
  });
  const type: Stage['type'] = (keys) => {
    for (const key of keys) table.key(key);
  };
  table.open({ invalidate: () => undefined, type } as Stage);
  const press = (...names: string[]) => {
    for (const name of names) table.key({ name });
  };
  return { table, press, tell: (text: string) => tell(rowsOf(text)), chosen: () => chosen.at(-1) };
}

test('rows that come, go and change places leave the selection on its row', () => {
  const { press, tell, chosen } = opened();
  tell('abc');
  press('down', 'enter');
  expect(chosen()).toBe('b');
  tell('xyzabc');
  press('enter');
  expect(chosen()).toBe('b');
  tell('cba');
  press('enter');
  expect(chosen()).toBe('b');
});

test('where the selected row is gone, the one in its place is selected', () => {
  const { press, tell, chosen } = opened();
  tell('abcd');
  press('end', 'enter');
  expect(chosen()).toBe('d');
  tell('ab');
  press('enter');
  expect(chosen()).toBe('b');
});

test('the order stays when rows are read anew', () => {
  const { press, tell, chosen } = opened();
  tell('bca');
  press('s', 'home', 'enter');
  expect(chosen()).toBe('a');
  tell('zyxa');
  press('end', 'enter');
  expect(chosen()).toBe('z');
  press('r', 'home', 'enter');
  expect(chosen()).toBe('z');
});

test('what was typed before there were rows is done when they come', () => {
  const { press, tell, chosen } = opened();
  press('down', 'down', 'enter');
  expect(chosen()).toBeUndefined();
  tell('abc');
  expect(chosen()).toBe('c');
});

test('without rows there is nothing to choose, and Enter goes back', async () => {
  const { table, press, tell, chosen } = opened();
  tell('');
  press('enter');
  await table.ended;
  expect(chosen()).toBeUndefined();
});

test('a value that is longer than its column says so', () => {
  const table = new Table<string>({
    ...{ title: 'Table', id: (row: string) => row, empty: 'Nothing', rows: ['198.51.100.204'] },
    columns: [{ title: 'ADDRESS', text: (row) => row }],
  });
  table.open({ invalidate: () => undefined, type: () => undefined } as unknown as Stage);
  expect(painted(table, 14, 8)).toContain('198.51.100.204');
  expect(painted(table, 13, 8)).toContain('198.51.100.2…');
});
