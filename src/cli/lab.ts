/** Service and client in one process on a simulated machine. */
import { join } from 'node:path';
import type { About } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { inProcess } from '../client/in-process.ts';
import { defaultLabFolder, type Lab, openLab } from '../lab/lab.ts';
import { type LabPlatform, labPlatform } from '../lab/platform.ts';
import { assemble } from '../service/appliance.ts';
import { bounded } from '../service/asking.ts';
import { auditFile, auditTo } from '../service/audit.ts';
import { logTo } from '../service/log.ts';
import { ownWho } from '../service/who.ts';
import { version } from '../version.ts';
import { brandOf } from './brand.ts';
import type { LinkOptions, Opened } from './options.ts';

/** A lab with its platform. */
export interface OpenLab extends Lab {
  about: Omit<About, 'role'>;
}

/** @param state folder of what the service keeps, where that is not the machine's own */
export async function openLabMachine({ lab, labFolder }: LinkOptions, brand: Brand, state?: string): Promise<OpenLab> {
  const folder = labFolder ?? defaultLabFolder(process.env);
  let platform: LabPlatform | undefined;
  const opened = await openLab({
    folder,
    ...(typeof lab === 'string' ? { machine: lab } : {}),
    ...(state === undefined ? {} : { state }),
    portOf: async (host) => platform?.portOf(host),
  });
  try {
    platform = await labPlatform(join(opened.folder, 'platform'), state ?? opened.state, brand);
  } catch (error) {
    await opened.close();
    throw error;
  }
  const { name: machine, folder: place } = opened;
  return {
    ...opened,
    about: { version, brand: brand.name, lab: { machine, folder: place, code: platform.code } },
    async close() {
      await platform?.close();
      await opened.close();
    },
  };
}

export async function openLabLink(options: LinkOptions): Promise<Opened> {
  const brand = brandOf(options.brand);
  const lab = await openLabMachine(options, brand);
  const closing = new AbortController();
  const quiet = logTo({ write: () => undefined });
  const audit = auditTo(auditFile(lab.state), quiet, { rotates: true });
  const appliance = await assemble({
    machine: lab.machine,
    about: lab.about,
    brand,
    audit,
    log: quiet,
    state: lab.state,
    closing: closing.signal,
  });
  const link = inProcess(appliance, quiet, {
    role: options.viewer ? 'viewer' : 'operator',
    who: ownWho(),
    audit,
    refusals: bounded(audit),
    isRootAsked: true,
  });
  return {
    link,
    async close() {
      link.close();
      closing.abort();
      await lab.close();
    },
  };
}
