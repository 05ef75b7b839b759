/** Every screen of the menu tree on the lab's console, as the operator sees it, on all kinds of terminals. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Entry, tree } from '../../screens/menu.ts';
import { type Built, buildConsole, innermost, keys, seeWhole } from './operator.ts';
import type { Pty } from './pty.ts';

/**
 * What lies behind a screen of the menu: keys, the title of the box that they lead to, and a text in it where the
 * title alone does not tell. Screens that are not here are opened and left.
 */
const inside: Record<string, [string, string, string?][]> = {
  info: [[keys.end, 'General Information']],
  'diagnostics.containers': [
    [keys.enter, 'cams-logstash', 'Details'],
    [keys.enter, 'cams-logstash', 'Container ID'],
    [keys.back, 'cams-logstash', 'Restart'],
    [`l${keys.enter}`, 'Logs of cams-logstash', 'newest line'],
    [keys.back, 'cams-logstash'],
    [keys.back, 'Containers'],
  ],
  'diagnostics.images': [
    [keys.enter, 'cams-logstash:1.6.2-17', 'Image ID'],
    [keys.back, 'Images'],
  ],
  'diagnostics.logs': [
    [keys.enter, 'Journal', 'newest line'],
    ['o', 'Journal', 'oldest line'],
    ['l', 'Limit the journal', 'Unit'],
    [`no-such-unit${keys.enter}`, 'Limit the journal', 'Right: '],
    [keys.back, 'Journal'],
    [keys.back, 'Logs'],
  ],
  'diagnostics.stats': [
    [keys.enter, 'Appliance', 'CPU'],
    [' ', 'Appliance', '(paused)'],
    [keys.back, 'Stats'],
  ],
  'diagnostics.capture': [
    [keys.enter, 'Generate TCP dump', 'Seconds'],
    [`\x155${keys.enter}`, 'Generate TCP dump', 'Right: '],
    [keys.back, 'Generate TCP dump', 'Records'],
  ],
  'diagnostics.units': [
    [`${keys.down}${keys.enter}`, 'docker'],
    [keys.enter, 'docker', 'Description'],
    [keys.back, 'docker', 'Restart'],
    [`l${keys.enter}`, 'Logs of docker'],
    ['/', 'Logs of docker'],
    [`nowhere${keys.enter}`, 'Logs of docker', 'No more lines'],
    [keys.back, 'docker'],
    [`r${keys.enter}`, 'Restart docker'],
    [keys.back, 'docker', 'OK'],
    [keys.back, 'Units'],
  ],
  'commands.ping': [
    [`nonsense!${keys.enter}`, 'Ping', 'Right: '],
    [`\x15localhost${keys.enter}`, 'Ping localhost'],
    [keys.back, 'Ping localhost', '% lost'],
    [keys.back, 'Ping'],
  ],
};

let built: Built;
const open: Pty[] = [];
beforeAll(() => {
  built = buildConsole();
});
afterEach(async () => {
  for (const pty of open.splice(0)) await pty.kill();
});
afterAll(() => built.remove());

const idsOf = (entry: Entry): string[] => [entry.id, ...(entry.entries ?? []).flatMap(idsOf)];
/** What stands in the row of the cursor, which is the entry that is selected. */
const selected = (pty: Pty) => /[│|] {2}(\S.*?)(?: {2}.*)? *[│|]/.exec(pty.screen()[pty.cursor.y] ?? '')?.[1] ?? '';

/** Does the innermost box have that title? A narrow one shows the beginning of it. */
function titled(pty: Pty, title: string): boolean {
  const shown = innermost(pty);
  return shown === title || (shown.length >= 20 && title.startsWith(shown));
}

async function see(pty: Pty, title: string, holds: (pty: Pty) => boolean = () => true): Promise<void> {
  await pty
    .waitFor((p) => titled(p, title) && holds(p))
    .catch((error) => {
      throw new Error(`waiting for "${title}": ${error.message}`);
    });
  await seeWhole(pty);
}

const begin = (pty: Pty) => see(pty, 'Configuration', (p) => /^ gatehouse-lab/.test(p.screen().at(-1) ?? ''));

