/** Choosing the language of the console: on the console itself, at the first boot, and for one session. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Built, buildConsole, keys, masked, seeWhole } from './operator.ts';
import { Pty } from './pty.ts';

let built: Built;
let pty: Pty;
const folders: string[] = [];
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty.kill());
afterAll(() => {
  built.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-language-'));
  folders.push(made);
  return made;
}

/** A console on the lab whose settings are kept in that folder. */
async function open(place: string, env: Record<string, string> = {}): Promise<void> {
  pty = new Pty(built.program, ['--lab=healthy', `--lab-folder=${place}`], {
    env: { LANG: 'C.UTF-8', ...env },
  });
  await pty.waitFor(' gatehouse-lab – 10.20.0.15');
}

async function after(typed: string, seen: string | RegExp): Promise<string> {
  pty.send(typed);
  await pty.waitFor(seen);
  await seeWhole(pty);
  return `\n${masked(pty).replace(/ +$/gm, '').replace(/^$/gm, '')}\n`;
}

test('it changes at once, in the menus below as well, and is remembered', async () => {
  const place = folder();
  await open(place);
  await after(`s${keys.enter}`, 'System Configuration');
  await after(`c${keys.enter}`, 'never locks');
  await after(`l${keys.enter}`, 'Español');
  expect(await after(`${keys.down}${keys.enter}`, 'nunca se bloquea')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)     TECLAS: ←↑↓→ moverse  ENTER confirmar  ESC volver






     ┌─ Consola ──────────────────────────────────────────────────────────────────┐
     │                                                                            │
     │  Contraseña  Fijar la contraseña de operator                               │
     │  Idioma      Español                                                       │
     │  Reglas      los cambios no piden contraseña; nunca se bloquea             │
     │                                                                            │
     │                                                                            │
     │                          < Aceptar >  < Volver >                           │
     └────────────────────────────────────────────────────────────────────────────┘







     gatehouse-lab – 10.20.0.15   sin registrar
    "
  `);
  expect(await after(keys.back, 'Primeros pasos')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)     TECLAS: ←↑↓→ moverse  ENTER confirmar  ESC volver




     ┌─ Configuración del sistema ────────────────────────────────────────────────┐
     │                                                                            │
     │  Red             Ajustes de red                                            │
     │  Sufijo POD      Sufijo de URL de la plataforma                            │
     │  Hora            Ajustes de hora del sistema                               │
     │  Desactivar SSH  Desactivar SSH                                            │
     │  Consola         Contraseña, bloqueo, idioma y cuenta de operador          │
     │  Primeros pasos  Puesta en marcha guiada, de contraseña a registro         │
     │  Ajustes         Ajustes anteriores: comparar y restaurar                  │
     │                                                                            │
     │                                                                            │
     │                          < Aceptar >  < Volver >                           │
     └────────────────────────────────────────────────────────────────────────────┘





     gatehouse-lab – 10.20.0.15   sin registrar
    "
  `);
  expect(await after(keys.back, 'Órdenes varias')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)      TECLAS: ←↑↓→ moverse  ENTER confirmar  ESC salir





       ┌─ Configuración ────────────────────────────────────────────────────────┐
       │                                                                        │
       │  Registro     Registrar el equipo en la plataforma                     │
       │  Sistema      Ajustes del sistema                                      │
       │  Info         Información general                                      │
       │  Diagnóstico  Información                                              │
       │  Órdenes      Órdenes varias                                           │
       │                                                                        │
       │                                                                        │
       │                              < Aceptar >                               │
       └────────────────────────────────────────────────────────────────────────┘






     gatehouse-lab – 10.20.0.15   sin registrar
    "
  `);
  await pty.kill();
  await open(place);
  await pty.waitFor('Órdenes varias');
});

test('a session whose locale is Spanish is Spanish, and changes nothing for the others', async () => {
  const place = folder();
  await open(place, { LANG: 'es_ES.UTF-8' });
  await pty.waitFor('Órdenes varias');
  await pty.kill();
  await open(place, { LANG: 'en_GB.UTF-8' });
  await pty.waitFor('Various commands');
});

test('the first steps can be turned to the other language, and back', async () => {
  await open(folder());
  await after(`s${keys.enter}`, 'First steps');
  await after(`f${keys.enter}`, '< Español >');
  await after('e', 'Later leads');
  expect(await after(keys.enter, '< English >')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)        TECLAS: ←→ elegir  ENTER confirmar  ESC volver



      ┌─ Primeros pasos: Contraseña (1/6) ───────────────────────────────────────┐
      │ La cuenta de operador aún no tiene. SSH sigue desactivado hasta que      │
      │ tenga una, o una clave.                                                  │
      │ Ahora: operator aún no tiene contraseña, pero sí una clave.              │
      │ Más tarde lleva al menú; para seguir desde aquí: Sistema, Primeros       │
      │ pasos.                                                                   │
      │                                                                          │
      │ Contraseña : este paso                                                   │
      │ Red        : hecho                                                       │
      │ Hora       : hecho                                                       │
      │ Proxy      : pendiente                                                   │
      │ Sufijo POD : pendiente                                                   │
      │ Registro   : pendiente                                                   │
      │                                                                          │
      │          < Configurar >  < Omitir >  < English >  < Más tarde >          │
      └──────────────────────────────────────────────────────────────────────────┘



     gatehouse-lab – 10.20.0.15   sin registrar
    "
  `);
  await after('e', 'Primeros');
  await after(keys.enter, '< Español >');
  expect(pty.text()).toContain('First steps: Password, 1 of 6');
});

