/** The Spanish of the console is complete, and is that of the texts that there are. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Entry, tree } from '../../../screens/menu.ts';
import texts from '../../../screens/texts/es.json' with { type: 'json' };
import { languageFor, said, setLanguage, t } from '../../../screens/texts/texts.ts';
import { sentence } from '../../../src/errors.ts';
import { agoSaid } from '../../../src/values/amount.ts';
import { filesOf, literalsIn } from './literals.ts';

const spanish = new Map(Object.entries(texts));
const screens = filesOf('screens').flatMap(literalsIn);
const beneath = filesOf('src').flatMap(literalsIn);
const tagged = [...screens, ...beneath].filter((one) => one.tagged);
const placeholders = (text: string) => (text.match(/\{(\d|platform)\}/g) ?? []).sort();

afterEach(() => setLanguage('en'));

test('every text that is tagged has a Spanish one', () => {
  expect(tagged.length).toBeGreaterThan(900);
  expect(tagged.filter(({ text }) => !spanish.has(text)).map(({ at, text }) => `${at} ${text}`)).toEqual([]);
});

test('the menu, which is data, is translated where it is shown', () => {
  const textsOf = ({ label, description, title, entries = [] }: Entry): string[] => [
    ...[label, description, title ?? ''].filter(Boolean),
    ...entries.flatMap(textsOf),
  ];
  expect(textsOf(tree).filter((text) => !spanish.has(text))).toEqual([]);
});

test('a Spanish text has the same placeholders, in whatever order', () => {
  for (const [english, text] of spanish) expect(placeholders(text), english).toEqual(placeholders(english));
});

test('a Spanish text begins and ends as the English one does: parts are put together', () => {
  const edges = (text: string) => [/^\s*/.exec(text)?.[0], /\s*$/.exec(text)?.[0]];
  for (const [english, text] of spanish) expect(edges(text), english).toEqual(edges(english));
});

/** Sentences that the service puts together of parts: the whole is translated, as the parts say too little. */
const composed: Record<string, string> = {
  'Network Interface Settings (eth0)': 'Ajustes de la interfaz de red (eth0)',
  'the clock is synchronised': 'el reloj está sincronizado',
  'the clock is synchronised with 10.0.0.1': 'el reloj está sincronizado con 10.0.0.1',
  'eth0 has 10.0.0.2 by DHCP': 'eth0 tiene 10.0.0.2 por DHCP',
  'eth0 has fd00::2 from the router': 'eth0 tiene fd00::2 del router',
  'eth0 has 10.0.0.2 (static)': 'eth0 tiene 10.0.0.2 (fija)',
  'eth0 has no address yet': 'eth0 aún no tiene dirección',
  'eth0 is up.': 'eth0 está activa.',
  'eth0 is up at 1000 Mbit/s.': 'eth0 está activa a 1000 Mbit/s.',
  'eth0 is up in VLAN 7.': 'eth0 está activa en la VLAN 7.',
  'eth0 is up at 1000 Mbit/s in VLAN 7.': 'eth0 está activa a 1000 Mbit/s en la VLAN 7.',
  'a.example answers.': 'a.example responde.',
  'a.example answers through the proxy p.example.': 'a.example responde por el proxy p.example.',
  'operator has no password yet': 'operator aún no tiene contraseña',
  'operator has no password yet, but a key': 'operator aún no tiene contraseña, pero sí una clave',
  'eth0 Method': 'eth0 Método',
  'eth0 Address': 'eth0 Dirección',
  'eth0 Gateway': 'eth0 Puerta de enlace',
  'eth0 IPv6 address': 'eth0 Dirección IPv6',
  'eth0 IPv6 gateway': 'eth0 Puerta de enlace IPv6',
  'Network settings of eth0': 'Ajustes de red de eth0',
};

test.each(Object.entries(composed))('%s', async (english, text) => {
  await setLanguage('es');
  expect(said(english)).toBe(text);
});

const lengths = { year: 365 * 86_400, month: 30 * 86_400, week: 7 * 86_400, day: 86_400, hour: 3600, minute: 60 };
const ages = Object.values({ ...lengths, second: 1 }).flatMap((length) =>
  [1, 2, -1, -2].map((count) => (length === 1 ? count * 6 : count * length)),
);
const agoOf = (seconds: number) => agoSaid(new Date(1e12 - seconds * 1000).toISOString(), 1e12);

