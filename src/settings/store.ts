/**
 * The one place of the settings: settings.json with the present ones, and beside it a folder with each of the last
 * versions. Saving creates the version first, under its number, which only one of several writers can; then it puts
 * the same text in settings.json. So a cut between the two is seen, and completed, at the next reading.
 */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, fail } from '../errors.ts';
import { createFile, isCode, NoSettingsFile, prepareFolder, readOwn, replaceFile, setAside } from './files.ts';
import { defaultSettings, type Settings } from './schema.ts';
import { asItWas, keptPath } from './taken-back.ts';
import { checkedSettings, parseSaved, type Saved, Unreadable, writeSaved } from './text.ts';

/** Earlier versions kept beside the present one. */
export const versionsKept = 10;

export interface StoreOptions {
  /** Told of everything that was put right: a sentence each, for the log and for people. */
  notice(text: string): void;
  now?: () => Date;
}

export interface Author {
  /** The revision that the change was made from. */
  revision: number;
  by: string;
  what: string;
}

/** A version without its settings. */
export type VersionEntry = Omit<Saved, 'settings'>;

export interface SettingsStore {
  /**
   * The present settings; the defaults, with revision 0, on a machine never set up. A broken file is set aside and
   * the last good version put in its place.
   * @throws Failure 'settings-newer'.
   */
  read(): Promise<Saved>;
  /**
   * @throws Failure 'settings-changed' where the present revision is another, 'bad-value', 'settings-not-written';
   * then the settings are as before.
   */
  save(settings: Settings, author: Author): Promise<Saved>;
  /** Newest first; the present one is the first. */
  versions(): Promise<VersionEntry[]>;
  /** @throws Failure 'unknown-revision'. */
  version(revision: number): Promise<Saved>;
  /** Saves the settings of that version as a new one. */
  restore(revision: number, author: Omit<Author, 'what'>): Promise<Saved>;
  /** Takes away versions that are too old; for whoever wrote the files of `savedFiles`. Saving does it by itself. */
  prune(): Promise<void>;
}

/** Uses, and makes where needed, that folder. It belongs to the settings alone. */
export async function openStore(folder: string, options: StoreOptions): Promise<SettingsStore> {
  const disk = new Disk(folder, options.notice, options.now ?? (() => new Date()));
  await disk.prepare();
  return {
    read: () => disk.inTurn(() => disk.present()),
    save: (settings, author) => disk.inTurn(() => disk.save(settings, author)),
    versions: () => disk.inTurn(() => disk.entries()),
    version: (revision) => disk.inTurn(() => disk.version(revision)),
    prune: () => disk.inTurn(() => disk.prune()),
    restore: (revision, author) =>
      disk.inTurn(async () => {
        const { settings, at } = await disk.version(revision);
        return disk.save(settings, { ...author, what: `Restored number ${revision} of ${at}` });
      }),
  };
}

/**
 * The files that saving those settings in that folder would write, in their order, for whoever writes them together
 * with others.
 * @throws Failure 'bad-value'
 */
export function savedFiles(folder: string, saved: Saved): { path: string; content: string; mode: number }[] {
  const content = writeSaved({ ...saved, settings: checkedSettings(saved.settings) });
  return [versionPath(folder, saved.revision), presentPath(folder)].map((path) => ({ path, content, mode: 0o600 }));
}

/** Where such files are: the present settings, and a folder of the versions. */
export function savedPlaces(folder: string): string[] {
  return [presentPath(folder), `${versionsFolder(folder)}/`];
}

const presentPath = (folder: string) => join(folder, 'settings.json');
const versionsFolder = (folder: string) => join(folder, 'versions');
const versionPath = (folder: string, revision: number) => join(versionsFolder(folder), `settings.${revision}.json`);

