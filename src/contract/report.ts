/** The contract of the diagnostics report: making it, and the two ways to hand it over. Types only. */
import type { Problem } from '../errors.ts';

/** One thing that goes into a report. */
export interface ReportItem {
  /** "journal" */
  name: string;
  /** "Journal" */
  title: string;
  /** What it holds, in a sentence without its full stop. */
  about: string;
  /** Seconds it may take. */
  seconds: number;
  /** Bytes it may have, before it is packed. */
  most: number;
  /** Bytes that are expected now; absent where that cannot be told. */
  estimate?: number;
  /** Why it will be left out: "no packets were captured". */
  absent?: string;
}

/** 'cut': only a part fitted in its bound. 'absent': the machine has no such thing. */
export type ItemOutcome = 'waiting' | 'running' | 'done' | 'cut' | 'failed' | 'timed out' | 'absent' | 'left out';

export interface ItemState {
  name: string;
  title: string;
  outcome: ItemOutcome;
  /** Bytes in the archive, before packing. */
  bytes: number;
  /** Of what did not go well. */
  why?: string;
}

export interface ReportJob {
  id: string;
  /** ISO 8601 */
  startedAt: string;
  by: string;
  /** 'finishing': sealing, signing, writing to the disk. */
  phase: 'collecting' | 'finishing';
  items: ItemState[];
  /** Bytes of the archive so far. */
  bytes: number;
}

/** A report on the disk: complete, encrypted, signed. */
export interface Report {
  /** Its file's name, in /var/diagnostics: "gatehouse-report-NAME-20261121T101112Z.tar.zst.age". */
  name: string;
  /** ISO 8601 */
  at: string;
  /** Bytes. */
  size: number;
  /** 64 hexadecimal digits. */
  sha256: string;
  by: string;
  items: ItemState[];
  /** Secrets that were removed. */
  removed: number;
}

/** A report that can be fetched, for an hour, once. */
export interface Offer {
  report: string;
  /** The account's name: "diagnostics". */
  user: string;
  /** Addresses of this machine that it can be fetched from, the first first. */
  addresses: string[];
  port: number;
  /** "SHA256:…", of the key that the listener shows. */
  fingerprint: string;
  /** ISO 8601 */
  expiresAt: string;
  by: string;
  /** Wrong passwords that are left. */
  triesLeft: number;
  state: 'waiting' | 'logged in' | 'downloading' | 'complete' | 'broken off' | 'burnt' | 'expired' | 'withdrawn';
  /** Who fetches: an address. */
  from?: string;
  /** Bytes that were fetched. */
  fetched: number;
  /** Bytes that there are. */
  size: number;
}

/** An SFTP server of the operator's choosing. */
export interface UploadTarget {
  host: string;
  port: number;
  user: string;
  /** Folder there; empty: where the account begins. */
  folder: string;
}

export interface Upload {
  report: string;
  target: UploadTarget;
  by: string;
  state: 'connecting' | 'uploading' | 'comparing' | 'complete' | 'broken off' | 'failed' | 'cancelled';
  sent: number;
  size: number;
  problem?: Problem;
}

/** The key of a server, as it shows it now. */
export interface HostKey {
  type: string;
  /** "SHA256:…" */
  sha256: string;
  /** Was it confirmed before? 'other': one was, but not this one. */
  known: 'yes' | 'no' | 'other';
  /** The one that was confirmed before, where it is another. */
  before?: string;
}

export interface ReportsState {
  /** Under way now. */
  job?: ReportJob;
  /** How the last one ended that was not completed. */
  ended?: { at: string; problem: Problem };
  /** Newest first. */
  kept: Report[];
  offer?: Offer;
  upload?: Upload;
}