/** The labels of the menu that is open, greyed or not. */
async function labelsOf(pty: Pty): Promise<string[]> {
  const labels: string[] = [];
  pty.send(keys.home);
  await pty.waitFor((p) => selected(p) !== '');
  for (;;) {
    const [y, label] = [pty.cursor.y, selected(pty)];
    if (labels.includes(label)) return labels;
    labels.push(label);
    pty.send(keys.down);
    await pty.waitFor((p) => selected(p) !== '' && (p.cursor.y !== y || selected(p) !== label));
  }
}

/** What runs is stopped by the first key, and left with the second. */
async function goBack(pty: Pty, until: () => boolean): Promise<void> {
  for (let press = 0; press < 4 && !until(); press++) {
    pty.send(keys.back);
    await pty.waitFor(until, 1500).catch(() => undefined);
  }
  await pty.waitFor(until, 0);
  await seeWhole(pty);
}

/** Goes through all entries of the menu that is open, and leaves it open. Gives the entries that were seen. */
async function walk(pty: Pty, menu: Entry): Promise<string[]> {
  const title = menu.title ?? '';
  const seen = [menu.id];
  const labels = await labelsOf(pty);
  for (const [at, label] of labels.entries()) {
    const entry = menu.entries?.find((one) => one.label === label || label.endsWith(one.label));
    if (entry) seen.push(entry.id);
    pty.send(keys.home + keys.down.repeat(at));
    await see(pty, title, (p) => selected(p) === label);
    const greyed = / (not yet|not now) /.test(pty.screen()[pty.cursor.y] ?? '');
    pty.send(keys.enter);
    if (greyed) {
      if (entry?.greyed) await see(pty, title, (p) => p.text().includes(entry.greyed?.slice(0, 20) ?? ''));
      continue;
    }
    await pty.waitFor((p) => !['', 'Please wait'].includes(innermost(p)) && selected(p) !== label);
    await seeWhole(pty);
    if (entry?.entries) seen.push(...(await walk(pty, entry)));
    for (const [typed, next, text = ''] of inside[entry?.id ?? ''] ?? []) {
      pty.send(typed);
      await see(pty, next, (p) => p.text().includes(text));
    }
    await goBack(pty, () => titled(pty, title) && selected(pty) === label);
  }
  return seen;
}

// Each pair of TERM and size, and with that each of TERM and LANG, and of LANG and size.
const terms = ['xterm-256color', 'linux', 'vt220', 'vt100', 'screen-256color', 'tmux-256color', 'xterm'];
const sizes = [
  [80, 24],
  [40, 12],
  [200, 60],
  [132, 43],
  [300, 100],
] as const;
const covered = terms.flatMap((term, t) =>
  sizes.map(([columns, rows], s) => ({ term, lang: (t + s) % 2 === 0 ? 'C.UTF-8' : 'C', columns, rows })),
);

describe.each(terms)(`every screen is whole on %s`, (term) => {
  test.each(covered.filter((one) => one.term === term))(
    'LANG=$lang at $columns x $rows',
    async ({ lang, columns, rows }) => {
      const pty = built.lab('healthy', { term, columns, rows, env: { LANG: lang } });
      open.push(pty);
      await begin(pty);
      expect([...new Set(await walk(pty, tree))].sort()).toEqual(idsOf(tree).sort());
      if (lang === 'C') expect(pty.raw).not.toMatch(/[\x80-\xff]/);
      pty.send(keys.back);
      await see(pty, 'Leave');
      pty.send(keys.left + keys.enter);
      expect((await pty.exited).exitCode).toBe(0);
      await pty.waitFor(() => !pty.alternate);
      expect(pty.cursor.visible).toBe(true);
    },
  );
});

test.each(['no-docker', 'unit-failed', 'two-interfaces', 'below-requirements'])(
  'every screen is whole on a machine that is %s',
  async (machine) => {
    const pty = built.lab(machine);
    open.push(pty);
    await begin(pty);
    for (const [typed, title] of [
      [`i${keys.enter}`, 'General Information'],
      [`${keys.back}d${keys.enter}`, 'Diagnostics'],
      [`u${keys.enter}`, 'Units'],
      [`${keys.down}${keys.enter}`, 'docker'],
    ] as const) {
      pty.send(typed);
      await see(pty, title);
    }
  },
);
