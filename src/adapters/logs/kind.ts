/** What a file of the log folder is, by its name and its first bytes. Pure. */

/** How many of its first bytes tell. */
export const HEAD = 1024;

export type Compression = 'gzip' | 'xz' | 'zstd' | 'bzip2';

/** RFC 1952; the .xz file format 1.2.1; RFC 8878; bzip2's block header. */
const magics: [Compression, Buffer][] = [
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['bzip2', Buffer.from('BZh')],
];

/** utmp(5), lastlog(8): records of their own, which are text in their first bytes by chance. */
const records = /^(wtmp|btmp|utmp|lastlog|faillog|tallylog|lastlog2\.db)(\.\d+|-\d+)?$/;

export function kindOf(name: string, head: Buffer): { compressed?: Compression; unreadable?: string } {
  const compressed = magics.find(([, magic]) => head.subarray(0, magic.length).equals(magic))?.[0];
  // "BZh" may also begin a text: the level and the magic of the first block follow.
  if (compressed && (compressed !== 'bzip2' || /^BZh[1-9]/.test(head.toString('latin1', 0, 4)))) return { compressed };
  if (records.test(name)) return { unreadable: `made of records (${name.split(/[.-]/)[0]})` };
  return isBinary(head) ? { unreadable: 'binary' } : {};
}

/** A NUL here and there may stand in a text that somebody else has put in a log. */
function isBinary(head: Buffer): boolean {
  const nuls = head.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);
  return head[0] === 0 || nuls > head.length / 32;
}
