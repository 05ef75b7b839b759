/** A clock that never goes back, in milliseconds: `performance` would be loaded for it, a millisecond of each start. */
export const now = (): number => process.uptime() * 1000;
