/** What ours is compared with: dialogs in C that show the same entries and texts, each a program of its own. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { arrows, Counted } from './counted.ts';

export type Done =
  | 'opening the main menu'
  | 'opening a list'
  | 'opening a form'
  | 'opening a message'
  | 'moving the selection of a menu'
  | 'moving the selection of a list'
  | 'typing a character'
  | 'one more line of a log'
  | 'painting anew'
  | 'standing idle';
/** Bytes of each time. */
export type Taken = Partial<Record<Done, number[]>>;

const menu = {
  Registration: 'Register the Appliance with the platform',
  System: 'System Settings',
  Info: 'General Information',
  Diagnostics: 'Information',
  Commands: 'Various commands',
};
const since = 'active   running   2026-11-19 11:29:0';
const list = {
  gatehouse: `${since}1  Gatehouse servi`,
  docker: `${since}2  Docker Applicat`,
  containerd: `${since}3  containerd cont`,
  ssh: `${since}4  OpenBSD Secure`,
  'systemd-networkd': `${since}4  Network Configu`,
  'systemd-resolved': `${since}5  Network Name Re`,
  'systemd-timesyncd': `${since}6  Network Time Sy`,
  'systemd-journald': `${since}6  Journal Service`,
};

/** In the order of arguments that both understand; the box is as large as ours. */
interface Words {
  menu: string[];
  list: string[];
  form: string[];
  message: string[];
}

const entries = (all: Record<string, string>) => [String(Object.keys(all).length), ...Object.entries(all).flat()];

const wordsOf = (noCancel: string): Words => ({
  menu: ['--title', 'Configuration', noCancel, '--menu', '', '15', '78', ...entries(menu)],
  list: ['--title', 'Units', '--menu', '', '18', '78', ...entries(list)],
  form: ['--title', 'Ping', '--inputbox', 'FQDN or IP address', '8', '66', '8.8.8.8'],
  message: ['--title', 'Leave', '--yesno', 'Leave the console?\nThe appliance goes on as it is.', '8', '50'],
});

export interface Asked {
  term: string;
  runs: number;
  signal: AbortSignal;
}

/** Undefined where the program is not installed. */
export const whiptail = (asked: Asked) => dialogs('whiptail', wordsOf('--nocancel'), asked);
export const dialog = (asked: Asked) => dialogs('dialog', wordsOf('--no-cancel'), asked);

async function dialogs(program: string, words: Words, { term, runs, signal }: Asked): Promise<Taken | undefined> {
  if (!isInstalled(program)) return undefined;
  const taken: Taken = {};
  const open = async (done: Done, args: string[], seen: string) => {
    signal.throwIfAborted();
    const one = new Counted(program, ['--backtitle', ' Gatehouse', ...args], { term });
    taken[done] = [await one.until(seen)];
    return one;
  };
  const repeat = async (done: Done, one: Counted, keys: (run: number) => string) => {
    const samples: number[] = [];
    for (let run = 0; run < runs; run++) {
      signal.throwIfAborted();
      samples.push(await one.press(keys(run)));
    }
    taken[done] = samples;
  };
  /** To the last row and back: neither of them goes round. */
  const moves = (rows: number) => (run: number) => {
    const { up, down } = arrows(term);
    return Math.floor(run / (rows - 1)) % 2 === 0 ? down : up;
  };
  const main = await open('opening the main menu', words.menu, 'Various commands');
  try {
    await repeat('moving the selection of a menu', main, moves(5));
    await repeat('painting anew', main, () => '\x0c');
  } finally {
    await main.end();
  }
  const rows = await open('opening a list', words.list, 'systemd-journald');
  try {
    await repeat('moving the selection of a list', rows, moves(8));
  } finally {
    await rows.end();
  }
  const form = await open('opening a form', words.form, 'FQDN');
  try {
    await repeat('typing a character', form, (run) => 'abcdefghij'.charAt(run % 10));
  } finally {
    await form.end();
  }
  await (await open('opening a message', words.message, 'appliance goes on')).end();
  return taken;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
