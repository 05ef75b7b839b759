/**
 * Milliseconds from a key to the first byte of its paint, on a console whose log is quiet, and while the log that it
 * follows is written as fast as asked for. Service and console share a process in the lab, so this is the worse case.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pty } from '../../test/terminal/pty.ts';

const [program = '', rate = '50', count = '60'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const enter = '\r';

const writer = `
const { openSync, writeSync } = require('node:fs');
const line = 'GET /api/v1/agents HTTP/1.1 502 38432 agent/1.6 '.padEnd(119, '.') + '\\n';
const block = Buffer.from(line.repeat(Math.round(${Number(rate)} * 1e6 / 50 / 120)));
const log = openSync(process.argv[1], 'a');
setInterval(() => writeSync(log, block), 20);`;

/** Each key changes what is on the screen: long lines wrapped, and cut. */
async function keys(pty: Pty): Promise<number[]> {
  const times: number[] = [];
  for (let key = 0; key < Number(count); key++) {
    const hint = key % 2 === 0 ? 'column 17' : /^(?!.*column 17)/s;
    const began = performance.now();
    pty.send(key % 2 === 0 ? '\x1b[C' : '\x1b[D');
    await pty.waitFor(hint, 20_000);
    times.push(performance.now() - began);
    await pause(30);
  }
  return times.sort((a, b) => a - b);
}

const said = (times: number[]) =>
  [0.5, 0.9, 0.99]
    .map((share) => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(1)} ms`.padStart(10))
    .join('');

let child: ChildProcess | undefined;
try {
  const pty = new Pty(program, ['--lab=healthy', `--lab-folder=${folder}`]);
  await pty.waitFor('gatehouse-lab');
  const log = join(folder, 'healthy/root/var/log/a-busy.log');
  writeFileSync(log, 'the first line\n');
  pty.send(`\x1b[B\x1b[B\x1b[B${enter}`);
  await pty.waitFor('Containers');
  pty.send(`\x1b[B\x1b[B\x1b[B${enter}`);
  await pty.waitFor('a-busy.log');
  pty.send(`\x1b[B${enter}`);
  await pty.waitFor('the first line');
  const quiet = await keys(pty);
  child = spawn(process.execPath, ['-e', writer, log], { stdio: 'inherit' });
  pty.send('f');
  await pty.waitFor('left out', 20_000);
  const began = { at: performance.now(), size: statSync(log).size };
  const busy = await keys(pty);
  const speed = (statSync(log).size - began.size) / 1e3 / (performance.now() - began.at);
  console.log('                          median      90 %      99 %');
  console.log(`a quiet log           ${said(quiet)}`);
  console.log(`written at ${speed.toFixed(0).padStart(3)} MB/s    ${said(busy)}`);
  await pty.kill();
} finally {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
