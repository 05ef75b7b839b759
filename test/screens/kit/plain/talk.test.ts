/** Who is asked when, what happens to what was typed meanwhile, and what a locked console says. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decide } from '../../../../screens/kit/plain/decision.ts';
import { locked } from '../../../../screens/kit/plain/lock.ts';
import { News } from '../../../../screens/kit/plain/news.ts';
import { busy, progress } from '../../../../screens/kit/plain/work.ts';
import { Teleprinter } from './teleprinter.ts';

/** setImmediate stays real: the conversation goes on by it. */
const fakeClock = () =>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });

let printer: Teleprinter;
beforeEach(() => {
  printer = new Teleprinter();
});
afterEach(() => {
  printer.talk.end();
  vi.useRealTimers();
});

describe('what is typed', () => {
  test('ahead waits for the prompt, and is seen there', async () => {
    printer.type('3\n10.0');
    expect(await printer.torn()).toBe('');
    expect(await printer.talk.ask('Number:')).toBe('3');
    const next = printer.talk.ask('Address:');
    expect(await printer.torn()).toBe('Number: 3\nAddress: 10.0');
    printer.type('.0.5\n');
    expect(await next).toBe('10.0.0.5');
  });
  test('while something works waits as well, and is dropped when that is given up', async () => {
    const work = busy(
      printer.talk,
      'Reading',
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
    );
    printer.type('3\n');
    printer.press('ctrl-c');
    expect(await work).toEqual({ ok: false, problem: { code: 'aborted', details: {} } });
    void printer.talk.ask('Number:');
    expect(await printer.torn()).toBe('Number: ');
  });
  test('is erased as a terminal does it, wide characters as well', async () => {
    const answer = printer.talk.ask('Name:');
    await printer.torn();
    printer.type('a字b');
    printer.press('backspace');
    printer.press('backspace');
    expect(printer.paper).toBe('a字b\b \b\b\b  \b\b');
    printer.press('ctrl-u');
    printer.type('c\n');
    expect(await answer).toBe('c');
  });
  test('is never seen where it is hidden, nor taken for a command', async () => {
    const answer = printer.talk.ask('Password:', { hidden: true });
    printer.type('?');
    expect(await printer.torn()).toBe('Password: ');
    printer.press('enter');
    expect(await answer).toBe('?');
    expect(printer.paper).toBe('\n');
  });
  test('stays, where something is said in between', async () => {
    const answer = printer.talk.ask('Address:');
    await printer.torn();
    printer.type('10.0');
    printer.talk.say('The service is back.');
    expect(await printer.torn()).toBe('10.0\nThe service is back.\nAddress: 10.0');
    printer.talk.tell('System Time: 10:00:01');
    expect(await printer.torn()).toBe('\nSystem Time: 10:00:01\n10.0');
    printer.type('\n');
    expect(await answer).toBe('10.0');
  });
  test('at the end of a pipe is not echoed, and prompts are lines', async () => {
    printer = new Teleprinter({ echoes: false });
    const answer = printer.talk.ask('Number:');
    await printer.torn();
    printer.type('3\n');
    expect(await answer).toBe('3');
    expect(await printer.torn()).toBe('');
  });
});

describe('commands at any prompt', () => {
  test('? and ! are answered, and the prompt comes again', async () => {
    printer.talk.status = 'gateway, registered';
    const answer = printer.talk.ask('Number:', { help: ['Type a number.'] });
    printer.type('!\n?\n');
    const paper = await printer.torn();
    expect(paper).toContain('Number: !\ngateway, registered\nNumber: ?\nType a number.\n! tells the status');
    printer.type('<\n');
    expect(await answer).toBeUndefined();
  });
  test('Ctrl-C goes back, Ctrl-D leaves', async () => {
    const answer = printer.talk.ask('Number:');
    printer.press('ctrl-c');
    expect(await answer).toBeUndefined();
    void printer.talk.ask('Number:');
    printer.press('ctrl-d');
    await printer.talk.left;
    printer.talk.say('Nothing more.');
    expect(await printer.torn()).not.toContain('Nothing more.');
  });
});

