/**
 * blessed's Program and Screen without their input, output, signals and clean-up: cell buffers and an element tree,
 * nothing else. All that would reach the terminal or the process behind our back ends here.
 */
import { EventEmitter } from 'node:events';
import blessed, { type Widgets } from 'blessed';
import type { Line } from './picture.ts';
import type { Size } from './size.ts';
import type { Terminfo } from './terminfo.ts';

interface Bound {
  _bound?: boolean;
}
interface Program {
  tput: object;
  put: object;
  _tputSetup: boolean;
}
const { Program, Screen } = blessed as unknown as {
  Program: (new (options: object) => Program) & Bound;
  Screen: Bound & (new (options: object) => Widgets.Screen);
};

export interface BareScreen {
  screen: Widgets.Screen;
  /** The cells, by line; another array after each resize. */
  readonly lines: Line[];
  /** Lets the elements draw themselves into screen.lines. */
  draw(): void;
  resize(size: Size): void;
}

/** `onRender`: someone called screen.render(). */
export function bareScreen(terminfo: Terminfo, size: Size, onRender: () => void): BareScreen {
  // They would handle signals, errors and exit, each in its own way; guard.ts does.
  Program._bound = true;
  Screen._bound = true;
  // With it set, Program runs whatever "tmux" is first in PATH.
  delete process.env.TMUX;
  const output = Object.assign(new EventEmitter(), { ...size, isTTY: true, writable: true, write: () => true });
  const input = Object.assign(new EventEmitter(), { resume: () => input, pause: () => input });
  const program = new Program({ input, output, terminal: terminfo.name, tput: false, buffer: true, zero: true });
  // Of the terminal they need to know nothing: the painter does.
  program.tput = { features: {}, bools: {}, numbers: {}, strings: {} };
  program.put = new Proxy({}, { get: () => () => undefined });
  program._tputSetup = true;
  // Elements draw Unicode always; the painter brings it down to the look.
  const screen = new Screen({ program, forceUnicode: true, fullUnicode: true, autoPadding: true });
  const patched = screen as unknown as { lines: Line[]; render(): void; draw(): void };
  const render = patched.render.bind(screen);
  patched.draw = () => undefined;
  patched.render = onRender;
  return {
    screen,
    get lines() {
      return patched.lines;
    },
    draw: render,
    resize(to) {
      Object.assign(output, to);
      output.emit('resize');
    },
  };
}
