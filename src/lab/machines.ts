/** Which machines the lab has: those that come with it, and any machine file by its path. Reads files only. */
import { readFile, stat } from 'node:fs/promises';
import { fail } from '../errors.ts';
import belowRequirements from './machines/below-requirements.json' with { type: 'json' };
import firstBoot from './machines/first-boot.json' with { type: 'json' };
import healthy from './machines/healthy.json' with { type: 'json' };
import hostile from './machines/hostile.json' with { type: 'json' };
import noDocker from './machines/no-docker.json' with { type: 'json' };
import slow from './machines/slow.json' with { type: 'json' };
import twoInterfaces from './machines/two-interfaces.json' with { type: 'json' };
import unitFailed from './machines/unit-failed.json' with { type: 'json' };
import { type MachineData, parseMachine } from './schema.ts';

const bundled = [healthy, noDocker, unitFailed, twoInterfaces, belowRequirements, hostile, slow, firstBoot];

/** Bytes; no machine needs more, and a wrong path may be anything. */
const largestFile = 1 << 20;

/** The machines that come with the lab; the first is what it shows unless told otherwise. */
export function labMachines(): { name: string; description: string }[] {
  return bundled.map(({ name, description }) => ({ name, description }));
}

async function readMachineFile(path: string): Promise<string> {
  const refuse = (why: string, cause?: unknown) =>
    fail('bad-value', { field: 'machine', why: `${path} ${why}`, right: 'the path of a machine file' }, cause);
  const unreadable = (cause: NodeJS.ErrnoException) => {
    throw refuse(`cannot be read (${cause.code})`, cause);
  };
  const found = await stat(path).catch(unreadable);
  if (!found.isFile()) throw refuse('is not a file');
  if (found.size > largestFile) throw refuse('is larger than 1 MiB');
  return readFile(path, 'utf8').catch(unreadable);
}

/** "line 3, column 7", where the JSON parser's message gives an offset. */
function placeIn(text: string, error: unknown): string {
  const offset = /at position (\d+)/.exec(String(error))?.[1];
  const before = text.slice(0, offset === undefined ? text.length : Number(offset)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const field = `${path}, ${placeIn(text, cause)}`;
    throw fail(
      'bad-value',
      { field, why: 'the file is not JSON from here on', right: 'a machine file in JSON' },
      cause,
    );
  }
}

/**
 * A machine by the name of one that comes with the lab, or by the path of a .json file.
 * @throws Failure 'bad-value' that says which machines there are, or the place in the file that is wrong
 */
export async function loadMachine(machine: string): Promise<MachineData> {
  if (machine.endsWith('.json')) return parseMachine(parseJson(await readMachineFile(machine), machine), machine);
  const found = bundled.find(({ name }) => name === machine);
  if (found) return parseMachine(found, machine);
  const names = bundled.map(({ name }) => name).join(', ');
  throw fail('bad-value', {
    field: 'machine',
    why: `the lab has none of that name`,
    right: `${names}, or a .json file`,
  });
}
