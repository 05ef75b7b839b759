/** The plain console on the lab, read line by line: from the first boot to registered, changes, mistakes, and the way out. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildConsole, keys } from './operator.ts';
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

/** Nothing was sent that a printer could not print, and nothing that turns or hides what is read. */
function expectPlain(reader: Reader): void {
  expect(reader.output.match(/.{0,20}[^\n\x20-\x7e\u00a0-\uffff].{0,20}/)?.[0]).toBeUndefined();
  expect(reader.output.match(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/)).toBeNull();
}

const main = 'Number, or 0 to leave:';

describe.each(['at a terminal', 'at the end of two pipes'])('%s', (where) => {
  test('from the first boot to registered', async () => {
    const reader = where === 'at a terminal' ? lab('first-boot', { term: 'dumb' }) : Piped.lab(built, 'first-boot');
    if (!open.includes(reader)) open.push(reader);
    const code = /register with\s+(\S+)\./.exec(await reader.see('any prompt gives help.'))?.[1] ?? '';
    expect(code).toMatch(/^[0-9a-f-]{36}$/);
    await talk(reader, [
      [/First steps: Password, 1 of 6\n[\s\S]*1 Set up, 2 Skip, [^\n]*0 Later:/, '1'],
      [/New password \(not shown\):/, 'kurz'],
      [/Too short: 4 characters\. Right: 8 characters or more[\s\S]*New password \(not shown\):/, 'gut und lang 42'],
      ['New password again (not shown):', 'gut und lang 42'],
      [/The password is set\.\n[\s\S]*First steps: Proxy, 4 of 6\n[\s\S]*1 Set up, 2 Skip, [^\n]*0 Later:/, '2'],
      [/First steps: POD Suffix, 5 of 6\n[\s\S]*1 Set up, 2 Skip, [^\n]*0 Later:/, '1'],
      [/1\. \S.*: platform\.gatehouse\.test[\s\S]*Number, or 0 to go back:/, '1'],
      [/The suffix is platform\.gatehouse\.test\.[\s\S]*First steps: Registration, 6 of 6\n[\s\S]*0 Later:/, '1'],
      [/Enter lookup code in \*lowercase\*[\s\S]*Code:/, '0123'],
      [/A code has 36 characters, this has 4\.[\s\S]*Code \[0123\]:/, code.toUpperCase()],
    ]);
    await reader.see('Appliance is registered successfully', 20_000);
    await reader.see(/First steps: the result\n[\s\S]*Registration: /);
    expect(await reader.see(main)).toMatch(/Lab gateway – 10\.20\.0\.15, registered, connected since/);
    expect(reader.output).not.toContain('gut und');
    reader.say('0');
    await reader.see('Leave the console? [y/N]');
    reader.say('y');
    expect(await reader.exited).toBe(0);
    expectPlain(reader);
  }, 60_000);
});

/** From the main menu to the menu of the first interface. */
const toInterface = [
  [main, '2'],
  [/1\. Network[\s\S]*go back:/, '1'],
  [/1\. First[\s\S]*go back:/, '1'],
  [/Network interface eth0\n[\s\S]*go back:/, '2'],
] as const;

