/** The contract of Logs: any log, read by pages from any place. Types only. */

/** "15 of unit docker, warnings and worse, since yesterday": all given must hold. */
export interface JournalFilter {
  /** With its suffix: "docker.service". */
  unit?: string;
  /** Syslog severity, 0 (emergency) to 7 (debug): this one and worse. */
  priority?: number;
  /** ISO 8601 */
  since?: string;
  until?: string;
}

export type LogSource =
  | ({ kind: 'journal' } & JournalFilter)
  /** `path`: below the log folder, as `logs.files` has it: "nginx/access.log". */
  | { kind: 'file'; path: string }
  /** `id`: of a container. */
  | { kind: 'container'; id: string };

export interface LogFile {
  /** Below the log folder, /var/log: "nginx/access.log.2.gz". */
  path: string;
  /** Bytes on the disk. */
  size: number;
  /** ISO 8601 */
  changedAt: string;
  /** It is unpacked before it can be shown: "gzip", "xz", "zstd", "bzip2". */
  compressed?: string;
  /** Why it cannot be read as lines: "binary", "made of records (wtmp)". */
  unreadable?: string;
}

/**
 * Where a line stands, in its log's own terms: nobody but the log's reader looks into it. 'oldest' and 'newest' are
 * before the first and behind the last line.
 */
export type LogPlace = string;

export interface LogEntry {
  place: LogPlace;
  /** As it was written, escape sequences and all. At most 16 KiB of it. */
  text: string;
  /** Characters that it is longer. */
  more?: number;
  /** Nothing ends it yet: it may come again, longer, at another place. */
  isOpen?: true;
  /** ISO 8601; of files unknown: their lines begin with it, in any form. */
  at?: string;
  from?: string;
  /** Syslog severity. */
  priority?: number;
}

/** Lines that hold this: a regular expression (JavaScript's, flag "u" where it fits), or plain text. */
export interface LogPattern {
  text: string;
  regular: boolean;
  /** Default: only where the text has a capital letter. */
  matchCase?: boolean;
}

export interface LogPageRequest {
  source: LogSource;
  from: LogPlace;
  direction: 'older' | 'newer';
  /** 1 to 1000. */
  lines: number;
  /** Only lines that hold it. */
  only?: LogPattern;
}

export interface LogPage {
  /**
   * Oldest first, whichever the direction; without the line at `from`, unless that was unfinished then and is longer
   * now. Fewer than asked for also where they are long, or rare.
   */
  lines: LogEntry[];
  /** Nothing lies beyond in that direction, now. */
  isEnd: boolean;
  /** The looking (with `only`) or the unpacking takes longer: this far it came. Ask on from here. */
  reached?: LogPlace;
  /** How far the page's first line is into the log, 0 to 1; absent where the log cannot say. */
  share?: number;
  /** Bytes of the whole log; absent where the log cannot say. */
  size?: number;
}

export interface LogSearchRequest {
  source: LogSource;
  from: LogPlace;
  direction: 'older' | 'newer';
  pattern: LogPattern;
  /** The filter that the reader looks through. */
  only?: LogPattern;
}

/** Told a few times a second while a search or a count goes on. Shares are 0 to 1, absent where unknown. */
export interface LogSearchNews {
  share?: number;
  /** Of a count: so far. */
  found: number;
}

/** What came of a watch since the last news. */
export type LogNews =
  | {
      kind: 'lines';
      /** One that begins where the last one told does was unfinished then, and is told anew. */
      lines: LogEntry[];
      /** Lines that came faster than they can be shown, before these. */
      skipped: number;
    }
  /** The log goes on in another file, or from its beginning; what was shown stays. */
  | { kind: 'rotated' | 'truncated' }
  /** Nothing can be read for now, and why; it is tried again. */
  | { kind: 'interrupted'; why: string }
  | { kind: 'resumed' };
