/**
 * The language of this console, and its texts in it. English is the source: it stands in the code, and what a language
 * has for it in that language's file. Only screens are translated: the service, its log, the audit and the command line
 * speak English. Words that are used, and how, are in glossary.md.
 */

export type Language = 'en' | 'es';

/** Each in its own words. */
export const languages: Record<Language, string> = { en: 'English', es: 'Español' };

/** Loaded with its language: a start in English does without. */
const catalogues: Partial<Record<Language, ReadonlyMap<string, string>>> = {};
const files = { es: () => import('./es.json', { with: { type: 'json' } }) };
let catalogue: ReadonlyMap<string, string> = new Map();

let now: Language = 'en';
let patterns: readonly Pattern[] | undefined;
/** What was said lately: a table asks for the same of every row at every paint, and there are many patterns. */
const lately = new Map<string, string>();
const LATELY = 2000;
const listeners = new Set<() => void>();

export function language(): Language {
  return now;
}

/** English at once; another when its texts are there. */
export async function setLanguage(next: Language): Promise<void> {
  if (next !== 'en') catalogues[next] ??= new Map(Object.entries((await files[next]()).default));
  catalogue = catalogues[next] ?? new Map();
  now = next;
  patterns = undefined;
  lately.clear();
  for (const listener of listeners) listener();
}

/** For what is put together before it is shown. Gives what ends it. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * The language to begin with. What a session asks for by its locale (locale(7)) goes before what is `set`, as whoever
 * comes by SSH brings their own along. What is not known counts as English.
 */
export function languageFor(env: Readonly<Record<string, string | undefined>>, set: string | undefined): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^es([_.@-]|$)/.test(locale) || set === 'es' ? 'es' : 'en';
}

/** t`Let ${name} be fetched?`: the text in the console's language. The catalogue has it as "Let {0} be fetched?". */
export function t(parts: TemplateStringsArray, ...values: unknown[]): string {
  const found = catalogue.get(keyOf(parts));
  if (found !== undefined) return filled(found, values);
  return parts.reduce((text, part, at) => `${text}${String(values[at - 1])}${part}`);
}

function keyOf(parts: readonly string[]): string {
  return parts.reduce((key, part, at) => `${key}{${at - 1}}${part}`);
}

const filled = (text: string, values: readonly unknown[]) =>
  text.replace(/\{(\d)\}/g, (_, at) => String(values[Number(at)]));

/**
 * A sentence that came as English, from the service or from a parser, in the console's language: itself, or by the
 * pattern that it was made by. English where neither is known.
 */
export function said(english: string): string {
  if (now === 'en') return english;
  const before = lately.get(english);
  if (before !== undefined) return before;
  if (lately.size >= LATELY) lately.clear();
  const text = translated(english);
  lately.set(english, text);
  return text;
}

function translated(english: string): string {
  const found = known(english);
  // A sentence within another one stands there without its full stop.
  if (found !== undefined) return english.endsWith('.') ? found : found.replace(/\.$/, '');
  // What the service says may be several sentences, one behind the other: what happened, why, what to do.
  const sentences = english.split(/(?<=[.?!]) (?=[A-Z"])/);
  return sentences.length > 1 ? sentences.map(said).join(' ') : english;
}

/** What the catalogue has for it, as a whole or by its most telling pattern. */
function known(english: string): string | undefined {
  const whole = catalogue.get(english) ?? catalogue.get(`${english}.`);
  if (whole !== undefined) return whole;
  patterns ??= patternsOf(catalogue);
  for (const { form, text } of patterns) {
    const found = form.exec(english);
    if (found) return filled(text, found.slice(1).map(said));
  }
  return undefined;
}

interface Pattern {
  form: RegExp;
  text: string;
}

/** The most telling first. What has hardly a word of its own tells nothing. */
function patternsOf(catalogue: ReadonlyMap<string, string>): Pattern[] {
  const own = (key: string) => key.replace(/\{\d\}/g, '').replace(/[^A-Za-z]/g, '').length;
  return [...catalogue]
    .filter(([key]) => /\{\d\}/.test(key) && own(key) >= 4)
    .sort(([a], [b]) => own(b) - own(a))
    .map(([key, text]) => ({ form: formOf(key), text }));
}

/** Placeholders stand in a key in their order, so that the groups have their numbers. Its full stop may be missing. */
function formOf(key: string): RegExp {
  const parts = key.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.*?)').replace(/\\\.$/, '\\.?')}$`, 's');
}
