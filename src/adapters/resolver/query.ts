/** A DNS question and what its answer tells (RFC 1035, 4.1): as much of it as a test needs. Pure. */

export const types = { A: 1, AAAA: 28 } as const;

/** @param id 0 to 65535, to know the answer by @param name a parsed host name */
export function writeQuestion(id: number, name: string, type: number): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  // Recursion desired; one question.
  header.writeUInt16BE(0x0100, 2);
  header.writeUInt16BE(1, 4);
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

export type Answer = 'known' | 'unknown name' | 'refused';

/** What the datagram says; undefined where it is no answer to that question. */
export function readAnswer(datagram: Buffer, id: number): Answer | undefined {
  if (datagram.length < 12 || datagram.readUInt16BE(0) !== id || (datagram.readUInt16BE(2) & 0x8000) === 0)
    return undefined;
  const code = datagram.readUInt16BE(2) & 15;
  const truncated = (datagram.readUInt16BE(2) & 0x0200) !== 0;
  if (code === 0) return truncated || datagram.readUInt16BE(6) > 0 ? 'known' : 'unknown name';
  return code === 3 ? 'unknown name' : 'refused';
}
