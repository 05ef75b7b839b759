/**
 * A booted Debian on which Gatehouse is the login shell of the account `operator`, reached over real SSH, su and login,
 * with traps laid out: a file that must not be read, a program that must not run. For login-shell*.test.ts.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pty, type PtyOptions } from '../terminal/pty.ts';
import { type Answer, ask } from './machine/programs.ts';
import { bootHost, type Host, until } from './machine.ts';

const top = new URL('../..', import.meta.url).pathname;
export const program = join(top, 'dist/gatehouse');

/** What stands in every file that the operator may read and must not see. */
export const canary = 'CANARY-7f3a-NOT-TO-BE-SEEN';
/** A program that leaves a trace wherever it is started, by whomever. */
export const trap = '/usr/local/bin/trap-program';
/** A script for Node, a library for the loader and a terminal description would leave the same trace. */
const traces = '/var/tmp/traces';

const bait = {
  '/srv/canary.txt': `${canary}\n`,
  '/etc/canary.txt': `${canary}\n`,
  '/home/operator/canary.txt': `${canary}\n`,
  [trap]: `#!/bin/sh\ntouch ${traces}/$$\necho ${canary}\n`,
  '/srv/trap.cjs': `require('node:fs').writeFileSync('${traces}/node', '');\n`,
  '/srv/trap.mjs': `import { writeFileSync } from 'node:fs';\nwriteFileSync('${traces}/node', '');\n`,
  '/srv/trap.sh': `touch ${traces}/sourced; echo ${canary}\n`,
};

export class LoginHost {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-login-'));
  private readonly ptys: Pty[] = [];

  private constructor(readonly host: Host) {}

  static async boot(): Promise<LoginHost> {
    const conf = readFileSync(join(top, 'src/service/gatehouse-sshd.conf'), 'utf8');
    const host = await bootHost({ gatehouse: true, files: { ...bait, '/etc/ssh/sshd_config.d/gatehouse.conf': conf } });
    const login = new LoginHost(host);
    await login.prepare();
    return login;
  }

