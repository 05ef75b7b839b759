/**
 * The only file that starts a process: argv, never a shell; C locale and a bare environment; a time limit; an abort.
 * What a program says stays here: errors carry its last line only, made harmless by whoever shows it.
 */
import type { Readable, Writable } from 'node:stream';
import { execa, type Options } from 'execa';
import { fail } from './errors.ts';

export interface RunOptions {
  /** Milliseconds until it is ended (TERM, and KILL a second later). Default 10 000. */
  limit?: number;
  signal?: AbortSignal;
  input?: string;
  /** Descriptors of files that it reads and writes by itself, as a filter; its output is then not in the result. */
  files?: { from: number; to: number };
  /** A file or connection that is open here, which it gets as its descriptor 3; for a program without `input`. */
  descriptor?: number;
  /** Exit codes that are no failure. Default [0]. */
  expect?: readonly number[];
  /** Characters of output kept; default 16 Mi. More than that is a failure. */
  most?: number;
}

export interface Ran {
  stdout: string;
  stderr: string;
  exitCode: number;
}

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  LANGUAGE: 'C',
  SYSTEMD_COLORS: '0',
  SYSTEMD_PAGER: '',
} as const;

type Streams = { [K in 'input' | 'files' | 'descriptor']: RunOptions[K] | undefined };

/** execa takes descriptors; its types do not where output is kept. */
function streams({ input, files, descriptor }: Streams): Options {
  if (descriptor !== undefined) return { stdio: ['ignore', 'pipe', 'pipe', descriptor as never] };
  if (files) return { stdin: files.from as never, stdout: files.to as never };
  return { stdin: input === undefined ? 'ignore' : 'pipe' };
}

function settings({ limit = 10_000, signal, input, files, descriptor, most = 16 << 20 }: RunOptions): Options {
  return {
    env: environment,
    extendEnv: false,
    ...streams({ input, files, descriptor }),
    ...(input === undefined ? {} : { input }),
    ...(limit === Infinity ? {} : { timeout: limit }),
    ...(signal ? { cancelSignal: signal } : {}),
    forceKillAfterDelay: 1000,
    maxBuffer: most,
    reject: false,
    cleanup: true,
    stripFinalNewline: true,
  };
}

/**
 * Runs a program to its end.
 * @throws Failure 'unavailable' where the program is not installed, 'timed-out', 'aborted', 'program-failed'.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const result = await execa(program, [...args], settings(options));
  return outcome(program, result as never, options);
}

/**
 * Runs a program and hands over each line of its output as it comes. Ends as `run` does; leaving the loop early
 * ends the program.
 */
export async function* lines(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): AsyncGenerator<string, Ran> {
  const output = pieces(program, args, options, false);
  return yield* output as AsyncGenerator<string, Ran>;
}

/** As `lines`, for output whose lines may be longer than memory allows: bytes, however they come. */
export async function* chunks(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): AsyncGenerator<Uint8Array, Ran> {
  const output = pieces(program, args, options, true);
  return yield* output as AsyncGenerator<Uint8Array, Ran>;
}

async function* pieces(
  program: string,
  args: readonly string[],
  options: RunOptions,
  binary: boolean,
): AsyncGenerator<unknown, Ran> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const child = execa(program, [...args], {
    ...settings({ ...options, signal }),
    buffer: { stdout: false, stderr: true },
  });
  let isLeft = false;
  for await (const piece of child.iterable({ binary })) {
    isLeft = true;
    try {
      yield piece;
      isLeft = false;
    } finally {
      // Here, since leaving the loop over execa's output waits for the program's end.
      if (isLeft) stop.abort();
    }
  }
  return outcome(program, (await child) as never, options);
}

export interface Printed {
  bytes: Buffer;
  stderr: string;
  /** -1: it was ended. */
  exitCode: number;
  /** It would have printed more than `most`. */
  isCut: boolean;
  isTimedOut: boolean;
}

/**
 * What a program prints, up to `most` bytes (default 1 Mi): one that prints more, or does not end in time, is ended,
 * and what it had printed by then is given.
 * @throws Failure 'unavailable' where the program is not installed, 'aborted'
 */
export async function printed(program: string, args: readonly string[], options: RunOptions = {}): Promise<Printed> {
  const { most = 1 << 20, signal } = options;
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const child = execa(program, [...args], {
    ...settings({ ...options, signal: signals, most: 1 << 20 }),
    buffer: { stdout: false, stderr: true },
    encoding: 'buffer',
    // It is killed at once: what has been printed enough is of no more use, and a clock runs above.
    forceKillAfterDelay: 500,
  } as Options);
  const chunks: Buffer[] = [];
  let size = 0;
  // What it has started may outlive it and hold its output open: that is not waited for.
  child.once('exit', () => setTimeout(() => void [child.stdout?.destroy(), child.stderr?.destroy()], 1000));
  child.stdout?.on('data', (chunk: Buffer) => {
    if (size > most) return;
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) stop.abort();
  });
  const result = (await child) as unknown as Result & { stderr?: Uint8Array };
  if (result.code === 'ENOENT' || result.code === 'EACCES' || signal?.aborted)
    outcome(program, result as never, options);
  const bytes = Buffer.concat(chunks);
  return {
    bytes: bytes.subarray(0, most),
    stderr: Buffer.from(result.stderr ?? []).toString(),
    exitCode: result.exitCode ?? -1,
    isCut: size > most || result.isMaxBuffer,
    isTimedOut: result.timedOut,
  };
}

/** A program that turns one stream into another. */
export interface Filter {
  stdin: Writable;
  stdout: Readable;
  /** Ends with the program. @throws Failure as `run` does */
  done: Promise<void>;
}

/** Starts a filter; no time limit, its end is that of its input, or the signal's. */
export function filter(program: string, args: readonly string[], options: Omit<RunOptions, 'input'> = {}): Filter {
  const child = execa(program, [...args], {
    ...settings({ ...options, limit: Infinity }),
    stdin: 'pipe',
    encoding: 'buffer',
    buffer: { stdout: false, stderr: true },
  } as Options);
  const done = (child as Promise<unknown>).then((result) => {
    const { stderr, ...rest } = result as Result & { stderr?: Uint8Array };
    // What is wrong, a filter says first; advice may follow.
    const [said = ''] = Buffer.from(stderr ?? [])
      .toString()
      .trim()
      .split('\n');
    outcome(program, { ...rest, stderr: said, stdout: '' }, options);
  });
  done.catch(() => undefined);
  return { stdin: child.stdin as Writable, stdout: child.stdout as Readable, done };
}

interface Result {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  timedOut: boolean;
  isCanceled: boolean;
  isMaxBuffer: boolean;
  code?: string;
  signal?: string;
}

function outcome(program: string, result: Result, { limit = 10_000, expect = [0] }: RunOptions): Ran {
  if (result.isCanceled) throw fail('aborted', {}, result);
  if (result.timedOut) throw fail('timed-out', { what: program, seconds: limit / 1000 }, result);
  if (result.code === 'ENOENT' || result.code === 'EACCES')
    throw fail('unavailable', { what: program, why: 'it is not installed on this machine' }, result);
  if (result.isMaxBuffer) throw fail('not-understood', { what: program, got: 'more output than is kept' }, result);
  const exitCode = result.exitCode ?? -1;
  const ran = { stdout: result.stdout ?? '', stderr: result.stderr ?? '', exitCode };
  if (!expect.includes(exitCode)) {
    const said = (ran.stderr || ran.stdout).trim().split('\n').at(-1) ?? '';
    throw fail('program-failed', { program, exitCode, said: said.slice(0, 200) }, result);
  }
  return ran;
}
