/** Which of several open pieces is seen and has the keys. */
import { expect, test } from 'vitest';
import { Decision } from '../../../screens/kit/decision.ts';
import { Frame } from '../../../screens/kit/frame.ts';
import { Lock } from '../../../screens/kit/lock.ts';
import { Menu } from '../../../screens/kit/menu.ts';
import type { Key, Terminal } from '../../../screens/kit/terminal/types.ts';

/** A frame on a terminal that paints nothing, and a way to type. */
function opened() {
  let key: (key: Key) => void = () => undefined;
  const look = { colours: 0, unicode: false, lines: 'ascii' };
  const terminal = {
    screen: { lines: [] },
    columns: 80,
    rows: 24,
    look,
    invalidate: () => undefined,
    onPaint: () => undefined,
    onResize: () => undefined,
    onKey: (listener: (key: Key) => void) => {
      key = listener;
    },
  } as unknown as Terminal;
  const frame = new Frame(terminal);
  return { frame, press: (name: string) => key({ name, ...(name.length === 1 ? { text: name } : {}) }) };
}

const decision = () =>
  new Decision({
    title: 'Keep these settings?',
    yes: 'Keep',
    no: 'Go back',
    otherwise: 'goes back',
    page: async (tell) => tell({ text: [], left: 10 }),
  });
const menu = () => new Menu({ title: 'Menu', back: true, items: () => [], choose: async () => undefined });
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a window that opens after the question, which comes unasked, opens below it', async () => {
  const { frame, press } = opened();
  const question = decision();
  void frame.show(question);
  void frame.show(menu());
  await settled();
  press('k');
  press('enter');
  expect(await question.ended).toBe(true);
});

test('a lock lies over everything, a question that comes while it is locked included', async () => {
  const { frame, press } = opened();
  const [first, second] = [decision(), decision()];
  void frame.show(first);
  const tried: string[] = [];
  const lock = new Lock(async (password) => void tried.push(password));
  void frame.show(lock);
  void frame.show(second);
  await settled();
  for (const name of 'k') press(name);
  press('enter');
  await settled();
  expect([first, second].map(({ signal }) => signal.aborted)).toEqual([false, false]);
});

test('keys that are typed while a screen is loaded are for that screen', async () => {
  const { frame, press } = opened();
  const chosen: string[] = [];
  const menuOf = (id: string, choose: () => Promise<void>) =>
    new Menu({
      title: id,
      back: true,
      items: () => ['first', 'second'].map((one) => ({ id: one, label: one, description: one })),
      choose: async (item) => {
        chosen.push(`${id} ${item}`);
        await choose();
      },
    });
  let loaded: () => void = () => undefined;
  const part = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  const below = menuOf('below', async () => {
    await frame.load(part);
    await frame.show(menuOf('above', async () => undefined));
  });
  void frame.show(below);
  await settled();
  for (const name of ['enter', 'down', 'enter']) press(name);
  for (let turn = 0; turn < 5; turn++) await settled();
  expect(chosen).toEqual(['below first']);
  loaded();
  for (let turn = 0; turn < 5; turn++) await settled();
  expect(chosen).toEqual(['below first', 'above second']);
});
