/**
 * From exec to the first complete screen, in a pseudo terminal: ours against a running service, as it is installed, and
 * what it is compared with. All get the same bare environment, as the wrapper gives it to Node: some variables make Node
 * itself start slowly. A screen is complete with its last row; its time is when the bytes came that made it so.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pty from '@lydell/node-pty';
import headless from '@xterm/headless';
import { besideOf, type Options, type Part, type Row, sideBySide, type Take } from './part.ts';

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  LANG: 'C.UTF-8',
};
/** Milliseconds that a start may take before it counts as broken. */
const limit = 10_000;

const entries = [
  ['Registration', 'Register the Appliance with the platform'],
  ['System', 'System Settings'],
  ['Info', 'General Information'],
  ['Diagnostics', 'Information'],
  ['Commands', 'Various commands'],
] as const;

const isInstalled = (program: string) =>
  program.includes('/')
    ? existsSync(program)
    : environment.PATH.split(':').some((folder) => existsSync(join(folder, program)));

/** Milliseconds from exec until the screen shows all of that, or with nothing to show until its end. */
function toScreen(term: string, [program = '', ...args]: readonly string[], seen: readonly RegExp[]): Take {
  return () => {
    if (!isInstalled(program)) return undefined;
    return new Promise((resolve, reject) => {
      const emulator = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true, scrollback: 0 });
      const text = () => {
        const { active } = emulator.buffer;
        return Array.from({ length: 24 }, (_, y) => active.getLine(y)?.translateToString(true) ?? '').join('\n');
      };
      const began = performance.now();
      const child = pty.spawn(program, args, {
        name: term,
        cols: 80,
        rows: 24,
        env: { ...environment, TERM: term },
        encoding: null,
      });
      let took: number | undefined;
      const timer = setTimeout(() => child.kill('SIGKILL'), limit);
      emulator.onData((answer) => took === undefined && child.write(answer));
      child.onData((data) => {
        const came = performance.now() - began;
        emulator.write(data as unknown as Buffer, () => {
          if (took !== undefined || seen.length === 0 || !seen.every((pattern) => pattern.test(text()))) return;
          took = came;
          child.kill('SIGTERM');
        });
      });
      child.onExit(() => {
        const came = performance.now() - began;
        clearTimeout(timer);
        if (seen.length === 0) took = came;
        if (took === undefined) reject(new Error(`${program} never showed ${seen.join(', ')}:\n${text()}`));
        else resolve(took);
        emulator.dispose();
      });
    });
  };
}

/** Runs a service on a simulated machine; resolves when its console could be opened. */
async function service(program: string, folder: string, socket: string): Promise<ChildProcess> {
  const args = [`--lab=healthy`, `--lab-folder=${folder}`, '--socket', socket, 'service', '--group', 'root'];
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (told.includes('listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`the service ended: ${told}`)));
  });
  return child;
}

const menu = entries.flat();
const patterns = [...entries.map(([label, text]) => new RegExp(`${label} +.*${text}`)), /<\s*OK\s*>/i];
const live = / gatehouse-lab \S 10\.20\.0\.15 +not registered/;
const others = [/Commands +Various commands/, /< *OK *>/i];

async function run(signal: AbortSignal, { runs, folder, program }: Options): Promise<Row[]> {
  const socket = '/run/gatehouse/gatehouse.sock';
  // This part has a mount namespace of its own: nobody else sees this socket, nor we theirs.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run']);
  mkdirSync(join(folder, 'lab'));
  writeFileSync(join(folder, 'empty.cjs'), '');
  writeFileSync(join(folder, 'empty.mjs'), '');
  const nothing = toScreen('linux', ['node', '-e', '0'], []);
  const serving = await service(program, join(folder, 'lab'), socket);
  try {
    const rows: Row[] = [];
    for (const term of ['linux', 'xterm-256color', 'vt220']) {
      const { ours, node, ...rest } = await sideBySide(signal, runs, {
        ours: toScreen(term, [program], [...patterns, live]),
        node: nothing,
        whiptail: toScreen(term, ['whiptail', '--menu', 'Configuration', '20', '70', '5', ...menu], others),
        dialog: toScreen(term, ['dialog', '--menu', 'Configuration', '20', '70', '5', ...menu], others),
        nmtui: toScreen(term, ['nmtui'], [/Edit a connection/, /Quit/]),
      });
      rows.push({
        what: `start to the main menu with live status, ${term}`,
        unit: 'ms',
        ...(ours ? { ours } : {}),
        beside: besideOf({ 'node -e 0': node, ...rest }),
        wanted: [{ most: 1.5, of: 'node -e 0' }],
      });
    }
    const plainly = await sideBySide(signal, runs, {
      lab: toScreen('linux', [program, `--lab=healthy`, `--lab-folder=${join(folder, 'own')}`], [...patterns, live]),
      status: toScreen('linux', [program, 'status', '--json'], []),
      help: toScreen('linux', [program, '--help'], []),
      node: nothing,
      cjs: toScreen('linux', ['node', join(folder, 'empty.cjs')], []),
      mjs: toScreen('linux', ['node', join(folder, 'empty.mjs')], []),
    });
    const beside = besideOf({ 'node -e 0': plainly.node, 'empty.cjs': plainly.cjs, 'empty.mjs': plainly.mjs });
    for (const [what, ours] of [
      ['start of a lab and its console, to the main menu', plainly.lab],
      ['gatehouse status --json, to its end', plainly.status],
      ['gatehouse --help, to its end', plainly.help],
    ] as const)
      rows.push({ what, unit: 'ms', ...(ours ? { ours } : {}), beside });
    return rows;
  } finally {
    const ended = new Promise((resolve) => serving.once('exit', resolve));
    serving.kill('SIGTERM');
    await ended;
  }
}

export const part: Part = {
  about: 'From exec to the first complete screen, against whiptail, dialog, nmtui and Node itself.',
  needs: { memory: true },
  run,
};
