/**
 * Settings for an older release of Gatehouse. Before its package takes the place of this one, each file of the settings
 * is written as that release writes it, and kept as it was in the folder newer/. When a release is back that knows that
 * version, it reads from there what nobody has changed meanwhile: so nothing is lost by going back and forth.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isCode, NoSettingsFile, readOwn, replaceFile } from './files.ts';
import { type Migration, migrateBack, settingsVersion, versionOfRelease } from './migrations.ts';

type Steps = readonly Migration[];

/** Where a file is kept as it was. */
export const keptPath = (folder: string, path: string) => join(folder, 'newer', basename(path));

/**
 * Can be cut anywhere and done again. What is broken, or old enough, stays.
 * @param folder that of the store
 * @returns how many files were written anew
 */
export async function takeBack(folder: string, release: string, steps?: Steps): Promise<number> {
  const to = versionOfRelease(release, steps);
  const versions = join(folder, 'versions');
  const names = await readdir(versions).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
  let written = 0;
  // The present ones last: until then all is as this release reads it.
  for (const path of [...names.map((name) => join(versions, name)), join(folder, 'settings.json')]) {
    const text = await textOf(path);
    const older = text === undefined ? undefined : textFor(text, to, steps);
    if (text === undefined || older === undefined) continue;
    await mkdir(join(folder, 'newer'), { recursive: true, mode: 0o700 });
    await replaceFile(keptPath(folder, path), text);
    await replaceFile(path, older);
    written += 1;
  }
  return written;
}

/** The text of a file of the settings before it was taken back; as it is, where it never was, or has changed since. */
export async function asItWas(folder: string, path: string, text: string, steps?: Steps): Promise<string> {
  const found = parsed(text);
  const newest = steps ? steps.length + 1 : settingsVersion;
  if (!found || found.version >= newest) return text;
  const kept = await textOf(keptPath(folder, path));
  const older = kept === undefined ? undefined : textFor(kept, found.version, steps);
  return kept !== undefined && older !== undefined && isDeepStrictEqual(parsed(older), found) ? kept : text;
}

/** Undefined where it is no file of settings, or of that version or an older one. */
function textFor(text: string, to: number, steps?: Steps): string | undefined {
  const found = parsed(text);
  if (!found || found.version <= to) return undefined;
  const settings = migrateBack(found.settings, { from: found.version, to }, steps);
  return `${JSON.stringify({ ...found, version: to, settings }, undefined, 2)}\n`;
}

function parsed(text: string): { version: number; settings: unknown } | undefined {
  try {
    const found = JSON.parse(text) as { version?: unknown; settings?: unknown } | null;
    return typeof found?.version === 'number'
      ? { ...found, version: found.version, settings: found.settings }
      : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readOwn(path))?.text;
  } catch (error) {
    // The store tells of it.
    if (error instanceof NoSettingsFile) return undefined;
    throw error;
  }
}
