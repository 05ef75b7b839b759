/** blessed behind its wall: it touches neither the process nor the terminal, and lets go of what is discarded. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import blessed from 'blessed';
import { expect, test } from 'vitest';
import { discard } from '../../../../screens/kit/terminal/discard.ts';
import { bareScreen } from '../../../../screens/kit/terminal/mend.ts';
import { readTerminfo } from '../../../../screens/kit/terminal/terminfo.ts';

const size = { columns: 80, rows: 24 };
const signals = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'uncaughtException', 'exit', 'SIGWINCH'];

test('it listens to no signal, no error, no exit, and runs no tmux', () => {
  process.env.TMUX = '/tmp/x,1,0';
  const before = signals.map((name) => process.listenerCount(name));
  bareScreen(readTerminfo('xterm-256color'), size, () => undefined);
  expect(signals.map((name) => process.listenerCount(name))).toEqual(before);
  expect(process.env.TMUX).toBeUndefined();
});

test('its render only asks for a frame, and a resize gives new cells', () => {
  let asked = 0;
  const bare = bareScreen(readTerminfo('xterm-256color'), size, () => asked++);
  bare.screen.render();
  expect(asked).toBe(1);
  bare.resize({ columns: 100, rows: 30 });
  expect([bare.lines.length, bare.lines[0]?.length, bare.screen.width, bare.screen.height]).toEqual([30, 100, 100, 30]);
});

function dialog(screen: blessed.Widgets.Screen): blessed.Widgets.BoxElement {
  const box = blessed.box({ parent: screen, width: 40, height: 10, border: 'line', tags: false });
  const list = blessed.list({ parent: box, keys: true, mouse: true, items: ['a', 'b', 'c', 'd'] });
  blessed.textbox({ parent: box, bottom: 0, height: 1, keys: true, mouse: true });
  list.focus();
  return box;
}

/** Bytes in use after a collection. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

test('a thousand discarded dialogs leave nothing behind', () => {
  const { screen, draw } = bareScreen(readTerminfo('xterm-256color'), size, () => undefined);
  const listeners = () =>
    Object.values((screen as unknown as { _events: Record<string, unknown> })._events).flat().length;
  discard(dialog(screen));
  const lists = screen as unknown as Record<'clickable' | 'keyable' | 'history', unknown[]>;
  const before = listeners();
  const heap = heapUsed();
  for (let n = 0; n < 1000; n++) {
    const box = dialog(screen);
    if (n % 100 === 0) draw();
    discard(box);
  }
  expect([lists.clickable.length, lists.keyable.length, lists.history.length, screen.children.length]).toEqual([
    0, 0, 0, 0,
  ]);
  expect(listeners()).toBe(before);
  // Merely destroyed, each would leave about 25 KB.
  expect(heapUsed() - heap).toBeLessThan(3_000_000);
});

test('wide characters of a blessed element take two cells, not two question marks', () => {
  const bare = bareScreen(readTerminfo('xterm-256color'), size, () => undefined);
  blessed.text({ parent: bare.screen, top: 0, left: 0, content: '日本', tags: false });
  bare.draw();
  expect(bare.lines[0]?.[0]?.[1]).toBe('日');
  expect(bare.lines[0]?.[2]?.[1]).toBe('本');
});
