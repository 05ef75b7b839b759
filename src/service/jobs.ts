/** The long jobs that run now: told in words for whoever is about to cut them off, and ended in good order. */
import type { Appliance, CaptureState, ReportsState } from '../appliance.ts';
import { problemOf, sentence } from '../errors.ts';
import { within } from '../within.ts';
import type { Source } from './gauge.ts';
import { messageOf, type System } from './system.ts';

/** Work that is known by one name while it runs. */
export class Under {
  private current: { what: string; stop: AbortController; done: Promise<unknown> } | undefined;
  private readonly listeners = new Set<() => void>();

  /** "registration"; undefined: nothing runs. */
  get what(): string | undefined {
    return this.current?.what;
  }

  /** @param work given a signal by which it is ended */
  async run<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const done = work(stop.signal);
    this.current = { what, stop, done };
    this.tell();
    try {
      return await done;
    } finally {
      this.current = undefined;
      this.tell();
    }
  }

  async end(): Promise<void> {
    const { current } = this;
    current?.stop.abort();
    await current?.done.catch(() => undefined);
  }

  changed(listener: () => void): void {
    this.listeners.add(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export interface Jobs {
  /** "A diagnostics report is being made": sentences without their full stops. */
  sentences(): string[];
  /** The first of them in a word or two, for the status line. */
  brief(): string | undefined;
  source: Source;
  /** Each in good order: what was recorded stays, nothing half-made does. Never rejects; within 20 s. */
  end(by: string): Promise<void>;
}

interface Groups {
  report: Appliance['report'];
  capture: Appliance['capture'];
  registering: Under;
}

const LIMIT = 20_000;

/** Follows the groups until the service ends. */
export function jobsOf(system: System, { report, capture, registering }: Groups): Jobs {
  const { closing, log, pace } = system;
  let reports: ReportsState | undefined;
  let captures: CaptureState | undefined;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  const follow = <S>(watch: (args: object, call: object) => Promise<void>, take: (state: S) => void) => {
    const progress = (state: S) => {
      take(state);
      changed();
    };
    watch({}, { signal: closing, progress }).catch((error: unknown) => {
      if (!closing.aborted) log.warning(`jobs: ${messageOf(error)}`);
    });
  };
  follow(report.watch as never, (state: ReportsState) => {
    reports = state;
  });
  follow(capture.watch as never, (state: CaptureState) => {
    captures = state;
  });
  registering.changed(changed);
  const upload = () => (reports?.upload && isSending(reports.upload.state) ? reports.upload : undefined);

  const running = (): { brief: string; sentence: string; end(by: string): Promise<unknown> }[] => [
    ...(registering.what === undefined
      ? []
      : [{ brief: registering.what, sentence: `A ${registering.what} is under way`, end: () => registering.end() }]),
    ...(reports?.job
      ? [
          {
            brief: 'report',
            sentence: `A diagnostics report is being made, by ${reports.job.by}`,
            end: (by: string) => report.cancel({}, { by }),
          },
        ]
      : []),
    ...(upload()
      ? [
          {
            brief: 'upload',
            sentence: `A report is being uploaded to ${upload()?.target.host}, by ${upload()?.by}`,
            end: (by: string) => report.cancelUpload({}, { by }),
          },
        ]
      : []),
    ...(reports?.offer && isFetching(reports.offer.state)
      ? [
          {
            brief: 'download',
            sentence: `A report is being fetched by ${reports.offer.from ?? 'somebody'}`,
            end: (by: string) => report.withdraw({}, { by }),
          },
        ]
      : []),
    ...(captures?.running
      ? [
          {
            brief: 'packet capture',
            sentence: `Packets are being captured, by ${captures.running.by}`,
            end: (by: string) => capture.stop({}, { by }),
          },
        ]
      : []),
  ];

  return {
    sentences: () => running().map(({ sentence }) => sentence),
    brief: () => running()[0]?.brief,
    source: {
      watch(_every, onChange) {
        listeners.add(onChange);
        return () => listeners.delete(onChange);
      },
    },
    async end(by) {
      await Promise.all(
        running().map(({ brief, end }) =>
          within(LIMIT * pace, `The end of the ${brief}`, () => end(by), closing).catch((error: unknown) =>
            log.warning(`The ${brief} could not be ended: ${sentence(problemOf(error, messageOf(error)))}`),
          ),
        ),
      );
    },
  };
}

const isSending = (state: string) => ['connecting', 'uploading', 'comparing'].includes(state);
const isFetching = (state: string) => ['logged in', 'downloading'].includes(state);
