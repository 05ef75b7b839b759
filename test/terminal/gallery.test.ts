/** Every piece of the kit in a real terminal, through the gallery: what each key does, and what is seen. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import { boxes, columnwise, keys } from './operator.ts';
import { Pty, type PtyOptions } from './pty.ts';

const labels = 'Form Table Facts Pager Progress Busy Confirm Typed Message Problem Plot Crash Greyed'.split(' ');

let gallery: Bundle;
let pty: Pty;
beforeAll(() => {
  gallery = bundle('scripts/gallery.ts');
});
afterEach(() => pty.kill());
afterAll(() => gallery.remove());

async function start(options: PtyOptions = {}): Promise<void> {
  pty = new Pty(process.execPath, [gallery.file], options);
  await pty.waitFor('Every piece of the kit');
}

const rowOf = (text: string) => pty.screen().findIndex((line) => line.includes(text));
const titles = () => boxes(columnwise(pty)).map(({ title }) => title);
const seesBox = (title: string) => pty.waitFor(() => titles().at(-1) === title);
/** The keys that the title bar shows. */
const use = () =>
  pty
    .screen()[0]
    ?.replace(/.*USE: /, '')
    .trimEnd();

/** Opens a piece from the menu, with keys typed at once behind. */
async function open(label: string, title: string, ahead = ''): Promise<void> {
  pty.send(keys.home + keys.down.repeat(labels.indexOf(label)) + keys.enter + ahead);
  await seesBox(title);
}

async function startIn(label: string, title = label, options: PtyOptions = {}): Promise<void> {
  await start(options);
  await open(label, title);
}

