/** Temporary folders and the lab's own process for these tests; each is gone when its test has ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { type Lab, type LabOptions, openLab } from '../../src/lab/lab.ts';

/** An empty folder (0700). */
export async function emptyFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lab-test-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A lab in hurry: 1 ms between echo requests, 20 ms for half a restart and whoever does not answer. */
export async function quickLab(options: Partial<LabOptions> = {}): Promise<Lab> {
  const lab = await openLab({
    folder: await emptyFolder(),
    pace: { ping: 1, job: 20, link: 20, silence: 20, packet: 1 },
    ...options,
  });
  onTestFinished(() => lab.close());
  return lab;
}

/** A machine of test/machines. */
export function oddMachine(name: string): string {
  return join(import.meta.dirname, '..', 'machines', `${name}.json`);
}

/** child.ts as a program that plain node runs. */
export async function buildChild(): Promise<string> {
  const outfile = join(await emptyFolder(), 'child.mjs');
  const entry = join(import.meta.dirname, 'child.ts');
  // As scripts/build.mjs has it: for packages that are no modules, and without the natives that ssh2 tries to load.
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const bundling = { bundle: true, external: ['cpu-features', '*.node'], banner: { js } };
  await build({ entryPoints: [entry], outfile, ...bundling, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

interface Ended {
  code: number | null;
  said: string;
}

/** Starts a program; it is killed with the test. `ended` resolves with all that it said. */
export function start(argv: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const [program = '', ...args] = argv;
  const child: ChildProcess = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const listener of listeners) listener();
    });
  const ended: Promise<Ended> = once(child, 'close').then(([code]) => ({ code, said }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const hasSaid = (text: string) =>
    Promise.race([
      new Promise<void>((resolve) => {
        const look = () => said.includes(text) && resolve();
        listeners.add(look);
        look();
      }),
      ended.then(() => {
        throw new Error(`ended without saying ${text}: ${said}`);
      }),
    ]);
  return { child, ended, hasSaid };
}
