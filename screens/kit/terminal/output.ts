/**
 * The line to the terminal: writes without ever blocking the event loop, says when it is busy and when it is lost.
 * Knows nothing of what is written.
 */
import type { WriteStream } from 'node:tty';

/** libuv's stream beneath a tty, which Node sets to blocking writes for the sake of plain programs. */
interface Handle {
  setBlocking?(blocking: boolean): void;
}

export class Output {
  /** Bytes handed to the line so far. */
  sent = 0;
  private unsent = 0;
  private lost = false;
  private waiting: (() => void)[] = [];
  private readonly onError = () => this.lose();

  /** `onDrained`: all is sent after the line was busy. `onLost`: once, when the terminal went away. */
  constructor(
    private readonly stream: WriteStream,
    private readonly onDrained: () => void,
    private readonly onLost: () => void,
  ) {
    this.setBlocking(false);
    stream.on('error', this.onError);
    stream.on('close', this.onError);
  }

  /** Earlier bytes are not sent yet: hold back the next frame. */
  get busy(): boolean {
    return this.unsent > 0;
  }

  write(bytes: string): void {
    if (!bytes || this.lost) return;
    const size = Buffer.byteLength(bytes);
    this.sent += size;
    this.unsent += size;
    this.stream.write(bytes, (error) => {
      if (error) return this.lose();
      this.unsent -= size;
      if (this.unsent > 0) return;
      for (const resolve of this.waiting.splice(0)) resolve();
      this.onDrained();
    });
  }

  /** Resolves true when all is sent, false when that took longer than the limit or the terminal is lost. */
  drained(limit: number): Promise<boolean> {
    if (!this.busy || this.lost) return Promise.resolve(!this.lost);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limit);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve(!this.lost);
      });
    });
  }

  /** Hands the stream back as it was found. The error listener stays: a late EIO must not become an uncaught error. */
  release(): void {
    this.stream.off('close', this.onError);
    this.setBlocking(true);
  }

  private lose(): void {
    if (this.lost) return;
    this.lost = true;
    this.unsent = 0;
    for (const resolve of this.waiting.splice(0)) resolve();
    this.onLost();
  }

  private setBlocking(blocking: boolean): void {
    (this.stream as unknown as { _handle?: Handle })._handle?.setBlocking?.(blocking);
  }
}
