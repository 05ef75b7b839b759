/** A link to the service over its socket, which connects again by itself for as long as it is open. */
import { connect as dial, type Socket } from 'node:net';
import type { About } from '../appliance.ts';
import { Failure, fail, type Problem } from '../errors.ts';
import { operations } from '../operations.ts';
import { type Ask, type Asking, asking } from '../rpc/ask.ts';
import { endingsOf } from '../rpc/ended.ts';
import { remoteAppliance } from '../rpc/remote.ts';
import type { Link, LinkState } from './link.ts';
import { problemWithSocket } from './problem.ts';

const FIRST_DELAY = 50;
const LAST_DELAY = 1000;
/** How long an operation waits for a service, and the first answer may take before that is told, in ms. */
const PATIENCE = 3000;
/** How long it waits for one that takes connections: on a machine that boots, or is small, all may be busy. */
const PATIENCE_WITH_SLOW = 10_000;
/** The first answer of a slow service gets twice the time with each connection, up to this. */
const LONGEST_GREETING = 24_000;

/** Problems that no waiting mends. */
const isFinal = (problem: Problem | undefined) =>
  problem?.code === 'service-forbidden' || problem?.code === 'service-other-version';

/** `socket`: its path, or which it is just now. `version`: ours; a service of another version is not spoken to. */
export function connect(socket: string | (() => string), version: string): Link {
  return new SocketLink(typeof socket === 'string' ? () => socket : socket, version);
}

/** What is known besides of a service that is gone. */
function withEndings(problem: Problem): Problem {
  const endings = problem.code === 'service-gone' ? endingsOf(problem.details.socket) : undefined;
  return endings && problem.code === 'service-gone'
    ? { code: problem.code, details: { ...problem.details, endings } }
    : problem;
}

class SocketLink implements Link {
  readonly appliance = remoteAppliance((name, args, call) => this.ask(name, args, call));
  state: LinkState = 'connecting';
  problem: Problem | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly closed = new AbortController();
  private client: Asking | undefined;
  private socket: Socket | undefined;
  private delay = FIRST_DELAY;
  private greeting = PATIENCE;
  /** It took the last connection, and has not answered on any. */
  private isSlow = false;
  private timer: NodeJS.Timeout | undefined;
  private path = '';

  constructor(
    private readonly pathNow: () => string,
    private readonly version: string,
  ) {
    this.dial();
  }

  onState(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    if (this.closed.signal.aborted) return;
    this.closed.abort();
    clearTimeout(this.timer);
    this.socket?.destroy();
    this.become('lost', this.ended());
  }

  private dial(): void {
    this.path = this.pathNow();
    const socket = dial(this.path);
    this.socket = socket;
    let why: Problem = this.gone('the connection ended');
    const blame = (problem: Problem) => {
      why = problem;
    };
    socket.once('connect', () => {
      this.isSlow = true;
      void this.greet(socket, blame, () => (this.closed.signal.aborted ? this.ended() : why));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      this.isSlow = false;
      blame(problemWithSocket(this.path, error));
    });
    socket.once('close', () => {
      this.client = undefined;
      if (this.closed.signal.aborted) return;
      this.timer = setTimeout(() => this.dial(), this.delay);
      this.delay = Math.min(this.delay * 2, LAST_DELAY);
      this.become('lost', why);
    });
  }

  /** Connected is who has an answer, and from a service of our own version. */
  private async greet(socket: Socket, blame: (problem: Problem) => void, why: () => Problem): Promise<void> {
    const late = setTimeout(() => {
      this.greeting = Math.min(this.greeting * 2, LONGEST_GREETING);
      blame(this.gone('it takes connections and does not answer'));
      socket.destroy();
    }, this.greeting);
    try {
      const client = asking(socket, why);
      const about = (await client.ask('about', {})) as About;
      this.isSlow = false;
      this.greeting = PATIENCE;
      if (about.version === this.version) {
        this.client = client;
        this.delay = FIRST_DELAY;
        this.become('connected', undefined);
        return;
      }
      blame({ code: 'service-other-version', details: { theirs: about.version, ours: this.version } });
    } catch {
      // Why is told when the socket is closed.
    } finally {
      clearTimeout(late);
    }
    socket.destroy();
  }

  private become(state: LinkState, problem: Problem | undefined): void {
    this.state = state;
    this.problem = problem && withEndings(problem);
    for (const listener of [...this.listeners]) listener();
  }

  private readonly ask: Ask = (name, args, call = {}) =>
    operations[name] === 'watch' ? this.keepWatching(name, args, call) : this.askOnce(name, args, call);

  private async askOnce(...[name, args, call]: Parameters<Ask>): Promise<unknown> {
    const client = await this.connected(PATIENCE, call?.signal);
    return client.ask(name, args, call);
  }

  private async keepWatching(...[name, args, call]: Parameters<Ask>): Promise<unknown> {
    for (;;) {
      try {
        const client = await this.connected(Number.POSITIVE_INFINITY, call?.signal);
        return await client.ask(name, args, call);
      } catch (error) {
        const problem = error instanceof Failure ? error.problem : undefined;
        if (problem?.code === 'aborted' && call?.signal?.aborted) return undefined;
        if (problem?.code !== 'service-gone' || this.closed.signal.aborted) throw error;
      }
    }
  }

  /** Waits for a connection that long (ms), longer for a slow service; fails at once where waiting is of no use. */
  private connected(patience: number, signal: AbortSignal | undefined): Promise<Asking> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener('abort', onAbort);
        done();
      };
      const give = () => settle(() => reject(new Failure(this.problem ?? this.gone('it did not answer in time'))));
      const onAbort = () => settle(() => reject(fail('aborted', {})));
      const look = () => {
        const { client } = this;
        if (client) settle(() => resolve(client));
        else if (this.closed.signal.aborted || (isFinal(this.problem) && patience !== Number.POSITIVE_INFINITY)) give();
      };
      const late = () => {
        if (!this.isSlow) return give();
        timer = setTimeout(give, PATIENCE_WITH_SLOW - patience);
      };
      let timer = patience === Number.POSITIVE_INFINITY ? undefined : setTimeout(late, patience);
      const stop = this.onState(look);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
      else look();
    });
  }

  private ended(): Problem {
    return this.gone('the link was closed');
  }

  private gone(why: string): Problem {
    return { code: 'service-gone', details: { socket: this.path, why } };
  }
}
