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
  'asked by ben; the test of DNS failed: 192.0.2.1 does not answer':
    'a petición de ben; falló la prueba de DNS: 192.0.2.1 no responde',
  'asked by ben; the test of DNS failed: 192.0.2.1 refuses to answer; the test of platform failed: h.example cut the connection':
    'a petición de ben; falló la prueba de DNS: 192.0.2.1 se niega a responder; falló la prueba de plataforma: h.example cortó la conexión',
  'The test of DNS failed: 192.0.2.1 does not answer. The test of link failed: eth0 is switched off.':
    'Falló la prueba de DNS: 192.0.2.1 no responde. Falló la prueba de enlace: eth0 está apagada.',
  'It is applying.': 'Se está aplicando.',
  'It is going back.': 'Está volviendo atrás.',
  'It was undone: asked by ben.': 'Quedó deshecho: a petición de ben.',
  'Addresses of eth0: 10.0.0.5/24, one by DHCP; it was one by DHCP. Gateway of eth0: none; it was 10.0.0.1.':
    'Direcciones de eth0: 10.0.0.5/24, una por DHCP; antes, una por DHCP. Puerta de enlace de eth0: nada; antes, 10.0.0.1.',
  'Gateway of eth0: none; it was 10.0.0.1. MTU of eth0: 1400; it was 1500.':
    'Puerta de enlace de eth0: nada; antes, 10.0.0.1. MTU de eth0: 1400; antes, 1500.',
  'Device with the addresses of eth0: eth0.7; there was none. MTU of eth0: 1500; there was none.':
    'Dispositivo con las direcciones de eth0: eth0.7; antes no había. MTU de eth0: 1500; antes no había.',
  'MTU of eth0: 1400; it was not known.': 'MTU de eth0: 1400; antes, desconocido.',
  '10.0.0.5/24, one by DHCP': '10.0.0.5/24, una por DHCP',
  'fd00::5/64, one by a router': 'fd00::5/64, una de un router',
  'p.example:3128, user ann': 'p.example:3128, usuario ann',
  'p.example:3128, user ann, password ******** (another)': 'p.example:3128, usuario ann, contraseña ******** (otra)',
  'systemd has given it up after 3 restarts, since it ended too often within a short time. It ended by itself with exit code 1, which says that it failed.':
    'systemd la ha abandonado tras 3 reinicios: terminó demasiadas veces en poco tiempo. Terminó por sí sola con el código de salida 1, que indica un fallo.',
  'systemd has given it up after 1 restart, since it ended too often within a short time. It was ended by signal 40: it was ended from outside.':
    'systemd la ha abandonado tras 1 reinicio: terminó demasiadas veces en poco tiempo. La terminó la señal 40: se terminó desde fuera.',
  'It was ended by SIGSEGV: it crashed on a memory error. A core dump was written. systemd starts it again by itself; it was started again 2 times so far.':
    'La terminó SIGSEGV: falló por un error de memoria. Se escribió un volcado de memoria. systemd la inicia de nuevo por sí solo; hasta ahora se ha iniciado de nuevo 2 veces.',
  '2 times': '2 veces',
  '3 restarts': '3 reinicios',
  '1 restart': '1 reinicio',
  '1 time': '1 vez',
  'What has to run before it (ExecStartPre) ended by itself with exit code 1, which says that it failed.':
    'Lo que se ejecuta antes (ExecStartPre) terminó con el código de salida 1, que indica un fallo.',
  'It ended by itself with exit code 1, which says that it failed.':
    'Terminó por sí sola con el código de salida 1, que indica un fallo.',
  'It ended, and should have gone on running.': 'Terminó y debería haber seguido en marcha.',
  'It could not be started: its program could not be executed: it is missing, or not executable (203/EXEC). systemd said: x.service: No such file.':
    'No se pudo iniciar: no se pudo ejecutar su programa: falta o no es ejecutable (203/EXEC). systemd dijo: x.service: No such file.',
  'It was not started, since something that it needs is not there: a.mount is absent.':
    'No se inició: falta algo que necesita; a.mount está ausente.',
  'It was not started, since it is not meant to run as things are: ConditionPathExists=/etc/none does not hold.':
    'No se inició: no está prevista para funcionar así: no se cumple ConditionPathExists=/etc/none.',
  'Its unit file cannot be used: Unknown section.': 'No se puede usar su archivo de unidad: Unknown section.',
  'What it said last is in its log. When the cause is mended, start it by hand.':
    'Lo último que dijo está en su log. Cuando se corrija la causa, iníciela a mano.',
  'To start a.service': 'Iniciar a.service',
  'To stop a.service': 'Detener a.service',
  'To restart a.service': 'Reiniciar a.service',
  'docker.service is failed': 'docker.service está con fallo',
  'The name of the proxy, p.example, was not found.': 'No se encontró el nombre del proxy p.example.',
  'h.example answers through the proxy q:1. The proxy p:1 did not answer within 10 s.':
    'h.example responde por el proxy q:1. El proxy p:1 no respondió en 10 s.',
  'The proxy p:1 refuses connections: nothing listens at that port. The proxy q:1 did not answer within 10 s.':
    'El proxy p:1 rechaza conexiones: nada escucha en ese puerto. El proxy q:1 no respondió en 10 s.',
  'The certificate of h.example is not trusted; the proxy may be opening TLS.':
    'El certificado de h.example no es de confianza; puede que el proxy abra TLS.',
  '10.0.0.1 found h.example. 10.0.0.2 does not answer. 10.0.0.3 refuses to answer.':
    '10.0.0.1 encontró h.example. 10.0.0.2 no responde. 10.0.0.3 se niega a responder.',
  '10.0.0.1 does not answer. 10.0.0.2 does not answer.': '10.0.0.1 no responde. 10.0.0.2 no responde.',
  '10.0.0.1 refuses to answer. 10.0.0.2 refuses to answer.':
    '10.0.0.1 se niega a responder. 10.0.0.2 se niega a responder.',
  '10.0.0.1 answers, but does not know h.example. 10.0.0.2 does not answer.':
    '10.0.0.1 responde, pero no conoce h.example. 10.0.0.2 no responde.',
  // Without their full stops, as behind "the test of … failed:".
  '10.0.0.1 answers, but does not know h.example': '10.0.0.1 responde, pero no conoce h.example',
  'There is no DNS server: none is set, and none was given by DHCP':
    'No hay servidor DNS: no se ha fijado ninguno y DHCP no dio ninguno',
  'The gateway 10.0.0.1 does not answer on eth0': 'La puerta de enlace 10.0.0.1 no responde en eth0',
  '10.0.0.1 does not answer. 10.0.0.2 refuses to answer': '10.0.0.1 no responde. 10.0.0.2 se niega a responder',
  'eth0 is switched off': 'eth0 está apagada',
  'eth0 has no carrier: no cable, or what is at its other end is off':
    'eth0 no tiene portadora: no hay cable, o lo del otro extremo está apagado',
  '10.0.0.5 is in use by another machine on the link': '10.0.0.5 lo usa otra máquina del enlace',
  'eth0 did not get the address 10.0.0.5': 'eth0 no obtuvo la dirección 10.0.0.5',
  'No DHCP server gave eth0 an address': 'Ningún servidor DHCP dio una dirección a eth0',
  'The name of the proxy, p.example, was not found': 'No se encontró el nombre del proxy p.example',
  'The proxy p:1 refuses connections: nothing listens at that port':
    'El proxy p:1 rechaza conexiones: nada escucha en ese puerto',
  'h.example did not answer within 20 s. Try again; the machine may be busy':
    'h.example no respondió en 20 s. Inténtelo de nuevo; puede que el equipo esté ocupado',
  'Try again; the machine may be busy': 'Inténtelo de nuevo; puede que el equipo esté ocupado',
  'There is no way to the proxy p:1': 'No hay camino hasta el proxy p:1',
  'The proxy p:1 wants a user and a password (407)': 'El proxy p:1 pide usuario y contraseña (407)',
  'The proxy p:1 does not accept the user or the password (407)':
    'El proxy p:1 no acepta el usuario o la contraseña (407)',
  'The proxy p:1 does not let through to h.example (403)': 'El proxy p:1 no deja pasar a h.example (403)',
  'The proxy p:1 could not reach h.example (502)': 'El proxy p:1 no pudo llegar a h.example (502)',
  'What answers at p:1 is not an HTTP proxy': 'Lo que responde en p:1 no es un proxy HTTP',
  'The certificate of h.example is not trusted; the proxy may be opening TLS':
    'El certificado de h.example no es de confianza; puede que el proxy abra TLS',
  'h.example was reached through the proxy p:1, but TLS failed':
    'Se llegó a h.example por el proxy p:1, pero TLS falló',
  'the name of the proxy p:1 was not found': 'no se encontró el nombre del proxy p:1',
  '/etc/a: there is none; /etc/b: there is none': '/etc/a: no hay; /etc/b: no hay',
  'lsusb ended with code 1: no bus; lspci ended with code 2':
    'lsusb terminó con el código 1: no bus; lspci terminó con el código 2',
  'lsusb is not available. It is not installed on this machine.':
    'lsusb no está disponible: no está instalado en este equipo.',
  'The interface is down; the 5 packets until then are in /var/a.pcap':
    'La interfaz está inactiva; los 5 paquetes hasta entonces están en /var/a.pcap',
  'It ended before its time; no packet came before': 'Terminó antes de tiempo; antes no llegó ningún paquete',
  'It ended before its time': 'Terminó antes de tiempo',
  'The interface is down': 'La interfaz está inactiva',
  'The interface is not there any more': 'La interfaz ya no está',
  'The machine was restarted': 'El equipo se reinició',
  'Tcpdump ended at once': 'Tcpdump terminó enseguida',
  'Tcpdump does not understand the filter': 'Tcpdump no entiende el filtro',
  'Tcpdump was not allowed to, by a rule of this machine such as AppArmor':
    'Tcpdump no tuvo permiso, por una regla de este equipo como AppArmor',
  "the proxy p:1, and the platform's host h.example": 'el proxy p:1, y el host de la plataforma h.example',
  "the proxy p:1, and the platform's 3 hosts": 'el proxy p:1, y los 3 hosts de la plataforma',
  'the next hop, 10.0.0.1': 'el siguiente salto, 10.0.0.1',
  'eth0 has no address: no carrier': 'eth0 no tiene dirección: sin portadora',
  'withdraw report r.tar': 'retirar el informe r.tar',
  'fetch report r.tar': 'recoger el informe r.tar',
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
