/**
 * What a reset deletes, as data. Everything that is not named here stays as it is: programs, the units and their links,
 * users and groups, the container images (they are a part of what was delivered, and an appliance that has to be
 * registered first could not fetch them again). What each step does is in delete.ts.
 */
import { placesOf } from '../changes/places.ts';

export type Step =
  /** All that is in the folder; the folder itself stays. */
  | { kind: 'all-in'; folder: string }
  /** All files in it and below it; folders and links stay, since daemons do not make theirs again. */
  | { kind: 'files-below'; folder: string }
  | { kind: 'file'; path: string }
  /** The files of the folder of `path` whose paths begin like that. */
  | { kind: 'files-named'; path: string }
  /** Our block of /etc/hosts. */
  | { kind: 'hosts-block' }
  /** Log-in by password and by key. */
  | { kind: 'account'; user: string }
  /** Made anew at once. */
  | { kind: 'host-keys' }
  | { kind: 'ssh-off' }
  | { kind: 'containers' }
  /** UTC again. */
  | { kind: 'time-zone' };

export interface Deletion {
  /** In few words, for people. */
  what: string;
  steps: readonly Step[];
}

const state = '/var/lib/gatehouse';

const fileOf = (place: string): Step =>
  place.endsWith('-') ? { kind: 'files-named', path: place } : { kind: 'file', path: place };

/** What would let somebody in, or pass for this appliance, goes first. */
export const deletions: readonly Deletion[] = [
  {
    what: "the operator's password and keys; SSH is off until one of them is set again",
    steps: [{ kind: 'account', user: 'operator' }, { kind: 'ssh-off' }],
  },
  {
    what: 'the registration with its keys, all settings and their earlier versions, host keys of upload servers, the audit',
    steps: [{ kind: 'all-in', folder: state }],
  },
  {
    what: 'network, DNS, time server and proxy settings in the system; the time zone is UTC again',
    steps: [
      ...placesOf(state)
        .filter((place) => !place.startsWith(`${state}/`))
        .map(fileOf),
      { kind: 'time-zone' },
    ],
  },
  { what: 'static host names', steps: [{ kind: 'hosts-block' }] },
  { what: 'reports and packet captures', steps: [{ kind: 'all-in', folder: '/var/diagnostics' }] },
  {
    what: 'all containers with what they have written, and all volumes; the images stay',
    steps: [{ kind: 'containers' }],
  },
  {
    what: 'the journal, all other logs, and crash dumps',
    steps: [
      { kind: 'files-below', folder: '/var/log' },
      { kind: 'all-in', folder: '/var/lib/systemd/coredump' },
    ],
  },
  { what: 'the SSH host keys; new ones are made', steps: [{ kind: 'host-keys' }] },
];
