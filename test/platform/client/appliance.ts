/** A whole appliance of these tests: the service on a fake machine, whose way to the platform is real. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Appliance } from '../../../src/appliance.ts';
import { defaultBrand } from '../../../src/brand/brand.ts';
import type { Reach } from '../../../src/platform/client/reach.ts';
import { assemble } from '../../../src/service/appliance.ts';
import type { Noted } from '../../../src/service/audit.ts';
import { logTo } from '../../../src/service/log.ts';
import { fakeMachine, plainFacts, plainList } from '../../machines/fake.ts';
import { suffix } from './reach.ts';

export interface Grown {
  appliance: Appliance;
  audit: Noted[];
  log: string[];
  /** As if the service ended. */
  end(): void;
}

/** @param state folder of what it keeps @param ca what it trusts @param open how it connects */
export async function grow(state: string, ca: string, open: Reach['open'], pace = 0.1): Promise<Grown> {
  const closing = new AbortController();
  const audit: Noted[] = [];
  const log: string[] = [];
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeFile(join(state, 'platform-ca.pem'), ca);
  const machine = fakeMachine({
    facts: plainFacts,
    units: { list: plainList },
    proxy: { open, files: () => [] },
  });
  const appliance = await assemble({
    machine,
    about: { version: '1.0', brand: 'gatehouse' },
    brand: defaultBrand,
    audit: { note: async (entry) => void audit.push(entry) },
    log: logTo({ write: (text) => log.push(text) }),
    state,
    pace,
    closing: closing.signal,
  });
  return { appliance, audit, log, end: () => closing.abort() };
}

/** The same with the suffix set. */
export async function grown(...of: Parameters<typeof grow>): Promise<Grown> {
  const one = await grow(...of);
  if ((await one.appliance.platform.read({})).suffix === null) await one.appliance.platform.set({ suffix });
  return one;
}
