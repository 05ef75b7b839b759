/** QEMU's machine protocol (docs/interop/qmp-spec.rst): commands to a running QEMU, and what it tells by itself. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface QmpEvent {
  event: string;
  data: Record<string, unknown>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Qmp {
  /** Since it was connected: RESET, SHUTDOWN and the like. */
  readonly events: QmpEvent[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('QEMU has gone.'));
      this.waiting.clear();
    });
    createInterface(socket).on('line', (line) => this.take(JSON.parse(line)));
  }

  /** @throws Error while nobody listens there */
  static async open(path: string): Promise<Qmp> {
    const socket = connect(path);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const qmp = new Qmp(socket);
    await qmp.ask('qmp_capabilities');
    return qmp;
  }

  /** @throws Error with QEMU's own words where it refuses */
  ask<T>(execute: string, args: object = {}): Promise<T> {
    const id = ++this.count;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      this.socket.write(`${JSON.stringify({ execute, arguments: args, id })}\n`);
    });
  }

  /** A command of the monitor that people use, where QMP has none. @throws Error with what it prints: mistakes */
  async monitor(command: string): Promise<void> {
    const said = await this.ask<string>('human-monitor-command', { 'command-line': command });
    if (said.trim()) throw new Error(`${command}: ${said}`);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(message: {
    id?: number;
    return?: unknown;
    error?: { desc: string };
    event?: string;
    data?: object;
  }): void {
    if (message.event) this.events.push({ event: message.event, data: { ...message.data } });
    const waiting = message.id === undefined ? undefined : this.waiting.get(message.id);
    if (!waiting || message.id === undefined) return;
    this.waiting.delete(message.id);
    if (message.error) waiting.reject(new Error(message.error.desc));
    else waiting.resolve(message.return);
  }
}
