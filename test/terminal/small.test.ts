/** The console on the smallest terminal that it takes, 40x12: nothing is cut in the middle of a word. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Built, buildConsole, keys, seeWhole } from './operator.ts';
import type { Pty } from './pty.ts';

/** Milliseconds until the console is there, on a machine that has other work. */
const patience = 15_000;

let built: Built;
let pty: Pty;
beforeAll(() => {
  built = buildConsole();
});
afterEach(() => pty.kill());
afterAll(() => built.remove());

test('menus say below the list what the selected entry is for', async () => {
  pty = built.lab('unit-failed', { columns: 40, rows: 12 });
  await pty.waitFor('2 units failed', patience);
  await seeWhole(pty);
  expect(pty.text()).toBe(` Gatehouse  LAB   USE: ←↑↓→ to navigate
┌─ Configuration ──────────────────────┐
│  Registration                        │
│  System                              │
│  Info                                │
│  Diagnostics         2 units failed  │
│  Commands                            │
│ Register the Appliance with the      │
│ platform                             │
│                < OK >                │
└──────────────────────────────────────┘
 gatehouse-lab 10.20.0.15  unregistered`);
  pty.send(`s${keys.enter}`);
  await pty.waitFor('System Configuration');
  pty.send('f');
  await pty.waitFor('Guided set-up');
  expect(pty.text()).toBe(` Gatehouse  LAB   USE: ←↑↓→ to navigate
┌─ System Configuration ───────────────┐
│  Network                             │
│  POD Suffix                          │
│  Time                                │
│  Disable SSH                         │
│  Console                             │
│  First steps                         │
│ Guided set-up, from password to…     │
│           < OK >  < Back >    more ↓ │
└──────────────────────────────────────┘
 gatehouse-lab 10.20.0.15  unregistered`);
});

test('in Spanish, too, and without Unicode', async () => {
  pty = built.lab('unit-failed', { columns: 40, rows: 12, term: 'vt220', env: { LANG: 'es_ES' } });
  await pty.waitFor('2 unidades', patience);
  await seeWhole(pty);
  pty.send('d');
  await pty.waitFor((p) => p.cursor.y === 5);
  expect(pty.screen().slice(1)).toEqual([
    '+- Configuracion ----------------------+',
    '|  Registro                            |',
    '|  Sistema                             |',
    '|  Info                                |',
    '|  Diagnostico      Fallan 2 unidades  |',
    '|  Ordenes                             |',
    '|                                      |',
    '| Informacion                          |',
    '|             < Aceptar >              |',
    '+--------------------------------------+',
    ' gatehouse-lab - 10.20.0.15   sin alta',
  ]);
});
