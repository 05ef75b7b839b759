/** The plain console on the lab, read line by line: from the first boot to registered, changes, mistakes, and the way out. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildConsole } from './operator.ts';
import { Piped, type Reader, Teletype } from './teletype.ts';

let built: Built;
const open: Reader[] = [];
beforeAll(() => {
  built = buildConsole();
}, 60_000);
afterEach(async () => {
  for (const reader of open.splice(0)) await reader.kill();
});
afterAll(() => built.remove());

function lab(machine: string, options?: ConstructorParameters<typeof Teletype>[2]): Teletype {
  const reader = Teletype.lab(built, machine, options);
  open.push(reader);
  return reader;
}

/** Answers each prompt in turn: [what is seen before, what is answered]. */
async function talk(reader: Reader, turns: readonly (readonly [string | RegExp, string])[]): Promise<void> {
  for (const [seen, answer] of turns) {
    await reader.see(seen);
    reader.say(answer);
  }
}

/** Nothing was sent that a printer could not print. `corrected`: what was typed was erased again. */
function expectPlain(reader: Reader): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  expect(reader.output.match(/.{0,20}[^\n\x20-\x7e\u00a0-\uffff].{0,20}/)?.[0]).toBeUndefined();
}

const main = 'Number, or 0 to leave:';

describe.each(['at a terminal', 'at the end of two pipes'])('%s', (where) => {
  test('from the first boot to registered', async () => {
    const reader = where === 'at a terminal' ? lab('first-boot', { term: 'dumb' }) : Piped.lab(built, 'first-boot');
    if (!open.includes(reader)) open.push(reader);
    const code = /register with\s+(\S+)\./.exec(await reader.see('any prompt gives help.'))?.[1] ?? '';
    expect(code).toMatch(/^[0-9a-f-]{36}$/);
    await talk(reader, [
      [/First steps: Password, 1 of 6\n[^]*1 Set up, 2 Skip, 0 Later:/, '1'],
      [/New password \(not shown\):/, 'kurz'],
      [/Too short: 4 characters\. Right: 8 characters or more[^]*New password \(not shown\):/, 'gut und lang 42'],
      ['New password again (not shown):', 'gut und lang 42'],
      [/The password is set\.\n[^]*First steps: Proxy, 4 of 6\n[^]*1 Set up, 2 Skip, 0 Later:/, '2'],
      [/First steps: POD Suffix, 5 of 6\n[^]*1 Set up, 2 Skip, 0 Later:/, '1'],
      [/1\. \S.*: platform\.gatehouse\.test[^]*Number, or 0 to go back:/, '1'],
      [/The suffix is platform\.gatehouse\.test\.[^]*First steps: Registration, 6 of 6\n[^]*0 Later:/, '1'],
      [/Enter lookup code in \*lowercase\*[^]*Code:/, '0123'],
      [/A code has 36 characters, this has 4\.[^]*Code \[0123\]:/, code.toUpperCase()],
    ]);
    await reader.see('Appliance is registered successfully', 20_000);
    await reader.see(/First steps: the result\n[^]*Registration: /);
    expect(await reader.see(main)).toMatch(/Lab gateway – 10\.20\.0\.15, registered, connected since/);
    expect(reader.output).not.toContain('gut und');
    reader.say('0');
    await reader.see('Leave the console? [y/N]');
    reader.say('y');
    expect(await reader.exited).toBe(0);
    expectPlain(reader);
  }, 60_000);
});
