/** What a search's thread and the one that watches it see of each other without a message: numbers in shared memory. */
export type Shared = Int32Array;

/** Which number is what. `beats` grows while matching goes on. */
export const shared = { isStopped: 0, isMatching: 1, beats: 2 } as const;

export function newShared(): Shared {
  return new Int32Array(new SharedArrayBuffer(12));
}
