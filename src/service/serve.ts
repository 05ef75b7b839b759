/** One connection to an appliance: what it may ask, and our own mistakes noted in the log. */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Appliance } from '../appliance.ts';
import { Failure, fail, problemOf } from '../errors.ts';
import { type Answering, answer } from '../rpc/answer.ts';
import { Admission, type Client } from './admission.ts';
import type { Log } from './log.ts';

/** `client`: who is at the other end, as we know it ourselves. */
export function serve(stream: Duplex, appliance: Appliance, client: Client, log: Log): Answering {
  const admission = new Admission(appliance, client);
  return answer(stream, async (name, args, call) => {
    try {
      return await admission.answer(name, args, call);
    } catch (error) {
      const reference = randomUUID().slice(0, 8);
      const problem = problemOf(error, reference);
      if (problem.code === 'internal' && !(error instanceof Failure))
        log.error(`${reference}: ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      throw error instanceof Failure ? error : problem.code === 'aborted' ? fail('aborted', {}) : new Failure(problem);
    }
  });
}
