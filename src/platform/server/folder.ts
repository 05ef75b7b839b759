/** The platform's folder: which records lie where. Server and command line open it side by side. */
import { join } from 'node:path';
import { prepareFolder } from '../../settings/files.ts';
import { type ApplianceRecord, applianceSchema } from './appliances.ts';
import { type Code, codeSchema } from './codes.ts';
import { type Records, recordsIn } from './record.ts';

export interface PlatformFolder {
  path: string;
  codes: Records<Code>;
  appliances: Records<ApplianceRecord>;
}

/** Makes it where it is missing, for its owner only. */
export async function openFolder(path: string): Promise<PlatformFolder> {
  await prepareFolder(path);
  return {
    path,
    codes: await recordsIn(join(path, 'codes'), codeSchema),
    appliances: await recordsIn(join(path, 'appliances'), applianceSchema),
  };
}
