/** What date(1), timedatectl(1) and the link /etc/localtime say of time and zone. Pure. */
import type { ZoneFacts } from '../../appliance.ts';
import { notUnderstood } from '../understood.ts';

/** For date(1): "2026-11-21T08:58:25.190+01:00 +0100 CET". */
export const dateFormat = '+%Y-%m-%dT%H:%M:%S.%3N%:z %z %Z';

export interface Clock {
  now: string;
  offset: string;
  abbreviation: string;
}

/** @throws Failure 'not-understood' */
export function parseDate(text: string): Clock {
  const [now = '', offset = '', abbreviation = '', ...rest] = text.trim().split(' ');
  const right = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/.test(now) && !Number.isNaN(Date.parse(now));
  if (!right || !/^[+-]\d{4}$/.test(offset) || !/^[A-Za-z0-9+-]{1,10}$/.test(abbreviation) || rest.length > 0)
    notUnderstood('date', text);
  return { now, offset, abbreviation };
}

/**
 * NTPSynchronized of `timedatectl show`: the kernel's own opinion, whichever program keeps the time.
 * @throws Failure 'not-understood'
 */
export function parseSynchronised(text: string): boolean {
  const [, value] = /^NTPSynchronized=(yes|no)$/m.exec(text) ?? [];
  return value === undefined ? notUnderstood('timedatectl', text) : value === 'yes';
}

/**
 * The zone's name from where /etc/localtime points (localtime(5)); without a link the abbreviation has to do, as when
 * the file is a copy or is missing.
 */
export function zoneFacts(target: string | undefined, { offset, abbreviation }: Clock): ZoneFacts {
  const [, name = abbreviation] = /\/zoneinfo\/(?:posix\/|right\/)?([A-Za-z0-9_+/-]{1,64})$/.exec(target ?? '') ?? [];
  return { name, abbreviation, offset };
}
