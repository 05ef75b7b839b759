/** Programs that the harness starts outside of the product: each dies with the test run, however that ends. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Answer {
  stdout: string;
  stderr: string;
  exitCode: number;
}

export interface AskOptions {
  /** Milliseconds; then it is killed. Default 30 000. */
  limit?: number;
}

/** Where the shell scripts beside this file lie. */
export const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Runs it to its end. An exit code other than 0 is an answer too; not to end in time is an error. */
export function ask([program = '', ...args]: readonly string[], { limit = 30_000 }: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: limit, killSignal: 'SIGKILL', maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (!error) resolve({ stdout, stderr, exitCode: 0 });
      else if (typeof error.code === 'number') resolve({ stdout, stderr, exitCode: error.code });
      else
        reject(
          new Error(
            `${program} ${args.join(' ')}: ${error.killed ? `no end after ${limit} ms` : error.message}\n${stderr}`,
          ),
        );
    });
  });
}

/** As `ask`, for what has to succeed. Gives what it wrote. */
export async function must(argv: readonly string[], options?: AskOptions): Promise<string> {
  const { stdout, stderr, exitCode } = await ask(argv, options);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${exitCode}\n${stderr || stdout}`);
  return stdout;
}

/** Starts it and leaves it running; the kernel kills it when the test's process goes. */
export function start(argv: readonly string[], output: number | 'ignore' = 'ignore'): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], { stdio: ['ignore', output, output] });
}

export interface Followed {
  /** What it has written so far. */
  readonly lines: readonly string[];
  /** Closes its input, and waits until it ends of that; an exit code other than 0 is an error. */
  end(): Promise<void>;
}

/** Starts it and collects its lines. */
export function follow([program = '', ...args]: readonly string[]): Followed {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    lines,
    end: async () => {
      child.stdin.end();
      const exitCode = await gone;
      if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${exitCode}`);
    },
  };
}

/** Kills it and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/**
 * Waits until the condition gives something.
 * @param what for the message: "the host to boot"
 * @param every milliseconds between two looks
 * @throws Error after `limit` ms, with `why()` in it
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  limit = 15_000,
  why: () => string = () => '',
  every = 25,
): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Waited ${limit} ms for ${what}. ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
