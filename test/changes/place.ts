/**
 * A machine made of a folder: files of Gatehouse in two places, settings, and daemons that run with what the files
 * were when they were last told. Everything is on the disk, so that a killed process leaves what a killed one leaves.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { dirname, join } from 'node:path';
import type { Effect, ManagedFile } from '../../src/adapters/files.ts';
import type { ChangeDraft } from '../../src/appliance.ts';
import type { Arming } from '../../src/changes/arm.ts';
import { type Disk, realDisk } from '../../src/changes/disk.ts';
import type { ChangeParts, Effective, Noted, WayBackParts } from '../../src/changes/parts.ts';
import { wayBack } from '../../src/changes/way-back.ts';

export const draft: ChangeDraft = {
  section: 'interface',
  name: 'eth0',
  settings: { method: 'static', address: '10.0.0.5/24', gateway: '10.0.0.1', ipv6: { method: 'off' } },
};

/** One file of each sort: changed, new, removed, with another mode, and in a folder that is not there yet. */
const before: Record<string, [text: string, mode: number]> = {
  'settings/settings.json': ['{"revision":1,"secret":"old"}\n', 0o600],
  'network/10-gatehouse-eth0.network': ['[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n', 0o644],
  'network/10-gatehouse-eth0.20.netdev': ['[NetDev]\nName=eth0.20\n', 0o640],
  'network/10-gatehouse-empty.network': ['', 0o644],
};

const after: Record<string, [text: string | null, mode: number]> = {
  'settings/versions/settings.2.json': ['{"revision":2}\n', 0o600],
  'settings/settings.json': ['{"revision":2,"secret":"new"}\n', 0o600],
  'network/10-gatehouse-eth0.network': ['[Match]\nName=eth0\n[Network]\nAddress=10.0.0.5/24\n', 0o644],
  'network/10-gatehouse-eth0.20.netdev': [null, 0o644],
  'network/10-gatehouse-empty.network': ['', 0o600],
  'resolved.conf.d/50-gatehouse.conf': ['[Resolve]\nDNS=10.0.0.1\n', 0o644],
};

const effects: Effect[] = [
  { kind: 'networkd', reconfigure: ['eth0'], remove: ['eth0.20'], mtu: {} },
  { kind: 'resolved' },
];

export class Place {
  readonly audit: Noted[] = [];
  readonly log: string[] = [];
  readonly told: string[] = [];

  constructor(readonly top: string) {}

  static make(top = mkdtempSync(join(tmpdir(), 'gatehouse-change-'))): Place {
    const place = new Place(top);
    mkdirSync(join(top, 'run'));
    place.reset();
    return place;
  }

  /** As it was at first. */
  reset(): void {
    for (const name of ['settings', 'network', 'resolved.conf.d', 'change'])
      rmSync(join(this.top, name), { recursive: true, force: true });
    for (const [name, [text, mode]] of Object.entries(before)) {
      mkdirSync(dirname(join(this.top, name)), { recursive: true });
      writeFileSync(join(this.top, name), text, { mode });
    }
    this.tell();
  }

  end(): void {
    rmSync(this.top, { recursive: true, force: true });
  }

  get places(): string[] {
    const { top } = this;
    return [
      `${top}/settings/`,
      `${top}/settings/versions/`,
      `${top}/network/10-gatehouse-`,
      `${top}/resolved.conf.d/50-gatehouse.conf`,
    ];
  }

  /** What a change to the one or the other comes to; of the version of the settings first, as is right. */
  files(to: 'before' | 'after' = 'after'): ManagedFile[] {
    const [wanted, other] = to === 'after' ? [after, before] : [before, after];
    const gone = Object.keys(other).filter((name) => !(name in wanted));
    const all = [...gone.map((name) => [name, [null, 0o644]] as const), ...Object.entries(wanted)];
    return all.map(([name, [content, mode]]) => ({ path: join(this.top, name), content, mode }));
  }

  /** All files outside of the change's own folder: name, permissions, text. */
  seen(): Record<string, string> {
    const names = ['settings', 'settings/versions', 'network', 'resolved.conf.d'].flatMap((folder) =>
      existsSync(join(this.top, folder)) ? readdirSync(join(this.top, folder)).map((name) => `${folder}/${name}`) : [],
    );
    const files = names.filter((name) => statSync(join(this.top, name)).isFile()).sort();
    return Object.fromEntries(
      files.map((name) => {
        const file = join(this.top, name);
        return [name, `${(statSync(file).mode & 0o777).toString(8)} ${readFileSync(file, 'utf8')}`];
      }),
    );
  }

  /** 'before', 'after', or what else is there. */
  which(): 'before' | 'after' | Record<string, string> {
    const now = this.seen();
    const as = (files: Record<string, [string | null, number]>) =>
      Object.fromEntries(
        Object.entries(files)
          .filter(([, [text]]) => text !== null)
          .map(([name, [text, mode]]) => [name, `${mode.toString(8)} ${text}`])
          .sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
      );
    const text = JSON.stringify(now);
    if (text === JSON.stringify(as(before))) return 'before';
    return text === JSON.stringify(as(after)) ? 'after' : now;
  }

  /** What the daemons run with: what the files were when they were last told. */
  running(): Effective {
    return JSON.parse(readFileSync(join(this.top, 'run/daemons'), 'utf8'));
  }

  tell(): void {
    const daemons = Object.entries(this.seen()).filter(([name]) => !name.startsWith('settings') && !/\/\./.test(name));
    writeFileSync(join(this.top, 'run/daemons'), JSON.stringify(Object.fromEntries(daemons)));
  }

  get leftInChangeFolder(): string[] {
    const folder = join(this.top, 'change');
    return existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'last.json') : [];
  }

  wayBackParts(disk: Disk = realDisk): WayBackParts {
    const say = (level: string) => (text: string) => void this.log.push(`${level}: ${text}`);
    return {
      folder: join(this.top, 'change'),
      places: this.places,
      disk,
      clock: { now: () => new Date(), uptime, boot: () => 'this start' },
      tell: async (effect) => {
        this.told.push(effect.kind);
        this.tell();
      },
      effective: async () => this.running(),
      audit: { note: async (entry) => void this.audit.push(entry) },
      log: { error: say('error'), warning: say('warning'), notice: say('notice') },
      limits: { apply: 2, margin: 1, verify: 0.5, tell: 1 },
    };
  }

  /** `window` in seconds. */
  parts(window: number, change: Partial<ChangeParts> = {}): ChangeParts {
    const own = { ...this.wayBackParts(change.disk), ...change };
    return {
      arming: recorded(() => wayBack(own, { atBoot: false })),
      prepare: async () => ({
        plan: {
          differences: [{ what: 'Address', now: 'DHCP', will: '10.0.0.5/24', changed: true }],
          warnings: [],
          window,
        },
        files: this.files(),
        effects,
        back: effects,
      }),
      test: async (_draft, tell) => tell({ test: 'link', passed: true, said: 'There is a carrier.' }),
      reread: async () => undefined,
      ...own,
    };
  }
}

/** Arming that only writes down what it was asked for; `start` goes back. */
export function recorded(goBack: () => Promise<unknown>): Arming & { armed: number[] } {
  const armed: number[] = [];
  return {
    armed,
    async arm(seconds) {
      armed.push(seconds);
    },
    isArmed: async () => armed.length > 0,
    async disarm() {
      armed.length = 0;
    },
    async start() {
      await goBack();
    },
  };
}
