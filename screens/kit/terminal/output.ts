/**
 * The line to the terminal: writes without ever blocking the event loop, says when it is busy and when it is lost.
 * Knows nothing of what is written.
 */
import type { WriteStream } from 'node:tty';
import { now } from './clock.ts';

/** libuv's stream beneath a tty, which Node sets to blocking writes for the sake of plain programs. */
interface Handle {
  setBlocking?(blocking: boolean): void;
}

/** Milliseconds of a slow line that may lie before it: no pause between frames, and no more delay than is felt. */
const slack = 100;

/**
 * Bytes per second of a line, from the settings that `stty -g` printed (iflag:oflag:cflag:…, hexadecimal; termios(3)),
 * or Infinity from 38400 baud on, which is also what pseudo terminals pretend.
 */
export function speedOf(settings: string | undefined): number {
  const bits = [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200];
  const code = Number.parseInt(settings?.split(':')[2] ?? '', 16) & 0x100f;
  const baud = bits[code];
  return baud ? baud / 10 : Infinity;
}

export class Output {
  /** Bytes handed to the line so far. */
  sent = 0;
  private unsent = 0;
  private lost = false;
  private waiting: (() => void)[] = [];
  private readonly onError = () => this.lose();

  /** When the line will have carried what it was given, by its speed; on clock.ts's. */
  private clearAt = 0;
  private timer: NodeJS.Timeout | undefined;

  /** `onDrained`: all is sent after the line was busy. `onLost`: once, when the terminal went away. */
  constructor(
    private readonly stream: WriteStream,
    private readonly onDrained: () => void,
    private readonly onLost: () => void,
    /** Bytes per second, where the line is so slow that the kernel's buffer holds seconds of it. */
    private readonly speed = Infinity,
  ) {
    this.setBlocking(false);
    stream.on('error', this.onError);
    stream.on('close', this.onError);
  }

  /** Earlier bytes are not sent yet: hold back the next frame. */
  get busy(): boolean {
    return this.unsent > 0 || this.clearAt - now() > slack;
  }

  /** Bytes wait that the line does not take. */
  get stuck(): boolean {
    return this.unsent > 0;
  }

  write(bytes: string): void {
    if (!bytes || this.lost) return;
    const size = Buffer.byteLength(bytes);
    this.sent += size;
    this.unsent += size;
    this.clearAt = Math.max(now(), this.clearAt) + (size / this.speed) * 1000;
    this.stream.write(bytes, (error) => {
      if (error) return this.lose();
      this.unsent -= size;
      if (this.unsent > 0) return;
      for (const resolve of this.waiting.splice(0)) resolve();
      this.tellWhenClear();
    });
  }

  private tellWhenClear(): void {
    clearTimeout(this.timer);
    if (this.unsent > 0) return;
    const wait = this.clearAt - now() - slack;
    if (wait > 0) this.timer = setTimeout(() => this.tellWhenClear(), wait + 1);
    else this.onDrained();
  }

  /** Resolves true when all is sent, false when that took longer than the limit or the terminal is lost. */
  drained(limit: number): Promise<boolean> {
    if (this.unsent === 0 || this.lost) return Promise.resolve(!this.lost);
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
    clearTimeout(this.timer);
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
