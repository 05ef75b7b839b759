/** What a console that shows its main menu, and the service behind it, do while nobody does anything. */
import { setTimeout as pause } from 'node:timers/promises';
import { nodeOf, serveLab } from './lab.ts';
import type { Part } from './part.ts';
import { cpuOf } from './processes.ts';

/** Milliseconds after which what belongs to the start is over. */
const REST = 5000;

export const part: Part = {
  about: 'CPU time and bytes to the terminal while nothing is done.',
  needs: {},
  settings: { seconds: { about: 'how long', usual: 60, quick: 2 } },
  async run(_signal, { settings: { seconds = 0 }, folder, program }) {
    const served = await serveLab(program, folder);
    try {
      const pty = await served.console();
      await pause(REST);
      const node = nodeOf(pty);
      const before = { console: cpuOf(node), service: cpuOf(served.pid), bytes: pty.bytes };
      await pause(seconds * 1000);
      const share = (ms: number) => ({ value: ms / seconds / 10, runs: 1 });
      const note = `the main menu, over ${seconds} s`;
      return [
        {
          what: 'bytes sent',
          unit: 'bytes',
          ours: { value: pty.bytes - before.bytes, runs: 1 },
          wanted: [{ most: 0 }],
          note,
        },
        { what: 'console, CPU of one core', unit: '%', ours: share(cpuOf(node) - before.console), note },
        {
          what: "the lab's service, CPU of one core",
          unit: '%',
          ours: share(cpuOf(served.pid) - before.service),
          note,
        },
      ];
    } finally {
      await served.end();
    }
  },
};
