/** Service and client in one process on a simulated machine. */
import { join } from 'node:path';
import type { About, Appliance } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { inProcess } from '../client/in-process.ts';
import { defaultLabFolder, type Lab, openLab } from '../lab/lab.ts';
import { type LabPlatform, labPlatform } from '../lab/platform.ts';
import { assemble } from '../service/appliance.ts';
import { bounded } from '../service/asking.ts';
import { type Audit, auditFile, auditTo } from '../service/audit.ts';
import { type Log, logTo } from '../service/log.ts';
import { ownWho } from '../service/who.ts';
import { version } from '../version.ts';
import { brandOf } from './brand.ts';
import type { LinkOptions, Opened } from './options.ts';

/** A lab with its platform. */
export interface OpenLab extends Lab {
  about: Omit<About, 'role' | 'language'>;
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

/** A reboot of the lab is a start of all of it, behind the same link; switched off it stays until it is opened again. */
export async function openLabLink(options: LinkOptions): Promise<Opened> {
  const brand = brandOf(options.brand);
  const quiet = logTo({ write: () => undefined });
  let present = await started(options, brand, quiet);
  const link = inProcess(present.appliance, quiet, {
    role: options.viewer ? 'viewer' : 'operator',
    who: ownWho(),
    // Of whichever start it is now.
    audit: { note: (entry) => present.audit.note(entry) },
    refusals: bounded({ note: (entry) => present.audit.note(entry) }),
    isRootAsked: true,
  });
  let isClosing = false;
  let next: Promise<void> = Promise.resolve();
  const follow = () => {
    void present.down.then((how) => {
      if (!isClosing) next = how === 'reboot' ? restart() : present.close(() => link.lose(offNow));
    });
  };
  const restart = async () => {
    await present.close(() => link.lose('the machine starts anew'));
    present = await started(options, brand, quiet);
    link.replace(present.appliance);
    follow();
  };
  follow();
  return {
    link,
    async close() {
      isClosing = true;
      link.close();
      await next;
      await present.close(() => undefined);
    },
  };
}

const offNow = 'the machine of this lab is switched off; leave the console and open it again to switch it on';

interface Started {
  appliance: Appliance;
  audit: Audit;
  down: OpenLab['down'];
  /** Once; `lost`: when nothing is answered any more. */
  close(lost: () => void): Promise<void>;
}

async function started(options: LinkOptions, brand: Brand, log: Log): Promise<Started> {
  const lab = await openLabMachine(options, brand);
  const closing = new AbortController();
  const audit = auditTo(auditFile(lab.state), log, { rotates: true });
  const { machine, about, state } = lab;
  const appliance = await assemble({ machine, about, brand, audit, log, state, closing: closing.signal });
  let closed: Promise<void> | undefined;
  return {
    appliance,
    audit,
    down: lab.down,
    close(lost) {
      lost();
      closing.abort();
      closed ??= lab.close();
      return closed;
    },
  };
}
