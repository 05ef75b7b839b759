/** The file of timesyncd, and what it and timedated say. */
import { expect, test } from 'vitest';
import { parseClock, parseNow, parseTimesync, parseZones } from '../../../src/adapters/time/parse.ts';
import { renderTime } from '../../../src/adapters/time/render.ts';
import { codeOf, neverBreaksOn } from '../rubbish.ts';

const contentOf = (servers: string[]) => renderTime(servers, ['ntp.example.com'])[0]?.content;

test("given servers and only those; none given, the brand's", () => {
  expect(contentOf(['10.0.0.1', 'time.example.com'])).toBe(
    `# Written by Gatehouse; changes made here are lost.
[Time]
NTP=
NTP=10.0.0.1 time.example.com
FallbackNTP=10.0.0.1 time.example.com
`,
  );
  expect(contentOf([])).toMatch(/NTP=\nNTP=ntp\.example\.com\nFallbackNTP=ntp\.example\.com\n$/);
  expect(codeOf(() => contentOf(['a\n[Time]']))).toBe('bad-value');
});

const message = (data: unknown[]) =>
  `{"type":"s","data":"10.77.0.1"}\n${JSON.stringify({ type: '(uuuuittayttttbtt)', data })}`;
const times = [1795249899076196, 1795249899075999, 1795249899075999, 1795249899077180];
const answered = message([0, 4, 4, 2, -20, 0, 0, [10, 77, 0, 1], ...times, false, 1, 0]);

test('the server that answered, as timedatectl tells it', () => {
  expect(parseTimesync(answered)).toEqual({
    server: '10.77.0.1',
    stratum: 2,
    // timedatectl timesync-status said -689us.
    offset: -0.689,
    lastSync: '2026-11-21T08:31:39.077Z',
  });
});

test('nobody, while none has answered, or none that knows the time', () => {
  const never = [2 ** 64, 2 ** 64];
  expect(parseTimesync(message([0, 0, 0, 0, 0, 0, 0, [0, 0, 0, 0], 0, ...never, 0, false, 0, 0]))).toEqual({});
  expect(parseTimesync(message([3, 4, 4, 2, -20, 0, 0, [10, 77, 0, 1], ...times, false, 1, 0]))).toEqual({});
  expect(parseTimesync(message([0, 4, 4, 2, -20, 0, 0, [10, 77, 0, 1], ...times, true, 1, 0]))).toEqual({});
});

test('clock, zone and the list of zones', () => {
  expect(parseClock('Timezone=Europe/Madrid\nLocalRTC=no\nCanNTP=yes\nNTP=yes\nNTPSynchronized=yes\n')).toEqual({
    zone: 'Europe/Madrid',
    synchronised: true,
  });
  expect(parseNow('2026-11-21T08:58:25.190+01:00\n')).toBe('2026-11-21T08:58:25.190+01:00');
  expect(parseZones('Africa/Abidjan\nUTC\n\n')).toEqual(['Africa/Abidjan', 'UTC']);
  expect(codeOf(() => parseNow('yesterday'))).toBe('not-understood');
});

test('whatever they say', () => {
  neverBreaksOn(answered, parseTimesync);
  neverBreaksOn('Timezone=Etc/UTC\nNTPSynchronized=no\n', parseClock);
  neverBreaksOn('2026-11-21T08:58:25.190+01:00', parseNow);
});
