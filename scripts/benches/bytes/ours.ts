/** The console on the lab's machine, gone through as an operator does, with the bytes of each thing done. */
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Counted } from './counted.ts';
import type { Taken } from './dialogs.ts';

export interface Asked {
  term: string;
  runs: number;
  signal: AbortSignal;
  program: string;
  folder: string;
  /** Seconds. */
  idle: number;
}

const [down, enter, back] = ['\x1b[B', '\r', '\x03'];

/** `line`: what the lines of the log were themselves, as far as they are shown. */
export async function ours(asked: Asked): Promise<{ taken: Taken; line: Taken }> {
  const { term, runs, signal, program, idle } = asked;
  const taken: Taken = {};
  const line: Taken = {};
  const lab = mkdtempSync(join(asked.folder, 'lab-'));
  const repeat = async (done: keyof Taken, once: (run: number) => Promise<number>) => {
    const samples: number[] = [];
    for (let run = 0; run < runs; run++) {
      signal.throwIfAborted();
      samples.push(await once(run));
    }
    taken[done] = samples;
  };
  const console_ = new Counted(program, ['--lab=healthy', `--lab-folder=${lab}`], { term });
  try {
    taken['opening the main menu'] = [await console_.until(/Various commands[\s\S]*gatehouse-lab/)];
    // Only counters may move in it, and it has none.
    const before = console_.pty.bytes;
    await pause(idle * 1000, undefined, { signal });
    taken['standing idle'] = [console_.pty.bytes - before];
    await repeat('painting anew', () => console_.press('\x0c'));
    await repeat('moving the selection of a menu', () => console_.press(down));
    await repeat('opening a message', async () => {
      const bytes = await console_.press(back, 'Leave the console?');
      await console_.press(back, 'Various commands');
      return bytes;
    });
    await console_.press('d', /Diagnostics/);
    await console_.press(enter, 'Containers');
    await console_.press('u');
    await repeat('opening a list', async () => {
      const bytes = await console_.press(enter, 'systemd-journald');
      await console_.press(back, 'Connectivity');
      return bytes;
    });
    await console_.press(enter, 'systemd-journald');
    await repeat('moving the selection of a list', (run) => console_.press(Math.floor(run / 7) % 2 ? '\x1b[A' : down));
    await console_.press(back, 'Connectivity');
    await follow(console_, asked, lab, repeat, line);
    await console_.press(back, 'nginx');
    await console_.press(back, 'Connectivity');
    await console_.press(back, 'Various commands');
    await console_.press('c');
    await console_.press(enter, 'Perform IPv4 Ping');
    await repeat('opening a form', async () => {
      const bytes = await console_.press(enter, 'FQDN');
      await console_.press(back, 'Perform IPv4 Ping');
      return bytes;
    });
    await console_.press(enter, 'FQDN');
    await repeat('typing a character', (run) => console_.press('abcdefghij'.charAt(run % 10)));
  } finally {
    await console_.end();
  }
  return { taken, line };
}

async function follow(
  console_: Counted,
  { runs }: Asked,
  lab: string,
  repeat: (done: keyof Taken, once: (run: number) => Promise<number>) => Promise<void>,
  line: Taken,
): Promise<void> {
  const log = join(lab, 'healthy/root/var/log/a-line.log');
  /** As web servers have them; longer than the screen is wide. */
  const text = (run: number) =>
    `10.20.0.${100 + run} - - [21/Nov/2026:11:16:38 +0000] "GET /api/v1/agents HTTP/1.1" 200 ${1 + run * 104729} "-" "agent/1.6"`;
  writeFileSync(log, `${Array.from({ length: 60 }, (_, at) => text(at)).join('\n')}\n`);
  await console_.press('l');
  await console_.press(enter, 'a-line.log');
  await console_.press(down);
  await console_.press(enter, '10.20.0.159');
  await console_.press('f', 'following');
  line['one more line of a log'] = Array.from({ length: runs }, (_, run) => text(1000 + run).length);
  await repeat('one more line of a log', async (run) => {
    const begun = console_.pty.bytes;
    appendFileSync(log, `${text(1000 + run)}\n`);
    await console_.until(`10.20.0.${1100 + run} `);
    return console_.pty.bytes - begun;
  });
}
