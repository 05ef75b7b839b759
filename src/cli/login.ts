/**
 * Gatehouse as somebody's login shell: the console, or one command that only reads. What comes here was typed by
 * whoever holds a key or a password and nothing else: no shell, no file, no program, no choice of service.
 */
import type { Command, Option } from 'commander';
import type { Appliance } from '../appliance.ts';
import { Failure, fail, problemOf } from '../errors.ts';
import { operations } from '../operations.ts';
import { operationOf, remoteAppliance } from '../rpc/remote.ts';
import { harmless } from '../values/harmless.ts';
import { isReading } from './asks.ts';
import { runConsole } from './console.ts';
import { exitOf, exits } from './exit.ts';
import { outputTo } from './output.ts';
import { type Bounds, commandTree, runProgram } from './program.ts';
import { keepOnly, pathOf } from './tree.ts';
import { wordsOf } from './words.ts';

/** Options before a command, or behind it, that lead to no file and no other service. */
const options = ['--json', '--version', '--viewer', '--plain'];

/** Milliseconds between two looks whether the one who asked is still there. */
const period = 1000;

/**
 * @param args as a shell gets them: none, or "-c" and the command. Any others are taken for the command's words.
 * Gives the exit code.
 */
export async function runLogin(args: readonly string[]): Promise<number> {
  try {
    const words = wordsFrom(args);
    if (words.every((word) => word === '')) return await runConsole({});
    admit(words);
    endWithAsker();
    return await runProgram(words, bounds);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem = problemOf(error);
    outputTo(
      process.stdout,
      process.stderr,
      args.some((arg) => /(^|\s)--json(\s|$)/.test(arg)),
    ).problem(problem);
    return exitOf(problem.code);
  }
}

function wordsFrom(args: readonly string[]): string[] {
  const [first, line = ''] = args;
  if (first === '-c' && args.length > 2)
    throw fail('bad-value', { field: 'command', why: 'there is more than one', right: 'one behind -c' });
  const words = first === '-c' ? wordsOf(line) : [...args];
  const own = /^(.*\/)?gatehouse$/.test(words[0] ?? '') ? words.slice(1) : words;
  return own[0] === 'help' ? [...own.slice(1), '--help'] : own;
}

/** @throws Failure 'not-allowed' for whatever is no command that only reads; options alone are the parser's to judge */
function admit(words: readonly string[]): void {
  const tree = commandTree();
  const [first = ''] = words.filter((word) => !word.startsWith('-'));
  if (first === '') return;
  const path = pathOf(tree, words);
  if (copying.test(first))
    throw refused(
      'Copying files',
      'A diagnostics report is fetched over SFTP from a port of its own: see the console.',
    );
  if (path === '') throw refused(`"${harmless(first, { most: 40 })}"`, 'It is no command of Gatehouse. See: help');
  // A group without its verb gets its help.
  const isGroup = tree.commands.some((group) => group.name() === path && group.commands.length > 0);
  if (isGroup || isReading(path)) return;
  throw refused(`gatehouse ${path}`, 'Through this account only commands that read are taken. Use the console.');
}

/** What scp, sftp, rsync and git ask for at the other end. */
const copying = /^(.*\/)?(scp|sftp-server|internal-sftp|rsync|git-[a-z-]+)$/;

const refused = (what: string, why: string) => fail('not-allowed', { what, why });

const bounds: Bounds = {
  cut(program: Command) {
    keepOnly(program, isReading);
    // Notes on options that are taken away.
    (program as unknown as NodeJS.EventEmitter).removeAllListeners('afterHelp');
    const all = program.options as Option[];
    for (const option of [...all]) if (!options.includes(option.long ?? '')) all.splice(all.indexOf(option), 1);
  },
  /** Whatever a command would ask: a change never leaves from here. */
  only: (appliance: Appliance) =>
    remoteAppliance(async (name, args, call = {}) => {
      if (operations[name] === 'change')
        throw refused(name, 'Through this account nothing is changed but on the console.');
      return operationOf(appliance, name)(args, call);
    }),
};

/** A command that has nothing to write would not see that its line is cut: sshd's process for it is gone then. */
function endWithAsker(): void {
  const asker = process.ppid;
  setInterval(() => process.ppid === asker || process.exit(exits.interrupted), period).unref();
}