  private async prepare(): Promise<void> {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, 'key')]);
    const key = readFileSync(join(this.folder, 'key.pub'), 'utf8').trim();
    await this.root(`
      set -e
      mkdir -m 1777 ${traces}
      chmod 755 ${trap}
      groupadd -f operator
      useradd -M -d /home/operator -g operator -G gatehouse -s /usr/bin/gatehouse operator
      useradd -m -s /bin/sh guest
      printf 'operator:operators-own\\nguest:guests-own\\n' | chpasswd
      mkdir -p /home/operator/.ssh
      echo '${key}' >/home/operator/.ssh/authorized_keys
      # What a home of somebody who was there before may hold.
      echo 'NODE_OPTIONS=--require=/srv/trap.cjs' >/home/operator/.ssh/environment
      echo 'sh /srv/trap.sh' >/home/operator/.ssh/rc
      echo 'NODE_OPTIONS=--require=/srv/trap.cjs' >/home/operator/.pam_environment
      for name in .profile .bashrc .bash_profile .shrc .lesskey .exrc; do echo '. /srv/trap.sh' >/home/operator/$name; done
      chown -R operator:operator /home/operator
      chmod 700 /home/operator/.ssh
      systemctl reload-or-restart ssh`);
    const answers = async () => (await this.host.run(['gatehouse', 'setup', 'finish'])).exitCode === 0;
    await until('the service to answer', answers);
  }

  async end(): Promise<void> {
    for (const pty of this.ptys) await pty.kill();
    await this.host.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A shell command as root. */
  async root(command: string): Promise<string> {
    const { stdout, stderr, exitCode } = await this.host.run(['sh', '-c', command]);
    if (exitCode !== 0) throw new Error(`${command}: ${exitCode}\n${stderr}`);
    return stdout;
  }

  // ---------------------------------------------------------------- ways in

  /** Options of ssh, scp and sftp; one connection for all, where it is not to be another one. */
  options(isShared = true): string[] {
    const shared = isShared ? `-o ControlMaster=auto -o ControlPersist=yes -o ControlPath=${this.folder}/mux` : '';
    return `-i ${this.folder}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
      -o BatchMode=yes -o ConnectTimeout=5 ${shared}`
      .trim()
      .split(/\s+/);
  }

  /** A client of SSH on the neighbour, to its end. */
  client(argv: readonly string[], limit = 30_000): Promise<Answer> {
    return ask(this.host.neighbour.enter(argv), { limit });
  }

  /** `ssh operator@appliance COMMAND`, without a terminal. */
  ssh(command: string, more: readonly string[] = [], isShared = more.length === 0): Promise<Answer> {
    // The client would take a command that begins with "-" for options of its own.
    return this.client(['ssh', ...this.options(isShared), ...more, '--', `operator@${this.host.address}`, command]);
  }

  /** The same with that on its standard input. */
  fed(command: string, input: Buffer): Promise<Answer> {
    const ssh = ['ssh', ...this.options(), '--', `operator@${this.host.address}`, command];
    const [launcher = '', ...args] = this.host.neighbour.enter(ssh);
    return new Promise((resolve, reject) => {
      const child = spawn(launcher, args, { stdio: 'pipe', timeout: 60_000 });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (piece) => (stdout += piece));
      child.stderr.on('data', (piece) => (stderr += piece));
      child.on('error', reject);
      child.on('close', (code) => resolve({ stdout, stderr, exitCode: code ?? -1 }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /** The console over SSH, in a terminal of the neighbour's. */
  console(options: PtyOptions = {}, more: readonly string[] = []): Pty {
    const argv = ['ssh', '-tt', ...this.options(false), ...more, `operator@${this.host.address}`];
    const [launcher = '', ...args] = this.host.neighbour.enter(argv);
    return this.kept(new Pty(launcher, args, options));
  }

  /** A program inside, as root, in a terminal, with that environment. */
  pty(argv: readonly string[], env: Readonly<Record<string, string>> = {}, options: PtyOptions = {}): Pty {
    const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return this.kept(this.host.pty(['env', ...pairs, ...argv], options));
  }

  private kept(pty: Pty): Pty {
    this.ptys.push(pty);
    return pty;
  }

  // ---------------------------------------------------------------- what came of it

  /** Names of the operator's processes that are none of Gatehouse or sshd. */
  async foreign(): Promise<string[]> {
    const { stdout } = await this.host.run(['ps', '-u', 'operator', '-o', 'args=']);
    return stdout.split('\n').filter((line) => line.trim() !== '' && !ours.test(line.trim()));
  }

  /** Processes of the operator's that are Gatehouse. */
  async own(): Promise<string[]> {
    const { stdout } = await this.host.run(['pgrep', '-u', 'operator', '-f', 'main.cjs']);
    return stdout.split('\n').filter(Boolean);
  }

  /** What the traps say: names of traces. */
  async sprung(): Promise<string[]> {
    return (await this.root(`ls ${traces}`)).split('\n').filter(Boolean);
  }

  async clean(): Promise<void> {
    await this.root(`rm -f ${traces}/*`);
  }
}

/** sshd's process of a session, the wrapper and what it starts, Node with the console. Ended ones are in brackets. */
const ours = new RegExp(
  [
    '^sshd: operator',
    // The wrapper's watch, which counts turns.
    '^sleep 10$',
    '^\\[(sshd|sh|gatehouse|node|stty|env|readlink|sleep)\\]',
    '^(/bin/sh )?(-?gatehouse|/usr/bin/gatehouse|/usr/lib/gatehouse/gatehouse)( |$)',
    '^(stty -g|stty \\S+|readlink -f .*|env -i .*)$',
    '^(\\S*/)?node (--\\S+ )*/usr/lib/gatehouse/main.cjs( |$)',
  ].join('|'),
);
