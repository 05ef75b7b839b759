/**
 * Milliseconds from a key to the first byte of its paint, on a console whose log is quiet, and while the log that it
 * follows is written as fast as asked for. Service and console share a process in the lab, so this is the worse case.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pty } from '../../test/terminal/pty.ts';
import { figureOf, type Part, type Row, share } from './part.ts';

const enter = '\r';

const writer = `
const { openSync, writeSync } = require('node:fs');
const line = 'GET /api/v1/agents HTTP/1.1 502 38432 agent/1.6 '.padEnd(119, '.') + '\\n';
const block = Buffer.from(line.repeat(Math.round(Number(process.argv[2]) * 1e6 / 50 / 120)));
const log = openSync(process.argv[1], 'a');
setInterval(() => writeSync(log, block), 20);`;

/** Each key changes what is on the screen: long lines wrapped, and cut. */
async function keys(pty: Pty, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let key = 0; key < count; key++) {
    const hint = key % 2 === 0 ? 'column 17' : /^(?!.*column 17)/s;
    const began = performance.now();
    pty.send(key % 2 === 0 ? '\x1b[C' : '\x1b[D');
    await pty.waitFor(hint, 20_000);
    times.push(performance.now() - began);
    await pause(30);
  }
  return times;
}

const rowsOf = (what: string, times: number[]): Row[] => [
  { what: `key to paint, ${what}`, unit: 'ms', ours: figureOf(times), wanted: [{ most: 5 }] },
  {
    ...{ what: `key to paint, ${what}, 99 %`, unit: 'ms' },
    ...{ ours: { value: share(times, 0.99), runs: times.length }, wanted: [{ most: 16 }] },
  },
];

export const part: Part = {
  about: "From a key to its paint while the log that the lab's console follows is written.",
  needs: {},
  settings: {
    rate: { about: 'how fast it is written, MB/s', usual: 50, quick: 5 },
    keys: { about: 'how many', usual: 100, quick: 4 },
  },
  async run(_signal, { settings: { rate = 0, keys: count = 0 }, folder, program }) {
    const pty = new Pty(program, ['--lab=healthy', `--lab-folder=${folder}`]);
    let child: ChildProcess | undefined;
    try {
      await pty.waitFor('gatehouse-lab');
      const log = join(folder, 'healthy/root/var/log/a-busy.log');
      writeFileSync(log, 'the first line\n');
      pty.send(`\x1b[B\x1b[B\x1b[B${enter}`);
      await pty.waitFor('Containers');
      pty.send(`\x1b[B\x1b[B\x1b[B${enter}`);
      await pty.waitFor('a-busy.log');
      pty.send(`\x1b[B${enter}`);
      await pty.waitFor('the first line');
      const quiet = await keys(pty, count);
      child = spawn(process.execPath, ['-e', writer, log, String(rate)], { stdio: 'inherit' });
      pty.send('f');
      await pty.waitFor('left out', 20_000);
      const began = { at: performance.now(), size: statSync(log).size };
      const busy = await keys(pty, count);
      const speed = (statSync(log).size - began.size) / 1e3 / (performance.now() - began.at);
      return [...rowsOf('a quiet log', quiet), ...rowsOf(`a log written at ${speed.toFixed(0)} MB/s`, busy)];
    } finally {
      child?.kill('SIGKILL');
      await pty.kill();
    }
  },
};