test('the buttons of a narrow screen slide along with the focus', async () => {
  pty = built.lab('healthy', { columns: 40, rows: 12, env: { LANG: 'es_ES.UTF-8' } });
  await pty.waitFor(' gatehouse-lab – 10.20.0.15');
  await after(`s${keys.enter}`, 'Hora');
  await after(`p${keys.enter}`, 'Configurar');
  expect(await after(keys.left, '< Más tarde >')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB       TECLAS: ←→ elegir
    ┌─ Primeros pasos: Contraseña (1/6) ───┐
    │ La cuenta de operador aún no tiene.  │
    │ SSH sigue desactivado hasta que      │
    │ tenga una, o una clave.              │
    │ Ahora: operator aún no tiene         │
    │ contraseña, pero sí una clave.       │
    │ Más tarde lleva al menú; para seguir │
    │ desde aquí: Sistema, Primeros pasos. │
    │   … < English >  < Más tarde > más ↓ │
    └──────────────────────────────────────┘
     gatehouse-lab – 10.20.0.15   sin alta
    "
  `);
  expect(await after(keys.right, '< Configurar >')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB       TECLAS: ←→ elegir
    ┌─ Primeros pasos: Contraseña (1/6) ───┐
    │ La cuenta de operador aún no tiene.  │
    │ SSH sigue desactivado hasta que      │
    │ tenga una, o una clave.              │
    │ Ahora: operator aún no tiene         │
    │ contraseña, pero sí una clave.       │
    │ Más tarde lleva al menú; para seguir │
    │ desde aquí: Sistema, Primeros pasos. │
    │   < Configurar >  < Omitir > … más ↓ │
    └──────────────────────────────────────┘
     gatehouse-lab – 10.20.0.15   sin alta
    "
  `);
});

test('the screens of a terminal without Unicode have no accents', async () => {
  pty = built.lab('healthy', { term: 'vt220', env: { LANG: 'es' } });
  await pty.waitFor(' gatehouse-lab - 10.20.0.15');
  expect(await after(`s${keys.enter}c${keys.enter}`, 'nunca se bloquea')).toMatchInlineSnapshot(`
    "
     Gatehouse  LAB (healthy)              TECLAS: flechas moverse  ENTER confirmar






     +- Consola ------------------------------------------------------------------+
     |                                                                            |
     |  Contrasena  Fijar la contrasena de operator                               |
     |  Idioma      Espanol                                                       |
     |  Reglas      los cambios no piden contrasena; nunca se bloquea             |
     |                                                                            |
     |                                                                            |
     |                          < Aceptar >  < Volver >                           |
     +----------------------------------------------------------------------------+







     gatehouse-lab - 10.20.0.15   sin registrar
    "
  `);
});
