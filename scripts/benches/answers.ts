/**
 * How soon the service answers while consoles are open, over its socket as consoles ask, beside a bare unix socket of
 * Node that sends as many bytes back. Both servers are processes of their own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import type { Appliance } from '../../src/appliance.ts';
import { connect } from '../../src/client/connect.ts';
import { version } from '../../src/version.ts';
import { serveLab } from './lab.ts';
import { besideOf, type Figure, type Part, type Row, share, timed } from './part.ts';

const signal = new AbortController().signal;
const asked: Record<string, (appliance: Appliance) => Promise<unknown>> = {
  status: (appliance) => appliance.status.read({}, { signal }),
  network: (appliance) => appliance.network.read({}, { signal }),
  units: (appliance) => appliance.units.list({}, { signal }),
};

/** Sends BYTES back for each byte that it gets. */
const echo = `require('node:net').createServer((socket) => {
  const answer = Buffer.alloc(Number(process.argv[2]), 'x');
  socket.on('data', () => socket.write(answer));
}).listen(process.argv[1], () => process.stdout.write('ready'));`;

interface Echo {
  ask(): Promise<void>;
  end(): Promise<void>;
}

async function echoOf(path: string, bytes: number): Promise<Echo> {
  const child: ChildProcess = spawn(process.execPath, ['-e', echo, path, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout) await once(child.stdout, 'data');
  const socket = dial(path);
  await once(socket, 'connect');
  return {
    async ask() {
      let left = bytes;
      const all = new Promise<void>((resolve) => {
        const take = (data: Buffer) => {
          left -= data.length;
          if (left > 0) return;
          socket.off('data', take);
          resolve();
        };
        socket.on('data', take);
      });
      socket.write('x');
      await all;
    },
    async end() {
      socket.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}

const middle = (samples: number[]): Figure => ({
  ...{ value: share(samples, 0.5), low: share(samples, 0.1), high: share(samples, 0.9) },
  runs: samples.length,
});
const p99 = (samples: number[]): Figure => ({ value: share(samples, 0.99), runs: samples.length });

export const part: Part = {
  about: "The service's answers with consoles open, beside a bare unix socket that sends as much.",
  needs: {},
  settings: {
    consoles: { about: 'how many are open', usual: 20, quick: 2 },
    questions: { about: 'how many of each kind are asked', usual: 500, quick: 5 },
  },
  async run(stop, { settings: { consoles = 0, questions = 0 }, folder, program, say }) {
    const served = await serveLab(program, folder);
    try {
      say(`opening ${consoles} consoles`);
      for (let opened = 0; opened < consoles; opened++) await served.console();
      const link = connect(served.socket, version);
      const rows: Row[] = [];
      for (const [name, ask] of Object.entries(asked)) {
        const bytes = JSON.stringify(await ask(link.appliance)).length;
        const bare = await echoOf(join(folder, `echo-${name}`), bytes);
        const [ours, theirs]: [number[], number[]] = [[], []];
        // The first are to be warm.
        for (let question = -20; question < questions; question++) {
          stop.throwIfAborted();
          const [a, b] = [await timed(() => ask(link.appliance)), await timed(bare.ask)];
          if (question < 0) continue;
          ours.push(a);
          theirs.push(b);
        }
        await bare.end();
        const what = `answer to ${name}, ${consoles} consoles open`;
        const note = `${bytes} bytes`;
        rows.push(
          { what, unit: 'ms', ours: middle(ours), beside: besideOf({ 'bare socket': middle(theirs) }), note },
          {
            what: `${what}, 99 %`,
            unit: 'ms',
            ours: p99(ours),
            beside: besideOf({ 'bare socket': p99(theirs) }),
            note,
          },
        );
      }
      link.close();
      return rows;
    } finally {
      await served.end();
    }
  },
};
