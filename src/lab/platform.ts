/** The lab's own platform: the reference platform on a loopback port, with a code to register with. */
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Brand } from '../brand/brand.ts';
import { type Admin, openAdmin } from '../platform/server/admin.ts';
import type { Platform } from '../platform/server/platform.ts';
import type { PortOf } from './proxy.ts';

export interface LabPlatform {
  /** A personalization code that was not used yet. */
  code: string;
  portOf: PortOf;
  close(): Promise<void>;
}

/** The brand's first platform is the one that is there. */
const labSuffix = (brand: Brand): string => brand.platforms[0]?.suffix ?? 'platform.gatehouse.test';

/**
 * The platform in a folder of its own, trusted by the appliance. It is started when somebody first speaks to it: what
 * makes its certificates is a large library, which the first look at a lab need not wait for.
 * @param state folder of what the appliance's service keeps
 */
export async function labPlatform(folder: string, state: string, brand: Brand): Promise<LabPlatform> {
  const admin = await openAdmin(folder);
  let running: Promise<Platform> | undefined;
  const start = async () => {
    const { openPlatform } = await import('../platform/server/platform.ts');
    return openPlatform({ folder, port: 0, suffix: labSuffix(brand), brand });
  };
  const platform = () => {
    running ??= start();
    return running;
  };
  if (!(await isTrusted(state))) await trust((await platform()).ca, state);
  return {
    code: await openCode(admin),
    async portOf(host) {
      const { hosts, port } = await platform();
      return Object.values(hosts).some((one) => one === host) ? port : undefined;
    },
    async close() {
      await (await running)?.close();
    },
  };
}

const trustFile = (state: string) => join(state, 'platform-ca.pem');

function isTrusted(state: string): Promise<boolean> {
  return access(trustFile(state)).then(
    () => true,
    () => false,
  );
}

async function trust(ca: string, state: string): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeFile(`${trustFile(state)}.new`, ca);
  await rename(`${trustFile(state)}.new`, trustFile(state));
}

async function openCode(admin: Admin): Promise<string> {
  const open = (await admin.codes()).find(({ state }) => state === 'open');
  return (open ?? (await admin.createCode({ name: 'Lab gateway', location: 'Lab' }))).code;
}
