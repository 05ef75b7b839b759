/** One JSON-RPC 2.0 connection over a byte stream, within limits. What is asked and answered is decided by others. */
import type { Duplex } from 'node:stream';
import {
  CancellationSenderStrategy,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { type FrameLimits, FrameReader, FrameWriter } from './frames.ts';

/** The key in an operation's params that says where its progress goes; it is no argument. */
export const PROGRESS_TOKEN = 'progressToken';

/**
 * A connection that is not listening yet. Anything wrong with the stream or the framing destroys the stream, and the
 * end of the stream disposes the connection, which fails whatever waits for an answer.
 */
export function connectionOver(stream: Duplex, limits: FrameLimits): MessageConnection {
  const writer = new FrameWriter(stream, limits.waitingOut);
  const reader = new FrameReader(stream, limits.messageIn, (id, code, message) => {
    // The library has no reply without a request, and its type of a response lacks the null id of the JSON-RPC text.
    void writer.write({ jsonrpc: '2.0', id, error: { code, message } } as never).catch(() => undefined);
  });
  const connection = createMessageConnection(reader, writer, undefined, {
    messageStrategy: {
      handleMessage: (message, next) => {
        reader.handled();
        return next(message);
      },
    },
    cancellationStrategy: { receiver: { createCancellationTokenSource: () => new Source(reader) }, sender },
  });
  connection.onError(() => stream.destroy());
  connection.onClose(() => connection.dispose());
  return connection;
}

const sender = CancellationSenderStrategy.Message;

/** A message that takes back what is under way goes to its source at once, and never through handleMessage. */
class Source extends CancellationTokenSource {
  constructor(private readonly reader: FrameReader) {
    super();
  }

  override cancel(): void {
    this.reader.handledAtOnce();
    super.cancel();
  }
}
