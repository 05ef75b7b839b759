/**
 * Looks for words in the command line and environment of every process of a booted host, over and over, until its input
 * ends: `node main.mjs FILE`, a word a line in FILE. Tells in a line of JSON each process that has one, and at the end
 * how often it looked.
 */
import { readdirSync, readFileSync } from 'node:fs';

const words = readFileSync(process.argv[2] ?? '', 'utf8')
  .trim()
  .split('\n');
const seen = new Set<string>();
let rounds = 0;

const read = (file: string) => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};

function look(): void {
  rounds += 1;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    for (const where of ['cmdline', 'environ']) {
      const text = read(`/proc/${pid}/${where}`);
      if (!words.some((word) => text.includes(word))) continue;
      const line = JSON.stringify({ where, program: read(`/proc/${pid}/comm`).trim() });
      if (!seen.has(line)) process.stdout.write(`${line}\n`);
      seen.add(line);
    }
}

process.stdin.resume().once('end', () => {
  process.stdout.write(`${JSON.stringify({ rounds })}\n`);
  process.exit(0);
});
process.stdout.write('"looking"\n');
const again = () => {
  look();
  // The machine has other things to do as well.
  setTimeout(again, 5);
};
again();
