/** How long to wait between two check-ins. Pure but for chance, which keeps many appliances from coming at once. */

/** Waits of failure after failure grow up to this, or to the platform's own interval. */
const longest = 300_000;

/** Milliseconds. @param failures how many in a row @param chance 0 to 1 */
export function pauseAfter(failures: number, checkInSeconds: number, chance = Math.random()): number {
  const usual = checkInSeconds * 1000;
  if (failures === 0) return usual * (0.9 + chance * 0.2);
  return Math.min(usual * 2 ** (failures - 1), Math.max(longest, usual)) * (0.5 + chance * 0.5);
}
