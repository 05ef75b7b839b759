/**
 * Many byte strings searched at once (Wu and Manber, "A Fast Algorithm for Multi-Pattern Searching", 1994): where no
 * string can end, as many bytes are skipped as the shortest has. Nothing here knows what is searched.
 */

/** Shortest string that is taken. */
export const SHORTEST = 4;

export interface Needle {
  bytes: Buffer;
  /** Are capital letters the same as small ones? */
  anyCase?: boolean;
}

/** Calls for each needle at each place where it stands, in no order within one place. */
export type Search<N extends Needle> = (bytes: Buffer, found: (needle: N, at: number) => void) => void;

const fold = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/** @param needles each of 4 bytes or more */
export function searchFor<N extends Needle>(needles: readonly N[]): Search<N> {
  const shift = new Uint8Array(1 << 16).fill(SHORTEST - 1);
  const at = new Map<number, N[]>();
  for (const needle of needles) {
    const { bytes } = needle;
    if (bytes.length < SHORTEST) throw new RangeError('a needle is too short');
    for (let end = 1; end < SHORTEST; end += 1) {
      const pair = ((fold[bytes[end - 1] ?? 0] ?? 0) << 8) | (fold[bytes[end] ?? 0] ?? 0);
      shift[pair] = Math.min(shift[pair] ?? 0, SHORTEST - 1 - end);
      if (end === SHORTEST - 1) at.set(pair, [...(at.get(pair) ?? []), needle]);
    }
  }
  return (bytes, found) => {
    const { length } = bytes;
    let end = SHORTEST - 1;
    while (end < length) {
      const pair = ((fold[bytes[end - 1] as number] as number) << 8) | (fold[bytes[end] as number] as number);
      const skip = shift[pair] as number;
      if (skip > 0) {
        end += skip;
        continue;
      }
      const begin = end - SHORTEST + 1;
      for (const needle of at.get(pair) as N[]) if (stands(needle, bytes, begin)) found(needle, begin);
      end += 1;
    }
  };
}

function stands({ bytes: needle, anyCase = false }: Needle, bytes: Buffer, begin: number): boolean {
  if (begin + needle.length > bytes.length) return false;
  for (let index = 0; index < needle.length; index += 1) {
    const [a, b] = [bytes[begin + index] as number, needle[index] as number];
    if (a !== b && !(anyCase && fold[a] === fold[b])) return false;
  }
  return true;
}
