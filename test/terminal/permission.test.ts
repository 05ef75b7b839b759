/** The operator's password before changes, and a viewer, as the console has them; on the lab. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Built, buildConsole, keys } from './operator.ts';
import { Pty } from './pty.ts';

let built: Built;
let folder = '';
beforeAll(() => {
  built = buildConsole();
  folder = mkdtempSync(join(dirname(built.program), 'lab-'));
  command(['console', 'set-password'], 'gut und lang 42\n');
  command(['console', 'set', '--ask', 'on']);
}, 60_000);
afterAll(() => built?.remove());

function command(args: string[], input = ''): string {
  return execFileSync(built.program, [...args, '--lab-folder', folder], { input, encoding: 'utf8' });
}

async function opened(...more: string[]): Promise<Pty> {
  const console = new Pty(built.program, ['--lab', '--lab-folder', folder, ...more], { columns: 80, rows: 24 });
  onTestFinished(async () => {
    await console.kill();
    await console.exited;
  });
  await console.waitFor('Various commands', 15_000);
  return console;
}

/** From the main menu to the answer to "Disable SSH now?". */
async function switchSsh(console: Pty): Promise<void> {
  console.send('s\r');
  await console.waitFor('Platform URL Suffix');
  console.send(/Disable SSH/.test(console.text()) ? 'd\r' : 'e\r');
  await console.waitFor(/(Disable|Enable) SSH now\?/);
  console.send('\t\r');
}

const done = (screen: Pty) => /SSH is (dis|en)abled\./.test(screen.text()) && !screen.text().includes('now?');

test('a change asks for it, once, and the service takes the change then', async () => {
  const console = await opened();
  await switchSsh(console);
  await console.waitFor("Changes need the operator's password.");
  console.send('gut und lang 42');
  await console.waitFor('***************');
  expect(console.text()).not.toContain('gut und');
  console.send('\r');
  await console.waitFor(done);
  console.send('\r');
  await console.waitFor('Platform URL Suffix');
  console.send(keys.back);
  await console.waitFor('Various commands');
  await switchSsh(console);
  await console.waitFor(done);
}, 60_000);

test('a wrong one is told, with the time until the next try, and nothing is changed', async () => {
  const console = await opened();
  await switchSsh(console);
  await console.waitFor("Changes need the operator's password.");
  console.send('falsch\r');
  await console.waitFor('Wrong. The next try is taken in 1 s');
}, 60_000);

test('a viewer is marked as one, what is for operators is greyed, and a change is refused with the reason', async () => {
  const console = await opened('--viewer');
  expect(console.screen()[0]).toContain('LAB (healthy) VIEWER');
  await console.waitFor(/Registration .* not now/);
  console.send(`d${keys.enter}u${keys.enter}`);
  await console.waitFor('containerd');
  console.send(`${keys.enter}r${keys.enter}`);
  await console.waitFor('interrupted');
  console.send(`${keys.left}${keys.enter}`);
  await console.waitFor('only operators change things');
}, 60_000);
