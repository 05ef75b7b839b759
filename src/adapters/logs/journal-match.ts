/**
 * Which texts hold a pattern. An expression is somebody's, and may backtrack for ever; so it works in a thread of its
 * own, which is ended when it takes too long. Plain text needs none.
 */
import { Worker } from 'node:worker_threads';
import type { LogPattern } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { within } from '../../within.ts';
import { expressionOf } from './expression.ts';
import { needleArguments } from './journal-needle.ts';

/** Milliseconds for one lot of texts. */
const LIMIT = 3000;

/** Self-contained: it runs from its text. */
const thread = `
const { parentPort, workerData } = require('node:worker_threads');
const expressions = workerData.map(({ source, flags }) => new RegExp(source, flags));
parentPort.on('message', (texts) =>
  parentPort.postMessage(texts.map((text) => expressions.every((expression) => expression.test(text)))));
`;

export class Matcher {
  /** What journalctl is asked to leave out beforehand. */
  readonly arguments: string[];
  private readonly expressions: RegExp[];
  private worker: Worker | undefined;

  /** Texts must hold all of them; without any every text does. @throws Failure 'bad-pattern' */
  constructor(private readonly patterns: readonly LogPattern[]) {
    this.expressions = patterns.map(expressionOf);
    const needles = this.expressions.map(({ source, ignoreCase }) => needleArguments(source, ignoreCase));
    this.arguments = needles.find((needle) => needle.length > 0) ?? [];
    // It takes as long as reading the first lines does, so both begin together.
    if (this.isOfPeople) this.start();
  }

  /** Is there anything to look for? */
  get isNeeded(): boolean {
    return this.expressions.length > 0;
  }

  /** Is any of them an expression that somebody has written? */
  private get isOfPeople(): boolean {
    return this.patterns.some(({ regular }) => regular);
  }

  /** One answer a text. @throws Failure 'bad-pattern' where it takes too long */
  async test(texts: readonly string[], signal: AbortSignal): Promise<boolean[]> {
    if (this.expressions.length === 0) return texts.map(() => true);
    if (texts.length === 0) return [];
    if (!this.isOfPeople) return texts.map((text) => this.expressions.every((expression) => expression.test(text)));
    const worker = this.start();
    let onMessage: (holds: boolean[]) => void = () => undefined;
    let onError: (error: Error) => void = () => undefined;
    const answer = new Promise<boolean[]>((resolve, reject) => {
      [onMessage, onError] = [resolve, reject];
    });
    worker.once('message', onMessage).once('error', onError);
    worker.postMessage(texts);
    try {
      return await within(LIMIT, 'The search', () => answer, signal);
    } catch (error) {
      this.close();
      if (signal.aborted) throw error;
      const pattern = this.patterns.map(({ text }) => text).join(' ');
      throw fail('bad-pattern', { pattern, why: 'It takes too long on the lines of this log' }, error);
    } finally {
      worker.off('message', onMessage).off('error', onError);
    }
  }

  close(): void {
    void this.worker?.terminate();
    this.worker = undefined;
  }

  private start(): Worker {
    const workerData = this.expressions.map(({ source, flags }) => ({ source, flags }));
    this.worker ??= new Worker(thread, { eval: true, workerData, stdout: true, stderr: true });
    return this.worker;
  }
}
