/** The terminal layer in a real pseudo terminal: what the operator sees, and how the terminal is left. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { type Bundle, bundle } from './bundle.ts';
import { Pty, type PtyOptions } from './pty.ts';

let demo: Bundle;
const open: Pty[] = [];
beforeAll(() => {
  demo = bundle('test/terminal/demo.ts');
});
afterEach(async () => {
  for (const pty of open.splice(0)) await pty.kill();
});
afterAll(() => demo.remove());

function start(options: PtyOptions = {}, program = process.execPath, args = [demo.file]): Pty {
  const pty = new Pty(program, args, options);
  open.push(pty);
  return pty;
}
/** In a shell that says afterwards whether the tty's mode is what it was. */
const inShell = (options: PtyOptions = {}, before = '') =>
  start(options, 'sh', [
    '-c',
    `${before} m=$(stty -g); trap '' HUP TERM INT; (trap - HUP TERM INT; exec "$0" "$1"); c=$?; [ "$m" = "$(stty -g)" ] && echo "mode as found, code $c"; sleep 60`,
    process.execPath,
    demo.file,
  ]);
const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
/** A process can be gone between any two looks at it, so there is one look only. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
async function until(what: string, holds: () => boolean, limit = 5000): Promise<void> {
  const end = performance.now() + limit;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe.each(['xterm-256color', 'screen-256color', 'tmux-256color', 'linux', 'vt220', 'vt100', 'xterm', 'screen'])(
  'TERM=%s',
  (term) => {
    test('shows the list, moves, types, and leaves the terminal as it was', async () => {
      const pty = inShell({ term });
      await pty.waitFor('count 0');
      expect(pty.screen()[0]).toMatch(/^[┌+][─-]{78}[┐+]$/);
      pty.send('\x1b[B');
      await pty.waitFor('selected 2');
      expect(pty.cell(5, 2).inverse).toBe(true);
      expect(pty.cell(5, 1).inverse).toBe(false);
      const before = pty.bytes;
      pty.send('ä');
      await pty.waitFor((p) => p.text().includes('count 2'));
      expect(pty.bytes - before).toBeLessThan(60);
      pty.send('q');
      await pty.waitFor('mode as found, code 0');
      expect(pty.alternate).toBe(false);
      expect(pty.cursor.visible).toBe(true);
      expect(pty.raw).not.toMatch(/\[\?(9|100[0-6]|1015)h/);
      expect(pty.cell(0, pty.cursor.y).background).toBe(-1);
    });
    test('in the C locale sends nothing but ASCII', async () => {
      const pty = start({ term, env: { LANG: 'C' } });
      await pty.waitFor('count 0');
      pty.send('L');
      await pty.waitFor('count 1');
      expect(pty.raw).not.toMatch(/[\x80-\xff]/);
      expect(pty.screen()[0]).toMatch(/^[+┌]/);
    });
  },
);

test('every look of a terminal can be switched to, and shows the same', async () => {
  const pty = start();
  await pty.waitFor('look 256 unicode');
  for (const look of [
    // At once, for whoever cannot read the others.
    '0 ascii',
    '256 unicode',
    '16 unicode',
    '8 unicode',
    '0 unicode',
    '256 acs',
    '256 ascii',
    '16 ascii',
    '8 ascii',
    '0 ascii',
    '256 unicode',
  ]) {
    pty.send('L');
    await pty.waitFor(`look ${look}`);
    expect(pty.screen()[1]).toMatch(/^[│|] entry 1 /);
  }
  expect(pty.cell(0, 0)).toMatchObject({ foreground: 7, background: 4 });
});

describe('terminals that full screens cannot be shown on are refused with a sentence', () => {
  test.each([
    ['dumb', 'cannot move its cursor'],
    ['no-such-terminal', 'not in the terminal database'],
    ['../../etc/passwd', 'does not name a terminal'],
  ])('TERM=%s', async (term, why) => {
    const pty = start({ term });
    expect((await pty.exited).exitCode).toBe(1);
    await pty.waitFor((p) => p.text().replaceAll('\n', '').includes(why));
    expect(pty.raw).toContain('Set TERM');
    expect(pty.raw).not.toContain('\x1b');
  });
});

test('without TERM it is refused with a sentence', async () => {
  const pty = start({}, 'env', ['-u', 'TERM', process.execPath, demo.file]);
  await pty.waitFor('There is no terminal to show the console on.');
  expect((await pty.exited).exitCode).toBe(1);
});

test('no terminal description comes from the environment or the home folder', async () => {
  const pty = start({ env: { TERMINFO: '/nowhere', TERMINFO_DIRS: '/nowhere', HOME: '/nowhere' } });
  await pty.waitFor('look 256');
});

describe('a line that does not know its size', () => {
  test('asks the terminal, and loses nothing typed meanwhile', async () => {
    const pty = inShell({ columns: 100, rows: 30 }, 'stty rows 0 cols 0; printf ready;');
    await pty.waitFor('ready');
    pty.send('ab');
    await pty.waitFor('size 100x30');
    await pty.waitFor('text "ab"');
    expect(pty.screen()[29]).toMatch(/^└─{98}┘$/);
  });
  test('takes 80x24 when the terminal does not answer', async () => {
    const pty = inShell({ columns: 100, rows: 30, mute: true, term: 'vt220' }, 'stty rows 0 cols 0;');
    await pty.waitFor('size 80x24');
    pty.send('q');
    await pty.waitFor('mode as found');
  });
  test('keeps its size when the line forgets it', async () => {
    const pty = start();
    await pty.waitFor('size 80x24');
    execFileSync('stty', ['-F', `/proc/${pty.pid}/fd/0`, 'rows', '0', 'cols', '0']);
    pty.signal('SIGWINCH');
    pty.send('x');
    await pty.waitFor('count 1');
    expect(pty.text()).toContain('size 80x24');
  });
  test('asks again on repaint', async () => {
    const pty = inShell({ columns: 100, rows: 30 }, 'stty rows 0 cols 0;');
    await pty.waitFor('size 100x30');
    pty.emulator.resize(90, 25);
    pty.send('\x0c');
    await pty.waitFor('size 90x25');
  });
});

test.each([
  [40, 12],
  [20, 5],
  [2, 2],
  [300, 100],
])('lives at %ix%i', async (columns, rows) => {
  const pty = start({ columns, rows });
  await pty.waitFor((p) => p.screen()[0]?.startsWith('┌') === true && p.screen()[rows - 1]?.startsWith('└') === true);
  pty.resize(80, 24);
  await pty.waitFor('size 80x24');
  pty.send('q');
  expect((await pty.exited).exitCode).toBe(0);
});

test('Enter comes once, Ctrl-C arrives, characters are not doubled', async () => {
  const pty = start();
  await pty.waitFor('count 0');
  pty.send('\rab\x1bOM');
  await pty.waitFor('keys enter a b enter');
  await pty.waitFor('text "ab"');
  pty.send('\x03');
  expect((await pty.exited).exitCode).toBe(3);
});

test('an arrow that arrives byte by byte is an arrow', async () => {
  const pty = start();
  await pty.waitFor('count 0');
  for (const [at, byte] of ['\x1b', '[', 'B'].entries()) {
    await new Promise((resolve) => setTimeout(resolve, at * 15));
    pty.send(byte);
  }
  await pty.waitFor('selected 2');
  expect(pty.text()).toContain('count 1');
});

test('the cursor stands where the kit sets it', async () => {
  const pty = start();
  await pty.waitFor('count 0');
  expect(pty.cursor.visible).toBe(false);
  pty.send('K');
  await pty.waitFor((p) => p.cursor.visible && p.cursor.x === 5 && p.cursor.y === 15);
});

describe('however it ends, the terminal is left as it was found', () => {
  test.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s', async (signal, code) => {
    const pty = inShell();
    await pty.waitFor('count 0');
    process.kill(childOf(pty.pid), signal);
    await pty.waitFor(`mode as found, code ${code}`);
    expect(pty.alternate).toBe(false);
    expect(pty.cursor.visible).toBe(true);
  });
  test.each([
    ['an error nobody caught', 'T'],
    ['a rejection nobody caught', 'J'],
  ])('%s, with one plain sentence', async (_, key) => {
    const pty = inShell();
    await pty.waitFor('count 0');
    pty.send(key);
    await pty.waitFor('mode as found, code 70');
    expect(pty.text()).toContain('Gatehouse made a mistake');
    expect(pty.raw).not.toContain('SECRET-STACK');
    expect(pty.alternate).toBe(false);
  });
  test('Linux console, which has no second screen: empty, cursor at its beginning', async () => {
    const pty = start({ term: 'linux' });
    await pty.waitFor('count 0');
    pty.send('q');
    await pty.exited;
    await pty.waitFor((p) => p.text().trim() === '');
    expect(pty.cursor).toEqual({ x: 0, y: 0, visible: true });
  });
  test('a terminal that went away ends it', async () => {
    const pty = start();
    await pty.waitFor('count 0');
    const { pid } = pty;
    pty.hangUp();
    await until('the program has ended', () => !isAlive(pid));
  });
  test('a terminal that went away without a hangup signal ends it, too', async () => {
    // The shell above is the session's leader and ignores the signal, which then reaches nobody.
    const pty = inShell();
    await pty.waitFor('count 0');
    // Busy with something that never ends.
    pty.send('I');
    await pty.waitFor('count 1');
    const pid = childOf(pty.pid);
    pty.hangUp();
    await until('the program has ended', () => !isAlive(pid));
  });
});

describe('stopped and continued', () => {
  test('a shell gets its terminal back, and fg brings all of it again', async () => {
    const pty = start({ env: { PS1: 'prompt> ' } }, 'bash', ['--norc', '--noediting', '-i']);
    await pty.waitFor('prompt>');
    pty.send(`'${process.execPath}' '${demo.file}'\n`);
    await pty.waitFor('count 0');
    process.kill(childOf(pty.pid), 'SIGTSTP');
    // What is typed before the shell asks again would stand in the wrong place.
    await pty.waitFor(/Stopped[\s\S]*prompt>/);
    expect(pty.alternate).toBe(false);
    pty.send('stty -a | grep -c " icanon"\n');
    await pty.waitFor(/^1$/m);
    pty.send('fg\n');
    await pty.waitFor('count 0');
    pty.send('\x1b[B');
    await pty.waitFor('selected 2');
  });
  test('a login shell, which nobody could continue, is not frozen', async () => {
    const pty = start();
    await pty.waitFor('count 0');
    pty.signal('SIGTSTP');
    await pty.waitFor((p) => p.raw.split('\x1b[?1049h').length === 3);
    pty.send('\x1b[B');
    await pty.waitFor('selected 2');
  });
  test('SIGSTOP and SIGCONT repaint', async () => {
    const pty = start();
    await pty.waitFor('count 0');
    pty.signal('SIGSTOP');
    pty.signal('SIGCONT');
    await pty.waitFor((p) => p.raw.split('\x1b[?1049h').length === 3);
    pty.send('\x1b[B');
    await pty.waitFor('selected 2');
  });
});

describe('a line that takes nothing', () => {
  test('never blocks: keys count on, and afterwards the newest state is shown', async () => {
    const pty = start();
    await pty.waitFor('count 0');
    pty.pause(true);
    pty.send('F');
    // Far more frames than a pseudo terminal can hold.
    await new Promise((resolve) => setTimeout(resolve, 800));
    for (let n = 0; n < 5; n++) pty.send('x');
    const held = pty.bytes;
    pty.pause(false);
    await pty.waitFor('text "Fxxxxx"');
    expect(pty.bytes - held).toBeLessThan(200_000);
  });
  test.each(['SIGTERM', 'q'])('cannot keep it from ending by %s', async (how) => {
    const pty = start();
    await pty.waitFor('count 0');
    pty.pause(true);
    pty.send('F');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { pid } = pty;
    if (how === 'q') pty.send('q');
    else pty.signal('SIGTERM');
    await until('the program has ended', () => !isAlive(pid), 4000);
  });
});

test('a slow serial line gets no more frames than it can carry', async () => {
  // cflag of 9600 baud, 8 bits, as `stty -g` prints it.
  const pty = start({ term: 'vt220', env: { GATEHOUSE_TTY: '500:5:cbd:8a3b:3:1c' } });
  await pty.waitFor('count 0');
  const before = pty.bytes;
  const began = performance.now();
  pty.send('F');
  await pty.waitFor((p) => p.bytes - before > 3000);
  expect(performance.now() - began).toBeGreaterThan(1500);
});

describeWith({ root: true, programs: ['setpriv'] }, 'another user than the owner of the terminal', () => {
  test('can use it', async () => {
    const pty = start({}, 'setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, demo.file]);
    await pty.waitFor('count 0');
    pty.send('\x1b[B');
    await pty.waitFor('selected 2');
    pty.send('q');
    expect((await pty.exited).exitCode).toBe(0);
  });
});
