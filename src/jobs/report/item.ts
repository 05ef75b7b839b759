/** One thing that goes into a report, as whoever collects it is written: what it is, its bounds, and how. Types only. */
import type { Printed } from '../../run.ts';

/** Where an item puts what it has. All of it goes through the redaction; what is over the bound is cut off. */
export interface ItemOutput {
  /** Bytes that may still come. */
  readonly room: number;
  text(file: string, content: string): Promise<void>;
  json(file: string, value: unknown): Promise<void>;
  bytes(file: string, content: Buffer): Promise<void>;
  /**
   * What a program prints. Not to be there, to fail or not to end is noted, and no reason to stop.
   * `limit`: milliseconds, 10 000 without.
   */
  program(file: string, program: string, args: readonly string[], limit?: number): Promise<Printed | undefined>;
  /** The end of a file on the disk, up to `most` bytes. One that is missing or cannot be read is noted. */
  file(file: string, path: string, most?: number): Promise<void>;
  /** A file of packets: what is known to be secret in it is overwritten, byte for byte. */
  packets(file: string, path: string): Promise<void>;
  /** A file of the journal; what is secret in its fields is overwritten. */
  journal(file: string, path: string): Promise<void>;
  /** Something did not go well: said in the manifest. */
  note(why: string): void;
  /** Not all of it is there. */
  cut(why: string): void;
}

export interface Item {
  /** "journal": lower case, also the folder in the archive. */
  name: string;
  /** "Journal" */
  title: string;
  /** What it holds, in a sentence without its full stop. */
  about: string;
  /** Seconds it may take. */
  seconds: number;
  /** Bytes it may have before packing. */
  most: number;
  /** It is begun after all others. */
  isSlow?: boolean;
  /** Why there is nothing of it here; undefined: there is. */
  absent?(signal: AbortSignal): Promise<string | undefined>;
  /** Bytes that are expected now. */
  estimate?(signal: AbortSignal): Promise<number | undefined>;
  collect(out: ItemOutput, signal: AbortSignal): Promise<void>;
}
