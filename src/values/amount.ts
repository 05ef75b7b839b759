/** Amounts and times as people read them. Decimal units, as the container engine and the disk's label have them. */

/** "0 B", "773 MB", "1.24 GB": three digits. */
export function bytesSaid(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let unit = 0;
  // 999.5 would be written as 1000.
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return `${Number(amount.toFixed(digits))} ${units[unit]}`;
}

const spans = [
  [365 * 86_400, 'year'],
  [30 * 86_400, 'month'],
  [7 * 86_400, 'week'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** "5 days ago", "just now"; of a time to come: "in 3 minutes". */
export function agoSaid(iso: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds)) return 'unknown';
  if (Math.abs(seconds) < 5) return 'just now';
  const [length, name] = spans.find(([length]) => Math.abs(seconds) >= length) ?? ([1, 'second'] as const);
  const count = Math.floor(Math.abs(seconds) / length);
  const said = `${count} ${name}${count === 1 ? '' : 's'}`;
  return seconds < 0 ? `in ${said}` : `${said} ago`;
}

/** "4:07", "1:02:03": what is left of a wait. */
export function leftSaid(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (count: number) => String(count).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
