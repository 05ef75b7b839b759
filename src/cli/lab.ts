/** Service and client in one process on a simulated machine. */
import { join } from 'node:path';
import type { About } from '../appliance.ts';
import { inProcess } from '../client/in-process.ts';
import { defaultLabFolder, type Lab, openLab } from '../lab/lab.ts';
import { assemble } from '../service/appliance.ts';
import { auditTo } from '../service/audit.ts';
import { logTo } from '../service/log.ts';
import { version } from '../version.ts';
import { brandOf } from './brand.ts';
import type { LinkOptions, Opened } from './options.ts';

export async function openLabMachine({ lab, labFolder }: LinkOptions): Promise<Lab> {
  const folder = labFolder ?? defaultLabFolder(process.env);
  return openLab({ folder, ...(typeof lab === 'string' ? { machine: lab } : {}) });
}

export function aboutLab(lab: Lab, brand: string): About {
  return { version, brand, lab: { machine: lab.name, folder: lab.folder } };
}

export async function openLabLink(options: LinkOptions): Promise<Opened> {
  const brand = brandOf(options.brand);
  const lab = await openLabMachine(options);
  const closing = new AbortController();
  const quiet = logTo({ write: () => undefined });
  const audit = auditTo(join(lab.folder, 'audit.jsonl'), quiet);
  const appliance = await assemble({
    machine: lab.machine,
    about: aboutLab(lab, brand.name),
    brand,
    audit,
    log: quiet,
    state: lab.folder,
    closing: closing.signal,
  });
  const link = inProcess(appliance, quiet);
  return {
    link,
    async close() {
      link.close();
      closing.abort();
      await lab.close();
    },
  };
}
