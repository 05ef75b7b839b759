/**
 * What an administrator does: codes made, listed, revoked; appliances listed, configured, removed. On the folder, so
 * whether the server runs or not; it sees what was changed with the next request.
 */
import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import type { GatewayConfiguration } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { type certificateKinds, configurationSchema } from '../protocol.ts';
import type { ApplianceRecord } from './appliances.ts';
import { type Code, type CodeState, codeSchema, stateOf } from './codes.ts';
import { openFolder, type PlatformFolder } from './folder.ts';
import { readSeen, type Seen } from './seen.ts';

export interface NewCode {
  /** Of the appliance; at most 100 characters. */
  name: string;
  /** At most 255 characters. */
  location?: string;
  certificateKind?: (typeof certificateKinds)[number];
  /** Until it expires; default 30. */
  days?: number;
}

export type ConfigurationChange = Partial<Omit<GatewayConfiguration, 'revision' | 'modes'>> & {
  cache?: boolean;
  patch?: boolean;
};

export type ListedCode = Code & { state: CodeState };
export type ListedAppliance = ApplianceRecord & { seen?: Seen };

/** Where a name is asked for, the id or code does too. Each rejects with a `Failure`. */
export interface Admin {
  createCode(wanted: NewCode): Promise<ListedCode>;
  /** Newest first. */
  codes(): Promise<ListedCode[]>;
  revokeCode(code: string): Promise<ListedCode>;
  /** By name. */
  appliances(): Promise<ListedAppliance[]>;
  appliance(name: string): Promise<ListedAppliance>;
  /** Refuses with 'bad-values' what the guide forbids. The appliance gets it when it checks in next. */
  configure(name: string, change: ConfigurationChange): Promise<ListedAppliance>;
  /** Its certificates are void from now on. */
  removeAppliance(name: string): Promise<ListedAppliance>;
}

const dayMs = 86_400_000;
const usualDays = 30;
/** Gateway guide, "Enabling Patch Mode": bytes of the second disk. */
const patchDisk = 250e9;

const rights: Record<string, string> = {
  name: 'one to 100 visible characters',
  location: 'up to 255 visible characters',
  expires: '1 to 3650 days',
  proxyPort: '1080',
  cachePort: '8080',
  allowedDomains: 'up to ten like example.com',
};

export async function openAdmin(path: string, clock: () => Date = () => new Date()): Promise<Admin> {
  const folder = await openFolder(path);
  const { codes, appliances } = folder;
  const listed = (code: Code): ListedCode => ({ ...code, state: stateOf(code, clock()) });
  const withSeen = async (appliance: ApplianceRecord): Promise<ListedAppliance> => {
    const seen = await readSeen(appliances.folderOf(appliance.id));
    return seen ? { ...appliance, seen } : appliance;
  };
  const change = async (name: string, next: (appliance: ApplianceRecord) => ApplianceRecord) => {
    const { id } = await applianceNamed(folder, name);
    return withSeen((await appliances.change(id, next)) ?? unknown('appliance', name));
  };
  return {
    async createCode(wanted) {
      const code = newCode(wanted, clock());
      await codes.create(code.code, code);
      return listed(code);
    },
    async codes() {
      const all = await every(codes.names(), codes.read);
      return all.sort((a, b) => b.created.localeCompare(a.created)).map(listed);
    },
    async revokeCode(given) {
      const name = given.trim().toLowerCase();
      const code = codeSchema.shape.code.safeParse(name).success ? await codes.read(name) : undefined;
      if (!code) return unknown('personalization code', given);
      const now = clock();
      const revoked = await codes.change(name, (present) => {
        if (present.used) throw fail('not-allowed', { what: 'Revoking this code', why: usedBy(present.used) });
        return { ...present, revoked: present.revoked ?? now.toISOString() };
      });
      return listed(revoked ?? unknown('personalization code', given));
    },
    async appliances() {
      const all = await every(appliances.names(), appliances.read);
      const seen = await Promise.all(all.map(withSeen));
      return seen.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    },
    appliance: async (name) => withSeen(await applianceNamed(folder, name)),
    async configure(name, wanted) {
      if (wanted.patch) refuseWithoutDisk(await withSeen(await applianceNamed(folder, name)));
      return change(name, (appliance) => {
        if (appliance.ended)
          throw fail('not-allowed', { what: `Configuring ${name}`, why: 'It is no longer registered.' });
        return { ...appliance, configuration: changed(appliance.configuration, wanted) };
      });
    },
    removeAppliance: (name) =>
      change(name, (appliance) => ({
        ...appliance,
        ended: appliance.ended ?? { at: clock().toISOString(), by: 'administrator' },
      })),
  };
}

const usedBy = ({ applianceId }: NonNullable<Code['used']>) =>
  `Appliance ${applianceId} has used it. To shut that out, remove the appliance.`;

function newCode({ name, location = '', certificateKind = 'appliance', days = usualDays }: NewCode, now: Date): Code {
  const isDays = Number.isFinite(days) && days > 0 && days <= 3650;
  const expires = isDays ? new Date(now.getTime() + days * dayMs).toISOString() : 'never';
  const code = { code: randomUUID(), name: name.trim(), location: location.trim(), certificateKind };
  return checked(codeSchema, { ...code, created: now.toISOString(), expires });
}

function changed(
  present: GatewayConfiguration,
  { cache, patch, ...others }: ConfigurationChange,
): GatewayConfiguration {
  const modes = { cache: cache ?? present.modes.cache, patch: patch ?? present.modes.patch };
  return checked(configurationSchema, { ...present, ...others, modes, revision: present.revision + 1 });
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const fields = error.issues.map(({ path, message }) => {
    const field = String(path[0] ?? 'value');
    return { field, why: message, right: rights[field] ?? 'as the help says' };
  });
  throw fail('bad-values', { fields });
}

function refuseWithoutDisk({ name, seen }: ListedAppliance): void {
  const size = seen?.health.disk2?.size ?? 0;
  if (size >= patchDisk) return;
  const found = size > 0 ? `its second disk has ${Math.floor(size / 1e9)} GB` : 'it has told of no second disk';
  throw fail('not-allowed', { what: `Patch mode of ${name}`, why: `It needs a second disk of 250 GB; ${found}.` });
}

async function applianceNamed({ appliances }: PlatformFolder, name: string): Promise<ApplianceRecord> {
  const names = await appliances.names();
  const id = name.trim().toLowerCase();
  if (names.includes(id)) return (await appliances.read(id)) ?? unknown('appliance', name);
  const all = await every(Promise.resolve(names), appliances.read);
  const same = all.filter((one) => one.name === name);
  // Of one that was registered anew the present one is meant.
  const [only, another] = same.some(({ ended }) => !ended) ? same.filter(({ ended }) => !ended) : same;
  if (only && another)
    throw fail('bad-value', { field: 'appliance', why: 'several have this name', right: `an id: ${only.id}` });
  return only ?? unknown('appliance', name);
}

function unknown(what: string, name: string): never {
  throw fail('unavailable', { what: `The ${what} ${name}`, why: 'The platform in this folder has none like that.' });
}

async function every<T>(names: Promise<string[]>, read: (name: string) => Promise<T | undefined>): Promise<T[]> {
  const all = await Promise.all((await names).map(read));
  return all.filter((one) => one !== undefined);
}
