/**
 * A real Docker Engine of the test's own: Debian's dockerd with all its folders apart, in namespaces of its own, and an
 * image made of a static busybox. Nothing is fetched. Everything of it ends with the test's process, even if that is
 * killed; what that leaves of files and cgroups is cleared away at the next start.
 */
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from '../../src/adapters/containers/presence.ts';
import { type Answer, ask, kill, must, script, start, until } from '../host/machine/programs.ts';
import { bornAt } from '../host/machine/root.ts';

/** For describeWith. busybox is that of busybox-static. */
export const engineNeeds = {
  root: true,
  programs: ['dockerd', 'docker', 'containerd', 'runc', 'busybox', 'tar', 'ip', 'unshare', 'setpriv'],
};

/** Its only image besides those that a test makes. */
export const image = 'tiny:1.0';

const prefix = 'gatehouse-engine';
const apart = ['unshare', '--mount', '--pid', '--net', '--fork', '--kill-child', '--mount-proc'];
const launch = script('../../engine/engine/launch');
// Debian's: another one on the path may be of any age.
const client = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

let made = 0;

/** Ready when it answers and has its image. */
export async function startEngine(): Promise<TestEngine> {
  removeLeftOvers();
  const pid = String(process.pid);
  const engine = new TestEngine(`${prefix}-${pid}-${bornAt(pid)}-${++made}`);
  try {
    await engine.start();
    await engine.import();
  } catch (error) {
    await engine.end();
    throw error;
  }
  return engine;
}

export class TestEngine {
  readonly folder: string;
  private process: ChildProcess | undefined;

  constructor(private readonly name: string) {
    this.folder = join(tmpdir(), name);
    mkdirSync(this.folder, { mode: 0o700 });
  }

  get place(): Place {
    return { socket: join(this.folder, 'docker.sock'), programs: ['/usr/sbin/dockerd'] };
  }

  /** Starts it, with the containers and images that it had. */
  async start(): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a');
    this.process = start([...apart, launch, this.folder, this.name], log);
    closeSync(log);
    const why = () => `It said:\n${readFileSync(join(this.folder, 'log'), 'utf8').split('\n').slice(-20).join('\n')}`;
    const answers = async () => (await this.ask('version')).exitCode === 0;
    await until('the engine to answer', answers, 40_000, why);
  }

  /** An image of a busybox; `changes`: lines of a Dockerfile. */
  async import(name = image, changes: readonly string[] = ['CMD ["/bin/sh"]']): Promise<void> {
    const root = join(this.folder, 'root');
    if (!existsSync(root)) {
      mkdirSync(join(root, 'bin'), { recursive: true });
      await must(['cp', '/bin/busybox', join(root, 'bin/busybox')]);
      await must(['chroot', root, '/bin/busybox', '--install', '-s', '/bin']);
    }
    const archive = join(this.folder, 'root.tar');
    await must(['tar', '-C', root, '-cf', archive, '.']);
    await this.docker('import', ...changes.flatMap((change) => ['--change', change]), archive, name);
  }

  /** Runs the docker client; what it wrote. */
  docker(...args: readonly string[]): Promise<string> {
    return must(this.client(args));
  }

  /** As `docker`, where it may fail. */
  ask(...args: readonly string[]): Promise<Answer> {
    return ask(this.client(args));
  }

  /** Starts a container of that name that runs a shell script; `options` of docker run. Gives its id. */
  async run(name: string, text: string, options: readonly string[] = []): Promise<string> {
    const id = await this.docker('run', '--detach', '--name', name, ...options, image, '/bin/sh', '-c', text);
    return id.trim();
  }

  /** One fact of a container: "{{.State.Status}}". */
  async inspect(name: string, format: string): Promise<string> {
    return (await this.docker('inspect', '--format', format, name)).trim();
  }

  private client(args: readonly string[]): string[] {
    return ['env', `DOCKER_CONFIG=${this.folder}`, client, '--host', `unix://${this.place.socket}`, ...args];
  }

  /** Stops or continues the engine's own process, as if it hung. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.process ?? {};
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    process.kill(Number(child), signal);
  }

  /** Kills it with all its containers; files stay. */
  async kill(): Promise<void> {
    if (this.process) await kill(this.process);
    this.process = undefined;
    await until('its last process to go', () => removeCgroups(this.name));
    // As /run is empty after a power cut: numbers of processes in it may be others' by now.
    for (const passing of ['pid', 'docker.sock', 'exec'])
      rmSync(join(this.folder, passing), { recursive: true, force: true });
  }

  /** Nothing of it is left. */
  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Of test runs that were killed. */
function removeLeftOvers(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(`${prefix}-`))) {
    const [pid = '', born] = name.slice(prefix.length + 1).split('-');
    if (bornAt(pid) === born) continue;
    // Whoever still dies is cleared away the next time.
    if (removeCgroups(name)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

const cgroups = '/sys/fs/cgroup';

/** In each hierarchy of version 1, and in that of version 2. False while one still has processes. */
function removeCgroups(name: string): boolean {
  const hierarchies = [cgroups, ...readdirSync(cgroups).map((one) => join(cgroups, one))];
  return hierarchies.map((hierarchy) => removeCgroup(join(hierarchy, name))).every(Boolean);
}

function removeCgroup(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const gone = inner.map((entry) => removeCgroup(join(folder, entry.name)));
  // What is paused by a freezer of version 1 does not die.
  const freezer = join(folder, 'freezer.state');
  try {
    if (existsSync(freezer)) writeFileSync(freezer, 'THAWED');
    rmdirSync(folder);
    return gone.every(Boolean);
  } catch {
    return false;
  }
}
