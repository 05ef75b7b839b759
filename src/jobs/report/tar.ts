/**
 * The archive's own format: POSIX ustar with a pax header where a name is too long for it (pax(1), "ustar Interchange
 * Format" and "pax Header Block"), as bytes. A writer of our own, since an entry's size has to be promised before its
 * content is there, and two screens of code do that. Nothing here reads or writes files.
 */

const BLOCK = 512;

export interface EntryHeader {
  /** Relative, parted by "/". */
  path: string;
  /** Bytes. */
  size: number;
  /** When its content was last changed, in seconds since 1970. */
  time: number;
}

/** What stands before an entry's content. */
export function headerOf({ path, size, time }: EntryHeader): Buffer {
  const name = Buffer.from(path);
  if (name.length <= 100) return block(name, size, time, '0');
  const records = paxRecord('path', path);
  const extra = block(Buffer.from('pax-header'), records.length, time, 'x');
  return Buffer.concat([extra, records, paddingOf(records.length), block(name.subarray(0, 100), size, time, '0')]);
}

/** What stands behind a content of that many bytes. */
export function paddingOf(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** What stands at the end of the archive. */
export const archiveEnd = Buffer.alloc(2 * BLOCK);

/** "LENGTH path=NAME\n", where LENGTH counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
  return Buffer.concat([Buffer.from(`${length}`), rest]);
}

function block(name: Buffer, size: number, time: number, type: '0' | 'x'): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number) =>
    header.write(
      `${Math.max(0, Math.floor(value))
        .toString(8)
        .padStart(width - 1, '0')}\0`,
      at,
      'latin1',
    );
  name.copy(header, 0, 0, 100);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(time, 136, 12);
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write('root', 265, 'latin1');
  header.write('root', 297, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
