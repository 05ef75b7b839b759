/**
 * One file on an SFTP server, read and written in many pieces at once: one at a time would wait for the line's delay
 * with each. ssh2-sftp-client's own ways of doing so cannot go on after a break.
 */
import type { SFTPWrapper, Stats } from 'ssh2';

/** Bytes of a piece: what OpenSSH takes at most; ssh2 makes smaller ones for servers that take less. */
const piece = 255 << 10;
/** Pieces under way at once: 16 MB, enough for 1 Gbit/s over 130 ms. */
const ahead = 64;

/** How an SFTP server says no: SSH_FX_… of draft-ietf-secsh-filexfer-02, 7. */
export const refusals = { noSuchFile: 2, permissionDenied: 3, failure: 4, connectionLost: 7 } as const;

type Answered<T> = (error: Error | undefined | null, answer?: T) => void;

export class Remote {
  /** What is to be done for each request under way when the connection has gone. */
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly sftp: SFTPWrapper,
    private readonly gone: AbortSignal,
  ) {
    gone.addEventListener('abort', () => {
      for (const lost of [...this.waiting]) lost();
    });
  }

  /** Rejects as the server says, or when the connection has gone. */
  ask<T = void>(request: (answered: Answered<T>) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(Object.assign(new Error('connection lost'), { code: refusals.connectionLost }));
      if (this.gone.aborted) return lost();
      this.waiting.add(lost);
      request((error, answer) => {
        this.waiting.delete(lost);
        if (error) reject(error);
        else resolve(answer as T);
      });
    });
  }

  async size(path: string): Promise<number | undefined> {
    try {
      return (await this.ask<Stats>((answered) => this.sftp.stat(path, answered))).size;
    } catch (error) {
      if (codeOf(error) === refusals.noSuchFile) return undefined;
      throw error;
    }
  }

  /** @param flags "w": from the beginning; "r+": into what is there; "r" */
  async open<T>(path: string, flags: 'r' | 'r+' | 'w', work: (handle: Buffer) => Promise<T>): Promise<T> {
    const handle = await this.ask<Buffer>((answered) => this.sftp.open(path, flags, answered));
    const close = () => this.ask((answered) => this.sftp.close(handle, answered));
    let result: T;
    try {
      result = await work(handle);
    } catch (error) {
      await close().catch(() => undefined);
      throw error;
    }
    // Some servers tell only now that what was written has no room.
    await close();
    return result;
  }

  write(handle: Buffer, bytes: Buffer, position: number): Promise<void> {
    return this.ask((answered) => this.sftp.write(handle, bytes, 0, bytes.length, position, answered));
  }

  /** Whole, or as much as there is: a server may answer with less than was asked for. */
  async read(handle: Buffer, position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const read = await this.ask<number>((answered) =>
        this.sftp.read(handle, bytes, done, length - done, position + done, answered as never),
      ).catch((error: unknown) => {
        if (codeOf(error) === 1) return 0;
        throw error;
      });
      if (read === 0) break;
      done += read;
    }
    return bytes.subarray(0, done);
  }

  /** In the place of a file of that name. */
  async rename(from: string, to: string): Promise<void> {
    try {
      // Not every server has it, and plain renaming replaces nothing.
      await this.ask((answered) => this.sftp.ext_openssh_rename(from, to, answered));
    } catch (error) {
      if (codeOf(error) === refusals.connectionLost) throw error;
      await this.ask((answered) => this.sftp.unlink(to, answered)).catch(() => undefined);
      await this.ask((answered) => this.sftp.rename(from, to, answered));
    }
  }

  /** Of the file system there; absent where the server does not tell. */
  async room(path: string): Promise<{ free: number; isReadOnly: boolean } | undefined> {
    type Told = { f_bavail: number; f_frsize: number; f_flag: number };
    const told = await this.ask<Told>((answered) => this.sftp.ext_openssh_statvfs(path, answered as never)).catch(
      () => undefined,
    );
    // SSH_FXE_STATVFS_ST_RDONLY (OpenSSH's PROTOCOL, 3.4).
    return told && { free: told.f_bavail * told.f_frsize, isReadOnly: (Number(told.f_flag) & 1) !== 0 };
  }
}

export const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Pieces from a byte to the end: many are begun, and taken in their order. */
export async function inPieces<T>(
  from: number,
  end: number,
  begin: (position: number, length: number) => Promise<T>,
  take: (result: T, upTo: number) => void,
): Promise<void> {
  const begun: { upTo: number; result: Promise<T> }[] = [];
  let position = from;
  while (position < end || begun.length > 0) {
    while (position < end && begun.length < ahead) {
      const length = Math.min(piece, end - position);
      const result = begin(position, length);
      // Its failure is met when its turn comes, or never, after another's.
      result.catch(() => undefined);
      position += length;
      begun.push({ upTo: position, result });
    }
    const next = begun.shift();
    if (next) take(await next.result, next.upTo);
  }
}
