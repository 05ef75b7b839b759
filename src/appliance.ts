/**
 * The contract: what a screen or the command line may ask of the appliance, grouped as the menu is.
 * Types only; what is asked and answered is described in contract/. No code, no import of anything that runs.
 */
import type { AuditPage } from './contract/audit.ts';
import type { Nothing, Operation, Watch } from './contract/call.ts';
import type { CapturePlan, CaptureState } from './contract/capture.ts';
import type {
  ChangeDraft,
  ChangePlan,
  ChangesState,
  Difference,
  EndedChange,
  PendingChange,
  TestResult,
} from './contract/changes.ts';
import type { Container, ContainerDetails, ContainerOutcome, Image, ImageDetails } from './contract/containers.ts';
import type { About, Info, Status } from './contract/info.ts';
import type {
  LogEntry,
  LogFile,
  LogNews,
  LogPage,
  LogPageRequest,
  LogPattern,
  LogPlace,
  LogSearchNews,
  LogSearchRequest,
  LogSource,
} from './contract/logs.ts';
import type { InterfaceState } from './contract/network.ts';
import type { ConnectivityNews, RegistrationState, ServiceHealth, StepNews } from './contract/platform.ts';
import type { PowerAction, PowerState, ResetPlan } from './contract/power.ts';
import type { HostKey, Offer, Report, ReportItem, ReportsState, UploadTarget } from './contract/report.ts';
import type { SetupState, SetupStepName } from './contract/setup.ts';
import type { Stats, StatsHistory, StatsSubject } from './contract/stats.ts';
import type {
  AccessState,
  DnsState,
  HostEntry,
  ProxyState,
  SettingsVersion,
  SshState,
  SuffixState,
  TimeSettings,
  TimeState,
} from './contract/system.ts';
import type { UnattendedNews, UnattendedOutcome, UnattendedPlan } from './contract/unattended.ts';
import type { PingLine, PingRequest, PingSummary, Unit, UnitNews, UnitOutcome, UnitStatus } from './contract/units.ts';

export type * from './contract/audit.ts';
export type * from './contract/call.ts';
export type * from './contract/capture.ts';
export type * from './contract/changes.ts';
export type * from './contract/containers.ts';
export type * from './contract/info.ts';
export type * from './contract/logs.ts';
export type * from './contract/network.ts';
export type * from './contract/platform.ts';
export type * from './contract/power.ts';
export type * from './contract/report.ts';
export type * from './contract/setup.ts';
export type * from './contract/stats.ts';
export type * from './contract/system.ts';
export type * from './contract/unattended.ts';
export type * from './contract/units.ts';

