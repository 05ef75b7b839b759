/** dist/gatehouse: the shell script that starts Node, and mends the terminal when Node is killed. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import { Pty } from './pty.ts';

const wrapper = path.join(import.meta.dirname, '../../scripts/wrapper');
let demo: Bundle;
let console_: string;
let folder: string;
let teller: string;
let open: Pty | undefined;

beforeAll(() => {
  demo = bundle('test/terminal/demo.ts');
  console_ = path.join(path.dirname(demo.file), 'gatehouse');
  copyFileSync(wrapper, console_);
  // A second one, whose program only tells how it was started.
  folder = mkdtempSync(path.join(tmpdir(), 'gatehouse wrapper '));
  teller = path.join(folder, 'gatehouse');
  copyFileSync(wrapper, teller);
  writeFileSync(
    path.join(folder, 'main.cjs'),
    'console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env, parent: process.ppid, tty: !!process.stdin.isTTY }));\nprocess.exitCode = process.argv[2] === "seven" ? 7 : 0;\n',
  );
});
afterEach(async () => {
  await open?.kill();
  open = undefined;
});
afterAll(() => {
  demo.remove();
  rmSync(folder, { recursive: true });
});

interface Told {
  args: string[];
  env: Record<string, string>;
  parent: number;
  tty: boolean;
}
const tell = (file: string, args: string[], env: Record<string, string> = {}): Told =>
  JSON.parse(execFileSync(file, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } }));

describe('as a command', () => {
  test('passes arguments on untouched, and the exit code back', () => {
    const args = ['-c', 'a b', '', '*', '$HOME', "it's", 'new\nline', '--json'];
    expect(tell(teller, args).args).toEqual(args);
    expect(spawnSync(teller, ['seven']).status).toBe(7);
  });
  test('is replaced by Node, so that signals and systemd meet no shell between', async () => {
    const child = spawn(teller, ['units', 'list'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    expect((JSON.parse(Buffer.concat(chunks).toString()) as Told).parent).toBe(process.pid);
  });
  test('finds its program through links and relative paths', () => {
    mkdirSync(path.join(folder, 'bin'));
    const link = path.join(folder, 'bin', 'gh');
    symlinkSync('../gatehouse', link);
    expect(tell(link, ['x']).args).toEqual(['x']);
    expect(JSON.parse(execFileSync('sh', ['gatehouse', 'y'], { cwd: folder, encoding: 'utf8' })).args).toEqual(['y']);
  });
  test('lets nobody choose what Node loads, trusts or shows', () => {
    const foul = {
      NODE_OPTIONS: '--require /nowhere.js',
      NODE_PATH: '/nowhere',
      NODE_EXTRA_CA_CERTS: '/nowhere',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      OPENSSL_CONF: '/nowhere',
      BASH_ENV: '/nowhere',
      ENV: '/nowhere',
      TERMINFO: '/nowhere',
      TERMINFO_DIRS: '/nowhere',
      LESS: 'x',
      PAGER: '/nowhere',
      LD_LIBRARY_PATH: '/nowhere',
      TMUX: '/nowhere',
    };
    const { env } = tell(teller, ['x'], { ...foul, LANG: 'C.UTF-8', TERM: 'linux', SSH_CONNECTION: '1 2 3 4' });
    for (const name of Object.keys(foul)) expect(env, name).not.toHaveProperty(name);
    expect(env).toMatchObject({ LANG: 'C.UTF-8', TERM: 'linux' });
    // Not only those that are known to be foul: all that the console does not need.
    expect(env).not.toHaveProperty('SSH_CONNECTION');
    expect(env.PATH).toMatch(/^\/usr\/local\/sbin:/);
  });
  test('without a terminal it leaves all to the program', () => expect(tell(teller, []).tty).toBe(false));
});

describe('as the console', () => {
  const start = (env: Record<string, string> = {}, term = 'xterm-256color') => {
    const script =
      'm=$(stty -g); trap "" HUP TERM; (trap - HUP TERM; exec "$0" --demo); c=$?; [ "$m" = "$(stty -g)" ] && echo "mode as found, code $c"; sleep 60';
    open = new Pty('sh', ['-c', script, console_], { env, term });
    return open;
  };
  const child = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  const shellOf = (pty: Pty) => child(pty.pid);
  const nodeOf = (pty: Pty) => child(shellOf(pty));

  test('ends normally with its code', async () => {
    const pty = start();
    await pty.waitFor('count 0');
    pty.send('\x1b[B');
    await pty.waitFor('selected 2');
    pty.send('\x03');
    await pty.waitFor('mode as found, code 3');
    expect(pty.text()).not.toMatch(/The console (was|hung)/);
  });
  test.each(['xterm-256color', 'linux', 'vt220'])('kill -9 on %s leaves a terminal that can be used', async (term) => {
    const pty = start({}, term);
    await pty.waitFor('count 0');
    process.kill(nodeOf(pty), 'SIGKILL');
    await pty.waitFor('mode as found, code 137');
    expect(pty.text()).toContain('The console was killed (signal 9), as happens when memory runs out.');
    expect(pty.text()).not.toContain('entry 1');
    expect(pty.alternate).toBe(false);
    expect(pty.cursor.visible).toBe(true);
    expect(pty.emulator.modes.bracketedPasteMode).toBe(false);
  });
  test.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s to the shell reaches the console', async (signal, code) => {
    const pty = start();
    await pty.waitFor('count 0');
    process.kill(shellOf(pty), signal);
    await pty.waitFor(`mode as found, code ${code}`);
    expect(pty.text()).not.toMatch(/The console (was|hung)/);
  });
  test('is stopped and continued as one', async () => {
    open = new Pty('bash', ['--norc', '--noediting', '-i'], { env: { PS1: 'prompt> ' } });
    await open.waitFor('prompt>');
    open.send(`'${console_}'\n`);
    await open.waitFor('count 0');
    process.kill(nodeOf(open), 'SIGTSTP');
    await open.waitFor('Stopped');
    open.send('fg\n');
    await open.waitFor('count 0');
    open.send('\x1b[B');
    await open.waitFor('selected 2');
  });
});
