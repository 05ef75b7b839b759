/**
 * The registration on the disk: one folder with key, certificate and what the platform said, there as a whole or not
 * at all, whenever power is cut. Beside it, while an enrolment is under way, the key that it began with.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { GatewayConfiguration } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { isCode, readOwn, replaceFile } from '../../settings/files.ts';
import { Secret } from '../../values/secret.ts';
import type { PersonalizationCode } from '../../values/uuid.ts';
import { configurationSchema } from '../protocol.ts';
import { certificateFor } from './key.ts';
import type { Identity } from './tls.ts';

// What a later release has put there besides is kept: it may be installed again.
const { modes, ...others } = configurationSchema.shape;
const recordSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  location: z.string().exactOptional(),
  /** ISO 8601 */
  since: z.string(),
  checkInSeconds: z.number(),
  configuration: z.looseObject({ ...others, modes: z.looseObject(modes.shape) }),
});

/** What the platform said, all of it harmless. */
export interface RegistrationRecord {
  id: string;
  name: string;
  location?: string;
  since: string;
  checkInSeconds: number;
  configuration: GatewayConfiguration;
}

export interface Registered {
  record: RegistrationRecord;
  identity: Identity;
  /** Of the certificate; ISO 8601. */
  from: string;
  until: string;
}

const contactSchema = z.looseObject({
  connected: z.boolean(),
  since: z.string(),
  lastCheckIn: z.string().exactOptional(),
});

/** Whether the platform answers, since when, and when it last did; ISO 8601. */
export interface LastContact {
  connected: boolean;
  since: string;
  lastCheckIn?: string;
}

const startedSchema = z.looseObject({ code: z.string(), key: z.string() });
const names = { key: 'key.pem', certificate: 'certificate.pem', record: 'registration.json', contact: 'contact.json' };

export class RegistrationStore {
  private readonly place: string;
  private readonly fresh: string;
  private readonly former: string;
  private readonly started: string;

  /** @param state folder of what the service keeps */
  constructor(private readonly state: string) {
    this.place = join(state, 'registration');
    this.fresh = `${this.place}.new`;
    this.former = `${this.place}.old`;
    this.started = join(state, 'enrolment.json');
  }

  /** Once at start: completes or takes back what was cut. */
  async recover(): Promise<void> {
    // The former one goes out of the way only after the fresh one is whole on the disk.
    if ((await exists(this.former)) && !(await exists(this.place)))
      await rename((await exists(this.fresh)) ? this.fresh : this.former, this.place);
    await this.clear();
    const present = await this.read().catch(() => undefined);
    const started = await this.startedEnrolment();
    if (present && started?.key === present.identity.key.reveal()) await this.forgetKey();
  }

  /** undefined: not registered. @throws Failure 'registration-broken' */
  async read(): Promise<Registered | undefined> {
    if (!(await exists(this.place))) return undefined;
    try {
      const [key, certificate, record] = await Promise.all(
        [names.key, names.certificate, names.record].map((name) => this.text(name)),
      );
      const identity = { key: new Secret(key ?? ''), certificate: certificate ?? '' };
      const own = certificateFor(identity.key, identity.certificate);
      if (!own) throw new Error('the certificate is not one for the key');
      const [from, until] = [own.validFrom, own.validTo].map((date) => new Date(date).toISOString());
      return { record: recordSchema.parse(JSON.parse(record ?? '')), identity, from: `${from}`, until: `${until}` };
    } catch (error) {
      throw fail('registration-broken', { path: this.place, why: brokenWhy(error) }, error);
    }
  }

