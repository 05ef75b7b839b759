/**
 * The files of captures, in one folder of root's: the latest complete one (upstream.pcap), one that was cut off
 * (upstream.interrupted.pcap), each with what is told of it (….json), and what is being recorded (upstream.new.pcap,
 * with upstream.new.json from before the first packet until all is in its place). Whatever cuts in between, the
 * complete one from before stays until its successor is checked and on the disk. Nothing here records.
 */
import { constants } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Capture } from '../../appliance.ts';
import { isCode, replaceFile } from '../../settings/files.ts';
import { type Counted, countPcap, NoPcap } from './pcap.ts';

const ended = z.enum(['time over', 'stopped', 'size reached', 'disk nearly full', 'interrupted']);

const capture = z.object({
  path: z.string(),
  size: z.number(),
  packets: z.number(),
  dropped: z.number(),
  startedAt: z.string(),
  endedAt: z.string(),
  by: z.string(),
  filter: z.string(),
  bytesEach: z.number(),
  ended,
});

/** What is known of a recording before it ends. */
const started = z.object({
  device: z.string(),
  filter: z.string(),
  towards: z.string(),
  bytesEach: z.number(),
  most: z.number(),
  spare: z.number(),
  warnings: z.array(z.string()),
  startedAt: z.string(),
  endsAt: z.string(),
  by: z.string(),
  /** Of which start of the machine. */
  boot: z.string(),
  /** Was `most` less than usual, for want of room? */
  isTight: z.boolean(),
  /** Somebody ends it: why. */
  ending: ended.exactOptional(),
});

const note = z.object({ started, capture: capture.exactOptional() });

export type Ended = Capture['ended'];
export type Started = z.output<typeof started>;
type Note = z.output<typeof note>;

const folderMode = 0o750;
const fileMode = 0o640;

export class Kept {
  readonly recording: string;
  private readonly noted: string;

  constructor(private readonly folder: string) {
    this.recording = join(folder, 'upstream.new.pcap');
    this.noted = join(folder, 'upstream.new.json');
  }

  /** Bytes that are free for others than root, and all that there are. Makes the folder. */
  async room(): Promise<{ free: number; total: number }> {
    await this.makeFolder();
    const { bavail, blocks, bsize } = await statfs(this.folder);
    return { free: bavail * bsize, total: blocks * bsize };
  }

  /** What is being recorded; undefined: nothing is. */
  async started(): Promise<Started | undefined> {
    return (await this.read(this.noted, note))?.started;
  }

  /** An empty file to record into, and a note of it. */
  async begin(known: Started): Promise<void> {
    await this.discard();
    await this.write(this.noted, { started: known });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = await open(this.recording, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, fileMode);
    await file.chmod(fileMode).finally(() => file.close());
  }

  /** For whoever comes after a crash: why it was told to end. */
  async noteEnding(known: Started, ending: Ended): Promise<void> {
    await this.write(this.noted, { started: { ...known, ending } });
  }

  /**
   * The recording, which has ended, takes its place: trimmed to whole packets, synced, renamed.
   * @returns undefined where it was cut off before the first packet
   * @throws what the disk says
   */
  async finish(known: Started, end: { ended: Ended; dropped: number; endedAt: string }): Promise<Capture | undefined> {
    const { packets, whole, isBroken } = await this.trim().catch(nothingIn);
    const ended = isBroken || whole === 0 ? 'interrupted' : end.ended;
    if (packets === 0 && ended === 'interrupted') return undefined;
    const { startedAt, by, filter, bytesEach } = known;
    const path = this.pathFor(ended);
    const about = { path, size: whole, packets, startedAt, by, filter, bytesEach, ...end, ended };
    await this.write(this.noted, { started: known, capture: about });
    await this.settle();
    return about;
  }

  /** Completes what a crash left between the checked file and its place. */
  async settle(): Promise<void> {
    const about = (await this.read(this.noted, note))?.capture;
    if (!about) return;
    const { path } = about;
    const found = await stat(this.recording).catch(() => undefined);
    if (found && found.size === about.size) await rename(this.recording, path);
    await this.write(nameOf(path), about);
    if (about.ended !== 'interrupted') await this.removeBoth(this.pathFor('interrupted'));
    await this.discard();
  }

  /** Nothing of the recording stays. */
  async discard(): Promise<void> {
    // The note last: without it nobody would look for the file.
    for (const path of [this.recording, this.noted]) await rm(path, { force: true });
  }

  latest(): Promise<Capture | undefined> {
    return this.complete(this.pathFor('stopped'));
  }

  interrupted(): Promise<Capture | undefined> {
    return this.complete(this.pathFor('interrupted'));
  }

  private pathFor(end: Ended): string {
    return join(this.folder, end === 'interrupted' ? 'upstream.interrupted.pcap' : 'upstream.pcap');
  }

  /** What is told of a file, where it is still that file. */
  private async complete(path: string): Promise<Capture | undefined> {
    const [about, found] = await Promise.all([this.read(nameOf(path), capture), stat(path).catch(() => undefined)]);
    return about && found?.isFile() && found.size === about.size ? { ...about, path } : undefined;
  }

  private async trim(): Promise<Counted> {
    const file = await open(this.recording, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      const counted = await countPcap(file);
      await file.truncate(counted.whole);
      await file.sync();
      return counted;
    } finally {
      await file.close();
    }
  }

  private async removeBoth(path: string): Promise<void> {
    for (const one of [path, nameOf(path)]) await rm(one, { force: true });
  }

  private async read<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      // Of what cannot be read nothing can be told; the packets, if there are any, are not taken away.
      return undefined;
    }
  }

  private async makeFolder(): Promise<void> {
    const made = await mkdir(this.folder, { recursive: true, mode: folderMode });
    // Whatever our umask is.
    if (made !== undefined) await chmod(this.folder, folderMode);
  }

  private async write(path: string, value: Note | Capture): Promise<void> {
    await this.makeFolder();
    await replaceFile(path, `${JSON.stringify(value)}\n`);
    await chmod(path, fileMode);
  }
}

const nameOf = (path: string) => path.replace(/pcap$/, 'json');

/** The file is gone, or is no capture: nothing of it can be kept. */
function nothingIn(error: unknown): Counted {
  if (error instanceof NoPcap || isCode(error, 'ENOENT', 'ELOOP')) return { packets: 0, whole: 0, isBroken: true };
  throw error;
}
