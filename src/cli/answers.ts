/**
 * What each command writes with --json: the type of one line. Types only; scripts/schemas.mjs makes the documented
 * schemas of them, and test/cli/complete.test.ts holds real answers against these.
 */
import type {
  AccessState,
  AuditEntry,
  CapturePlan,
  CaptureState,
  ChangePlan,
  ChangesState,
  ConnectivityNews,
  Container,
  ContainerDetails,
  ContainerOutcome,
  Difference,
  DnsState,
  EndedChange,
  HostEntry,
  HostKey,
  Image,
  ImageDetails,
  Info,
  InterfaceState,
  LogEntry,
  LogFile,
  LogLine,
  LogNews,
  LogSearchNews,
  Offer,
  PendingChange,
  PingLine,
  PingSummary,
  PowerState,
  ProxyState,
  RegistrationState,
  Report,
  ReportItem,
  ReportJob,
  ReportsState,
  ResetPlan,
  Role,
  SettingsVersion,
  SetupState,
  SshState,
  Stats,
  StatsHistory,
  Status,
  StepNews,
  SuffixState,
  TestResult,
  TimeState,
  UnattendedNews,
  UnattendedOutcome,
  UnattendedPlan,
  Unit,
  UnitOutcome,
  UnitStatus,
  Upload,
} from '../appliance.ts';
import type { Explanation, Problem } from '../errors.ts';

/**
 * In the place of an answer, or behind what was told before it failed.
 * @public Read by scripts/schemas.mjs.
 */
export type ErrorAnswer = { error: Problem & Explanation };

/** One line for each: what is done, then how it came out. */
type Step = { step: string };
/** The plan; with --dry-run nothing else. Then steps and tests, and last what waits for an answer or how it ended. */
type ChangeAnswer =
  | { plan: ChangePlan }
  | Step
  | { test: TestResult }
  | { pending: PendingChange }
  | { ended: EndedChange };
type EndAnswer = Step | { ended: EndedChange };
type Hosts = { entries: HostEntry[]; others: HostEntry[] };
type Lines = { lines: LogEntry[] } | LogNews;

export interface Answers {
  info: Info;
  status: Status & { role: Role };
  /** A line each for what comes back; last the summary. */
  ping: PingLine | ({ kind: 'summary' } & PingSummary);
  'units list': Unit[];
  'units status': UnitStatus;
  'units log': { name: string; log: LogLine[] };
  'units start': Step | UnitOutcome;
  'units stop': Step | UnitOutcome;
  'units restart': Step | UnitOutcome;
  'containers list': Container[];
  'containers show': ContainerDetails;
  /** With --follow news behind the first line. */
  'containers log': Lines;
  'containers start': Step | ContainerOutcome;
  'containers stop': Step | ContainerOutcome;
  'containers restart': Step | ContainerOutcome;
  'images list': Image[];
  'images show': ImageDetails;
  'logs files': LogFile[];
  'logs units': string[];
  /** With --follow news behind the first line. */
  'logs show': Lines;
  /** `isAll`: there are no more. */
  'logs search': { lines: LogEntry[]; isAll: boolean };
  /** How far it is; last how many lines hold it. */
  'logs count': LogSearchNews | { found: number };
  'stats show': Stats;
  'stats watch': Stats;
  'stats history': StatsHistory;
  'report items': ReportItem[];
  /** With --wait its job, each time it has come further, and last the report; with --no-wait how it began. */
  'report make': { job?: ReportJob } | { report: Report } | ReportsState;
  'report list': ReportsState;
  'report cancel': ReportsState;
  'report remove': ReportsState;
  'report save': { file: string; report: Report };
  /** With --wait, behind it, the offer each time it has changed. */
  'report offer': { offer: Offer; password: string } | { offer: Offer };
  'report withdraw': Offer | Record<string, never>;
  'report host-key': HostKey;
  'report upload': { upload: Upload };
  'report cancel-upload': Upload | Record<string, never>;
  /** `manifest`: as it stands in the report. */
  'report open': { sha256: string; signature: string; files: number; manifest: unknown };
  'capture plan': CapturePlan;
  /** With --wait again each time it has come further. */
  'capture start': CaptureState;
  'capture status': CaptureState;
  'capture stop': CaptureState;
  'setup status': SetupState;
  'setup pass': SetupState;
  'setup finish': SetupState;
  'setup again': SetupState;
  /** With --dry-run the plan; otherwise steps and tests, and last what came of it. */
  apply: { plan: UnattendedPlan } | UnattendedNews | { outcome: UnattendedOutcome };
  export: { text: string };
  'registration show': RegistrationState;
  /** Its steps; last how the appliance is registered. */
  'registration register': StepNews | RegistrationState;
  'registration deregister': RegistrationState;
  connectivity: ConnectivityNews;
  'network list': InterfaceState[];
  'network show': InterfaceState;
  'network set': ChangeAnswer;
  'network reset': ChangeAnswer;
  'dns show': DnsState;
  'dns set': ChangeAnswer;
  'dns clear': ChangeAnswer;
  'proxy show': ProxyState;
  'proxy test': StepNews;
  'proxy set': ChangeAnswer;
  'proxy enable': ChangeAnswer;
  'proxy disable': ChangeAnswer;
  'changes show': ChangesState;
  'changes keep': EndAnswer;
  'changes undo': EndAnswer;
  /** When it is over. */
  'changes hold': { held: string };
  'hosts list': Hosts;
  'hosts set': Hosts;
  'hosts add': Hosts;
  'hosts remove': Hosts;
  'time show': TimeState;
  'time set': TimeState;
  'time zones': string[];
  'platform show': SuffixState;
  'platform set': SuffixState;
  'ssh show': SshState;
  'ssh enable': SshState;
  'ssh disable': SshState;
  'console show': AccessState;
  'console set-password': { account: string; passwordSet: true };
  'console set': AccessState;
  'settings versions': SettingsVersion[];
  'settings difference': Difference[];
  'settings restore': ChangeAnswer;
  /** Newest first; with --follow an entry a line. */
  audit: { entries: AuditEntry[] } | AuditEntry;
  'power status': PowerState;
  'power reboot': PowerState;
  'power shutdown': PowerState;
  'power cancel': PowerState;
  reset: ResetPlan | PowerState;
}
