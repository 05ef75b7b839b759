/** Where a search runs: a thread of its own, which can be ended in the middle of an expression that never ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { Failure, type Problem } from '../../errors.ts';
import { type Found, type ScanJob, scanFile } from './scan.ts';
import { type Shared, shared } from './shared.ts';

export type Said =
  | { kind: 'news'; count: number; reached: number }
  | { kind: 'found'; found: Found }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'mistake'; error: unknown };

const NEWS_EVERY = 200;
const signs = workerData as Shared;
const say = (said: Said) => parentPort?.postMessage(said);

parentPort?.on('message', (job: ScanJob) => void perform(job));

async function perform(job: ScanJob): Promise<void> {
  let toldAt = performance.now();
  try {
    const found = await scanFile(job, {
      beat: () => void Atomics.add(signs, shared.beats, 1),
      isStopped: () => Atomics.load(signs, shared.isStopped) === 1,
      matching: (isOn) => void Atomics.store(signs, shared.isMatching, isOn ? 1 : 0),
      tell({ count, reached }) {
        if (performance.now() - toldAt < NEWS_EVERY) return;
        toldAt = performance.now();
        say({ kind: 'news', count, reached });
      },
    });
    say({ kind: 'found', found });
  } catch (error) {
    say(error instanceof Failure ? { kind: 'problem', problem: error.problem } : { kind: 'mistake', error });
  }
}
