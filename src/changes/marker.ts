/**
 * What is on the disk about a change: the marker with the way back in it, and small notes beside it. The marker is
 * written once, and taken once: keeping removes it, going back renames it, so that of the two only one can happen.
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { Effect, EffectOf } from '../adapters/files.ts';
import type { ChangeDraft, EndedChange, TestResult } from '../appliance.ts';
import type { Disk, FileState } from './disk.ts';
import { type ChangedFile, digestOf, isInPlace, type Places, writeWhole } from './files.ts';
import type { Effective } from './parts.ts';

export interface Marker {
  version: 1;
  id: string;
  section: ChangeDraft['section'];
  what: string;
  by: string;
  /** ISO 8601 */
  began: string;
  /** Seconds. */
  window: number;
  /** The start of the machine it was made in. */
  boot: string;
  newAddress?: string | undefined;
  /** With `after` as a digest: enough to see that nothing was lost, and no more secrets than needed. */
  files: { path: string; before: FileState | null; after: string }[];
  /** Told when the files are put back. */
  back: Effect[];
  /** In effect before; absent where that could not be read. */
  was?: Effective | undefined;
}

/** That the question was asked, and until when. */
export interface Asking {
  id: string;
  /** ISO 8601, for people. */
  until: string;
  /** The same as uptime in seconds, which holds when the clock is set meanwhile. */
  deadline: number;
  tests: TestResult[];
}

/** How the last change ended. */
export interface Last {
  ended: EndedChange;
  /** Still to be compared: put back before the daemons ran. */
  unverified?: Effective | undefined;
}

const text = z.string();
const file = z.strictObject({
  content: z.base64().transform((content) => Buffer.from(content, 'base64')),
  mode: z.int().min(0).max(0o7777),
  uid: z.int().nonnegative(),
  gid: z.int().nonnegative(),
});
const effective = z.record(text, text);
/** One that is missing here does not compile: the way back would not understand its marker. */
const effects = {
  networkd: z.strictObject({
    kind: z.literal('networkd'),
    reconfigure: z.array(text),
    remove: z.array(text),
    mtu: z.record(text, z.int().positive()),
  }),
  resolved: z.strictObject({ kind: z.literal('resolved') }),
  'docker-proxy': z.strictObject({ kind: z.literal('docker-proxy'), restart: z.boolean() }),
} satisfies { [K in Effect['kind']]: z.ZodType<EffectOf<K>> };
const effect = z.discriminatedUnion('kind', [effects.networkd, effects.resolved, effects['docker-proxy']]);

const markerOf = (places: Places) =>
  z.strictObject({
    version: z.literal(1),
    id: text.regex(/^[0-9a-f-]{8,40}$/),
    section: z.enum(['interface', 'dns', 'proxy', 'settings', 'reset-network', 'apply']),
    what: text,
    by: text,
    began: z.iso.datetime(),
    window: z.number().positive(),
    boot: text,
    newAddress: text.optional(),
    files: z.array(
      z.strictObject({
        path: text.refine((path) => isInPlace(path, places), 'is none of the files of Gatehouse'),
        before: file.nullable(),
        after: text,
      }),
    ),
    back: z.array(effect),
    was: effective.optional(),
  }) satisfies z.ZodType<Marker>;

const asking = z.strictObject({
  id: text,
  until: text,
  deadline: z.number(),
  tests: z.array(z.strictObject({ test: text, passed: z.boolean(), said: text })),
}) satisfies z.ZodType<Asking>;

const last = z.strictObject({
  ended: z.strictObject({
    id: text,
    what: text,
    outcome: z.enum(['kept', 'undone']),
    why: text,
    at: text,
    differs: z.array(text).exactOptional(),
  }),
  unverified: effective.optional(),
}) satisfies z.ZodType<Last>;

const reason = z.strictObject({ id: text, why: text });

/** What was found where a marker should be. */
export type Claimed = Marker | { brokenBecause: string; aside: string } | undefined;

export class ChangeFolder {
  constructor(
    private readonly disk: Disk,
    readonly folder: string,
    private readonly places: Places,
  ) {}

