/** The tree of commands as commander has it, looked at: by name, whole, and cut down. Knows no command. */
import type { Command } from 'commander';

/** A command without commands below it, or one that acts by itself all the same. */
export interface Leaf {
  /** "units restart" */
  path: string;
  command: Command;
}

export function leavesOf(program: Command): Leaf[] {
  const below = (command: Command, path: string[]): Leaf[] =>
    command.commands.length === 0
      ? [{ path: path.join(' '), command }]
      : command.commands.flatMap((one) => below(one, [...path, one.name()]));
  return program.commands.flatMap((one) => below(one, [one.name()]));
}

/** As far as the words name commands; options between them are passed over. "stats" alone is its first command. */
export function pathOf(program: Command, words: readonly string[]): string {
  const path: string[] = [];
  let at = program;
  for (const word of words) {
    if (word.startsWith('-')) continue;
    const next = at.commands.find((command) => command.name() === word);
    if (!next) break;
    path.push(word);
    at = next;
  }
  return path.join(' ');
}

/** Takes away every leaf that is not wanted, and what holds nothing any more. */
export function keepOnly(command: Command, isWanted: (path: string) => boolean, above: readonly string[] = []): void {
  const commands = command.commands as Command[];
  for (const one of [...commands]) {
    const path = [...above, one.name()];
    const isGroup = one.commands.length > 0;
    if (isGroup) keepOnly(one, isWanted, path);
    if (isGroup ? one.commands.length === 0 : !isWanted(path.join(' '))) commands.splice(commands.indexOf(one), 1);
  }
}

/** Those that help shows. */
export function visibleCommands(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
}
