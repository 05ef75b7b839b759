/**
 * The only file that starts a process: argv, never a shell; C locale and a bare environment; a time limit; an abort.
 * What a program says stays here: errors carry its last line only, made harmless by whoever shows it.
 */
import { execa, type Options } from 'execa';
import { fail } from './errors.ts';

export interface RunOptions {
  /** Milliseconds until it is ended (TERM, and KILL a second later). Default 10 000. */
  limit?: number;
  signal?: AbortSignal;
  input?: string;
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

function settings({ limit = 10_000, signal, input, most = 16 << 20 }: RunOptions): Options {
  return {
    env: environment,
    extendEnv: false,
    stdin: input === undefined ? 'ignore' : 'pipe',
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
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const child = execa(program, [...args], {
    ...settings({ ...options, signal }),
    buffer: { stdout: false, stderr: true },
  });
  let isLeft = false;
  for await (const line of child.iterable()) {
    isLeft = true;
    try {
      yield String(line);
      isLeft = false;
    } finally {
      // Here, since leaving the loop over execa's lines waits for the program's end.
      if (isLeft) stop.abort();
    }
  }
  return outcome(program, (await child) as never, options);
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