test('how long ago something was', async () => {
  await setLanguage('es');
  for (const seconds of ages) expect(said(agoOf(seconds)), agoOf(seconds)).toMatch(/^(hace|en) \d+ [a-zñí]+$/);
  expect(said(agoOf(3 * 86_400))).toBe('hace 3 días');
  expect(said(agoOf(0))).toBe('ahora mismo');
});

test('no Spanish text is of a text that is not there any more', () => {
  const brands = readFileSync(path.join(import.meta.dirname, '../../../src/brand/gatehouse.json'), 'utf8');
  const known = new Set([...screens, ...beneath].map(({ text }) => text));
  const inParts = (english: string) =>
    Object.keys(composed).some((one) => formOf(english).test(one)) ||
    /^(1|\{0\}|in 1|in \{0\}) (year|month|week|day|hour|minute|second)s?( ago)?$/.test(english);
  const unused = [...spanish.keys()].filter(
    (english) => !known.has(english) && !inParts(english) && !brands.includes(`"${english}"`),
  );
  expect(unused).toEqual([]);
});

const formOf = (english: string) =>
  new RegExp(`^${english.replace(/[.*+?^$()|[\]\\/]/g, '\\$&').replace(/\{\d\}/g, '.+')}$`);

/** Literals of two or more words that no operator reads, or that are translated elsewhere. */
const untranslated: [where: RegExp, what: RegExp, why: string][] = [
  [/^screens\/menu\.ts/, /./, 'the menu is data; open-menu.ts translates it'],
  [/./, /^(time over|timed out|left out|broken off)$/, 'a state of the contract, translated where it is shown'],
  [/^screens\/kit\/terminal\//, /^(input|TERM|it|its) /, 'why a terminal is refused, translated where it is said'],
  [/^screens\/kit\/terminal\/guard/, /./, 'said when the console has broken, from nothing but this'],
];

test('nothing else with two words or more stands in a screen', () => {
  const left = screens.filter(
    ({ text, tagged, at }) =>
      !tagged &&
      /[A-Za-z]{2,} +[A-Za-z]{2,}/.test(text.replace(/\{\d\}/g, ' 0 ')) &&
      !untranslated.some(([where, what]) => where.test(at) && what.test(text)),
  );
  expect(left.map(({ at, text }) => `${at} ${text}`)).toEqual([]);
});

describe('the language to begin with', () => {
  test.each([
    [{}, undefined, 'en'],
    [{}, 'en', 'en'],
    [{}, 'es', 'es'],
    [{}, 'pt-BR', 'en'],
    [{ LANG: 'es_ES.UTF-8' }, 'en', 'es'],
    [{ LANG: 'es' }, undefined, 'es'],
    [{ LANG: 'es_MX' }, undefined, 'es'],
    [{ LANG: 'est_EE.UTF-8' }, undefined, 'en'],
    [{ LANG: 'en_US.UTF-8' }, 'es', 'es'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'es_ES.UTF-8' }, 'en', 'es'],
    [{ LANG: 'es_ES.UTF-8', LC_ALL: 'C' }, 'en', 'en'],
    [{ LANG: '' }, 'es', 'es'],
  ])('of %j, where %s is set', (env, set, language) => {
    expect(languageFor(env, set)).toBe(language);
  });
});

test('a text is said in the language of now, its values in the order of that language', async () => {
  expect(t`${'eth0'} is busy.`).toBe('eth0 is busy.');
  await setLanguage('es');
  expect(t`Back`).toBe('Volver');
  expect(t`Let ${'a.tar'} be fetched?`).toBe('¿Dejar recoger a.tar?');
  await setLanguage('en');
  expect(t`Let ${'a.tar'} be fetched?`).toBe('Let a.tar be fetched?');
});

test('a value that looks like a placeholder stays what it is', async () => {
  await setLanguage('es');
  expect(t`${'{1}'} did not answer within ${'{0}'} s.`).toBe('{1} no respondió en {0} s.');
});

test('what is not known stays English', async () => {
  await setLanguage('es');
  expect(said('E: Unable to locate package')).toBe('E: Unable to locate package');
});

test('sentences that the service has put one behind the other are each said', async () => {
  await setLanguage('es');
  const problem = { code: 'name-not-found', details: { host: 'a.example' } } as const;
  expect(said(sentence(problem))).not.toMatch(/No DNS server|Check the spelling/);
  expect(said(sentence(problem))).toContain('a.example');
  expect(said('Something else. Nobody knows it.')).toBe('Something else. Nobody knows it.');
});
