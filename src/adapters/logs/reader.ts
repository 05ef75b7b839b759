/** What a log is to whoever reads it: pages from any place, a search, a count, a watch. Types only. */
import type {
  Call,
  JournalFilter,
  LogEntry,
  LogFile,
  LogNews,
  LogPage,
  LogPageRequest,
  LogPattern,
  LogPlace,
  LogSearchNews,
  LogSearchRequest,
} from '../../appliance.ts';

/**
 * One log. Nothing is opened until something is asked, and nothing stays open behind the answer.
 * All reject with 'log-gone' where the log, or the place, is no more; 'log-unreadable' where it holds no lines;
 * 'bad-pattern' for a pattern that cannot be searched for.
 */
export interface LogReader {
  /** At most `lines` (1 to 1000), oldest first, strictly older or newer than the line at `from`. */
  page(request: Omit<LogPageRequest, 'source'>, signal: AbortSignal): Promise<LogPage>;
  /** The next line that holds the pattern, strictly older or newer than the line at `from`. */
  search(request: Omit<LogSearchRequest, 'source'>, call: Call<LogSearchNews>): Promise<{ found?: LogEntry }>;
  /** How many lines of the whole log hold the pattern. */
  count(request: { pattern: LogPattern; only?: LogPattern }, call: Call<LogSearchNews>): Promise<{ found: number }>;
  /** Tells what is added behind `from` until the signal is aborted, and then ends. */
  follow(request: { from: LogPlace; only?: LogPattern }, call: Call<LogNews>): Promise<void>;
}

/** The logs of the machine. */
export interface Logs {
  /** Of the log folder and the folders in it, by path. */
  files(signal: AbortSignal): Promise<LogFile[]>;
  /** Units that the journal has lines of, by name. */
  units(signal: AbortSignal): Promise<string[]>;
  /** `path`: below the log folder. One that leads out of it rejects when it is read. */
  file(path: string): LogReader;
  journal(filter: JournalFilter): LogReader;
}
