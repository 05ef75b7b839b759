/** The files of a log folder, each as a log. What folder that is, and where compressed ones are unpacked, is said by others. */

import { fileReader } from './file-reader.ts';
import { listFiles } from './list.ts';
import type { Logs } from './reader.ts';
import { Spools } from './unpack.ts';

/**
 * @param folder whatever is asked for lies below it: "/var/log"
 * @param spool folder for what is unpacked: "/var/tmp"
 */
export function logFiles(folder: string, spool: string): Pick<Logs, 'files' | 'file'> {
  const spools = new Spools(spool);
  return {
    files: (signal) => listFiles(folder, signal),
    file: (path) => fileReader({ folder, path, spools }),
  };
}