  /** In the place of any before. @throws Failure 'registration-not-saved'; then all is as it was */
  async save({ record, identity }: Pick<Registered, 'record' | 'identity'>): Promise<void> {
    await this.writing(async () => {
      await this.clear();
      await mkdir(this.fresh, { mode: 0o700 });
      await replaceFile(join(this.fresh, names.key), identity.key.reveal());
      await replaceFile(join(this.fresh, names.certificate), identity.certificate);
      await replaceFile(join(this.fresh, names.record), `${JSON.stringify(record, null, 2)}\n`);
      await syncFolder(this.state);
      if (await exists(this.place)) await rename(this.place, this.former);
      await rename(this.fresh, this.place).catch(async (error) => {
        await rename(this.former, this.place).catch(() => undefined);
        throw error;
      });
      await syncFolder(this.state);
    });
    await rm(this.former, { recursive: true, force: true });
    await this.forgetKey();
  }

  /** The same appliance, with something new said of it. */
  async update(record: RegistrationRecord): Promise<void> {
    await this.writing(() => replaceFile(join(this.place, names.record), `${JSON.stringify(record, null, 2)}\n`));
  }

  /** The same appliance, with a new certificate and what was said of contact. */
  async renew(record: RegistrationRecord, identity: Identity): Promise<void> {
    const contact = await this.readContact();
    await this.save({ record, identity });
    if (contact) await this.saveContact(contact);
  }

  async remove(): Promise<void> {
    await this.writing(async () => {
      await rm(this.former, { recursive: true, force: true });
      if (!(await exists(this.place))) return;
      await rm(this.fresh, { recursive: true, force: true });
      // Under the name of one that is not valid yet: what a cut leaves of it is cleared at the next start.
      await rename(this.place, this.fresh);
      await syncFolder(this.state);
      await rm(this.fresh, { recursive: true, force: true });
    });
  }

  async readContact(): Promise<LastContact | undefined> {
    const text = await this.text(names.contact).catch(() => undefined);
    return parsedOr(contactSchema, text);
  }

  async saveContact(contact: LastContact): Promise<void> {
    await this.writing(() => replaceFile(join(this.place, names.contact), `${JSON.stringify(contact)}\n`));
  }

  // -------------------------------------------------------------- an enrolment under way

  /**
   * The key that an enrolment with this code began with: the platform may have taken code and key, and its answer
   * was lost. With the same key it answers again; with another the code counts as used.
   */
  async startedKey(code: PersonalizationCode): Promise<Secret | undefined> {
    const started = await this.startedEnrolment();
    return started?.code === hashed(code) ? new Secret(started.key) : undefined;
  }

  async keepKey(code: PersonalizationCode, key: Secret): Promise<void> {
    const text = JSON.stringify({ code: hashed(code), key: key.reveal() });
    await this.writing(() => replaceFile(this.started, `${text}\n`));
  }

  async forgetKey(): Promise<void> {
    await rm(this.started, { force: true });
  }

  // --------------------------------------------------------------

  private async clear(): Promise<void> {
    for (const left of [this.fresh, this.former]) await rm(left, { recursive: true, force: true });
  }

  private async startedEnrolment(): Promise<z.output<typeof startedSchema> | undefined> {
    const file = await readOwn(this.started).catch(() => undefined);
    return parsedOr(startedSchema, file?.text);
  }

  private async text(name: string): Promise<string> {
    const file = await readOwn(join(this.place, name));
    if (!file) throw new Error(`${name} is missing`);
    return file.text;
  }

  private async writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw fail('registration-not-saved', { path: this.place, why: whyOf(error) }, error);
    }
  }
}

/** The code itself is not kept: whoever has it can register with it. */
function hashed(code: PersonalizationCode): string {
  return createHash('sha256').update(code).digest('hex');
}

function parsedOr<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> | undefined {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => {
      if (isCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EROFS: 'the file system is read-only',
  EACCES: 'it may not be accessed',
  EIO: 'the disk gave an error',
};

function whyOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code ? (reasons[code] ?? `it failed with ${code}`) : 'it failed';
}

function brokenWhy(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code) return whyOf(error);
  if (error instanceof SyntaxError || error instanceof z.core.$ZodError) return 'what is in it is not understood';
  return (error as Error).message;
}
