/** One connection to an appliance: arguments parsed, who asks said, our own mistakes noted in the log. */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Appliance } from '../appliance.ts';
import { Failure, fail, problemOf } from '../errors.ts';
import { type Answering, answer } from '../rpc/answer.ts';
import { operationOf } from '../rpc/remote.ts';
import { parseArguments } from './arguments.ts';
import type { Log } from './log.ts';

/** `by`: who is at the other end, for the audit log. */
export function serve(stream: Duplex, appliance: Appliance, by: string, log: Log): Answering {
  return answer(stream, async (name, args, call) => {
    try {
      return await operationOf(appliance, name)(parseArguments(name, args), { ...call, by });
    } catch (error) {
      const reference = randomUUID().slice(0, 8);
      const problem = problemOf(error, reference);
      if (problem.code === 'internal' && !(error instanceof Failure))
        log.error(`${reference}: ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      throw error instanceof Failure ? error : problem.code === 'aborted' ? fail('aborted', {}) : new Failure(problem);
    }
  });
}