test('a change of the network: what is wrong is said and asked again, then it is kept on being asked', async () => {
  const reader = lab('healthy');
  await talk(reader, [
    ...toInterface,
    [/eth0:\n1\. DHCP\n2\. Static\n3\. Unconfigured\nNumber \[1\]: $/, '4'],
    [/Not one of them\. Right: a number from 1 to 3\n[\s\S]*Number \[1\]: $/, '2'],
    [/Address: $/, '10.20.0.999'],
    [/Each part is 0 to 255\. Right: 10\.0\.0\.5\/24\nAddress \[10\.20\.0\.999\]: $/, '10.20.0.16/24'],
    // Right by itself, but not with the address.
    [/Gateway: $/, '10.30.0.1'],
    [/Number \[1\]: $/, ''],
    [/VLAN ID: $/, ''],
    [/MTU: $/, ''],
    [/Gateway: [\s\S]*Gateway \[10\.30\.0\.1\]: $/, '10.20.0.1'],
    [/Reconnect to 10\.20\.0\.16[\s\S]*SETTING, NOW, WILL BE, IN EFFECT\nMethod: [\s\S]*Apply\? \[y\/N\] $/, 'y'],
    [/ok: gateway: [\s\S]*FAILED: DNS: [\s\S]*Keep these settings\?\n[\s\S]*goes back in \d+ s\.\n[\s\S]*later: $/, ''],
  ]);
  // That Enter was meant for nothing: it is asked again later, in short. Meanwhile the menu is there.
  await reader.see(/go back: $/);
  expect(await reader.see(/"keep" or "go back"\? Enter answers later: $/, 25_000)).not.toContain('changed by');
  reader.say('1');
  await reader.see('That is no answer to this.');
  reader.say('keep');
  await reader.see('The settings are kept.');
  await reader.see('go back: ');
  reader.say('!');
  await reader.see('gatehouse-lab – 10.20.0.16, not registered');
  expectPlain(reader);
}, 60_000);

test('the password is asked for a change, and never shown', async () => {
  const reader = lab('healthy');
  await talk(reader, [
    [main, '2'],
    ['go back:', '5'],
    [/1\. Password[\s\S]*go back:/, '1'],
    ['New password (not shown):', 'gut und lang 42'],
    ['New password again (not shown):', 'gut und lang 43'],
    [/New password again: Not the same as above\n[\s\S]*\(not shown\):/, 'gut und lang 42'],
    [/The password is set\.\n[\s\S]*go back:/, 'Rules'],
    ['Password asked before changes [y/N]', 'y'],
    ['Lock after idle minutes (0: never) [', ''],
    ['Seconds to keep a change (5 to 3600) [120]:', ''],
  ]);
  await reader.see('Number, or 0 to go back:');
  expect(reader.output).not.toContain('gut und');
  expectPlain(reader);
}, 30_000);

test('what hostile texts hold is only text, and none can pass for a prompt', async () => {
  const reader = lab('hostile', { columns: 60 });
  await talk(reader, [
    [main, '3'],
    ['0 goes back:', '0'],
    [main, '4'],
    ['go back:', '3'],
    ['UNIT, STATE', '1'],
    ['go back:', '1'],
    [/Newest log: [\s\S]*go back:/, '5'],
    [/f follow, l limit,\s+q\s+back: $/, '/.'],
    [/q\s+back: $/, 'f'],
    ['Following', ''],
    [/q\s+back: $/, '?'],
    [/\/text: search[\s\S]*q\s+back: $/, 'q'],
    ['go back:', '0'],
    ['or 0 to go back:', '0'],
    ['go back:', '1'],
    ['NAME, STATE', '0'],
    ['go back:', '0'],
    [main, '!'],
  ]);
  await reader.see(main);
  expectPlain(reader);
  expect(reader.output).toContain('{bold}');
  // Lines of a log are indented, whatever they hold.
  const shown = reader.output.split('\n').filter((line) => line.includes('Password:') && !line.startsWith(' '));
  expect(shown).toEqual([]);
}, 60_000);

test('with LANG=C nothing but ASCII is sent', async () => {
  const reader = lab('healthy', { env: { LANG: 'C' } });
  await reader.see('gatehouse-lab - 10.20.0.15, not registered');
  await talk(reader, [
    [main, '4'],
    ['go back:', '6'],
    [/NAME, KIND[\s\S]*go back:/, '1'],
  ]);
  await reader.see(/The last 15 minutes\.\nCPU[\s\S]*Enter refreshes, 0 goes back:/);
  expect(reader.pty.raw).toMatch(/^[\r\n\x20-\x7e]*$/);
}, 30_000);

