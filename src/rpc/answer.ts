/** The service's end of a connection: every operation by its name, any arguments, progress, cancellation, errors. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import {
  type CancellationToken,
  ErrorCodes,
  type MessageConnection,
  ProgressType,
  ResponseError,
} from 'vscode-jsonrpc/node';
import type { Call } from '../appliance.ts';
import { fail, type Problem, problemOf } from '../errors.ts';
import { type OperationName, operations } from '../operations.ts';
import { connectionOver, PROGRESS_TOKEN } from './connection.ts';

/** Answers one operation. `args` is what came, unchecked. What it throws must be a `Failure`. */
export type Answerer = (name: OperationName, args: unknown, call: Call<unknown>) => Promise<unknown>;

export const answerLimits = { messageIn: 4 << 20, waitingOut: 8 << 20, inFlight: 64 };

export interface Answering {
  close(): void;
  onEnd(listener: () => void): void;
}

const progressType = new ProgressType<unknown>();

/** Answers on that stream until it ends; then every operation still under way is aborted. */
export function answer(stream: Duplex, answerer: Answerer, limits = answerLimits): Answering {
  const connection = connectionOver(stream, limits);
  const ended = new AbortController();
  const ends: (() => void)[] = [];
  let inFlight = 0;

  stream.once('close', () => {
    ended.abort();
    for (const end of ends) end();
  });
  connection.onRequest(async (method: string, params: object | undefined, token: CancellationToken) => {
    if (!isOperation(method)) return unknownMethod(method);
    // Taken back before its turn came.
    if (token.isCancellationRequested) return errorOf(fail('aborted', {}).problem);
    if (inFlight >= limits.inFlight) return tooMany(limits.inFlight);
    inFlight += 1;
    const { args, progressToken } = takeApart(params);
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => abort.abort());
    const news = new News(stream, connection, progressToken, operations[method] === 'watch');
    try {
      const signal = AbortSignal.any([abort.signal, ended.signal]);
      const ready = () => news.ready(signal);
      return await answerer(method, args, { signal, progress: (value) => news.tell(value), ready });
    } catch (error) {
      return errorOf(problemOf(error));
    } finally {
      inFlight -= 1;
      cancelled.dispose();
      news.end();
    }
  });
  connection.listen();
  return { close: () => stream.destroy(), onEnd: (listener) => ends.push(listener) };
}

/** The progress of one operation. Of a watch only the newest state waits while the other end is slow to read. */
class News {
  private held: { value: unknown } | undefined;
  private readonly onDrain = () => this.flush();
  private over = false;

  constructor(
    private readonly stream: Duplex,
    private readonly connection: MessageConnection,
    private readonly token: string | number | undefined,
    private readonly isState: boolean,
  ) {}

  tell(value: unknown): void {
    if (this.over || this.token === undefined) return;
    if (this.isState && this.stream.writableNeedDrain) {
      if (!this.held) this.stream.once('drain', this.onDrain);
      this.held = { value };
    } else this.send(value);
  }

  /** Resolves when the other end has read what was told, or nobody asks any more. */
  async ready(signal: AbortSignal): Promise<void> {
    while (this.stream.writableNeedDrain && !signal.aborted && !this.stream.destroyed)
      await once(this.stream, 'drain', { signal }).catch(() => undefined);
  }

  end(): void {
    this.stream.off('drain', this.onDrain);
    this.flush();
    this.over = true;
  }

  private flush(): void {
    const held = this.held;
    this.held = undefined;
    if (held) this.send(held.value);
  }

  private send(value: unknown): void {
    if (this.token === undefined || this.stream.destroyed) return;
    void this.connection.sendProgress(progressType, this.token, value).catch(() => undefined);
  }
}

function isOperation(method: string): method is OperationName {
  return Object.hasOwn(operations, method);
}

function takeApart(params: object | undefined): { args: unknown; progressToken: string | number | undefined } {
  if (params === undefined || Array.isArray(params)) return { args: params ?? {}, progressToken: undefined };
  const { [PROGRESS_TOKEN]: token, ...args } = params as Record<string, unknown>;
  return { args, progressToken: typeof token === 'string' || typeof token === 'number' ? token : undefined };
}

function errorOf(problem: Problem, code: number = ErrorCodes.UnknownErrorCode): ResponseError<Problem> {
  return new ResponseError(code, problem.code, problem);
}

function unknownMethod(method: string): ResponseError<Problem> {
  const right = `one of ${Object.keys(operations).join(', ')}`;
  const why = `${method.slice(0, 60)} is no operation of this service`;
  return errorOf(fail('bad-value', { field: 'method', why, right }).problem, ErrorCodes.MethodNotFound);
}

function tooMany(limit: number): ResponseError<Problem> {
  const what = `More than ${limit} operations at once on one connection`;
  return errorOf(fail('not-allowed', { what, why: 'Wait for some to end.' }).problem);
}
