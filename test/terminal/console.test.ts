/** The console as a process among others: a service that goes and comes, other consoles, signals, terminals that are none. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildConsole, innermost, keys, seeWhole } from './operator.ts';
import { Pty, type PtyOptions } from './pty.ts';
import { Teletype } from './teletype.ts';

let built: Built;
let folder: string;
let socket: string;
let service: ChildProcess | undefined;
const open: Pty[] = [];

beforeAll(() => {
  built = buildConsole();
  folder = join(dirname(built.program), 'service');
  socket = join(folder, 'socket');
});
afterEach(async () => {
  for (const pty of open.splice(0)) await pty.kill();
  await stopService();
});
afterAll(() => built.remove());

/** The real service, on a simulated machine, ready when this ends. */
async function startService(machine = 'healthy'): Promise<void> {
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  const lab = [`--lab=${machine}`, `--lab-folder=${join(folder, machine)}`];
  const own = ['--socket', socket, '--group', group];
  service = spawn(built.program, [...['service'], ...lab, ...own], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  service.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  while (!said.includes('listening on')) {
    await Promise.race([once(service.stderr as Readable, 'data'), once(service, 'exit')]);
    if (service.exitCode !== null) throw new Error(`the service ended: ${said}`);
  }
}

async function stopService(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (!service || service.exitCode !== null || service.signalCode !== null) return;
  service.kill(signal);
  await once(service, 'exit');
}

function start(options: PtyOptions = {}, program = built.program, args = ['--socket', socket]): Pty {
  const pty = new Pty(program, args, options);
  open.push(pty);
  return pty;
}

/** In a shell that says afterwards how it ended and whether the tty's mode is what it was. */
const inShell = (options: PtyOptions = {}) =>
  start(options, 'sh', [
    '-c',
    'm=$(stty -g); trap "" HUP INT TERM; (trap - HUP INT TERM; exec "$0" --lab=healthy --lab-folder="$0-lab"); c=$?; s=changed; [ "$m" = "$(stty -g)" ] && s="as found"; echo "code $c, mode $s"; sleep 60',
    built.program,
  ]);
const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

describe('with a service', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'that ends by %s, it says so, answers keys, and goes on when the service is back',
    async (signal) => {
      await startService();
      const pty = start();
      await pty.waitFor(' gatehouse-lab – 10.20.0.15');
      await stopService(signal);
      await pty.waitFor('The Gatehouse service does not answer.');
      expect(pty.text().replace(/\s+/g, ' ')).toContain('If not: systemctl status gatehouse.service');
      // The menu is still there, and leads on.
      pty.send(`d${keys.enter}`);
      await pty.waitFor(() => innermost(pty) === 'Diagnostics');
      pty.send(`u${keys.enter}`);
      await pty.waitFor('Reading...');
      await startService();
      await pty.waitFor('systemd-networkd', 8000);
      await pty.waitFor((p) => !p.text().includes('does not answer'));
      await seeWhole(pty);
    },
  );
  test('that ends and comes back, it says so once each when shown plainly, and goes on', async () => {
    await startService();
    const reader = new Teletype(built.program, ['--plain', '--socket', socket]);
    open.push(reader.pty);
    await reader.see(/gatehouse-lab – 10\.20\.0\.15[\s\S]*0 to leave: $/);
    await stopService();
    await reader.see('The Gatehouse service does not answer.');
    reader.say('4');
    await reader.see(/Diagnostics\n[\s\S]*go back: $/);
    await startService();
    await reader.see(/The Gatehouse service answers again\.\n[\s\S]*go back: $/);
    reader.say('Units');
    await reader.see(/1\. gatehouse: active[\s\S]*go back: $/);
    expect(reader.output.match(/does not answer/g)).toHaveLength(1);
  });
  test('that is not there yet, it says so, and goes on when it is', async () => {
    const pty = start();
    await pty.waitFor('The Gatehouse service does not answer.');
    await pty.waitFor(() => innermost(pty) === 'Configuration');
    pty.send(`i${keys.enter}`);
    await pty.waitFor(() => innermost(pty) === 'General Information');
    await startService();
    await pty.waitFor('10.20.0.15/24', 8000);
    await pty.waitFor((p) => !p.text().includes('does not answer'));
  });
  test('that comes late on a new machine, its first steps come with it, but not over what is done already', async () => {
    const [idle, used] = [start(), start()];
    for (const pty of [idle, used]) await pty.waitFor('The Gatehouse service does not answer.');
    used.send(`d${keys.enter}`);
    await used.waitFor(() => innermost(used) === 'Diagnostics');
    await startService('first-boot');
    await idle.waitFor('First steps: Password, 1 of 6', 8000);
    await used.waitFor((p) => !p.text().includes('does not answer') && innermost(p) === 'Diagnostics');
  });
  test('two consoles see the same, and one leaving is nothing to the other', async () => {
    await startService();
    const [one, other] = [start(), start({ term: 'vt220', columns: 40, rows: 12 })];
    for (const pty of [one, other]) {
      await pty.waitFor(' gatehouse-lab');
      pty.send(`d${keys.enter}u${keys.enter}`);
      await pty.waitFor('containerd');
    }
    one.send(`${keys.down}${keys.enter}`);
    await one.waitFor(() => innermost(one) === 'docker');
    one.send(`s${keys.down}`);
    await one.waitFor('Stop it until');
    one.send(`${keys.home}${keys.down.repeat(3)}${keys.enter}`);
    await one.waitFor(() => innermost(one) === 'Stop docker');
    one.send(keys.left + keys.enter);
    await one.waitFor('was stopped');
    await other.waitFor(/docker +inactive/);
    one.signal('SIGHUP');
    await one.exited;
    other.send(keys.down);
    await other.waitFor('Docker Application Container Engine'.slice(0, 30));
    expect(other.ended).toBeUndefined();
  });
});

