/** What is typed and pasted at the console of an account whose shell is Gatehouse: nothing leads out of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { keys } from '../terminal/operator.ts';
import type { Pty } from '../terminal/pty.ts';
import { canary, LoginHost, program, trap } from './login-host.ts';
import { hostNeeds } from './machine.ts';

const needs = { ...hostNeeds, programs: [...hostNeeds.programs, 'ssh', 'ssh-keygen'], paths: [program] };

/** Every control byte that ends, stops, asks or quotes somewhere, and what pagers, editors and dialogs take for a way out. */
const controls = Array.from({ length: 32 }, (_, at) => String.fromCharCode(at));
const typed = [
  ...controls,
  '\x7f',
  '\x80',
  '\x9b',
  '\xff',
  ...Array.from({ length: 12 }, (_, at) => `\x1b[${at + 11 + (at > 4 ? 1 : 0) + (at > 9 ? 1 : 0)}~`),
  '\x1bOP',
  '\x1bOQ',
  '\x1bOR',
  '\x1bOS',
  '\x1b[25~',
  '\x1b[29~',
  `!${trap}\r`,
  `!!\r`,
  `:!${trap}\r`,
  ':sh\r',
  ':shell\r',
  `:e /srv/canary.txt\r`,
  `:r /srv/canary.txt\r`,
  `:r!${trap}\r`,
  ':set shell=/bin/sh\r',
  `|${trap}\r`,
  `|a ${trap}\r`,
  `#${trap}\r`,
  `s/var/tmp/traces/saved\r`,
  'v',
  'E/srv/canary.txt\r',
  ':n /srv/canary.txt\r',
  '\x18\x05',
  `\x1b!${trap}\r`,
  `\x1bx shell\r`,
  `/\x12!${trap}\r`,
  `\x0f\x12/srv/canary.txt\r`,
  `~!${trap}\r`,
  '\r~.',
  '\r~^Z',
  '\x02d',
  '\x01d',
  `\x01:exec ${trap}\r`,
  '\x1a\x1a\x1a',
  '\x1c\x1c',
  '\x03\x03\x03',
  '\x04\x04\x04',
  `\x1b[200~; ${trap}\n\x1b[201~`,
  `\x1b[200~\x1b[201~\x03${trap}\n`,
  `\x1b[200~${'\x1b'.repeat(300)}`,
  '\x1b]0;title\x07',
  '\x1b]52;c;Y2F0IC9zcnYvY2FuYXJ5LnR4dA==\x07',
  `\x1bP+q544e\x1b\\`,
  `\x1b[5i${trap}\x1b[4i`,
  '\x1b[21t',
  '\x1b[6n\x1b[c',
  '\x1b[?1;2c\x1b[24;80R',
  `\x1b^${trap}\x1b\\`,
  `\x1b_${trap}\x1b\\`,
  `\x90${trap}\x9c`,
  '\x1b[<0;1;1M',
  '\x1bc',
  '\x1b[M   ',
  `; ${trap}\r`,
  `$(${trap})\r`,
  `\`${trap}\`\r`,
  '../../srv/canary.txt\r',
  '/srv/canary.txt\r',
  '/proc/self/environ\r',
  'a'.repeat(5000),
];

/** Ways to where they are typed, from the main menu, and what is seen there. */
const places: readonly [name: string, way: string, seen: string | RegExp][] = [
  ['the main menu', '', 'Various commands'],
  ['a field', `c${keys.enter}p${keys.enter}`, 'FQDN'],
  ['a log', `d${keys.enter}l${keys.enter}`, /journal|Journal/],
];

describeWith(needs, 'keys at the console of an account whose shell is Gatehouse', () => {
  let login: LoginHost;
  beforeAll(async () => {
    login = await LoginHost.boot();
  }, 240_000);
  afterAll(() => login?.end());

  /** The console again, wherever the keys before have led; a new one where they have ended it. */
  const opened = async (pty: Pty | undefined): Promise<Pty> => {
    if (pty && !pty.ended) return pty;
    const next = login.console({ columns: 80, rows: 24 });
    await next.waitFor(/Various commands|first steps|First steps/i, 20_000);
    return next;
  };
  const said = (pty: Pty) => `${pty.raw}${pty.text()}`;

  test.each(places)(
    `${typed.length} inputs in %s`,
    async (_name, way, seen) => {
      expect(typed.length * places.length).toBeGreaterThan(200);
      let pty: Pty | undefined;
      const told: string[] = [];
      for (const [at, input] of typed.entries()) {
        pty = await opened(pty);
        if (at % 8 === 0 || pty.text().includes('Various commands')) {
          await home(pty);
          for (const step of way.match(/.\r/g) ?? []) pty.send(step);
          await pty.waitFor(seen, 15_000);
        }
        pty.send(Buffer.from(input, 'latin1'));
        // Its answer to what follows says that it has taken what came before.
        await settled(pty);
        const name = JSON.stringify(input.slice(0, 40));
        if (said(pty).includes(canary)) told.push(`${name} showed a file`);
        const foreign = await login.foreign();
        if (foreign.length > 0) told.push(`${name} left ${foreign.join()}`);
        if (/[$#] $/m.test(pty.ended ? '' : pty.text())) told.push(`${name} looks like a prompt:\n${pty.text()}`);
      }
      expect(told).toEqual([]);
      expect(await login.sprung()).toEqual([]);
      await pty?.kill();
    },
    300_000,
  );

  test(`${typed.length} inputs in the console as lines of text, at the end of two pipes`, async () => {
    // Typed at the menu, and once more in the field of a ping: Commands, Ping.
    // With Ctrl-D before all else it has left before it says anything.
    for (const input of typed.filter((one) => !one.startsWith('\x04'))) {
      const line = input.replace(/\r/g, '\n');
      const { stdout, stderr } = await login.fed('--plain', Buffer.from(`${line}\n5\n1\n${line}\n`, 'latin1'));
      const name = JSON.stringify(input.slice(0, 40));
      expect(`${stdout}${stderr}`, name).not.toContain(canary);
      expect(`${stdout}${stderr}`, name).toContain('Various commands');
      expect(await login.foreign(), name).toEqual([]);
    }
    expect(await login.sprung()).toEqual([]);
  }, 300_000);

  /** Repainted (Ctrl-L), or ended. */
  async function settled(pty: Pty): Promise<void> {
    // An unfinished paste takes all that comes; this ends it.
    pty.send('\x1b[201~');
    const before = pty.bytes;
    pty.send('\x0c');
    await pty.waitFor(() => pty.ended !== undefined || pty.bytes > before, 10_000);
  }

  async function home(pty: Pty): Promise<void> {
    const isHome = () => /Various commands/.test(pty.text()) && !/Leave the console/.test(pty.text());
    // What an input has chosen may open a moment later, over a menu that is still seen.
    const stays = () =>
      isHome() &&
      pty
        .waitFor(() => !isHome(), 400)
        .then(
          () => false,
          () => true,
        );
    for (let tries = 0; tries < 40 && !pty.ended && !(await stays()); tries += 1) {
      pty.send(keys.back);
      await pty.waitFor(() => isHome() || pty.ended !== undefined, 300).catch(() => undefined);
    }
    if (!isHome()) throw new Error(`not home:\n${pty.text()}`);
  }
});
