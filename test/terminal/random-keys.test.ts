/**
 * Thousands of random keys: nothing crashes, nothing gets stuck, and the terminal is left as it was found. The seed is
 * printed, and GATEHOUSE_SEED and GATEHOUSE_KEYS repeat or prolong a run (scripts/soak/keys).
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { chance } from '../setup/chance.ts';
import { type Built, boxes, buildConsole, columnwise, keys, seeWhole } from './operator.ts';
import { Pty } from './pty.ts';

const seed = Number(process.env.GATEHOUSE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const count = Number(process.env.GATEHOUSE_KEYS ?? 10_000);

let built: Built;
let pty: Pty | undefined;
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty?.kill());
afterAll(() => built.remove());

/** More of what leads somewhere than of what does not. */
const likely = [keys.up, keys.down, keys.down, keys.down, keys.enter, keys.enter, keys.enter, keys.tab, keys.left];
const others = [
  ...Object.values(keys),
  ...'\x01\x02\x05\x06\x0b\x0c\x12\x15\x17',
  ...'abcdefghijklmnopqrstuvwxyzGNR0123456789.:/?#-_ [(*+äß中e\u0301',
  '\x1b[200~pasted\ntext\x1b[201~',
  '\x1b[11~',
  '\x1b[[A',
  '\x1bOP',
  '\x1b[1;5C',
  '\x1b[M   ',
  '\x1b[<0;10;10M',
  '\x1b[?1;2c',
  '\x1b]0;title\x07',
  '\x1bx',
  '\xff\xfe\x80',
];

/** The keys that choose "Leave": the language may have been changed, too. */
const leave: Record<string, string> = { Leave: 'l', Salir: 's' };

const titles = (p: Pty) => boxes(columnwise(p)).map(({ title }) => title);

/** Goes back until the condition holds. An answer can be to an earlier key: who goes on looks again. */
async function goBack(p: Pty, until: () => boolean): Promise<void> {
  // Keys that were typed ahead are taken first: a few hundred of them at most.
  for (let press = 0; !until(); press++) {
    if (press > 400) throw new Error(`no way back (seed ${seed}):\n${p.text()}`);
    const before = p.text();
    const leaving = leave[titles(p).at(-1) ?? ''];
    p.send(leaving ? `${leaving}${keys.enter}` : keys.escape);
    // Once it has left, a key would be for the shell.
    const answered = () => ended(p) !== undefined || (!leaving && p.text() !== before);
    await p.waitFor(() => answered() || until(), 1000).catch(() => undefined);
  }
}

const ended = (p: Pty) => /code \d+, mode (?:as found|changed)/.exec(p.raw)?.[0];

/** To leave is allowed, and nothing else; a Ctrl-C typed behind it meets a console that is on its way out. */
const left = /^code (0|130), mode as found$/;

/** In a shell that says afterwards how it ended and whether the tty's mode is what it was. */
async function begin(term: string): Promise<Pty> {
  const script =
    'm=$(stty -g); trap "" INT QUIT TSTP; (trap - INT QUIT TSTP; exec "$0" --lab=hostile --lab-folder="$1"); c=$?; s=changed; [ "$m" = "$(stty -g)" ] && s="as found"; echo "code $c, mode $s"; sleep 60';
  await pty?.kill();
  pty = new Pty('sh', ['-c', script, built.program, `${built.program}-${term}`], { term });
  await pty.waitFor(' gatehouseevil');
  return pty;
}

function expectRestored(p: Pty): void {
  expect(p.alternate).toBe(false);
  expect(p.cursor.visible).toBe(true);
  expect(p.emulator.modes.bracketedPasteMode).toBe(false);
  expect(p.emulator.modes.mouseTrackingMode).toBe('none');
}

/** An unfinished reply of a terminal among the keys takes those behind it, too, until the line pauses: asks again then. */
async function answered(p: Pty, before: number, after: string): Promise<void> {
  for (let asked = 0; p.raw.length === before; asked++) {
    if (asked === 10) throw new Error(`stuck after ${after} (seed ${seed}):\n${p.text()}`);
    if (asked > 0) p.send('\x0c');
    await p.waitFor(() => p.raw.length > before, 500).catch(() => undefined);
  }
}

async function storm(term: string): Promise<void> {
  const random = chance(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  let p = await begin(term);
  for (let sent = 0; sent < count; ) {
    // In bursts, as from a line that stood still; each must be answered with a screen.
    let burst = '';
    for (let n = 1 + Math.floor(random() * 40); n > 0 && sent < count; n--, sent++)
      burst += random() < 0.5 ? pick(likely) : pick(others);
    const before = p.raw.length;
    p.send(`${burst}\x0c`);
    if (random() < 0.02) p.resize(40 + Math.floor(random() * 160), 12 + Math.floor(random() * 50));
    await answered(p, before, `${sent} keys`);
    if (!ended(p)) continue;
    expect(ended(p), `${sent} keys, seed ${seed}\n${p.text()}`).toMatch(left);
    expectRestored(p);
    p = await begin(term);
  }
  p.resize(80, 24);
  const isMain = () => /^Configura(tion|ci[oó]n)$/.test(titles(p).join()) && / Regist(ration|ro) {2}/.test(p.text());
  await goBack(p, () => isMain() || ended(p) !== undefined);
  if (!ended(p)) await seeWhole(p, ' gatehouse');
  await goBack(p, () => ended(p) !== undefined);
  expect(ended(p)).toMatch(left);
  expectRestored(p);
}

test.each(['xterm-256color', 'linux', 'vt220'])(
  `${count} random keys on %s (seed ${seed})`,
  storm,
  Math.max(60_000, count * 20),
);
