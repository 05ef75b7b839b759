/** A plain Debian and the package, made of dist/ as it is. For install*.test.ts. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pty, type PtyOptions } from '../terminal/pty.ts';
import { plainRoot, type Suite } from './machine/plain-root.ts';
import { type Answer, ask, must } from './machine/programs.ts';
import { bootHost, type Host, hostNeeds } from './machine.ts';

const top = new URL('../..', import.meta.url).pathname;
export const installNeeds = {
  ...hostNeeds,
  programs: [...hostNeeds.programs, 'dpkg-deb', 'ssh'],
  paths: [join(top, 'dist/gatehouse')],
};

/** Files that come and go by themselves on any Debian, and what dpkg, apt and the journal note of all packages. */
const restless = '/var/log/ /var/cache/ /var/lib/dpkg/ /var/lib/apt/ /var/lib/systemd/ /var/tmp/ /root'.split(' ');

export class InstallHost {
  private readonly ptys: Pty[] = [];

  private constructor(
    readonly host: Host,
    private readonly folder: string,
  ) {}

  static async boot(suite: Suite): Promise<InstallHost> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-install-'));
    chmodSync(folder, 0o755);
    try {
      const deb = makePackage(folder);
      const depends = (await must(['dpkg-deb', '-f', deb, 'Depends'])).trim();
      const host = await bootHost({ plain: await plainRoot(suite, depends), shown: { '/srv/packages': folder } });
      return new InstallHost(host, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async end(): Promise<void> {
    for (const pty of this.ptys) await pty.kill();
    await this.host.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A shell command as root. */
  async root(command: string, limit = 60_000): Promise<string> {
    const { stdout, stderr, exitCode } = await this.host.run(['sh', '-c', command], { limit });
    if (exitCode !== 0) throw new Error(`${command}: ${exitCode}\n${stderr}${stdout}`);
    return stdout;
  }

  apt(...args: string[]): Promise<string> {
    const options = '-y --no-install-recommends -o Dpkg::Options::=--force-confold';
    return this.root(`DEBIAN_FRONTEND=noninteractive apt-get ${options} ${args.join(' ')} </dev/null`, 240_000);
  }

  /** As its owner does it, without a network. `version`: not the one that is built, but the same as another. */
  async install(version?: string): Promise<string> {
    return this.apt('install', version === undefined ? '/srv/packages/gatehouse.deb' : this.release(version));
  }

  /**
   * A package of another version, for apt-get inside; its program says that version, too, where it is a plain one
   * ("0.2.0"). `change`: what else is other about its files, in the folder given.
   */
  release(version: string, change: (root: string) => void = () => undefined): string {
    const parts = join(this.folder, 'parts');
    execFileSync('dpkg-deb', ['-R', join(this.folder, 'gatehouse.deb'), parts]);
    replaceIn(join(parts, 'DEBIAN/control'), /^Version: .*/m, `Version: ${version}`);
    if (/^[\d.]+$/.test(version)) replaceInProgram(parts, /(name:"gatehouse",version:)"[^"]*"/, `$1"${version}"`);
    change(parts);
    const name = `gatehouse-${version}.deb`;
    const pack = ['--root-owner-group', '-Znone', '-b', parts, join(this.folder, name)];
    execFileSync('dpkg-deb', pack, { stdio: 'ignore' });
    rmSync(parts, { recursive: true });
    return `/srv/packages/${name}`;
  }

  async answers(): Promise<boolean> {
    return (await this.host.run(['gatehouse', 'status'])).exitCode === 0;
  }

  /** All files and links, accounts, groups and shells: what must be the same after it as before it. */
  async traces(): Promise<Record<'files' | 'passwd' | 'group' | 'shadow' | 'shells', string[]>> {
    const lines = async (command: string) => (await this.root(command)).split('\n').filter(Boolean).sort();
    const files = await lines("find / -xdev -printf '%p\\n'");
    return {
      files: files.filter((file) => !restless.some((folder) => `${file}/`.startsWith(folder))),
      passwd: await lines('cat /etc/passwd'),
      group: await lines('cat /etc/group'),
      shadow: await lines('cut -d: -f1,2 /etc/shadow'),
      shells: await lines('cat /etc/shells'),
    };
  }

  /** Lets the test's key in as the operator. */
  async letIn(): Promise<void> {
    const key = join(this.folder, 'key');
    if (!existsSync(key)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await this.root(`install -d -o operator -g gatehouse -m 700 /home/operator/.ssh
      install -o operator -g gatehouse -m 600 /srv/packages/key.pub /home/operator/.ssh/authorized_keys
      systemctl start ssh`);
  }

  private client(more: readonly string[]): string[] {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes'];
    const argv = ['ssh', '-i', join(this.folder, 'key'), ...options.flatMap((option) => ['-o', option]), ...more];
    return this.host.neighbour.enter(argv);
  }

  /** `ssh operator@appliance COMMAND`, without a terminal. */
  asked(command: string): Promise<Answer> {
    return ask(this.client([`operator@${this.host.address}`, command]));
  }

  /** The console over SSH, from the neighbour. */
  ssh(options: PtyOptions = {}): Pty {
    const [program = '', ...args] = this.client(['-tt', `operator@${this.host.address}`]);
    return this.kept(new Pty(program, args, { env: { LANG: 'C.UTF-8' }, ...options }));
  }

  /** A terminal of the machine's, as a cable leads out of it: says on its first line which, "pts-3". */
  line(): Pty {
    return this.kept(this.host.pty(['sh', '-c', 'stty raw -echo; exec perl -e "$0"', line], { term: 'vt220' }));
  }

  private kept(pty: Pty): Pty {
    this.ptys.push(pty);
    return pty;
  }
}

function replaceIn(file: string, what: RegExp, by: string): void {
  const text = readFileSync(file, 'utf8');
  if (!what.test(text)) throw new Error(`${file}: no ${what}`);
  writeFileSync(file, text.replace(what, by));
}

/** In whichever file of the program it is, which must be one at least. */
export function replaceInProgram(root: string, what: RegExp, by: string): void {
  const folder = join(root, 'usr/lib/gatehouse');
  const files = readdirSync(folder).filter((name) => /\.[cm]?js$/.test(name));
  const found = files.filter((name) => what.test(readFileSync(join(folder, name), 'utf8')));
  if (found.length === 0) throw new Error(`no file of the program has ${what}`);
  for (const name of found) replaceIn(join(folder, name), what, by);
  // What was compiled before is of the text as it was.
  for (const name of readdirSync(folder)) if (name.endsWith('.cache')) rmSync(join(folder, name));
}

function makePackage(folder: string): string {
  const file = execFileSync(join(top, 'scripts/deb/build'), [folder], {
    encoding: 'utf8',
    env: { ...process.env, GATEHOUSE_DEB_COMPRESSION: 'none' },
  }).trim();
  const deb = join(folder, 'gatehouse.deb');
  execFileSync('mv', [file, deb]);
  return deb;
}

/** Perl, since every Debian has it: opens a pseudo terminal (pty(7)), and goes on while nobody has its other end open. */
const line = `
use Fcntl; sysopen(my $m, "/dev/ptmx", O_RDWR|O_NOCTTY) or die $!;
my $n = pack("i", 0); ioctl($m, 0x40045431, $n) or die $!; ioctl($m, 0x80045430, $n) or die $!;
my $size = pack("S4", 24, 80, 0, 0); ioctl($m, 0x5414, $size);
syswrite(STDOUT, "pts-".unpack("i", $n)."\\r\\n");
for (;;) {
  my $r = ""; vec($r, 0, 1) = 1; vec($r, fileno($m), 1) = 1;
  select($r, undef, undef, undef);
  if (vec($r, 0, 1)) { sysread(STDIN, my $in, 4096) or exit; syswrite($m, $in); }
  if (vec($r, fileno($m), 1)) { if (sysread($m, my $out, 4096)) { syswrite(STDOUT, $out) } else { select(undef, undef, undef, 0.05) } }
}`;
