/** The client's end of a connection: asks operations by name, hands on their progress, cancels them, ends them. */
import type { Duplex } from 'node:stream';
import { CancellationTokenSource, ParameterStructures, ProgressType, ResponseError } from 'vscode-jsonrpc/node';
import type { Call } from '../appliance.ts';
import { Failure, fail, type Problem } from '../errors.ts';
import type { OperationName } from '../operations.ts';
import { connectionOver, PROGRESS_TOKEN } from './connection.ts';

/** Asks one operation. `call` is as in the contract. */
export type Ask = (name: OperationName, args: object, call?: Partial<Call<unknown>>) => Promise<unknown>;

export interface Asking {
  /** Rejects with a `Failure`; when the connection ends first, with what `gone` says. */
  ask: Ask;
  close(): void;
}

const limits = { messageIn: 64 << 20, waitingOut: 8 << 20 };
const progressType = new ProgressType<unknown>();
/** How long an aborted operation may take to answer, in ms: a stopped ping still says its summary. */
const LAST_WORDS = 2000;

/** Asks over that stream. `gone` says what is wrong when the connection is not there or ends. */
export function asking(stream: Duplex, gone: () => Problem): Asking {
  const connection = connectionOver(stream, limits);
  let lastToken = 0;

  const ask: Ask = async (name, args, call = {}) => {
    if (call.signal?.aborted) throw fail('aborted', {});
    const cancellation = new CancellationTokenSource();
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (failure: Failure) => void = () => undefined;
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
    });
    const onAbort = () => {
      cancellation.cancel();
      timer = setTimeout(() => giveUp(fail('aborted', {})), LAST_WORDS);
    };
    const token = call.progress ? ++lastToken : undefined;
    const listening =
      token === undefined ? undefined : connection.onProgress(progressType, token, (news) => call.progress?.(news));
    call.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const params = token === undefined ? args : { ...args, [PROGRESS_TOKEN]: token };
      const answer = connection.sendRequest<unknown>(name, ParameterStructures.byName, params, cancellation.token);
      return await Promise.race([answer, givenUp]);
    } catch (error) {
      throw failureOf(error, gone);
    } finally {
      clearTimeout(timer);
      listening?.dispose();
      call.signal?.removeEventListener('abort', onAbort);
      cancellation.dispose();
    }
  };
  connection.listen();
  return { ask, close: () => stream.destroy() };
}

function failureOf(error: unknown, gone: () => Problem): Failure {
  if (error instanceof Failure) return error;
  const data = error instanceof ResponseError ? (error.data as Partial<Problem> | undefined) : undefined;
  if (typeof data?.code === 'string') return new Failure(data as Problem, { cause: error });
  return new Failure(gone(), { cause: error });
}