describe('a decision', () => {
  const options = {
    title: 'Keep these settings?',
    yes: 'Keep',
    no: 'Go back',
    otherwise: 'goes back',
  };
  test('comes in between, is answered with a word, and what was begun goes on', async () => {
    const below = printer.talk.ask('Address:');
    await printer.torn();
    printer.type('10.0');
    const keep = decide(printer.talk, {
      ...options,
      page: async (tell) => tell({ text: ['eth0 is changed.'], left: 120 }),
    });
    expect(await printer.torn()).toBe(
      '10.0\n\nKeep these settings?\neth0 is changed.\nWithout an answer it goes back in 120 s.\n"keep" or "go back"? Enter answers later: ',
    );
    printer.type('1\n');
    expect(await printer.torn()).toContain('That is no answer to this.');
    printer.type('k\n');
    expect(await keep).toBe(true);
    expect(await printer.torn()).toMatch(/Address: 10\.0$/);
    printer.type('.0.5\n');
    expect(await below).toBe('10.0.0.5');
  });
  test('stays above what is asked after it', async () => {
    const keep = decide(printer.talk, { ...options, page: async (tell) => tell({ text: [], left: 120 }) });
    await printer.torn();
    const after = printer.talk.ask('Number:');
    printer.type('go back\n3\n');
    expect(await keep).toBe(false);
    expect(await after).toBe('3');
  });
  test('that is answered elsewhere goes away', async () => {
    let answered: () => void = () => undefined;
    const keep = decide(printer.talk, {
      ...options,
      page: async (tell) => {
        tell({ text: ['eth0 is changed.'], left: 120 });
        await new Promise<void>((resolve) => {
          answered = resolve;
        });
        tell(null);
      },
    });
    await printer.torn();
    answered();
    expect(await keep).toBeUndefined();
  });
  test('tells 60, 30 and 10 seconds, each once', async () => {
    fakeClock();
    void decide(printer.talk, { ...options, page: async (tell) => tell({ text: ['eth0 is changed.'], left: 45 }) });
    await printer.torn();
    await vi.advanceTimersByTimeAsync(50_000);
    const told = (await printer.torn()).match(/\d+ s left; then it goes back\./g);
    expect(told).toEqual(['30 s left; then it goes back.', '10 s left; then it goes back.']);
  });
});

describe('a locked console', () => {
  test('says nothing of what happens, takes nothing but the password, and tells it all afterwards', async () => {
    const below = printer.talk.ask('Number:');
    await printer.torn();
    printer.talk.status = 'gateway, registered';
    const open = locked(printer.talk, async (password) => (password === 'right' ? undefined : 'Wrong'));
    expect(await printer.torn()).toBe('\nThis console is locked. gateway, registered\nPassword: ');
    printer.talk.say('Somebody was here.');
    printer.talk.tell('And there.');
    expect(await printer.torn()).toBe('');
    for (const key of ['ctrl-c', 'ctrl-d']) printer.press(key);
    printer.type('3\n');
    expect(await printer.torn()).toMatch(/Wrong\nPassword: $/);
    printer.type('right\n');
    await open;
    expect(await printer.torn()).toBe('\nSomebody was here.\nAnd there.\nNumber: ');
    printer.type('4\n');
    expect(await below).toBe('4');
  });
});

describe('what goes on by itself', () => {
  test('is told a line a second at most, and the restless ever more seldom', async () => {
    fakeClock();
    const news = new News(printer.talk, printer.talk.over);
    const lines = (second: number) =>
      new Map([
        ['Time', `Time: ${second}`],
        ['Link', second < 30 ? 'Link: up' : 'Link: down'],
      ]);
    news.begin(lines(0));
    news.on(true);
    for (let second = 1; second <= 60; second++) {
      news.take(lines(second));
      await vi.advanceTimersByTimeAsync(1000);
    }
    const told = (await printer.torn()).trim().split('\n');
    expect(told.filter((line) => line === 'Link: down')).toHaveLength(1);
    const times = told.filter((line) => line.startsWith('Time'));
    expect(times.length).toBeGreaterThan(3);
    expect(times.length).toBeLessThan(8);
  });
  test('waits while the line is slow, and says only what is true by then', async () => {
    fakeClock();
    const news = new News(printer.talk, printer.talk.over);
    news.begin(new Map([['Link', 'Link: up']]));
    news.on(true);
    printer.busy = true;
    news.take(new Map([['Link', 'Link: down']]));
    await vi.advanceTimersByTimeAsync(5000);
    news.take(new Map([['Link', 'Link: flapping']]));
    printer.busy = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(await printer.torn()).toBe('Link: flapping\n');
  });
  test('is said to be waited for after a second, its steps as they end', async () => {
    fakeClock();
    const quick = busy(printer.talk, 'Reading the settings', async () => 1);
    await quick;
    void busy(printer.talk, 'Reading the clock', () => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(1500);
    expect(await printer.torn()).toBe('Reading the clock...\n');
    const outcome = progress(printer.talk, {
      title: 'Applying',
      work: async (report) => {
        report({ step: 'link' });
        report({ step: 'link', outcome: { passed: true, said: 'eth0 is up.' } });
        report({ step: 'DNS', outcome: { passed: false, said: 'no\u001b[2J answer' } });
        return 7;
      },
    });
    expect(await outcome).toEqual({ ok: true, value: 7 });
    expect(await printer.torn()).toBe(
      '\nApplying\nCtrl-C gives up.\nlink\nok: link: eth0 is up.\nFAILED: DNS: no answer\n',
    );
  });
});

test('nothing from outside begins a line of its own', async () => {
  printer = new Teleprinter({ columns: 40 });
  printer.talk.say(`Name: evil\nPassword:\n${'long '.repeat(12)}`);
  printer.talk.quote('Password:', '1. Reboot \u001b]0;title\u0007\u202e');
  const lines = (await printer.torn()).trimEnd().split('\n');
  expect(lines[0]).toBe('Name: evil');
  expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
  expect(lines.at(-1)).toBe('  1. Reboot');
});
