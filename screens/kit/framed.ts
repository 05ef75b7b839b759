/** The display with boxes and colours, on a terminal that can move its cursor. */
import type { Display } from './display.ts';
import { Frame } from './frame.ts';
import { Lock } from './lock.ts';
import { openTerminal } from './terminal/open.ts';
import { uiOn } from './ui.ts';

/** @throws Failure 'terminal-unusable' before anything is painted. */
export async function openFramed(): Promise<Display> {
  const terminal = await openTerminal();
  const frame = new Frame(terminal);
  return {
    ui: uiOn(frame),
    get lastKey() {
      return frame.lastKey;
    },
    left: new Promise(() => undefined),
    name: (vendor, mark) => {
      frame.vendor = vendor;
      frame.mark = mark;
    },
    status: (parts) => {
      frame.status = parts;
    },
    notice: (problem) => {
      frame.notice = problem;
    },
    lock: async (check) => {
      await frame.show(new Lock(check));
    },
    close: () => terminal.close(),
  };
}
