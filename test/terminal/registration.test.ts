/** Registration as an operator meets it: on the lab, whose platform is real and on the other side of TLS. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Built, backToMain, buildConsole, keys } from './operator.ts';
import type { Pty } from './pty.ts';

let built: Built;
let console: Pty;
let code = '';
beforeAll(async () => {
  built = buildConsole();
  console = built.lab('healthy', { columns: 80, rows: 24 });
  await console.waitFor('Various commands', 10_000);
}, 30_000);
afterAll(() => {
  console?.kill();
  built?.remove();
});

const type = async (text: string, seen: string | RegExp, limit?: number) => {
  console.send(text);
  await console.waitFor(seen, limit);
};
const atMain = async (letter: string, seen: string) => {
  await backToMain(console);
  await type(letter + keys.enter, seen);
};

test('without a suffix registration says what to set, and where', async () => {
  await atMain('r', 'The platform URL suffix is not set.');
  expect(console.text()).toContain('Set it under System, POD Suffix');
});

test("the suffix is picked from the brand's list, and the host names that follow are told", async () => {
  await atMain('s', 'Platform URL Suffix');
  await type(`p${keys.enter}`, 'type one');
  await type(keys.enter, 'repository.platform.gatehouse.test');
});

test('a code that cannot be one is refused in place, with the reason', async () => {
  await atMain('r', 'Enter lookup code in *lowercase*');
  code = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(console.text())?.[0] ?? '';
  expect(code).not.toBe('');
  await type(`0123${keys.enter}`, 'A code has 36 characters, this has 4.');
});

test('a code that the platform does not know gets its own text, and the form is there again', async () => {
  await type(`\x150123A17A-4c5d-4e6f-8a9b-16dc66900d1b${keys.enter}`, 'The platform does not know this', 15_000);
  await type(keys.enter, 'Enter lookup code');
  expect(console.text()).toContain('0123a17a-4c5d-4e6f-8a9b-16dc66900d1b');
});

test('the right code registers, pasted with blanks and in upper case', async () => {
  await type(`\x15\x1b[200~  ${code.toUpperCase()} \n\x1b[201~`, code.toUpperCase());
  await type(keys.enter, 'Appliance is registered successfully', 15_000);
  await type(keys.enter, 'Various commands');
  await console.waitFor(/Lab gateway – 10\.20\.0\.15 {3}registered {3}connected since/);
});

test('Info and Connectivity tell of the platform', async () => {
  await atMain('i', 'General Information');
  await console.waitFor(/Platform Status : Connected since/);
  await console.waitFor('Appliance Name  : Lab gateway');
  await atMain('d', 'Platform connectivity');
  await type(`${keys.home}${keys.down.repeat(6)}${keys.enter}`, 'Every service of the platform answers.', 15_000);
  expect(console.text()).toContain('status health is: {"response" : "Success"}');
  expect(console.text()).toContain('manage health is: {"status":"UP"}');
});

test('registering again asks first, and leaving the platform leads back to "not registered"', async () => {
  await atMain('r', 'Register again');
  await type(`${keys.down}${keys.enter}`, 'gives it another identity');
  await type(keys.enter, 'With another code');
  await type(`d${keys.enter}`, 'Deregister Lab gateway?');
  await type(`d${keys.enter}`, 'is not registered any more', 15_000);
  await type(keys.enter, 'Various commands');
  await console.waitFor(/ gatehouse-lab – 10\.20\.0\.15 {3}not registered/);
});
