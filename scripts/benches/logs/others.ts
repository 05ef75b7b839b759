/** A log to look through, and the programs that look through it beside ours: each timed as an operator would see it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

const words = 'session opened closed for user operator from port agent package release update cache hit miss'.split(
  ' ',
);

/** Lines of 60 to 280 characters, as logs have them; the first has a needle that no other has. */
export function writeLog(file: string, bytes: number): void {
  const line = (at: number) => {
    const time = new Date(1.79e12 + at * 13).toISOString();
    const text = Array.from({ length: 4 + ((at * 7) % 25) }, (_, word) => words[(at * 31 + word * 17) % words.length]);
    return `${time} gatehouse camsd[${400 + (at % 90)}]: ${['INFO', 'INFO', 'WARN', 'ERROR'][at % 4]} ${text.join(' ')}\n`;
  };
  const block = Buffer.from(Array.from({ length: 100_000 }, (_, at) => line(at)).join(''));
  const handle = openSync(file, 'wx');
  let written = writeSync(handle, '2026-11-21T00:00:00.000Z gatehouse camsd[1]: NEEDLE-7f3a9c is in this line alone\n');
  while (written < bytes) written += writeSync(handle, block, 0, Math.min(block.length, bytes - written));
  closeSync(handle);
}

/** Milliseconds to its end; undefined where the program is not there. */
export function ran(program: string, args: readonly string[]): Promise<number | undefined> {
  const started = performance.now();
  return new Promise((resolve) => {
    // Not /dev/null: grep then leaves at the first line that it finds.
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const child = spawn(program, [...args], { stdio: [...stdio], env: { ...process.env, LC_ALL: 'C' } });
    child.stdout.resume();
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(performance.now() - started));
  });
}

/** Goes to the end, asks for the pattern backward, and waits for the line: typed to it on a pty of script(1). Milliseconds. */
export function lessBackward(file: string, typed: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', TERM: 'vt100', LESSSECURE: '1' };
    const child = spawn('script', ['-qfec', `less -n ${file}`, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let [output, asked, started] = ['', 0, 0];
    let took: number | undefined;
    const type = (keys: string) => {
      output = '';
      asked += 1;
      child.stdin.write(keys);
    };
    const tooLong = setTimeout(() => child.kill(), 900_000);
    child.on('error', () => resolve(undefined));
    child.on('close', () => {
      clearTimeout(tooLong);
      resolve(took);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
      if (asked === 0 && output.length > 500) type('G');
      else if (asked === 1 && output.includes('(END)')) {
        started = performance.now();
        type(`${typed}\n`);
      } else if (asked === 2 && output.includes('is in this')) {
        took = performance.now() - started;
        child.stdin.write('q');
        asked += 1;
      }
    });
  });
}