class Disk {
  readonly #path: string;
  readonly #versions: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly folder: string,
    readonly notice: (text: string) => void,
    readonly now: () => Date,
  ) {
    this.#path = presentPath(folder);
    this.#versions = versionsFolder(folder);
  }

  /** One after the other within this process; between processes the numbers of the versions decide. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act, act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async prepare(): Promise<void> {
    for (const folder of [this.folder, this.#versions])
      await this.#prepareFolder(folder).catch((error) => {
        // What can be read is still of use; saving will say it again.
        if (!isCode(error, 'EROFS', 'ENOSPC', 'ENOENT')) throw notWritten(folder, error);
        this.notice(`${folder}: ${reason(error)}.`);
      });
  }

  async #prepareFolder(folder: string): Promise<void> {
    for (const what of await prepareFolder(folder)) this.notice(`${folder} was put right: ${what}.`);
  }

  async present(): Promise<Saved> {
    const current = await this.#load(this.#path);
    const newest = (await this.#numbers()).find((number) => number > (current?.revision ?? -1));
    if (newest === undefined) return current ?? unset;
    const version = await this.#newestGood(current?.revision ?? -1);
    if (!version) return current ?? unset;
    // Either a save was cut short between its two steps, or settings.json is gone or broken.
    if (current) this.notice(`The save of version ${version.revision} had been cut short; it is complete now.`);
    else
      this.notice(`The settings are taken from version ${version.revision}, saved by ${version.by} at ${version.at}.`);
    await replaceFile(this.#path, writeSaved(version)).catch((error) => {
      this.notice(`${this.#path}: ${reason(error)}.`);
    });
    return version;
  }

  async save(settings: Settings, { revision, by, what }: Author): Promise<Saved> {
    const present = await this.present();
    if (present.revision !== revision) throw fail('settings-changed', { by: present.by, at: present.at });
    const saved: Saved = {
      revision: revision + 1,
      at: this.now().toISOString(),
      by: by.slice(0, 200),
      what: what.slice(0, 200),
      settings: checkedSettings(settings),
    };
    const text = writeSaved(saved);
    const created = await createFile(this.#versionPath(saved.revision), text).catch((error) => {
      throw notWritten(this.#versionPath(saved.revision), error);
    });
    if (!created) return this.#overtaken();
    await replaceFile(this.#path, text).catch(async (error) => {
      // Not saved, as far as anyone is told: so it must not be found again.
      await rm(this.#versionPath(saved.revision), { force: true });
      throw notWritten(this.#path, error);
    });
    await this.prune();
    return saved;
  }

  async entries(): Promise<VersionEntry[]> {
    const present = await this.present();
    const entries: VersionEntry[] = present.revision > 0 ? [entryOf(present)] : [];
    for (const number of await this.#numbers()) {
      const saved = number < present.revision ? await this.#loadKnown(this.#versionPath(number)) : undefined;
      if (saved) entries.push(entryOf(saved));
    }
    // After a cut there may be one that the next save takes away.
    return entries.slice(0, versionsKept + 1);
  }

  async version(revision: number): Promise<Saved> {
    const present = await this.present();
    if (revision === present.revision) return present;
    const saved = await this.#load(this.#versionPath(revision));
    if (!saved) throw fail('unknown-revision', { revision });
    return saved;
  }

  /** Another process was first. */
  async #overtaken(): Promise<never> {
    const { by, at } = await this.present();
    throw fail('settings-changed', { by, at });
  }

  async #newestGood(above: number): Promise<Saved | undefined> {
    for (const number of await this.#numbers()) {
      if (number <= above) return undefined;
      const saved = await this.#load(this.#versionPath(number));
      if (saved) return saved;
    }
    return undefined;
  }

  /** What the file holds; undefined where there is none, or where it was broken and is set aside now. */
  async #load(path: string): Promise<Saved | undefined> {
    try {
      const file = await readOwn(path);
      if (!file) return undefined;
      for (const what of file.corrected) this.notice(`${path} was put right: ${what}.`);
      return parseSaved(await asItWas(this.folder, path, file.text));
    } catch (error) {
      if (!(error instanceof Unreadable || error instanceof NoSettingsFile)) throw unreadable(path, error);
      const aside = await setAside(path, this.now()).catch((failed) => {
        this.notice(`${path} is broken: ${error.message}. It could not be set aside: ${reason(failed)}.`);
      });
      if (aside) this.notice(`${path} is broken: ${error.message}. It is set aside as ${aside}.`);
      return undefined;
    }
  }

  /** As `#load`; one that a later release wrote is passed over. */
  async #loadKnown(path: string): Promise<Saved | undefined> {
    return this.#load(path).catch((error: unknown) => {
      if (error instanceof Failure && error.problem.code === 'settings-newer') return undefined;
      throw error;
    });
  }

  /** Revisions in the versions folder, newest first. */
  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#versions).catch(() => [] as string[]);
    return names
      .flatMap((name) => /^settings\.(\d{1,15})\.json$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a);
  }

  #versionPath(revision: number): string {
    return versionPath(this.folder, revision);
  }

  /** Older ones go; where they don't, saving has succeeded all the same. */
  async prune(): Promise<void> {
    const old = (await this.#numbers()).slice(versionsKept + 1).map((number) => this.#versionPath(number));
    // As they were before an older release; the present ones have been written anew.
    const kept = [...old, this.#path].map((path) => keptPath(this.folder, path));
    for (const path of [...old, ...kept]) await rm(path, { force: true }).catch(() => undefined);
  }
}

const unset: Saved = {
  revision: 0,
  at: new Date(0).toISOString(),
  by: 'nobody',
  what: 'Nothing is set up yet',
  settings: defaultSettings,
};

function entryOf({ settings: _, ...entry }: Saved): VersionEntry {
  return entry;
}

function notWritten(path: string, error: unknown): Failure {
  return error instanceof Failure ? error : fail('settings-not-written', { path, why: reason(error) }, error);
}

function unreadable(path: string, error: unknown): Failure {
  return error instanceof Failure ? error : fail('unavailable', { what: path, why: reason(error) }, error);
}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EROFS: 'the file system is read-only',
  ENOENT: 'its folder is not there',
  EACCES: 'it may not be accessed',
  EPERM: 'it may not be changed',
  EIO: 'the disk gave an error',
};

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? `it failed with ${code || 'an unknown error'}`;
}
