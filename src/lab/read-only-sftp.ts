/**
 * A folder of files as an SFTP session may see it (draft-ietf-secsh-filexfer-02, as ssh2 speaks it): listed and read.
 * What is not answered here, ssh2 refuses. Paths lead to names of the one folder and nowhere else.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Attributes, SFTPWrapper } from 'ssh2';

/** The name that is seen, and the file that it stands for. */
export interface ShownFile {
  name: string;
  path: string;
  size: number;
}

export interface Reading {
  name: string;
  /** Furthest byte that was sent. */
  position: number;
  bytes: number;
}

interface Listeners {
  read(reading: Reading): void;
  closed(reading: Reading): void;
}

const folder = '/report';
const at = Math.floor(Date.now() / 1000);
const folderLook: Attributes = { mode: 0o40555, uid: 0, gid: 0, size: 0, atime: at, mtime: at };
const look = (size: number): Attributes => ({ mode: 0o100444, uid: 0, gid: 0, size, atime: at, mtime: at });

type Opened = { listed: boolean } | { file: FileHandle; shown: ShownFile; reading: Reading };

export function serveReadOnly(
  sftp: SFTPWrapper,
  files: readonly ShownFile[],
  {
    OK,
    EOF,
    FAILURE,
    NO_SUCH_FILE,
    PERMISSION_DENIED,
  }: Record<'OK' | 'EOF' | 'FAILURE' | 'NO_SUCH_FILE' | 'PERMISSION_DENIED', number>,
  { read, closed }: Listeners,
): void {
  const opened = new Map<number, Opened>();
  let handles = 0;
  const resolved = (path: string) => posix.resolve(folder, path);
  const isFolder = (path: string) => ['/', folder].includes(resolved(path));
  const fileAt = (path: string) => files.find(({ name }) => resolved(path) === posix.join(folder, name));
  const found = (handle: Buffer) => (handle.length === 4 ? opened.get(handle.readUInt32BE()) : undefined);
  const keep = (request: number, one: Opened) => {
    const handle = Buffer.alloc(4);
    handles += 1;
    handle.writeUInt32BE(handles);
    opened.set(handles, one);
    sftp.handle(request, handle);
  };
  const stat = (request: number, path: string) => {
    const file = fileAt(path);
    if (isFolder(path)) sftp.attrs(request, folderLook);
    else if (file) sftp.attrs(request, look(file.size));
    else sftp.status(request, NO_SUCH_FILE);
  };
  sftp.on('REALPATH', (request, path) => {
    sftp.name(request, [{ filename: path === '' ? folder : resolved(path), longname: '', attrs: folderLook }]);
  });
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('OPENDIR', (request, path) => {
    if (resolved(path) === folder) keep(request, { listed: false });
    else sftp.status(request, PERMISSION_DENIED);
  });
  sftp.on('READDIR', (request, handle) => {
    const one = found(handle);
    if (!one || !('listed' in one)) return sftp.status(request, FAILURE);
    if (one.listed) return sftp.status(request, EOF);
    one.listed = true;
    const line = ({ name, size }: ShownFile) => `-r--r--r-- 1 root root ${size} ${name}`;
    sftp.name(
      request,
      files.map((file) => ({ filename: file.name, longname: line(file), attrs: look(file.size) })),
    );
  });
  sftp.on('OPEN', (request, path, flags) => {
    const shown = fileAt(path);
    if (!shown) return sftp.status(request, NO_SUCH_FILE);
    // SSH_FXF_READ alone.
    if (flags !== 1) return sftp.status(request, PERMISSION_DENIED);
    open(shown.path).then(
      (file) => keep(request, { file, shown, reading: { name: shown.name, position: 0, bytes: 0 } }),
      () => sftp.status(request, FAILURE),
    );
  });
  sftp.on('FSTAT', (request, handle) => {
    const one = found(handle);
    if (one && 'shown' in one) sftp.attrs(request, look(one.shown.size));
    else sftp.status(request, FAILURE);
  });
  sftp.on('READ', (request, handle, offset, length) => {
    const one = found(handle);
    if (!one || !('file' in one)) return sftp.status(request, FAILURE);
    const buffer = Buffer.allocUnsafe(Math.min(length, 256 << 10));
    one.file.read(buffer, 0, buffer.length, offset).then(
      ({ bytesRead }) => {
        if (bytesRead === 0) return sftp.status(request, EOF);
        one.reading.bytes += bytesRead;
        one.reading.position = Math.max(one.reading.position, offset + bytesRead);
        read(one.reading);
        sftp.data(request, buffer.subarray(0, bytesRead));
      },
      () => sftp.status(request, FAILURE),
    );
  });
  const close = (number: number, byClient: boolean) => {
    const one = opened.get(number);
    opened.delete(number);
    if (!one || !('file' in one)) return;
    void one.file.close().catch(() => undefined);
    if (byClient) closed(one.reading);
  };
  sftp.on('CLOSE', (request, handle) => {
    if (!found(handle)) return sftp.status(request, FAILURE);
    close(handle.readUInt32BE(), true);
    sftp.status(request, OK);
  });
  sftp.on('close', () => {
    for (const number of [...opened.keys()]) close(number, false);
  });
}
