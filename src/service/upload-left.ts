/** The upload that a service had under way, for the next one: it says that it broke off, and the operator goes on. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Upload } from '../appliance.ts';
import { fail } from '../errors.ts';
import { readOwn, replaceFile } from '../settings/files.ts';
import type { Log } from './log.ts';
import { messageOf } from './system.ts';

const noted = z.object({
  report: z.string(),
  target: z.object({ host: z.string(), port: z.number(), user: z.string(), folder: z.string() }),
  by: z.string(),
  size: z.number(),
});

export class UploadLeft {
  private readonly path: string;

  /** @param state folder of what the service keeps */
  constructor(
    state: string,
    private readonly log: Log,
  ) {
    this.path = join(state, 'upload.json');
  }

  /** Without anything that could log in. An upload does not wait for a disk that takes nothing. */
  async note({ report, target, by, size }: Upload): Promise<void> {
    await replaceFile(this.path, JSON.stringify({ report, target, by, size })).catch(this.warn);
  }

  async forget(): Promise<void> {
    await rm(this.path, { force: true }).catch(this.warn);
  }

  /** What an earlier service left; taken once. */
  async take(): Promise<Upload | undefined> {
    try {
      const file = await readOwn(this.path);
      if (!file) return undefined;
      await this.forget();
      const upload = noted.parse(JSON.parse(file.text));
      const why = 'the service was started anew meanwhile';
      const { problem } = fail('upload-failed', { host: upload.target.host, why });
      return { ...upload, state: 'broken off', sent: 0, problem };
    } catch (error) {
      this.warn(error);
      return undefined;
    }
  }

  private readonly warn = (error: unknown) => this.log.warning(`${this.path}: ${messageOf(error)}`);
}
