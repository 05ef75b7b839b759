/** What timedatectl(1), date(1) and timesyncd say of clock and time zone. Pure. */
import * as z from 'zod';
import type { TimeState } from '../../appliance.ts';
import { harmless } from '../../values/harmless.ts';
import { notUnderstood, understood } from '../understood.ts';

/** For date(1): "2026-11-21T08:58:25.190+01:00". */
export const dateFormat = '+%Y-%m-%dT%H:%M:%S.%3N%:z';

/** @throws Failure 'not-understood' */
export function parseNow(text: string): string {
  const now = text.trim();
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/.test(now) ? now : notUnderstood('date', text);
}

/** `timedatectl show`: the kernel's own opinion of whether the clock is right. @throws Failure 'not-understood' */
export function parseClock(text: string): { zone: string; synchronised: boolean } {
  const [, zone] = /^Timezone=(\S+)$/m.exec(text) ?? [];
  const [, synchronised] = /^NTPSynchronized=(yes|no)$/m.exec(text) ?? [];
  if (zone === undefined || synchronised === undefined) return notUnderstood('timedatectl', text);
  return { zone: harmless(zone, { most: 64 }), synchronised: synchronised === 'yes' };
}

/** One name a line. */
export function parseZones(text: string): string[] {
  return text.split('\n').filter((line) => /^[A-Za-z0-9+_/-]{1,64}$/.test(line));
}

const serverName = z.object({ type: z.literal('s'), data: z.string() });
const whole = z.number();
/** Leap, version, mode, stratum, …, the four times in microseconds, is it ignored, how many have come, jitter. */
const message = z.object({
  type: z.literal('(uuuuittayttttbtt)'),
  data: z.tuple([
    whole,
    whole,
    whole,
    whole,
    whole,
    whole,
    whole,
    z.array(whole),
    whole,
    whole,
    whole,
    whole,
    z.boolean(),
    whole,
    whole,
  ]),
});

/**
 * `busctl --json=short get-property org.freedesktop.timesync1 … ServerName NTPMessage`: one line for each. Empty while
 * no server has answered.
 * @throws Failure 'not-understood'
 */
export function parseTimesync(text: string): Pick<TimeState, 'server' | 'offset' | 'stratum' | 'lastSync'> {
  const [first = '', second = ''] = text.split('\n');
  const server = understood('timesyncd', serverName, first).data;
  const { data } = understood('timesyncd', message, second);
  const [leap, , , stratum, , , , , sent, received, replied, arrived, ignored, count] = data;
  // Leap 3: the server itself does not know the time (RFC 5905, figure 9).
  if (count === 0 || ignored || leap === 3) return {};
  return {
    server: harmless(server, { most: 253 }),
    stratum,
    // RFC 5905, section 8; microseconds to milliseconds.
    offset: Math.round((received - sent + (replied - arrived)) / 2) / 1000,
    lastSync: new Date(arrived / 1000).toISOString(),
  };
}