export interface Appliance {
  about: Operation<Nothing, About>;
  status: {
    read: Operation<Nothing, Status>;
    watch: Watch<Nothing, Status>;
  };
  info: {
    /** Waits for every reading, each within its own limit (30 s at most altogether). */
    read: Operation<Nothing, Info>;
    /** Tells what is known at once, and again whenever something changes. */
    watch: Watch<Nothing, Info>;
  };
  ping: {
    run: Operation<PingRequest, PingSummary, PingLine>;
  };
  units: {
    list: Operation<Nothing, Unit[]>;
    watch: Watch<Nothing, Unit[]>;
    /** `lines`: how much of its log, 0 to 1000. */
    show: Operation<{ name: string; lines?: number }, UnitStatus>;
    start: Operation<{ name: string }, UnitOutcome, UnitNews>;
    stop: Operation<{ name: string }, UnitOutcome, UnitNews>;
    restart: Operation<{ name: string }, UnitOutcome, UnitNews>;
  };
  network: {
    read: Operation<Nothing, InterfaceState[]>;
    watch: Watch<Nothing, InterfaceState[]>;
  };
  /** Changes that can cut the machine off are made here and nowhere else. */
  changes: {
    read: Operation<Nothing, ChangesState>;
    watch: Watch<Nothing, ChangesState>;
    /** Checks everything and changes nothing. Refuses with 'bad-values': all that is wrong at once. */
    plan: Operation<{ draft: ChangeDraft }, ChangePlan>;
    /** Arms the way back, applies, tests. Ends when the question can be asked; goes on when the asker is gone. */
    apply: Operation<{ draft: ChangeDraft }, PendingChange, { step: string } | { test: TestResult }>;
    keep: Operation<{ id: string }, EndedChange>;
    undo: Operation<{ id: string }, EndedChange, { step: string }>;
    /** Holds a part for editing until aborted; refuses with 'held' where somebody else does. */
    hold: Operation<{ what: ChangeDraft['section'] }, void>;
  };
  dns: {
    read: Operation<Nothing, DnsState>;
  };
  proxy: {
    read: Operation<Nothing, ProxyState>;
  };
  hosts: {
    /** `others`: entries of the file that are not ours. */
    read: Operation<Nothing, { entries: HostEntry[]; others: HostEntry[] }>;
    set: Operation<{ entries: HostEntry[] }, Nothing>;
  };
  time: {
    read: Operation<Nothing, TimeState>;
    watch: Watch<Nothing, TimeState>;
    zones: Operation<Nothing, string[]>;
    set: Operation<TimeSettings, TimeState>;
  };
  platform: {
    read: Operation<Nothing, SuffixState>;
    set: Operation<{ suffix: string }, SuffixState>;
  };
  ssh: {
    read: Operation<Nothing, SshState>;
    watch: Watch<Nothing, SshState>;
    set: Operation<{ enabled: boolean }, SshState>;
  };
  access: {
    read: Operation<Nothing, AccessState>;
    /** `current`: needed once one is set. */
    setPassword: Operation<{ current?: string; next: string }, Nothing>;
    /**
     * Right or wrong; wrong ones are answered ever more slowly. A right one lets this connection change things for
     * five minutes, where changes need the password. Without a password: may it change things now? Where that is by a
     * password given before, the five minutes begin anew.
     */
    check: Operation<
      { password?: string },
      { right: boolean /** Seconds until the next try is taken. */; wait?: number }
    >;
    /** Without a language that stays. */
    set: Operation<
      Pick<AccessState, 'passwordBeforeChanges' | 'idleLockMinutes' | 'windowSeconds'> &
        Partial<Pick<AccessState, 'language'>>,
      AccessState
    >;
  };
  settings: {
    versions: Operation<Nothing, SettingsVersion[]>;
    difference: Operation<{ from: number; to: number }, Difference[]>;
  };
  audit: {
    /** `before`: `older` of the page before. `lines`: 1 to 1000; there may be fewer, and `older` all the same. */
    read: Operation<{ before?: string; lines: number }, AuditPage>;
  };
  registration: {
    read: Operation<Nothing, RegistrationState>;
    watch: Watch<Nothing, RegistrationState>;
    /** All of it or nothing; in the place of a registration before. */
    register: Operation<{ code: string }, RegistrationState, StepNews>;
    /** `withoutPlatform`: also where the platform cannot be told. */
    deregister: Operation<{ withoutPlatform?: boolean }, RegistrationState>;
  };
  connectivity: {
    /** Each service without a proxy, and through each proxy that is set. */
    run: Operation<Nothing, ServiceHealth[], ConnectivityNews>;
  };
  proxyTest: {
    /** Each proxy that is set. A failed step is an outcome; without a proxy it rejects with 'unavailable'. */
    run: Operation<Nothing, StepNews[], StepNews>;
  };
  /** All reject with 'engine-absent', 'engine-stopped' or 'engine-hangs' where there is none to ask. */
  containers: {
    list: Operation<Nothing, Container[]>;
    watch: Watch<Nothing, Container[]>;
    /** `id`: whole, its first 12 digits or more, or the name. So for all below. */
    show: Operation<{ id: string }, ContainerDetails>;
    start: Operation<{ id: string }, ContainerOutcome, { step: string }>;
    stop: Operation<{ id: string }, ContainerOutcome, { step: string }>;
    restart: Operation<{ id: string }, ContainerOutcome, { step: string }>;
  };
  images: {
    list: Operation<Nothing, Image[]>;
    watch: Watch<Nothing, Image[]>;
    /** `id`: whole or its first 12 digits or more, or "repository:tag". */
    show: Operation<{ id: string }, ImageDetails>;
  };
  logs: {
    /** Files of the log folder and the folders in it, by path. */
    files: Operation<Nothing, LogFile[]>;
    /** Names of units that the journal has lines of, by name. */
    units: Operation<Nothing, string[]>;
    page: Operation<LogPageRequest, LogPage>;
    /** The next line that holds the pattern; none: nothing lies in that direction. */
    search: Operation<LogSearchRequest, { found?: LogEntry }, LogSearchNews>;
    /** How many lines hold the pattern. */
    count: Operation<{ source: LogSource; pattern: LogPattern; only?: LogPattern }, { found: number }, LogSearchNews>;
    /**
     * What is added behind `from`, until the signal is aborted. Rests where the asker is too slow, and says how much it
     * left out. A lost service ends it, 'service-gone': ask again from the last line.
     */
    follow: Watch<{ source: LogSource; from: LogPlace; only?: LogPattern }, LogNews>;
  };
  stats: {
    read: Operation<Nothing, Stats>;
    watch: Watch<Nothing, Stats>;
    /** What the service has kept: 15 minutes. */
    history: Operation<Pick<StatsSubject, 'kind' | 'id'>, StatsHistory>;
  };
  report: {
    /** What a report would hold. */
    items: Operation<Nothing, ReportItem[]>;
    read: Operation<Nothing, ReportsState>;
    watch: Watch<Nothing, ReportsState>;
    /** `items`: by name; without: all. The job goes on when the asker is gone. */
    start: Operation<{ items?: string[] }, ReportsState>;
    /** Nothing of it stays. */
    cancel: Operation<Nothing, ReportsState>;
    remove: Operation<{ name: string }, ReportsState>;
    /** Opens the listener. The password is told here and never again; an offer before ends. */
    offer: Operation<{ name: string }, { offer: Offer; password: string }>;
    withdraw: Operation<Nothing, ReportsState>;
    /** Asks a server for its key: what an operator confirms before anything is sent. */
    hostKey: Operation<Pick<UploadTarget, 'host' | 'port'>, HostKey>;
    /** `sha256`: the confirmed key's. With `password` or `key` (a private key, `passphrase` where it is sealed). */
    upload: Operation<
      UploadTarget & { name: string; sha256: string; password?: string; key?: string; passphrase?: string },
      ReportsState
    >;
    cancelUpload: Operation<Nothing, ReportsState>;
    /** The kept report itself, base64, for a client on this machine. `from`: byte; `most`: up to 1 MiB. */
    fetch: Operation<{ name: string; from: number; most: number }, { data: string; report: Report }>;
  };
  capture: {
    plan: Operation<{ whole?: boolean }, CapturePlan>;
    read: Operation<Nothing, CaptureState>;
    watch: Watch<Nothing, CaptureState>;
    /** `seconds`: 10 to 1800. `whole`: packets with all they carry. Goes on when the asker is gone. */
    start: Operation<{ seconds: number; whole?: boolean }, CaptureState>;
    /** What was caught stays. */
    stop: Operation<Nothing, CaptureState>;
  };
  power: {
    read: Operation<Nothing, PowerState>;
    watch: Watch<Nothing, PowerState>;
    /** What a reset would delete. */
    resetPlan: Operation<Nothing, ResetPlan>;
    /** After `seconds`, 0 to 600; without: 10. One at a time: 'busy' where something is scheduled. */
    schedule: Operation<{ action: PowerAction; seconds?: number }, PowerState>;
    /** Calls off what is scheduled. */
    cancel: Operation<Nothing, PowerState>;
  };
  setup: {
    read: Operation<Nothing, SetupState>;
    /** Goes on without that step, or takes it up again. */
    pass: Operation<{ step: SetupStepName; passed: boolean }, SetupState>;
    /** The guided way is over; it can be opened again. */
    finish: Operation<{ finished: boolean }, SetupState>;
  } /** `text`: an unattended file. */;
  unattended: {
    /** What applying it would change. @throws Failure 'bad-values' with everything that is wrong, each with its line */
    plan: Operation<{ text: string }, UnattendedPlan>;
    /**
     * Changes nothing unless all of it is right. Where the tests of the network fail it goes back by itself,
     * 'change-undone'. Goes on when the asker is gone; what came of it is in `setup.read` then.
     */
    apply: Operation<{ text: string }, UnattendedOutcome, UnattendedNews>;
    /** Such a file of this appliance. `secrets`: passwords, too; for root only. */
    export: Operation<{ secrets?: boolean }, { text: string }>;
  };
}
