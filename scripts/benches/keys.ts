/**
 * Milliseconds from a key to the end of its paint, in a terminal of its own: on a quiet console, and while the machine
 * behind it answers slowly. Beside a program that does nothing but give each key back, which is what terminal, kernel and
 * scheduler take of it. A log that is written meanwhile: busy-log.ts.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pty } from '../../test/terminal/pty.ts';
import { type Beside, figureOf, type Part, type Row, share } from './part.ts';

/** Gives each byte back as it comes. */
const echo = "process.stdin.setRawMode(true); process.stdout.write('ready'); process.stdin.pipe(process.stdout);";

async function times(pty: Pty, count: number, key: (at: number) => string, signal: AbortSignal): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < count; at++) {
    signal.throwIfAborted();
    const before = pty.bytes;
    const began = performance.now();
    pty.send(key(at));
    await pty.waitFor(() => pty.bytes > before, 20_000);
    taken.push(performance.now() - began);
    // Apart from one another, as people type; not always at the same moment of whatever else goes on.
    await pause(20 + (at % 7));
  }
  return taken;
}

const rowsOf = (what: string, ours: number[], bare: number[]): Row[] => {
  const beside = (value: number): Beside[] => [{ name: 'a bare echo', figure: { value, runs: bare.length } }];
  return [
    {
      ...{ what: `key to paint, ${what}`, unit: 'ms', ours: figureOf(ours), wanted: [{ most: 5 }] },
      ...{ beside: [{ name: 'a bare echo', figure: figureOf(bare) }] },
    },
    {
      ...{ what: `key to paint, ${what}, 99 %`, unit: 'ms', ours: { value: share(ours, 0.99), runs: ours.length } },
      ...{ wanted: [{ most: 16 }], beside: beside(share(bare, 0.99)) },
    },
  ];
};

export const part: Part = {
  about: 'From a key to its paint, beside a bare echo in the same kind of terminal.',
  needs: {},
  settings: { keys: { about: 'how many', usual: 300, quick: 5 } },
  async run(signal, { settings: { keys: count = 0 }, folder, program, say }) {
    const rows: Row[] = [];
    const open: Pty[] = [];
    const start = async (command: string, args: string[], ready: string) => {
      const pty = new Pty(command, args);
      open.push(pty);
      await pty.waitFor(ready, 20_000);
      return pty;
    };
    const lab = (machine: string) =>
      start(program, [`--lab=${machine}`, `--lab-folder=${mkdtempSync(join(folder, 'lab-'))}`], 'Various commands');
    try {
      const bare = await start(process.execPath, ['-e', echo], 'ready');
      const arrows = (at: number) => (at % 8 < 4 ? '\x1b[B' : '\x1b[A');
      for (const [machine, what] of [
        ['healthy', 'a menu'],
        ['slow', 'a menu of a machine that answers slowly'],
      ] as const) {
        say(what);
        const console_ = await lab(machine);
        // What it opens hangs meanwhile, and is left for the menu: its question is still under way.
        if (machine === 'slow') for (const key of ['i', '\r', '\x03']) console_.send(key);
        await times(console_, 10, arrows, signal);
        rows.push(
          ...rowsOf(what, await times(console_, count, arrows, signal), await times(bare, count, () => 'x', signal)),
        );
        if (machine !== 'healthy') continue;
        for (const key of ['c', '\r']) await times(console_, 1, () => key, signal);
        await console_.waitFor('Perform IPv4 Ping');
        console_.send('\r');
        await console_.waitFor('FQDN');
        const letter = (at: number) => (at % 40 < 20 ? 'x' : '\x7f');
        rows.push(
          ...rowsOf(
            'a field',
            await times(console_, count, letter, signal),
            await times(bare, count, () => 'x', signal),
          ),
        );
      }
      return rows;
    } finally {
      for (const pty of open) await pty.kill();
    }
  },
};
