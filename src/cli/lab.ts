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

/** @param state folder of what the service keeps, where that is not the machine's own */
export async function openLabMachine({ lab, labFolder }: LinkOptions, state?: string): Promise<Lab> {
  const folder = labFolder ?? defaultLabFolder(process.env);
  const machine = typeof lab === 'string' ? { machine: lab } : {};
  return openLab({ folder, ...machine, ...(state === undefined ? {} : { state }) });
}

export function aboutLab(lab: Lab, brand: string): About {
  return { version, brand, lab: { machine: lab.name, folder: lab.folder } };
}

export async function openLabLink(options: LinkOptions): Promise<Opened> {
  const brand = brandOf(options.brand);
  const lab = await openLabMachine(options);
  const closing = new AbortController();
  const quiet = logTo({ write: () => undefined });
  const audit = auditTo(join(lab.state, 'audit.jsonl'), quiet);
  const appliance = await assemble({
    machine: lab.machine,
    about: aboutLab(lab, brand.name),
    brand,
    audit,
    log: quiet,
    state: lab.state,
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
