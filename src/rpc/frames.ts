/**
 * Messages on a byte stream: JSON after a Content-Length header, as the Language Server Protocol frames them (LSP 3.17,
 * base protocol), with the bounds that a service for untrusted clients needs and vscode-jsonrpc's own reader and
 * writer lack. Knows nothing of what the messages mean.
 */
import type { Duplex } from 'node:stream';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  ErrorCodes,
  Message,
} from 'vscode-jsonrpc/node';

const HEADER_LIMIT = 1024;
/** Messages read and not yet handled, beyond which reading pauses. */
const WAITING_LIMIT = 128;

export interface FrameLimits {
  /** Bytes of one message in. A bigger one ends the connection before it is read. */
  messageIn: number;
  /** Bytes that may wait for the other end to read. More ends the connection. */
  waitingOut: number;
}

/** Told of a message that is none: what a reply to it says. `id` null where it had no usable one. */
export type Refuse = (id: string | number | null, code: number, message: string) => void;

/** Reads messages. Bad framing is an 'error'; a well-framed message that is none goes to `refuse`, and reading goes on. */
export class FrameReader extends AbstractMessageReader {
  private head: Buffer = Buffer.alloc(0);
  private body: Buffer | undefined;
  private filled = 0;
  private waiting = 0;
  private delivering = false;
  private broken = false;

  constructor(
    private readonly stream: Duplex,
    private readonly limit: number,
    private readonly refuse: Refuse,
  ) {
    super();
  }

  override listen(deliver: DataCallback): Disposable {
    const onData = (chunk: Buffer) => this.take(chunk, deliver);
    this.stream.on('data', onData);
    this.stream.on('error', (error) => this.fireError(error));
    this.stream.on('close', () => this.fireClose());
    return { dispose: () => this.stream.off('data', onData) };
  }

  /** To be called as each delivered message is taken up: lets reading go on. */
  handled(): void {
    this.waiting = Math.max(0, this.waiting - 1);
    if (this.waiting === 0 && this.stream.isPaused()) this.stream.resume();
  }

  /** The same for a message that is taken up while it is delivered, as one that takes back what is under way. */
  handledAtOnce(): void {
    if (this.delivering) this.handled();
  }

  private take(chunk: Buffer, deliver: DataCallback): void {
    let rest = chunk;
    while (rest.length > 0 && !this.broken) rest = this.body ? this.fill(this.body, rest, deliver) : this.open(rest);
    if (this.waiting > WAITING_LIMIT) this.stream.pause();
  }

  /** Looks for the end of a header; gives what follows it. */
  private open(bytes: Buffer): Buffer {
    const head = this.head.length > 0 ? Buffer.concat([this.head, bytes]) : bytes;
    const end = head.indexOf('\r\n\r\n');
    if (end > HEADER_LIMIT || (end < 0 && head.length > HEADER_LIMIT)) return this.breakOff('no header');
    if (end < 0) {
      this.head = head;
      return Buffer.alloc(0);
    }
    this.head = Buffer.alloc(0);
    const length = /^Content-Length: *(\d{1,9})$/im.exec(head.toString('latin1', 0, end))?.[1];
    if (length === undefined || Number(length) === 0) return this.breakOff('no length');
    if (Number(length) > this.limit) return this.breakOff(`a message of more than ${this.limit} bytes`);
    this.body = Buffer.allocUnsafe(Number(length));
    this.filled = 0;
    return head.subarray(end + 4);
  }

  private fill(body: Buffer, bytes: Buffer, deliver: DataCallback): Buffer {
    const taken = bytes.copy(body, this.filled);
    this.filled += taken;
    if (this.filled === body.length) {
      this.body = undefined;
      this.decode(body, deliver);
    }
    return bytes.subarray(taken);
  }

  private decode(body: Buffer, deliver: DataCallback): void {
    let message: unknown;
    try {
      message = JSON.parse(body.toString('utf8'));
    } catch {
      this.refuse(null, ErrorCodes.ParseError, 'Not JSON.');
      return;
    }
    if (!isMessage(message)) {
      this.refuse(idOf(message), ErrorCodes.InvalidRequest, 'Not a JSON-RPC 2.0 message.');
      return;
    }
    this.waiting += 1;
    this.delivering = true;
    deliver(message);
    this.delivering = false;
  }

  private breakOff(why: string): Buffer {
    this.broken = true;
    this.fireError(new Error(`bad framing: ${why}`));
    return Buffer.alloc(0);
  }
}

/** vscode-jsonrpc trusts the shape of what it handles; this is what it takes for granted. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || (value as Message).jsonrpc !== '2.0') return false;
  const message = value as Message & { method?: unknown; params?: unknown };
  if (message.params !== undefined && (typeof message.params !== 'object' || message.params === null)) return false;
  if (message.method === '$/cancelRequest' || message.method === '$/progress') {
    const { id, token } = (message.params ?? {}) as { id?: unknown; token?: unknown };
    return Message.isNotification(message) && isId(message.method === '$/progress' ? token : id);
  }
  return Message.isRequest(message) || Message.isNotification(message) || Message.isResponse(message) === true;
}

const isId = (id: unknown): id is string | number => typeof id === 'string' || typeof id === 'number';

function idOf(value: unknown): string | number | null {
  const id = (value as { id?: unknown } | null)?.id;
  return isId(id) ? id : null;
}

/** Writes messages. An other end that does not read loses the connection instead of filling our memory. */
export class FrameWriter extends AbstractMessageWriter {
  constructor(
    private readonly stream: Duplex,
    private readonly limit: number,
  ) {
    super();
    stream.on('error', (error) => this.fireError(error));
    stream.on('close', () => this.fireClose());
  }

  async write(message: Message): Promise<void> {
    if (this.stream.destroyed || this.stream.writableEnded) throw new Error('the connection is closed');
    if (this.stream.writableLength > this.limit) {
      this.stream.destroy();
      throw new Error('the other end does not read');
    }
    const body = JSON.stringify(message);
    this.stream.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  end(): void {
    this.stream.end();
  }
}