  private path(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  /** The marker, durable. From here on there is a way back. */
  async write(marker: Omit<Marker, 'files'>, files: readonly ChangedFile[]): Promise<void> {
    await this.disk.makeFolder(this.folder, 0o700);
    const listed = files.map(({ path, before, after }) => ({
      path,
      before: before && { ...before, content: before.content.toString('base64') },
      after: digestOf(after),
    }));
    await this.put('pending', { ...marker, files: listed });
  }

  /** Is a change under way, or on its way back? */
  async isThere(): Promise<boolean> {
    const kinds = await Promise.all(['pending', 'going-back'].map((name) => this.disk.kind(this.path(name))));
    return kinds.some((kind) => kind !== 'absent');
  }

  /** The marker that nobody has taken yet; undefined where there is none, or a broken one, which the way back says. */
  async pending(): Promise<Marker | undefined> {
    return this.get('pending', markerOf(this.places)).catch(() => undefined);
  }

  /** The marker that going back has taken, and has not done with. */
  async returning(): Promise<Marker | undefined> {
    return this.get('going-back', markerOf(this.places)).catch(() => undefined);
  }

  /** Takes the marker for keeping. false: going back has it already, or had. */
  async commit(): Promise<boolean> {
    const isTaken = await this.disk.remove(this.path('pending'));
    await this.disk.syncFolder(this.folder);
    return isTaken;
  }

  /** Takes the marker for going back, or takes up one that was taken before. A broken one is set aside. */
  async claim(now: Date): Promise<Claimed> {
    const claimed = this.path('going-back');
    if ((await this.disk.kind(claimed)) === 'absent') {
      if ((await this.disk.kind(this.path('pending'))) === 'absent') return undefined;
      const isTaken = await this.disk.rename(this.path('pending'), claimed).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          // Kept between the two.
          if (error.code === 'ENOENT') return false;
          throw error;
        },
      );
      if (!isTaken) return undefined;
      await this.disk.syncFolder(this.folder);
    }
    try {
      return await this.get('going-back', markerOf(this.places));
    } catch (error) {
      const aside = this.path(`broken-${now.toISOString().replaceAll(/[:.]/g, '-')}`);
      await this.disk.rename(claimed, aside);
      await this.disk.syncFolder(this.folder);
      return { brokenBecause: reasonOf(error), aside };
    }
  }

  /** The way back is done: nothing waits any more. */
  async finish(): Promise<void> {
    await this.disk.remove(this.path('going-back'));
    await this.disk.syncFolder(this.folder);
    await this.forget();
  }

  /** Removes the notes of a change that has ended. */
  async forget(): Promise<void> {
    for (const name of ['asking', 'why']) await this.disk.remove(this.path(name));
  }

  async ask(note: Asking): Promise<void> {
    await this.put('asking', note);
  }

  async asked(id: string): Promise<Asking | undefined> {
    const note = await this.get('asking', asking).catch(() => undefined);
    return note?.id === id ? note : undefined;
  }

  /** Why the change is undone, for whoever does it. */
  async sayWhy(id: string, why: string): Promise<void> {
    await this.put('why', { id, why });
  }

  async whyOf(id: string): Promise<string | undefined> {
    const note = await this.get('why', reason).catch(() => undefined);
    return note?.id === id ? note.why : undefined;
  }

  async writeLast(ended: Last): Promise<void> {
    await this.put('last', ended);
  }

  async last(): Promise<Last | undefined> {
    return this.get('last', last).catch(() => undefined);
  }

  private async put(name: string, value: object): Promise<void> {
    const content = Buffer.from(`${JSON.stringify(value)}\n`);
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    await writeWhole(this.disk, this.path(name), { content, mode: 0o600, ...owner });
  }

  private async get<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const found = await this.disk.read(this.path(name));
    return found && schema.parse(JSON.parse(found.content.toString('utf8')));
  }
}

/** In one line, without what was in the file: it may hold a password. */
function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return issue ? `${issue.path.join('.') || 'all of it'}: ${issue.message}` : 'wrong';
  }
  if (error instanceof SyntaxError) return 'it is no JSON';
  return error instanceof Error ? error.message : 'unreadable';
}
