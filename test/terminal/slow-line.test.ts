/**
 * The console on a line of 9600 baud, 960 bytes a second, on a clock of its own: nothing typed ahead is lost, and what is
 * sent is the newest state, not each one in between.
 */
import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { text } from '../../screens/kit/fields.ts';
import { Frame } from '../../screens/kit/frame.ts';
import { openTerminal } from '../../screens/kit/terminal/open.ts';
import type { Terminal } from '../../screens/kit/terminal/types.ts';
import { type Ui, uiOn } from '../../screens/kit/ui.ts';
import { good } from '../../src/values/result.ts';
import { chance } from '../setup/chance.ts';
import { Strict } from './emulator/strict.ts';
import { keys } from './keys.ts';

const bytesASecond = 960;
const begun = 1000;
let time = begun;

beforeEach(() => {
  time = begun;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  vi.spyOn(process, 'uptime').mockImplementation(() => time / 1000);
  vi.spyOn(performance, 'now').mockImplementation(() => time);
});
afterEach(() => {
  line.terminal.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Milliseconds on the line's clock, with all that the console does meanwhile. */
async function pass(milliseconds: number): Promise<void> {
  for (let n = 0; n < milliseconds; n += 10) {
    time += 10;
    vi.advanceTimersByTime(10);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Carries what it was given at its speed, and takes no more meanwhile than its buffer holds. */
class Line {
  carried = '';
  sent = 0;
  terminal!: Terminal;
  ui!: Ui;
  frame!: Frame;
  readonly shown: Strict;
  private waiting: { text: string; done: () => void }[] = [];
  private isCarrying = false;
  private readonly input = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => undefined,
    resume: () => undefined,
    pause: () => undefined,
  });

  constructor(
    readonly term: string,
    /** Bytes that the kernel takes before it says that the line is busy. */
    private readonly buffer: number,
  ) {
    this.shown = new Strict(term, 80, 24);
  }

  /** With a buffer, only what `stty -g` says of the line's speed tells that it is busy (0xd is 9600 baud). */
  async open(): Promise<this> {
    const write = (data: string, done: () => void) => {
      this.sent += Buffer.byteLength(data);
      const held = this.waiting.reduce((sum, one) => sum + one.text.length, 0);
      if (held + data.length <= this.buffer) process.nextTick(done);
      this.waiting.push({ text: data, done: held + data.length <= this.buffer ? () => undefined : done });
      void this.carry();
      return true;
    };
    const output = Object.assign(new EventEmitter(), { isTTY: true, columns: 80, rows: 24, write });
    this.terminal = await openTerminal({
      input: this.input as unknown as ReadStream,
      output: output as unknown as WriteStream,
      env: { TERM: this.term, LANG: 'C.UTF-8', GATEHOUSE_TTY: '500:5:d0d:8a3b' },
      onLost: () => undefined,
    });
    this.frame = new Frame(this.terminal);
    this.ui = uiOn(this.frame);
    return this;
  }

  private async carry(): Promise<void> {
    if (this.isCarrying) return;
    this.isCarrying = true;
    for (let one = this.waiting[0]; one; one = this.waiting[0]) {
      await new Promise((resolve) => setTimeout(resolve, (Buffer.byteLength(one?.text ?? '') / bytesASecond) * 1000));
      this.waiting.shift();
      this.shown.feed(one.text);
      one.done();
    }
    this.isCarrying = false;
  }

  type(typed: string): void {
    this.input.emit('data', Buffer.from(typed));
  }

  get screen(): string {
    return Array.from({ length: 24 }, (_, y) =>
      Array.from({ length: 80 }, (__, x) => this.shown.cell(x, y).text).join(''),
    ).join('\n');
  }
}

let line: Line;
const open = async (term: string, buffer: number) => {
  line = await new Line(term, buffer).open();
  return line;
};

describe.each([
  ['that says when it is busy', 0],
  ['whose buffer hides that it is', 65_536],
])('on a line %s', (_, buffer) => {
  test.each([1, 2, 3])('hundreds of keys typed ahead are taken, all and in order (seed %i)', async (seed) => {
    await open('vt220', buffer);
    const random = chance(seed);
    let [before, after, typed] = ['', '', ''];
    for (let n = 0; n < 400; n++) {
      const what = random();
      if (what < 0.75 || before.length + after.length > 60) {
        const letter = before.length + after.length > 60 ? '' : 'abcdefghijklmnopqrstuvwxyz'.charAt(random() * 26);
        [before, typed] = [before + letter, typed + letter];
      } else if (what < 0.85) [before, typed] = [before.slice(0, -1), typed + keys.backspace];
      else if (what < 0.93) {
        [before, after, typed] = [before.slice(0, -1), before.slice(-1) + after, typed + keys.left];
      } else [before, after, typed] = [before + after.slice(0, 1), after.slice(1), typed + keys.right];
    }
    let chosen = '';
    let values: { name: string } | undefined;
    void line.ui.menu({
      title: 'Menu',
      back: false,
      items: () => ['One', 'Two', 'Three'].map((id) => ({ id, label: id, description: '' })),
      choose: async (id) => {
        chosen = id;
        values = await line.ui.form({
          title: 'Form',
          fields: { name: text({ label: 'Name', parse: (value) => good(value) }) },
        });
      },
    });
    await pass(10);
    // Nothing is seen yet: down to the third, open it, type, and confirm.
    line.type(keys.down + keys.down + keys.enter + typed + keys.enter);
    await pass(5000);
    expect(chosen).toBe('Three');
    expect(values?.name).toBe(before + after);
  });

  test('of a hundred states in a second no more than a few are sent, and the last is seen', async () => {
    await open('vt220', buffer);
    let report: (state: { step: string; fraction: number }) => void = () => undefined;
    void line.ui.progress({
      title: 'Progress',
      work: (tell) => {
        report = tell;
        return new Promise(() => undefined);
      },
    });
    await pass(3000);
    const before = line.sent;
    for (let at = 1; at <= 100; at++) {
      report({ step: `Step ${at} of 100 ${String(at % 10).repeat(40)}`, fraction: at / 100 });
      await pass(10);
    }
    await pass(3000);
    expect(line.screen).toContain('Step 100 of 100');
    // What a second carries, and two frames of some 900; each of them would have come to 90,000.
    expect(line.sent - before).toBeLessThan(3500);
  });

  test('a log that runs faster than the line is seen at its end', async () => {
    await open('vt220', buffer);
    let add: (line: { text: string }) => void = () => undefined;
    void line.ui.pager({
      title: 'Log',
      feed: (more) => {
        add = more;
        return new Promise(() => undefined);
      },
    });
    await pass(3000);
    const before = line.sent;
    for (let at = 1; at <= 300; at++) {
      add({ text: `line ${at} of something that was logged, with a tail of its own ${at * 7919}` });
      if (at % 3 === 0) await pass(10);
    }
    const after = line.sent - before;
    await pass(4000);
    expect(line.screen).toContain('line 300 of');
    // A second of the line, one frame that was on its way, and the newest.
    expect(after).toBeLessThan(960 + 1800);
    expect(line.sent - before).toBeLessThan(960 + 2 * 1800);
  });

  test('Ctrl-C is answered within one frame, whatever runs', async () => {
    await open('vt220', buffer);
    let add: (line: { text: string }) => void = () => undefined;
    const left = line.ui.pager({
      title: 'Log',
      feed: (more, signal) => {
        add = more;
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    await pass(3000);
    for (let at = 1; at <= 300; at++) {
      add({ text: `line ${at} of something that was logged, with a tail of its own ${at * 7919}` });
      if (at % 3 === 0) await pass(10);
    }
    const before = line.sent;
    const pressed = time;
    line.type(keys.back);
    await left;
    void line.ui.message({ title: 'Left', text: ['Here again.'] });
    for (let n = 0; n < 500 && !line.screen.includes('Here again.'); n++) await pass(10);
    expect(line.screen).toContain('Here again.');
    expect(line.sent - before).toBeLessThan(2000);
    expect(time - pressed).toBeLessThan(4500);
  });
});

test('one key brings the plainest look, which takes far less to paint', async () => {
  await open('xterm-256color', 0);
  void line.ui.message({ title: 'Message', text: ['Something to read.'] });
  await pass(3000);
  const paint = async (key: string) => {
    const before = line.sent;
    line.type(key);
    await pass(3000);
    return line.sent - before;
  };
  const rich = await paint('\x0c');
  await paint('#');
  expect(line.terminal.look).toEqual({ colours: 0, unicode: false, lines: 'ascii' });
  const plain = await paint('\x0c');
  expect(line.screen).toContain('+- Message');
  expect(plain).toBeLessThan(rich * 0.7);
  await paint('#');
  expect(line.terminal.look.colours, 'and a second one the richest').toBe(256);
});