describe('however it ends, the terminal is as it was found', () => {
  const gone = (pty: Pty) => {
    expect(pty.alternate).toBe(false);
    expect(pty.cursor.visible).toBe(true);
    expect(pty.emulator.modes.bracketedPasteMode).toBe(false);
  };
  test.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('%s', async (signal, code) => {
    const pty = inShell();
    await pty.waitFor(' gatehouse-lab');
    process.kill(childOf(childOf(pty.pid)), signal);
    await pty.waitFor(`code ${code}, mode as found`);
    gone(pty);
  });
  test.each(['xterm-256color', 'linux', 'vt220'])('kill -9 of the console itself on %s', async (term) => {
    const pty = inShell({ term });
    await pty.waitFor(' gatehouse-lab');
    pty.send(`i${keys.enter}`);
    await pty.waitFor('Disk 1');
    process.kill(childOf(childOf(pty.pid)), 'SIGKILL');
    await pty.waitFor('code 137, mode as found');
    expect(pty.text()).toContain('was killed (signal 9)');
    expect(pty.text()).not.toContain('General Information');
    gone(pty);
  });
  test.each([
    ['', 'Various commands'],
    ['1', '0 to leave:'],
  ])('a terminal that goes away ends it as a hang-up does (GATEHOUSE_PLAIN=%s)', async (plain, seen) => {
    const args = ['--lab=healthy', `--lab-folder=${mkdtempSync(`${folder}-lab-`)}`];
    const pty = start({ env: { GATEHOUSE_PLAIN: plain } }, built.program, args);
    await pty.waitFor(seen);
    pty.hangUp();
    expect((await pty.exited).exitCode).toBe(129);
  });

  test('leaving by the menu asks first, and staying is what Enter does', async () => {
    const pty = inShell();
    await pty.waitFor(' gatehouse-lab');
    pty.send(keys.back);
    await pty.waitFor(() => innermost(pty) === 'Leave');
    pty.send(keys.enter);
    await pty.waitFor(() => innermost(pty) === 'Configuration');
    pty.send(keys.back);
    await pty.waitFor(() => innermost(pty) === 'Leave');
    pty.send(`l${keys.enter}`);
    await pty.waitFor('code 0, mode as found');
    gone(pty);
  });
});

describe('where it cannot be shown it says so in one sentence, with exit code 2', () => {
  const args = () => ['--lab=healthy', `--lab-folder=${join(folder, 'lab')}`];
  test('no terminal at all', () => {
    const { status, stdout, stderr } = spawnSync(built.program, args(), { encoding: 'utf8', input: '' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]*terminal[^\n]*\n$/);
    expect(stderr).toContain('gatehouse --plain');
  });
});

test('kill -9 of a console shown plainly leaves the tty as it was found, and sends it no sequence', async () => {
  const pty = inShell({ env: { GATEHOUSE_PLAIN: '1' } });
  await pty.waitFor('0 to leave:');
  process.kill(childOf(childOf(pty.pid)), 'SIGKILL');
  await pty.waitFor('code 137, mode as found');
  expect(pty.text()).toContain('was killed (signal 9)');
  expect(pty.raw).not.toContain('\x1b');
});

describe('the window', () => {
  test('of 0x0 is asked for its size', async () => {
    const place = join(folder, 'lab-zero');
    const pty = start({ columns: 100, rows: 30 }, 'sh', [
      '-c',
      'stty rows 0 cols 0; exec "$0" --lab=healthy --lab-folder="$1"',
      built.program,
      place,
    ]);
    await pty.waitFor(' gatehouse-lab');
    await seeWhole(pty);
    expect(pty.screen()[29]).toContain(' gatehouse-lab');
  });
  test('can be dragged about with a dialog open, down to 20x5 and back', async () => {
    const pty = built.lab('healthy');
    open.push(pty);
    await pty.waitFor(' gatehouse-lab');
    pty.send(`i${keys.enter}`);
    await pty.waitFor('Disk 1');
    pty.send('?');
    await pty.waitFor(() => innermost(pty) === 'Keys that work here');
    for (const [columns, rows] of [
      [60, 20],
      [40, 12],
      [200, 60],
      [41, 13],
    ] as const) {
      pty.resize(columns, rows);
      await pty.waitFor((p) => p.screen()[rows - 1]?.startsWith(' gatehouse-lab') === true);
      await pty.waitFor(() => innermost(pty)?.startsWith('Keys that work') === true);
      await seeWhole(pty);
    }
    pty.resize(20, 5);
    await pty.waitFor('This terminal is');
    expect(pty.text().replace(/\s+/g, ' ')).toContain('This terminal is 20x5. Gatehouse needs 40x12');
    pty.resize(80, 24);
    await pty.waitFor(() => innermost(pty) === 'Keys that work here');
    await seeWhole(pty);
    pty.send(keys.enter);
    await pty.waitFor(() => innermost(pty) === 'General Information');
  });
});

test('a service whose log nobody reads any more goes on, as when journald is killed', async () => {
  await startService();
  service?.stderr?.destroy();
  // The next lines of its log: a client that comes and breaks the rules.
  const rude = spawnSync(process.execPath, [
    '-e',
    `require('net').connect(${JSON.stringify(socket)}).end('rubbish').on('close', () => 0)`,
  ]);
  expect(rude.status).toBe(0);
  const restart = spawnSync(built.program, ['--socket', socket, 'units', 'restart', 'ssh'], { encoding: 'utf8' });
  expect(restart.status, restart.stderr).toBe(0);
  const pty = start();
  await pty.waitFor('Various commands', 10_000);
  expect(service?.exitCode).toBe(null);
});
