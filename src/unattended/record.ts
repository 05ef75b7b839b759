/**
 * What is remembered of setting this appliance up: that the guided way is over, what of it was passed over, and which
 * unattended file was applied. One small file in the folder of what the service keeps; a reset takes it away with the
 * rest of that folder. How the machine is set up is never in it: that is read from the machine.
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { UnattendedSetup } from '../appliance.ts';
import type { Problem } from '../errors.ts';
import { NoSettingsFile, readOwn, replaceFile } from '../settings/files.ts';

const step = z.enum(['password', 'network', 'time', 'proxy', 'suffix', 'registration']);
type Step = z.output<typeof step>;
const unattended = z.object({
  from: z.string(),
  /** Of the file's text: the same file is not applied twice. */
  sha256: z.string(),
  at: z.string(),
  outcome: z.enum(['begun', 'applied', 'failed']),
  problem: z.custom<Problem>().exactOptional(),
});
// What a later release has put there besides is kept: it may be installed again.
const record = z.looseObject({
  finished: z.boolean(),
  /** Without steps that only a later release has. */
  passed: z.array(z.string()).transform((names) => names.filter((name) => step.safeParse(name).success) as Step[]),
  unattended: unattended.exactOptional(),
});

export type SetUpRecord = z.output<typeof record>;
export type RememberedFile = UnattendedSetup & { sha256: string };

const pathIn = (state: string) => join(state, 'setup.json');

/** Undefined where there is none yet, or none that can be understood. @throws where the disk cannot be read */
export async function readRecord(state: string): Promise<SetUpRecord | undefined> {
  try {
    const file = await readOwn(pathIn(state));
    return file && record.parse(JSON.parse(file.text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof NoSettingsFile)
      return undefined;
    throw error;
  }
}

/** The old or the new, whole, after a power cut. */
export async function writeRecord(state: string, given: SetUpRecord): Promise<void> {
  await replaceFile(pathIn(state), `${JSON.stringify(given)}\n`);
}
