/**
 * Requests to the Docker Engine over its unix socket: a limit for each, bodies bounded, and what the absence of an
 * answer means. What answers hold is understood in the parse files.
 * By node:http alone. Not the docker program: one process a question, with tables for people. Not systeminformation:
 * it asks the engine for each container apart and swallows what goes wrong. The path has no version of the API, which
 * is whatever this engine speaks best: all that is read here has been there since 1.25, and a number would have to be
 * asked for before each new engine.
 */
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { z } from 'zod';
import { Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import { understood } from '../understood.ts';
import { absence, mayBeAsked, type Place } from './presence.ts';

/** Bytes of one answer: a thousand containers are a few MB. */
const mostBody = 16 << 20;

export interface Asked {
  path: string;
  method?: 'GET' | 'POST';
  /** Milliseconds until the whole answer is there; of a stream: until it begins. Default: the engine's. */
  limit?: number;
  /** What a 404 means. */
  unknown?: Failure;
  signal: AbortSignal;
}

export class Engine {
  /** Connections are kept: with docker.socket a new one could start an engine that was just stopped. */
  private readonly agent: Agent;

  /** `limit`: ms for one answer. */
  constructor(
    private readonly place: Place,
    private readonly limit: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxFreeSockets: 2 });
  }

  /** @throws Failure 'not-understood' where the answer has another shape, and what `text` throws */
  async read<T>(schema: z.ZodType<T>, asked: Asked): Promise<T> {
    return understood('the container engine', schema, await this.text(asked));
  }

  /**
   * @throws Failure 'engine-absent', 'engine-stopped', 'engine-hangs'; 'engine-refused' with the engine's words; `unknown`
   *   for a 404; 'not-understood' for more than 16 MB; 'aborted'
   */
  async text(asked: Asked): Promise<string> {
    const timed = this.timed(asked);
    try {
      const response = await this.answer(asked, timed.signal);
      const text = await body(response, timed.signal);
      return accepted(response.statusCode ?? 0, text, asked);
    } catch (error) {
      throw await this.meaning(error, asked, timed.isOver());
    } finally {
      timed.end();
    }
  }

  /** The answer as it comes. It ends with the signal, or when the reader destroys it. Throws as `text`. */
  async stream(asked: Asked): Promise<IncomingMessage> {
    const timed = this.timed(asked);
    try {
      const response = await this.answer(asked, timed.signal);
      if (response.statusCode === 200) {
        const onAbort = () => response.destroy();
        if (asked.signal.aborted) onAbort();
        asked.signal.addEventListener('abort', onAbort, { once: true });
        response.once('close', () => asked.signal.removeEventListener('abort', onAbort));
        return response;
      }
      accepted(response.statusCode ?? 0, await body(response, timed.signal), asked);
      throw fail('engine-refused', { said: `answer ${response.statusCode}` });
    } catch (error) {
      throw await this.meaning(error, asked, timed.isOver());
    } finally {
      timed.end();
    }
  }

  private timed({ signal, limit = this.limit }: Asked) {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), limit);
    return {
      signal: AbortSignal.any([signal, over.signal]),
      isOver: () => over.signal.aborted && !signal.aborted,
      end: () => clearTimeout(timer),
    };
  }

  private async answer({ path, method = 'GET' }: Asked, signal: AbortSignal): Promise<IncomingMessage> {
    if (!this.hasConnection()) await mayBeAsked(this.place, signal);
    return new Promise((resolve, reject) => {
      const onAbort = () => asking.destroy(fail('aborted', {}));
      const asking: ClientRequest = request(
        { socketPath: this.place.socket, path, method, agent: this.agent, headers: { Host: 'docker' } },
        resolve,
      );
      asking.once('error', reject);
      asking.once('close', () => signal.removeEventListener('abort', onAbort));
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      asking.end();
    });
  }

  private hasConnection(): boolean {
    return Object.values(this.agent.freeSockets).some((sockets) => (sockets?.length ?? 0) > 0);
  }

  private async meaning(error: unknown, { limit = this.limit, signal }: Asked, isOver: boolean): Promise<Failure> {
    if (signal.aborted) return fail('aborted', {}, error);
    if (isOver) return fail('engine-hangs', { seconds: limit / 1000 }, error);
    return error instanceof Failure ? error : await absence(this.place, error as NodeJS.ErrnoException);
  }
}

async function body(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const onAbort = () => response.destroy(fail('aborted', {}));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      // Leaving the loop ends the connection.
      if (length > mostBody) throw fail('not-understood', { what: 'the container engine', got: 'more than 16 MB' });
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** 304: it was so already. */
function accepted(status: number, text: string, { unknown }: Asked): string {
  if ((status >= 200 && status < 300) || status === 304) return text;
  if (status === 404 && unknown) throw unknown;
  throw fail('engine-refused', { said: words(text) || `answer ${status}` });
}

/** {"message": "…"}; what else comes is told as it is. */
function words(text: string): string {
  let said: unknown = text;
  try {
    said = (JSON.parse(text) as { message?: unknown }).message ?? text;
  } catch {
    // Plain text, of whatever stands in the engine's place.
  }
  return harmless(String(said).slice(0, 2000).trim(), { most: 300 });
}