test('every piece opens, lists its keys on "?", and is left with Ctrl-C', async () => {
  await start();
  expect(pty.screen().flatMap((line) => /^ +│ {2}(\w+) {2,}\w/.exec(line)?.[1] ?? [])).toEqual(labels);
  for (const label of labels.filter((one) => !['Crash', 'Greyed'].includes(one))) {
    pty.send(`${keys.home}${keys.down.repeat(labels.indexOf(label))}${keys.enter}`);
    await pty.waitFor(() => !['Kit', undefined].includes(titles().at(-1)));
    const typing = /reveal|focus|choose|give up/.test(use() ?? '');
    if (!typing) {
      const first = use()?.split(' to ')[0] ?? '';
      // A pager searches backward with "?".
      const help = label === 'Pager' ? 'h' : '?';
      pty.send(help);
      await seesBox('Keys that work here');
      expect(pty.text()).toContain(`${first} `);
      expect(pty.text()).toMatch(/# +switch colours/);
      pty.send(help);
      await pty.waitFor(() => titles().at(-1) !== 'Keys that work here');
    }
    for (let press = 0; titles().at(-1) !== 'Kit'; press++) {
      expect(press, label).toBeLessThan(4);
      const before = pty.text();
      pty.send(keys.back);
      await pty.waitFor((p) => p.text() !== before);
    }
  }
}, 30_000);

test('a greyed entry says why, and shows no key that does nothing', async () => {
  await start();
  expect(use()).toBe('←↑↓→ to navigate  ENTER to confirm  ESC to leave');
  pty.send(keys.end + keys.enter);
  await pty.waitFor('It is greyed to show how that looks.');
  expect(use()).toBe('←↑↓→ to navigate  ESC to leave');
  expect(titles()).toEqual(['Kit']);
});

describe('a line of text', () => {
  const field = (label = 'Host') => pty.screen()[rowOf(`│ ${label} `)]?.replace(/^.*?│ \w+ +(.*?) *│.*$/, '$1');
  const shows = (text: string) => pty.waitFor(() => field() === text);
  test('takes characters where the cursor is, and loses them before and behind it', async () => {
    await startIn('Form');
    pty.send(`bcd${keys.home}a${keys.end}e`);
    await shows('abcde');
    pty.send(`${keys.left}${keys.left}${keys.backspace}`);
    await shows('abde');
    pty.send(`${keys.delete}`);
    await shows('abe');
    pty.send(`${keys.left}${keys.left}${keys.right}X`);
    await shows('aXbe');
    pty.send('\x0b');
    await shows('aX');
    pty.send('Y\x15');
    await shows('');
    pty.send('one two three\x17');
    await shows('one two');
    pty.send('\x17\x17');
    await shows('');
  });
  test('takes the first line of a paste', async () => {
    await startIn('Form');
    pty.send('\x1b[200~\nfirst\nsecond\n\x1b[201~!');
    await shows('first!');
    expect(titles().at(-1)).toBe('Form');
  });
  test('of a value that is longer shows the part where the cursor is', async () => {
    await startIn('Form');
    const value = Array.from({ length: 60 }, (_, at) => String.fromCharCode(0x41 + (at % 26))).join('');
    pty.send(value);
    await shows(value.slice(-39));
    const right = pty.cursor.x;
    pty.send(keys.home);
    await shows(value.slice(0, 40));
    expect(pty.cursor.x).toBe(right - 39);
    pty.send(keys.end);
    await shows(value.slice(-39));
  });
  test('counts a wide character as two columns', async () => {
    await startIn('Form');
    const before = pty.cursor.x;
    pty.send('中文e\u0301');
    await pty.waitFor((p) => p.cursor.x === before + 5);
    pty.send(keys.backspace + keys.left);
    await pty.waitFor((p) => p.cursor.x === before + 2);
    pty.send(keys.delete);
    await shows('中');
  });
  test('is hidden where it is a secret, and seen only while revealed', async () => {
    await startIn('Form');
    pty.send(`${keys.tab}${keys.tab}s3cret`);
    await pty.waitFor(() => field('Password') === '******');
    expect(use()).toContain('Ctrl-R to reveal');
    expect(pty.raw).not.toContain('s3cret');
    pty.send('\x12');
    await pty.waitFor(() => field('Password') === 's3cret');
    expect(use()).toContain('Ctrl-R to hide');
    pty.send('\x12');
    await pty.waitFor(() => field('Password') === '******');
  });
  test('takes "?", "#", "/" and "q" as text', async () => {
    await startIn('Form');
    pty.send('?#/q');
    await shows('?#/q');
  });
  test('doubles nothing after the focus went and came back', async () => {
    await startIn('Form');
    for (const turn of [1, 2, 3]) {
      pty.send(`${keys.tab.repeat(6)}x`);
      await shows('x'.repeat(turn));
    }
    pty.send(`${keys.back}`);
    await seesBox('Values');
    pty.send(keys.enter);
    await seesBox('Kit');
    await open('Form', 'Form', 'abc');
    await shows('abc');
  });
});

describe('a form', () => {
  test('shows all mistakes at once, each under its field, and goes to the first', async () => {
    await startIn('Form');
    pty.send(`not a host${keys.tab}\x15port${keys.tab}${keys.tab}${keys.enter}`);
    await pty.waitFor((p) => p.text().split('Right:').length === 3);
    const [host, port] = [rowOf('│ Host '), rowOf('│ Port ')];
    const wrong = pty.screen().flatMap((line, y) => (line.includes('Right:') ? [y] : []));
    expect(wrong[0]).toBeGreaterThan(host);
    expect(wrong[0]).toBeLessThan(port);
    expect(wrong[1]).toBeGreaterThan(port);
    expect(pty.cursor.y).toBe(host);
    pty.send('\x15');
    await pty.waitFor((p) => p.text().split('Right:').length === 2);
  });
  test('shows what only two fields together get wrong', async () => {
    await startIn('Form');
    pty.send(`localhost${keys.tab}\x151${keys.enter}`);
    await pty.waitFor('Not this one of this machine');
    expect(pty.screen()[rowOf('│ Port ') + 1]).toContain('Not this one of this machine');
  });
  test('gives the values that were typed, chosen and ticked, once', async () => {
    await startIn('Form');
    pty.send(`example.com${keys.tab.repeat(3)}${keys.down} ${keys.tab} ${keys.tab}${keys.enter}`);
    await seesBox('Values');
    expect(pty.text().replace(/[│\s]/g, '')).toContain('"method":"static","tested":false');
    pty.send(keys.enter);
    await seesBox('Kit');
  });
  test('scrolls to the focus where the window is small', async () => {
    await startIn('Form', 'Form', { columns: 40, rows: 12 });
    pty.send(keys.backTab.repeat(2));
    await pty.waitFor('[X] Test it first');
    expect(pty.text()).toContain('more');
  });
});

describe('a table', () => {
  const first = () => pty.screen()[rowOf('NAME') + 1] ?? '';
  const marked = () => /row-\d+/.exec(pty.screen()[pty.cursor.y] ?? '')?.[0];
  test('is sorted by each column in turn, and backwards', async () => {
    await startIn('Table');
    pty.send('ss');
    await pty.waitFor(() => /SIZE \^/.test(pty.text()));
    const sizes = () => pty.screen().flatMap((line) => (/row-\d+ +(\d+) /.exec(line) ?? []).slice(1).map(Number));
    expect(sizes()).toEqual([...sizes()].sort((a, b) => a - b));
    pty.send('r');
    await pty.waitFor(() => /SIZE v/.test(pty.text()));
    pty.send(keys.home);
    await pty.waitFor(() => first().includes('row-39') || /9\d\d/.test(first()));
    expect(sizes()).toEqual([...sizes()].sort((a, b) => b - a));
  });
  test('keeps the selection on its row when it is sorted anew', async () => {
    await startIn('Table');
    pty.send(keys.down.repeat(5));
    await pty.waitFor(() => marked() === 'row-5');
    pty.send('ssr');
    await pty.waitFor(() => /SIZE v/.test(pty.text()) && marked() === 'row-5');
    pty.send(keys.enter);
    await seesBox('Chosen');
    expect(pty.text()).toMatch(/│ row-5 +│/);
    pty.send(keys.enter);
    await seesBox('Table');
    expect(marked()).toBe('row-5');
  });
  test('goes by pages and to both ends', async () => {
    await startIn('Table');
    pty.send(keys.end);
    await pty.waitFor(() => marked() === 'row-39');
    expect(pty.text()).toContain('↑ more');
    pty.send(keys.pageUp);
    await pty.waitFor(() => marked() !== 'row-39');
    pty.send(keys.home);
    await pty.waitFor(() => marked() === 'row-0');
    expect(pty.text()).toContain('more ↓');
  });
});

describe('the pager', () => {
  const place = () => /(\d+)\/(\d+) *│/.exec(pty.text())?.slice(1).map(Number) ?? [];
  async function stopped(lines = 30): Promise<void> {
    await startIn('Pager');
    await pty.waitFor(() => (place()[1] ?? 0) > lines);
    pty.send(keys.back);
    await pty.waitFor('stopped');
  }
  test('follows what is added until it is scrolled back, and again at the end', async () => {
    await startIn('Pager');
    await pty.waitFor(() => (place()[1] ?? 0) > 25);
    expect(place()[0]).toBe(place()[1]);
    pty.send(keys.up);
    await pty.waitFor(() => (place()[1] ?? 0) - (place()[0] ?? 0) > 3);
    pty.send('G');
    await pty.waitFor(() => place()[0] === place()[1]);
    const end = place()[1] ?? 0;
    await pty.waitFor(() => place()[0] === place()[1] && (place()[1] ?? 0) > end + 2);
  });
  test('is stopped with the first Esc, and left with the second', async () => {
    await startIn('Pager');
    expect(use()).toContain('ESC to stop');
    pty.send(keys.back);
    await pty.waitFor('stopped');
    expect(use()).toContain('ESC to go back');
    pty.send(keys.back);
    await seesBox('Kit');
  });
  test('finds forward, again, and backwards, and says what it does not find', async () => {
    await stopped();
    pty.send('g/line 1\\d$\r');
    await pty.waitFor(() => / {2}line 10 |│ line 10 /.test(pty.text()));
    const matched = () => {
      const y = pty
        .screen()
        .findIndex((line, at) => line.includes('line 1') && pty.cell(line.indexOf('line 1'), at).background === 221);
      return /line \d+/.exec(pty.screen()[y] ?? '')?.[0];
    };
    expect(matched()).toBe('line 10');
    pty.send('G?line 1$\r');
    await pty.waitFor(() => matched() === 'line 1');
    pty.send('/nowhere\r');
    await pty.waitFor('Not found: nowhere');
    pty.send('/[\r');
    await pty.waitFor('Not found: \\[');
  });
  test('moves sideways in lines of 90,000 characters, and answers keys at once', async () => {
    await stopped(3);
    pty.send(`g${keys.right}${keys.right}`);
    await pty.waitFor('column 33');
    pty.send('/x\r');
    await pty.waitFor((p) => p.text().includes('EXIT') && p.cursor.visible === false);
    const began = performance.now();
    pty.send(keys.left.repeat(3));
    await pty.waitFor(() => !pty.text().includes('column'), 3000);
    expect(performance.now() - began).toBeLessThan(1500);
  });
});

describe('waiting', () => {
  test('progress shows its steps and ends by itself', async () => {
    await startIn('Progress');
    await pty.waitFor('Step 3 of 5');
    expect(pty.text()).toMatch(/ok +Step 1 of 5/);
    expect(use()).toBe('ESC to give up');
    await seesBox('Outcome');
    expect(pty.text()).toContain('"done"');
  });
  test('progress is given up with Esc', async () => {
    await startIn('Progress');
    await pty.waitFor('Step 1 of 5');
    pty.send(keys.escape);
    await seesBox('Outcome');
    expect(pty.text()).toContain('aborted');
  });
  test('a sign is seen only after a moment, says what is waited for, and Esc gives up', async () => {
    await start();
    const began = performance.now();
    await open('Busy', 'Please wait');
    expect(performance.now() - began).toBeGreaterThan(95);
    expect(pty.text()).toContain('Reading what is slow');
    pty.send(keys.escape);
    await pty.waitFor('Given up.');
  });
  test('what is typed meanwhile goes to what comes afterwards', async () => {
    await start();
    await open('Busy', 'Please wait');
    // Closes the outcome, goes to the form, opens it, types into it.
    pty.send(`${keys.enter}${keys.home}${keys.enter}abc#?`);
    await seesBox('Form');
    await pty.waitFor('abc#?');
  });
});

describe('questions', () => {
  test('a key pressed by accident changes nothing', async () => {
    await startIn('Confirm');
    pty.send(keys.enter);
    await seesBox('Answer');
    expect(pty.text()).toMatch(/│ No +│/);
  });
  test('yes is one key further', async () => {
    await startIn('Confirm');
    pty.send(keys.left + keys.enter);
    await seesBox('Answer');
    expect(pty.text()).toMatch(/│ Yes +│/);
  });
  test('a typed one takes no other word', async () => {
    await startIn('Typed', 'Reset');
    pty.send(`rest${keys.enter}`);
    await pty.waitFor('That was not "reset".');
    pty.send(`\x15reset${keys.enter}`);
    await seesBox('Answer');
    expect(pty.text()).toMatch(/│ Yes +│/);
  });
  test('a typed one is left with Esc', async () => {
    await startIn('Typed', 'Reset');
    pty.send(`reset${keys.escape}`);
    await seesBox('Answer');
    expect(pty.text()).toMatch(/│ No +│/);
  });
});

describe('reading', () => {
  test('a long message scrolls, and says so', async () => {
    await startIn('Message', 'Message', { columns: 40, rows: 12 });
    expect(pty.text()).toContain('more ↓');
    pty.send(keys.end);
    await pty.waitFor('↑ more');
    pty.send(keys.home);
    await pty.waitFor('more ↓');
  });
  test('a problem says what, why, and what to do', async () => {
    await startIn('Problem');
    expect(pty.text()).toMatch(/systemctl did not answer within 10 s/);
    expect(pty.text()).toContain('Try again');
  });
  test.each(['C.UTF-8', 'C'])('a plot draws with what the terminal can show: LANG=%s', async (LANG) => {
    await startIn('Plot', 'Plot', { env: { LANG } });
    await pty.waitFor(LANG === 'C' ? /#{5}/ : /[\u2800-\u28ff]{5}/);
    expect(pty.text()).toMatch(/cpu \d+/);
    expect(pty.text()).toMatch(/memory \d+/);
    if (LANG === 'C') expect(pty.raw).not.toMatch(/[\x80-\xff]/);
    pty.send(' ');
    await pty.waitFor('(paused)');
    pty.send(keys.enter);
    await seesBox('Kit');
    expect(pty.text()).not.toMatch(/[\u2800-\u28ff]/);
  });
});

describe('everywhere', () => {
  test('"#" goes through all looks and back to the first', async () => {
    await start();
    const look = () => `${pty.cell(1, 0).background} ${pty.text().includes('┌')}`;
    const first = look();
    const seen = new Set<string>();
    for (let press = 0; press < 12; press++) {
      const before = pty.bytes;
      pty.send('#');
      await pty.waitFor((p) => p.bytes > before && /Form +Fields/.test(p.text()));
      seen.add(look());
      if (look() === first && press > 2) break;
    }
    expect(seen.size).toBeGreaterThan(2);
    expect(look()).toBe(first);
  });
  test('Ctrl-L paints over what others wrote', async () => {
    await start();
    const before = pty.text();
    await new Promise<void>((resolve) => pty.emulator.write('\x1b[5;5Hkernel: something happened\x1b[8;1H', resolve));
    expect(pty.text()).toContain('kernel');
    pty.send('\x0c');
    await pty.waitFor((p) => p.text() === before);
  });
  test('what is typed while one thing closes and the next opens is not lost', async () => {
    await startIn('Confirm');
    // All in one piece: yes, close the answer, up from Confirm to the form, open it, type.
    pty.send(`${keys.left}${keys.enter}${keys.enter}${keys.home}${keys.enter}typed ahead`);
    await seesBox('Form');
    await pty.waitFor('typed ahead');
  });
  test('what is typed before anything is seen is not lost', async () => {
    pty = new Pty('sh', ['-c', 'printf ready; sleep 0.2; exec "$0" "$1"', process.execPath, gallery.file]);
    await pty.waitFor('ready');
    pty.send(`${keys.enter}early`);
    await seesBox('Form');
    await pty.waitFor('early');
  });
  test('resizing with a dialog open, down to almost nothing and back, loses nothing', async () => {
    await startIn('Confirm');
    for (const [columns, rows] of [
      [40, 12],
      [20, 5],
      [1, 1],
      [80, 24],
    ] as const)
      pty.resize(columns, rows);
    await seesBox('Confirm');
    pty.resize(20, 5);
    await pty.waitFor('This terminal is');
    pty.resize(80, 24);
    await seesBox('Confirm');
    pty.send(keys.enter);
    await seesBox('Answer');
  });
  test('warnings of Node and what a library writes to standard error stay off the screen', async () => {
    const noise =
      'setTimeout(() => { process.emitWarning("WARNED"); console.error("ERRED"); process.title = "noisy" }, 300)';
    pty = new Pty(process.execPath, ['--import', `data:text/javascript,${noise}`, gallery.file]);
    await pty.waitFor('Every piece of the kit');
    const shown = () => pty.screen().map((line) => line.trimEnd());
    const before = shown();
    const until = performance.now() + 4000;
    while (!readFileSync(`/proc/${pty.pid}/comm`, 'utf8').startsWith('noisy') && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
    pty.send('\x0c');
    await open('Form', 'Form');
    pty.send(keys.back + keys.enter);
    await seesBox('Kit');
    expect(pty.raw).not.toMatch(/WARNED|ERRED/);
    expect(shown()).toEqual(before);
  });
  test('an error nobody caught restores the terminal and tells no secret', async () => {
    pty = new Pty('sh', [
      '-c',
      'm=$(stty -g); "$0" "$1"; c=$?; [ "$m" = "$(stty -g)" ] && echo "mode as found, code $c"; sleep 60',
      process.execPath,
      gallery.file,
    ]);
    await pty.waitFor('Every piece of the kit');
    pty.send(keys.down.repeat(labels.indexOf('Crash')) + keys.enter);
    await pty.waitFor('mode as found, code 70');
    expect(pty.text()).toContain('Gatehouse made a mistake');
    expect(pty.raw).not.toContain('secret');
    expect(pty.alternate).toBe(false);
    expect(pty.cursor.visible).toBe(true);
  });
});
