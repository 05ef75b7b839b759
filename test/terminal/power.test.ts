/** What a console shows of a reset that its time has come for, and of one that did not come about. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import { Pty } from './pty.ts';

let program: Bundle;
let pty: Pty;
beforeAll(() => {
  program = bundle('test/terminal/power-news.ts');
});
afterEach(() => pty.kill());
afterAll(() => program.remove());

/** The rows that are not empty. */
const seen = () =>
  pty
    .text()
    .replaceAll(/ +$/gm, '')
    .replaceAll(/\n{2,}/g, '\n')
    .trim();

test('the countdown, what is done when its time has come, and why it did not come about', async () => {
  pty = new Pty(process.execPath, [program.file]);
  await pty.waitFor('It waits for news.', 15_000);
  pty.signal('SIGUSR2');
  await pty.waitFor('< Call it off >');
  expect(seen()).toMatchInlineSnapshot(`
    "Gatehouse                               USE: ←→ to choose  ESC to answer later
          ┌─ Reset ──────────────────────────────────────────────────────────┐
          │ This appliance is reset: everything on it is deleted. Asked for  │
          │ by operator on tty1.                                             │
          │                                                                  │
          │                                                                  │
          │ Without an answer it is reset in 0 s.                            │
          │                    < Call it off >  < Go on >                    │
          └──────────────────────────────────────────────────────────────────┘"
  `);
  pty.signal('SIGUSR2');
  await pty.waitFor('Telling the platform');
  expect(seen()).toMatchInlineSnapshot(`
    "Gatehouse                                                  USE: ESC to go back
          ┌─ Reset ──────────────────────────────────────────────────────────┐
          │ This appliance is reset: everything on it is deleted. Asked for  │
          │ by operator on tty1.                                             │
          │                                                                  │
          │ Telling the platform                                             │
          │                                                                  │
          │                                                                  │
          │                                                                  │
          └──────────────────────────────────────────────────────────────────┘"
  `);
  pty.signal('SIGUSR2');
  await pty.waitFor('Access denied');
  expect(seen()).toMatchInlineSnapshot(`
    "Gatehouse                                                USE: ENTER to confirm
               ┌─ Reset did not come about ────────────────────────────┐
               │ systemctl ended with code 4.                          │
               │                                                       │
               │ It said: Failed to start reboot.target: Access denied │
               │                                                       │
               │                        < OK >                         │
               └───────────────────────────────────────────────────────┘"
  `);
});