test('in Spanish yes is sí, with or without its accent', async () => {
  const reader = lab('healthy', { env: { LANG: 'es_ES.UTF-8' } });
  await reader.see(/\n1\. Registro – [\s\S]*: $/);
  reader.say('0');
  await reader.see('¿Salir de la consola? [s/N]');
  reader.say('yep');
  await reader.see('[s/N]');
  reader.say('Si');
  expect(await reader.exited).toBe(0);
  expectPlain(reader);
}, 20_000);

test('on a slow line Ctrl-C leaves what is still to be said unsaid', async () => {
  const reader = new Teletype('sh', [
    '-c',
    'stty 1200; exec "$0" --plain --lab=healthy --lab-folder="$0-slow"',
    built.program,
  ]);
  open.push(reader);
  await reader.see(main, 15_000);
  reader.say('4');
  await reader.see('2. Images');
  reader.type(keys.back);
  expect(await reader.see(main)).not.toContain('10. Generate');
}, 30_000);

describe('the way out', () => {
  test.each([
    ['dumb', 'dumb cannot show the other: it cannot move its cursor.'],
    ['nonsense', 'nonsense cannot show the other: it is not in the terminal database of this machine.'],
  ])('TERM=%s is told on the first line, and shown plainly', async (term, why) => {
    const [, ...args] = ['', '--lab=healthy', `--lab-folder=${built.program}-${term}`];
    const reader = new Teletype(built.program, args, { term });
    open.push(reader);
    const first = await reader.see('gives help.');
    expect(first.replace(/\s+/g, ' ')).toContain(`Plain mode, as ${why}`);
    await reader.see(main);
    expectPlain(reader);
  });
  test('Ctrl-D leaves from anywhere, Ctrl-C goes back', async () => {
    const reader = lab('healthy');
    await talk(reader, [
      [main, '2'],
      ['Number, or 0 to go back:', '1'],
      [/Network Configuration\n[\s\S]*go back: $/, 'typed but not meant'],
    ]);
    await reader.see('There is no entry typed but not meant: 1 to 4.');
    reader.type(`12${keys.back}`);
    await reader.see(/System Configuration\nNumber, or 0 to go back: $/);
    reader.type('\x04');
    expect(await reader.exited).toBe(0);
  });
  test('a terminal that is gone ends it', async () => {
    const reader = lab('healthy');
    await reader.see(main);
    reader.pty.hangUp();
    expect(await reader.exited).toBe(129);
  });
  test('SIGTERM leaves the tty as it was found', async () => {
    const reader = new Teletype('sh', [
      '-c',
      'm=$(stty -g); trap "" TERM; (trap - TERM; exec "$0" --plain --lab=healthy --lab-folder="$0-tty"); [ "$m" = "$(stty -g)" ] && echo "as found"; sleep 60',
      built.program,
    ]);
    open.push(reader);
    await reader.see(main);
    process.kill(-reader.pty.pid, 'SIGTERM');
    await reader.see('as found');
    expectPlain(reader);
  });
  test('what was typed ahead through a pipe is answered to its end, and then it ends', async () => {
    const reader = Piped.lab(built, 'healthy');
    open.push(reader);
    reader.type('4\n3\n2\n1\n<\n0\n');
    reader.end();
    expect(await reader.exited).toBe(0);
    expect(reader.output).toMatch(
      /Unit: docker\.service\n[\s\S]*Units\n[\s\S]*Diagnostics\nNumber, or 0 to go back:\n$/,
    );
    expectPlain(reader);
  }, 20_000);
  test('a pipe that nobody reads ends it', async () => {
    const reader = Piped.lab(built, 'healthy');
    open.push(reader);
    await reader.see(main);
    reader.process.stdout?.destroy();
    reader.say('3');
    expect(await reader.exited).toBe(129);
  }, 20_000);
});
