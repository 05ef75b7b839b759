/** Keys of servers that an operator has confirmed: one file of the service's own, one entry a host and port. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';

const entry = z.object({
  host: z.string(),
  port: z.number(),
  type: z.string(),
  sha256: z.string(),
  /** ISO 8601 */
  at: z.string(),
  by: z.string(),
});

export type KnownHost = z.infer<typeof entry>;

/** A server's key as it shows it. */
export interface ShownKey {
  /** "ssh-ed25519" */
  type: string;
  /** "SHA256:…", as ssh-keygen(1) writes it. */
  sha256: string;
}

/** @param blob of RFC 4253, 6.6: begins with the name of its type */
export function shownKey(blob: Buffer): ShownKey {
  const length = blob.length >= 4 ? blob.readUInt32BE() : 0;
  const name = blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1');
  const type = /^[a-z0-9@.-]+$/.test(name) ? name : 'unknown';
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type, sha256: `SHA256:${digest}` };
}

export class KnownHosts {
  constructor(private readonly file: string) {}

  async find(host: string, port: number): Promise<KnownHost | undefined> {
    return (await this.all()).find((one) => one.host === host && one.port === port);
  }

  /** In the place of another of that host and port. */
  async remember(known: KnownHost): Promise<void> {
    const others = (await this.all()).filter(({ host, port }) => host !== known.host || port !== known.port);
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    const handle = await open(`${this.file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify([...others, known], undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${this.file}.new`, this.file);
  }

  /** A file that cannot be read counts as none: then every key is asked about again. */
  private async all(): Promise<KnownHost[]> {
    try {
      return z.array(entry).parse(JSON.parse(await readFile(this.file, 'utf8')));
    } catch {
      return [];
    }
  }
}
