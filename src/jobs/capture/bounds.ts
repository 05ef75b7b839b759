/** How large a capture may become: by itself, and by the room on its disk. Pure. */

/** Bytes, where there is room. */
const usual = 100e6;
/** What stays free: the smaller of the two. */
const spareShare = 0.1;
const spareMost = 500e6;
/** Less is not worth beginning with. */
const least = 1e6;

export interface Bounds {
  /** Bytes that the file may have. */
  most: number;
  /** Free bytes that stay free. */
  spare: number;
  /** Is `most` less than usual? */
  isTight: boolean;
}

/** undefined: there is too little room to begin. */
export function boundsFor({ free, total }: { free: number; total: number }): Bounds | undefined {
  const spare = spareFor(total);
  const most = Math.floor(Math.min(usual, free - spare));
  return most < least ? undefined : { most, spare, isTight: most < usual };
}

/** Bytes that must be free to begin. */
export function neededOn(total: number): number {
  return spareFor(total) + least;
}

function spareFor(total: number): number {
  return Math.floor(Math.min(spareMost, total * spareShare));
}
