/**
 * Many byte strings searched at once. Three bytes are looked at at every second place only: whatever the place where a
 * string begins, three of its own in a row stand at such a place, and those that are rarest in texts tell that it may
 * be there. Nothing here knows what is searched.
 */

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
    const end = bytes.length - 2;
    let first = bytes[0] as number;
    for (let at = 0; at < end; at += 2) {
      const third = bytes[at + 2] as number;
      const three = signOf(first, bytes[at + 1] as number, third);
      first = third;
      if (isSign[three] === 0) continue;
      for (const sign of signs[three] as Sign<N>[])
        if (stands(sign, bytes, at - sign.offset)) found(sign.needle, at - sign.offset);
    }
  };
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
