/**
 * Searches in threads of their own: started when asked for, kept for a while, ended when they do not come to an end.
 * The regular expressions are people's: one that backtracks for ever costs its thread, and nobody else anything.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Failure, fail } from '../../errors.ts';
import { matcherOf } from './pattern.ts';
import type { Found, ScanJob } from './scan.ts';
import type { Said } from './search-worker.ts';
import { newShared, type Shared, shared } from './shared.ts';

export type { Found } from './scan.ts';

/** What scripts/build makes of search-worker.ts lies beside the program. */
const program = join(import.meta.dirname, 'log-search.mjs');

export const pace = {
  /** ms that one step of an expression (a line, or 64 KiB of them without a match) may take. */
  step: 1000,
  /** ms until a search that was given up is ended by force. */
  farewell: 40,
  /** ms that a thread without work is kept. */
  idle: 30_000,
};
/** At once. Who comes then, waits. */
const MOST = 6;
const MOST_IDLE = 2;
/** How often a step that lasts is looked at before it lasts too long. */
const LOOKS = 10;

interface Thread {
  worker: Worker;
  signs: Shared;
  timer?: NodeJS.Timeout;
}

const idle: Thread[] = [];
const queue: (() => void)[] = [];
let busy = 0;

/**
 * @throws Failure 'bad-pattern' also for one that takes too long, 'aborted', 'log-gone'
 */
export async function scan(
  job: ScanJob,
  { signal, tell = () => undefined }: { signal: AbortSignal; tell?(news: { count: number; reached: number }): void },
): Promise<Found> {
  // What does not compile needs no thread.
  matcherOf(job.patterns);
  await turn(signal);
  try {
    return await new Promise((resolve, reject) => perform(job, signal, tell, resolve, reject));
  } finally {
    busy -= 1;
    queue.shift()?.();
  }
}

async function turn(signal: AbortSignal): Promise<void> {
  while (busy >= MOST && !signal.aborted) {
    await new Promise<void>((resolve) => {
      queue.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  if (signal.aborted) throw fail('aborted', {});
  busy += 1;
}

function perform(
  job: ScanJob,
  signal: AbortSignal,
  tell: (news: { count: number; reached: number }) => void,
  resolve: (found: Found) => void,
  reject: (error: unknown) => void,
): void {
  const thread = idle.pop() ?? started();
  const { worker, signs } = thread;
  let farewell: NodeJS.Timeout | undefined;
  clearTimeout(thread.timer);
  signs.fill(0);
  worker.ref();

  const leave = () => {
    clearInterval(watch);
    clearTimeout(farewell);
    signal.removeEventListener('abort', onAbort);
    worker.off('message', onMessage);
    worker.off('error', onError);
  };
  const settle = (done: () => void) => {
    leave();
    rest(thread);
    done();
  };
  // Only when it has ended is nothing read any more, and the file may be closed.
  const end = (error: Failure) => {
    leave();
    void worker.terminate().then(() => reject(error));
  };
  const onAbort = () => {
    Atomics.store(signs, shared.isStopped, 1);
    farewell = setTimeout(() => end(fail('aborted', {})), pace.farewell);
  };
  const tooSlow = () => fail('bad-pattern', { pattern: textOf(job), why: 'It takes too long on one of the lines' });
  // Plain text is looked for in no time; where that takes long, it is the machine.
  const watch = job.patterns.some(({ regular }) => regular) ? watchdog(signs, () => end(tooSlow())) : undefined;

  const onMessage = (said: Said) => {
    if (said.kind === 'news') return tell(said);
    settle(() => {
      if (signal.aborted) reject(fail('aborted', {}));
      else if (said.kind === 'found') resolve(said.found);
      else reject(said.kind === 'problem' ? new Failure(said.problem) : said.error);
    });
  };
  const onError = (error: NodeJS.ErrnoException) => {
    leave();
    const why = 'It takes more memory than a search is given';
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    reject(isMemory ? fail('bad-pattern', { pattern: textOf(job), why }, error) : error);
  };
  worker.on('message', onMessage);
  worker.on('error', onError);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  worker.postMessage(job);
}

const textOf = ({ patterns }: ScanJob) => (patterns.find(({ regular }) => regular) ?? patterns[0])?.text ?? '';

/**
 * Calls when matching goes on and nothing has moved for the length of a step. Looks are counted, and no time: where the
 * whole machine stood still, nobody had any.
 */
function watchdog(signs: Shared, onStuck: () => void): NodeJS.Timeout {
  let [beats, looks] = [-1, 0];
  return setInterval(() => {
    const now = Atomics.load(signs, shared.beats);
    const isMatching = Atomics.load(signs, shared.isMatching) === 1;
    if (!isMatching || now !== beats) [beats, looks] = [now, 0];
    else if (++looks >= LOOKS) onStuck();
  }, pace.step / LOOKS);
}

function started(): Thread {
  const signs = newShared();
  const worker = new Worker(program, { workerData: signs, resourceLimits: { maxOldGenerationSizeMb: 128 } });
  const thread = { worker, signs };
  // One that ends while it rests ends nothing else.
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
  });
  return thread;
}

function rest(thread: Thread): void {
  if (idle.length >= MOST_IDLE) {
    void thread.worker.terminate();
    return;
  }
  // It keeps no process alive.
  thread.worker.unref();
  thread.timer = setTimeout(() => {
    if (!idle.includes(thread)) return;
    idle.splice(idle.indexOf(thread), 1);
    void thread.worker.terminate();
  }, pace.idle);
  thread.timer.unref();
  idle.push(thread);
}
