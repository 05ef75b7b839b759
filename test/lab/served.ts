/** A service on a lab, in this process. Used by tests and by the lab's own process, so it knows no test runner. */
import { join } from 'node:path';
import type { Appliance } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { assemble } from '../../src/service/appliance.ts';
import { auditTo } from '../../src/service/audit.ts';
import { logTo } from '../../src/service/log.ts';

/** `close`: as when the service ends; before the lab is closed. */
export async function serviceOn(lab: Lab): Promise<{ appliance: Appliance; close(): void }> {
  const closing = new AbortController();
  const log = logTo({ write: () => undefined });
  const appliance = await assemble({
    machine: lab.machine,
    about: { version: '0', brand: defaultBrand.name },
    brand: defaultBrand,
    audit: auditTo(join(lab.state, 'audit.jsonl'), log),
    log,
    state: lab.state,
    closing: closing.signal,
  });
  return { appliance, close: () => closing.abort() };
}
