/**
 * Many byte strings searched at once. Three bytes are looked at at every second place only: whatever the place where a
 * string begins, three of its own in a row stand at such a place, and those that are rarest in texts tell that it may
 * be there. Nothing here knows what is searched.
 */
import { endianness } from 'node:os';

/** Shortest string that is taken: three bytes at an even place, or at an odd one. */
export const SHORTEST = 4;

export interface Needle {
  bytes: Buffer;
  /** Are capital letters the same as small ones? */
  anyCase?: boolean;
}

/** Calls for each needle at each place where it stands, in no order among those that are near each other. */
export type Search<N extends Needle> = (bytes: Buffer, found: (needle: N, at: number) => void) => void;

/** A needle that may stand `offset` bytes before three that tell of it. */
interface Sign<N> {
  needle: N;
  bytes: Buffer;
  anyCase: boolean;
  offset: number;
  /** Of the last byte, in small letters: what differs mostly differs here. */
  last: number;
}

const fold = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
/** Five bits of each of three bytes: capital and small letters are the same. */
const SIGNS = 1 << 15;
const signOf = (a: number, b: number, c: number) => (a & 31) | ((b & 31) << 5) | ((c & 31) << 10);
/** Of the three lowest bytes. */
const signIn = (word: number) => (word & 31) | ((word >>> 3) & 0x3e0) | ((word >>> 6) & 0x7c00);
/** How frequent a byte's five bits are in logs, the most frequent first. */
const frequent = " e0ta1oi2ns3r4:5l6d7c8u9mp/fg.hvy-b=k_?'";
const frequency = new Uint8Array(32);
for (const [place, letter] of [...frequent].entries())
  frequency[letter.charCodeAt(0) & 31] = Math.max(
    frequency[letter.charCodeAt(0) & 31] as number,
    frequent.length - place,
  );

/** @param needles each of 4 bytes or more */
export function searchFor<N extends Needle>(needles: readonly N[]): Search<N> {
  const none: Sign<N>[] = [];
  const isSign = new Uint8Array(SIGNS);
  const signs: Sign<N>[][] = Array.from({ length: SIGNS }, () => none);
  for (const needle of needles) {
    const { bytes, anyCase = false } = needle;
    if (bytes.length < SHORTEST) throw new RangeError('a needle is too short');
    for (const odd of [0, 1]) {
      const offset = rarest(bytes, odd);
      const three = signAt(bytes, offset);
      const last = fold[bytes.at(-1) as number] as number;
      isSign[three] = 1;
      signs[three] = [...(signs[three] as Sign<N>[]), { needle, bytes, anyCase, offset, last }];
    }
  }
  return (bytes, found) => {
    const look = (three: number, at: number) => {
      for (const sign of signs[three] as Sign<N>[])
        if (stands(sign, bytes, at - sign.offset)) found(sign.needle, at - sign.offset);
    };
    const lookAlong = (from: number, to: number) => {
      for (let at = from; at < to; at += 2) {
        const three = signAt(bytes, at);
        if (isSign[three] !== 0) look(three, at);
      }
    };
    // Four bytes are read at once, two places among them: in half the time. What is beside whole words is read by itself.
    const lead = -bytes.byteOffset & 3;
    const words = wordsOf(bytes, lead);
    const end = bytes.length - 2;
    lookAlong(lead & 1, Math.min(lead, end));
    const last = words.length - 1;
    let word = words[0] as number;
    for (let index = 0; index < last; index += 1) {
      const next = words[index + 1] as number;
      const first = signIn(word);
      if (isSign[first] !== 0) look(first, lead + index * 4);
      const second = signIn((word >>> 16) | (next << 16));
      if (isSign[second] !== 0) look(second, lead + index * 4 + 2);
      word = next;
    }
    lookAlong(lead + Math.max(0, last) * 4, end);
  };
}

const isLittleEndian = endianness() === 'LE';

/** From there on, as the processor reads them; none where that would turn them round. */
function wordsOf(bytes: Buffer, from: number): Uint32Array {
  const count = isLittleEndian ? Math.max(0, bytes.length - from) >> 2 : 0;
  return count === 0 ? new Uint32Array() : new Uint32Array(bytes.buffer, bytes.byteOffset + from, count);
}

const signAt = (bytes: Buffer, at: number) =>
  signOf(bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number);

/** Where three bytes stand, at an even or an odd place, that are found the least elsewhere. */
function rarest(bytes: Buffer, odd: number): number {
  const weight = (at: number) =>
    [0, 1, 2].reduce((sum, more) => sum + (frequency[(bytes[at + more] as number) & 31] as number), 0);
  let best = odd;
  for (let at = odd + 2; at + 3 <= bytes.length; at += 2) if (weight(at) < weight(best)) best = at;
  return best;
}

function stands<N>({ bytes: needle, anyCase, last }: Sign<N>, bytes: Buffer, begin: number): boolean {
  const end = begin + needle.length - 1;
  if (begin < 0 || end >= bytes.length || fold[bytes[end] as number] !== last) return false;
  for (let index = 0; index < needle.length; index += 1) {
    const [a, b] = [bytes[begin + index] as number, needle[index] as number];
    if (a !== b && !(anyCase && fold[a] === fold[b])) return false;
  }
  return true;
}
