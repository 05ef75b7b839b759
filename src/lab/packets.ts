/**
 * Packets as an appliance exchanges them with its upstream hop: TCP connections from handshake to end, with something
 * that looks like TLS in them, as records of a capture file (pcap-savefile(5)). Nothing is sent. Pure.
 */

/** Header of a file of Ethernet packets with times in microseconds. */
export function pcapHeader(bytesEach: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(bytesEach || 262_144, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

/** One packet of it. `at`: milliseconds since 1970. */
export function pcapRecord(packet: Buffer, bytesEach: number, at: number): Buffer {
  const kept = packet.subarray(0, bytesEach || packet.length);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(at / 1000), 0);
  record.writeUInt32LE(Math.floor((at % 1000) * 1000), 4);
  record.writeUInt32LE(kept.length, 8);
  record.writeUInt32LE(packet.length, 12);
  return Buffer.concat([record, kept]);
}

interface End {
  mac: string;
  /** IPv4. */
  address: string;
  port: number;
}

const [FIN, SYN, PSH, ACK] = [1, 2, 8, 16];
const hello = Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0]), Buffer.alloc(512, 0xa5)]);
const data = (length: number) => Buffer.concat([Buffer.from([0x17, 3, 3, 0, 0]), Buffer.alloc(length, 0x5a)]);

/** A whole connection: who speaks ('us' first), with which flags, and what it carries. */
const talk: readonly [who: 'us' | 'them', flags: number, payload: Buffer][] = [
  ['us', SYN, Buffer.alloc(0)],
  ['them', SYN | ACK, Buffer.alloc(0)],
  ['us', ACK, Buffer.alloc(0)],
  ['us', PSH | ACK, hello],
  ['them', ACK, Buffer.alloc(0)],
  ['them', PSH | ACK, data(1300)],
  ['us', ACK, Buffer.alloc(0)],
  ['us', PSH | ACK, data(420)],
  ['them', PSH | ACK, data(860)],
  ['us', FIN | ACK, Buffer.alloc(0)],
  ['them', FIN | ACK, Buffer.alloc(0)],
  ['us', ACK, Buffer.alloc(0)],
];

/** Packets without an end, one connection after the other, each from a port of its own. */
export function* conversation(us: Omit<End, 'port'>, them: End, random: () => number): Generator<Buffer, never> {
  for (let port = 40_000; ; port = port < 60_000 ? port + 1 : 40_000) {
    const next = { us: Math.floor(random() * 2 ** 31), them: Math.floor(random() * 2 ** 31) };
    for (const [who, flags, payload] of talk) {
      const other = who === 'us' ? 'them' : 'us';
      const [from, to] = who === 'us' ? [{ ...us, port }, them] : [them, { ...us, port }];
      yield packet(from, to, { flags, payload, seq: next[who], ack: flags & ACK ? next[other] : 0 });
      next[who] += payload.length + (flags & (SYN | FIN) ? 1 : 0);
    }
  }
}

interface Segment {
  flags: number;
  payload: Buffer;
  seq: number;
  ack: number;
}

/** Ethernet, IPv4 (RFC 791), TCP (RFC 9293). */
function packet(from: End, to: End, { flags, payload, seq, ack }: Segment): Buffer {
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(seq >>> 0, 4);
  tcp.writeUInt32BE(ack >>> 0, 8);
  tcp[12] = 5 << 4;
  tcp[13] = flags;
  tcp.writeUInt16BE(64_240, 14);
  const addresses = Buffer.from([...octets(from.address), ...octets(to.address)]);
  const pseudo = Buffer.concat([addresses, Buffer.from([0, 6, 0, 0]), tcp, payload]);
  pseudo.writeUInt16BE(tcp.length + payload.length, 10);
  tcp.writeUInt16BE(checksum(pseudo), 16);
  const ip = Buffer.concat([Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0]), addresses]);
  ip.writeUInt16BE(ip.length + tcp.length + payload.length, 2);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([macOf(to.mac), macOf(from.mac), Buffer.from([8, 0]), ip, tcp, payload]);
}

const octets = (address: string) => address.split('.').map(Number);
const macOf = (mac: string) => Buffer.from(mac.replaceAll(':', ''), 'hex');

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
