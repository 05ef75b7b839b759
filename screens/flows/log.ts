/** Opens a log: of a unit, of a container, a file, the journal. What its lines look like, and what it can be limited to. */
import type { Appliance, JournalFilter, LogEntry, LogPattern, LogSource } from '../../src/appliance.ts';
import { harmless } from '../../src/values/harmless.ts';
import { parseMoment } from '../../src/values/moment.ts';
import { radio, text } from '../kit/fields.ts';
import type { OpenLog } from '../kit/log-view.ts';
import type { Surroundings } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';

/** A severity and everything worse (syslog(3)). */
const priorities = () => [
  { value: 7, label: t`Everything` },
  { value: 5, label: t`Notices and worse` },
  { value: 4, label: t`Warnings and worse` },
  { value: 3, label: t`Errors and worse` },
  { value: 2, label: t`Critical and worse` },
];

/** Characters of a line that can be reached. */
const longest = 16_384;

/** Positions that were saved, by log, for as long as the console runs. */
const saved = new Map<string, LogEntry>();

export interface LogOptions {
  title: string;
  source: LogSource;
  only?: LogPattern;
}

export async function openLog({ ui, appliance }: Surroundings, options: LogOptions): Promise<void> {
  let now = options;
  // What the title says already is no limit.
  const own = options.source.kind === 'journal' ? options.source.unit : undefined;
  const limit = async () => {
    const next = await limited({ ui, appliance }, now);
    if (!next) return undefined;
    now = next;
    return opened(appliance, next, own);
  };
  await ui.log({ log: opened(appliance, now, own), limit });
}

function opened(appliance: Appliance, { title, source, only }: LogOptions, own: string | undefined): OpenLog {
  const limits = only ? { only } : {};
  const key = JSON.stringify([source, only]);
  const said = limitsOf(source, only, own);
  return {
    title,
    look: (entry) => ({ text: lineOf(entry), role: roleOf(entry) }),
    ...(said ? { limits: said } : {}),
    saved: { get: () => saved.get(key), set: (entry) => saved.set(key, entry) },
    supply: {
      page: (request, signal) => appliance.logs.page({ source, ...request, ...limits }, { signal }),
      search: (request, call) => appliance.logs.search({ source, ...request, ...limits }, call),
      count: (request, call) => appliance.logs.count({ source, ...request, ...limits }, call),
      follow: (request, call) => appliance.logs.follow({ source, ...request, ...limits }, call),
    },
  };
}

/** As the guide has it: time, who, what. Lines of files hold all of that themselves. */
function lineOf({ at, from, text, more }: LogEntry): string {
  const whole = `${at ? `${shortTime(at)} ` : ''}${from && from !== 'stdout' ? `${from}: ` : ''}${text}`;
  return `${harmless(whole, { most: longest })}${more ? t`… (${more} more characters)` : ''}`;
}

const roleOf = ({ priority = 6 }: LogEntry) => (priority <= 3 ? 'bad' : priority === 4 ? 'warn' : 'text');
const shortTime = (iso: string) => iso.slice(0, 19).replace('T', ' ');

function limitsOf(source: LogSource, only: LogPattern | undefined, own: string | undefined): string {
  const journal: JournalFilter = source.kind === 'journal' ? source : {};
  return [
    priorities()
      .find(({ value }) => value === journal.priority)
      ?.label.toLowerCase(),
    journal.unit && journal.unit !== own ? t`of ${journal.unit.replace(/\.service$/, '')}` : '',
    journal.since ? t`since ${localTime(journal.since)}` : '',
    journal.until ? t`until ${localTime(journal.until)}` : '',
    only ? t`with "${only.text}"` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Asks what the log shall be limited to; undefined where it was left. */
async function limited({ ui, appliance }: Pick<Surroundings, 'ui' | 'appliance'>, now: LogOptions) {
  const { source, only } = now;
  const holding = text({
    label: t`Text`,
    value: only?.text ?? '',
    columns: 40,
    most: 200,
    parse: (given) => ({ ok: true, value: given }),
  });
  if (source.kind !== 'journal') {
    const given = await ui.form({ title: t`Limit to lines`, text: holdingHelp(), fields: { holding } });
    return given && { ...now, ...limitedTo(given.holding, now) };
  }
  const units = await ui.busy(t`Reading the names of units`, (signal) => appliance.logs.units({}, { signal }));
  const given = await ui.form({
    title: t`Limit the journal`,
    text: `${t`Empty means all.`} ${holdingHelp()}`,
    fields: {
      unit: text({
        label: t`Unit`,
        value: source.unit ?? '',
        columns: 40,
        parse: (name) => parseUnit(name, units.ok ? units.value : undefined),
      }),
      holding,
      since: text({ label: t`Since`, value: timeTyped(source.since), columns: 24, parse: (time) => parseMoment(time) }),
      until: text({ label: t`Until`, value: timeTyped(source.until), columns: 24, parse: (time) => parseMoment(time) }),
      priority: radio({
        label: t`Which`,
        value: source.priority ?? 7,
        options: priorities(),
      }),
    },
    check: ({ since, until }) => (since && until && since > until ? { until: t`It lies before "Since".` } : {}),
  });
  if (!given) return undefined;
  const filter: JournalFilter = {
    ...(given.unit ? { unit: given.unit } : {}),
    ...(given.priority < 7 ? { priority: given.priority } : {}),
    ...(given.since ? { since: given.since.toISOString() } : {}),
    ...(given.until ? { until: given.until.toISOString() } : {}),
  };
  return { ...limitedTo(given.holding, now), source: { kind: 'journal' as const, ...filter } };
}

const holdingHelp = () => t`Text: only lines that hold it, a regular expression.`;

function limitedTo(holding: string, { title, source }: LogOptions): LogOptions {
  return { title, source, ...(holding === '' ? {} : { only: { text: holding, regular: isRegular(holding) } }) };
}

function isRegular(given: string): boolean {
  try {
    new RegExp(given, 'u');
    return true;
  } catch {
    return false;
  }
}

/** The name of a unit, its suffix typed or not. `known`: those that there are lines of, where that could be read. */
function parseUnit(given: string, known: readonly string[] | undefined) {
  const name = given.trim();
  if (name === '') return { ok: true as const, value: '' };
  const whole = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
  if (!known || known.includes(whole)) return { ok: true as const, value: whole };
  const near = known.filter((one) => one.includes(name)).slice(0, 3);
  return {
    ok: false as const,
    why: t`the journal has no lines of it`,
    right: near.join(` ${t`or`} `) || (known[0] ?? 'docker'),
  };
}

const two = (number: number) => String(number).padStart(2, '0');

function localTime(iso: string): string {
  const at = new Date(iso);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

const timeTyped = (iso: string | undefined) => (iso ? localTime(iso) : '');
