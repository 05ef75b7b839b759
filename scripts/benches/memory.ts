/** Memory of console and service, at rest and after every screen was opened, beside what people compare with. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { isInstalled } from '../../test/setup/lacking.ts';
import { Pty } from '../../test/terminal/pty.ts';
import { Visitor } from '../../test/terminal/visitor.ts';
import { nodeOf, type Served, serveLab } from './lab.ts';
import { besideOf, type Figure, figureOf, type Part, type Row } from './part.ts';
import { familyOf, type Memory, memoryOf } from './processes.ts';

/** Milliseconds after which a program that shows what it has to show is at rest. */
const REST = 3000;

const menu = ['--menu', 'Configuration', '20', '70', '5', 'a', 'first', 'b', 'second', 'c', 'third'];

/** All that such a program needs, wrappers with it. */
const whole = (pid: number): Memory => {
  const all = familyOf(pid).map(memoryOf);
  const sum = (of: (one: Memory) => number) => all.reduce((total, one) => total + of(one), 0);
  return { resident: sum(({ resident }) => resident), proportional: sum(({ proportional }) => proportional) };
};

async function shown(program: string, args: string[]): Promise<Memory | undefined> {
  if (!isInstalled(program)) return undefined;
  const pty = new Pty(program, args);
  try {
    await pty.waitFor('Configuration');
    await pause(REST / 3);
    return whole(pty.pid);
  } finally {
    await pty.kill();
  }
}

async function idleNode(): Promise<Memory> {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await pause(REST);
  const memory = memoryOf(child.pid ?? 0);
  child.kill();
  return memory;
}

interface Seen {
  rest: Memory[];
  wholly: Memory[];
  walked: Memory[];
  service: Memory[];
  serviceWalked: Memory[];
}

/** One console, from its start to after its walks. */
async function look(served: Served, walks: number, seen: Seen, signal: AbortSignal): Promise<void> {
  const pty = await served.console();
  await pause(REST);
  seen.rest.push(memoryOf(nodeOf(pty)));
  seen.wholly.push(whole(pty.pid));
  seen.service.push(memoryOf(served.pid));
  const visitor = new Visitor(pty);
  for (let walk = 0; walk < walks; walk++) await visitor.round(signal);
  await pause(REST);
  seen.walked.push(memoryOf(nodeOf(pty)));
  seen.serviceWalked.push(memoryOf(served.pid));
  await pty.kill();
}

export const part: Part = {
  about: 'Memory of console and service, at rest and after every screen was opened.',
  needs: {},
  settings: { walks: { about: 'how often every screen is opened', usual: 3, quick: 1 } },
  async run(signal, { runs, settings: { walks = 0 }, folder, program, say }) {
    const seen: Seen = { rest: [], wholly: [], walked: [], service: [], serviceWalked: [] };
    const others: Record<string, Memory[]> = { whiptail: [], dialog: [], 'node that does nothing': [] };
    const served = await serveLab(program, folder);
    try {
      // A run takes much longer than 5 s.
      for (let run = 0; run < Math.min(runs, 5); run++) {
        say(`console ${run + 1}`);
        await look(served, walks, seen, signal);
        for (const name of ['whiptail', 'dialog']) others[name]?.push(...present(await shown(name, menu)));
        others['node that does nothing']?.push(await idleNode());
      }
    } finally {
      await served.end();
    }
    const beside = (of: (memory: Memory) => number) =>
      besideOf(Object.fromEntries(Object.entries(others).map(([name, all]) => [name, figure(all, of)])));
    const resident = ({ resident: of }: Memory) => of;
    const proportional = ({ proportional: of }: Memory) => of;
    const row = (what: string, all: Memory[], most: number, note = 'resident'): Row => ({
      ...{ what, unit: 'MB', ours: figureOf(all.map(resident)), wanted: [{ most }], note },
    });
    const lab = 'resident; with the simulated machine and its platform';
    return [
      { ...row('console at rest', seen.rest, 60), beside: beside(resident) },
      {
        ...{ what: 'console at rest, with its wrapper', unit: 'MB', ours: figureOf(seen.wholly.map(proportional)) },
        ...{ beside: beside(proportional), note: 'each page shared by several counted in shares' },
      },
      row(`console after every screen, ${walks} times`, seen.walked, 60),
      row("the lab's service, one console open", seen.service, 80, lab),
      row("the lab's service, after these walks", seen.serviceWalked, 80, lab),
    ];
  },
};

const present = (memory: Memory | undefined) => (memory ? [memory] : []);
const figure = (all: Memory[], of: (memory: Memory) => number): Figure | undefined =>
  all.length > 0 ? figureOf(all.map(of)) : undefined;
