/**
 * A capture file as libpcap writes it (pcap-savefile(5)), read record by record: how many packets are whole, and how
 * far they go. A file that is still written to is read on from where the last reading ended. What is in a packet is
 * not looked at.
 */
import type { FileHandle } from 'node:fs/promises';

const HEADER = 24;
const RECORD = 16;
/** tcpdump's own limit of a packet (MAXIMUM_SNAPLEN); a longer one means that we are not at a record. */
const LONGEST = 262_144;
const CHUNK = 1 << 20;

/** Microseconds and nanoseconds; written by a machine of this byte order or the other. */
const magics: Record<number, 'LE' | 'BE'> = {
  2712847316: 'BE',
  2712812621: 'BE',
  3569595041: 'LE',
  1295823521: 'LE',
};

export interface Counted {
  packets: number;
  /** Bytes up to the end of the last whole record; 0 where not even the header is whole. */
  whole: number;
  /** What follows is no record: a power cut may leave zeros. */
  isBroken: boolean;
}

/** It does not begin as a capture file. */
export class NoPcap extends Error {
  override readonly name = 'NoPcap';
}

/** Counts whole records as the file grows. */
export class PcapReader {
  packets = 0;
  whole = 0;
  isBroken = false;
  private order: 'LE' | 'BE' | undefined;

  /** Reads on to the file's present end. @throws NoPcap where it does not begin as one */
  async read(file: FileHandle): Promise<Counted> {
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK, this.whole);
      const before = this.whole;
      this.take(chunk.subarray(0, bytesRead));
      if (this.whole === before || bytesRead < CHUNK) break;
    }
    const { packets, whole, isBroken } = this;
    return { packets, whole, isBroken };
  }

  /** Bytes that follow on what is counted; a record that is cut off is left for the next time. @throws NoPcap */
  take(bytes: Buffer): void {
    let at = 0;
    if (this.isBroken) return;
    if (this.order === undefined) {
      if (bytes.length < HEADER) return;
      this.order = orderOf(bytes);
      at = HEADER;
    }
    for (;;) {
      if (at + RECORD > bytes.length) break;
      const length = this.order === 'LE' ? bytes.readUInt32LE(at + 8) : bytes.readUInt32BE(at + 8);
      this.isBroken = length === 0 || length > LONGEST;
      if (this.isBroken) break;
      if (at + RECORD + length > bytes.length) break;
      at += RECORD + length;
      this.packets += 1;
    }
    this.whole += at;
  }
}

function orderOf(header: Buffer): 'LE' | 'BE' {
  const order = magics[header.readUInt32BE(0)];
  const major = order === 'LE' ? header.readUInt16LE(4) : header.readUInt16BE(4);
  if (order === undefined || major !== 2) throw new NoPcap('it does not begin as a capture file');
  return order;
}

/** All whole records of a file, and where they end. @throws NoPcap */
export function countPcap(file: FileHandle): Promise<Counted> {
  return new PcapReader().read(file);
}
