/** Seeded chance: the same machine behaves the same way each time, and moves calmly. Pure. */

/** A number for a text (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function chance(seed: string): () => number {
  let state = seedOf(seed);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A calm wave between -1 and 1 over moments in seconds; it changes little from one second to the next. */
export function waveOf(seed: string): (seconds: number) => number {
  const random = chance(seed);
  const [first, second, third] = [13, 37, 101].map((slowness) => {
    const shift = random() * 2 * Math.PI;
    return (seconds: number) => Math.sin(seconds / slowness + shift);
  }) as [(seconds: number) => number, (seconds: number) => number, (seconds: number) => number];
  return (seconds) => (first(seconds) + second(seconds) + third(seconds)) / 3;
}

/** That wave at one moment. */
export function wave(seed: string, seconds: number): number {
  return waveOf(seed)(seconds);
}
