/** A service on a simulated machine and consoles that speak to it over its socket, each a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pty, type PtyOptions } from '../../test/terminal/pty.ts';
import { familyOf, nameOf } from './processes.ts';

export interface Served {
  socket: string;
  /** Of the service. */
  pid: number;
  /** A console that shows its main menu with live status. */
  console(options?: PtyOptions): Promise<Pty>;
  /** Ends it, and the consoles. */
  end(): Promise<void>;
}

export async function serveLab(program: string, folder: string): Promise<Served> {
  const socket = join(folder, 'socket');
  mkdirSync(join(folder, 'lab'), { recursive: true });
  const args = [
    '--lab=healthy',
    `--lab-folder=${join(folder, 'lab')}`,
    '--socket',
    socket,
    'service',
    '--group',
    'root',
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child);
  const consoles: Pty[] = [];
  return {
    socket,
    pid: child.pid ?? 0,
    async console(options) {
      const pty = new Pty(program, ['--socket', socket], options);
      consoles.push(pty);
      await pty.waitFor(/ gatehouse-lab .*registered/, 30_000);
      return pty;
    },
    async end() {
      await Promise.all(consoles.map((pty) => pty.kill()));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (told.includes('listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`the service ended: ${told}`)));
  });
}

/** The process of the program itself: the wrapper stays its parent. */
export function nodeOf({ pid }: Pty): number {
  const found = familyOf(pid).find((one) => nameOf(one) === 'node' || nameOf(one) === 'gatehouse-node');
  if (found === undefined) throw new Error('the console has no process');
  return found;
}
