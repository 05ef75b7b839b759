/** `gatehouse man`: the man page (man(7)), made of the tree of commands and the parts that no tree has. */
import type { Command, Option } from 'commander';
import { version } from '../version.ts';
import { exitTable } from './exit.ts';
import { leavesOf } from './tree.ts';

export function manPage(program: Command): string {
  const leaves = leavesOf(program).filter(({ path }) => !isHidden(program, path));
  const commands = leaves.flatMap(({ path, command }) => [
    '.TP',
    `.BI ${quoted(`gatehouse ${path}`)} ${quoted(usageOf(command))}`,
    sentence(command.description()),
    ...command.options.flatMap(optionLines),
  ]);
  return `${[
    `.TH GATEHOUSE 1 "" "Gatehouse ${text(version)}" "Gatehouse"`,
    '.SH NAME',
    'gatehouse \\- the console of a gateway appliance, and its command line',
    '.SH SYNOPSIS',
    '.B gatehouse',
    '.br',
    '.B gatehouse',
    '.RI [ options ]',
    '.I command',
    '.RI [ arguments ]',
    '.SH DESCRIPTION',
    ...description,
    '.SH OPTIONS',
    ...program.options.flatMap((option) => ['.TP', `.B ${text(option.flags)}`, sentence(option.description)]),
    '.SH COMMANDS',
    ...commands,
    '.SH EXIT STATUS',
    ...exitLines(),
    ...closing,
  ].join('\n')}\n`;
}

const description = [
  'Without a command it opens the console: full text screens on this terminal.',
  'With one it does what a screen does, through the same service, and with the same rules.',
  '.PP',
  'With',
  '.B \\-\\-json',
  'a result is one JSON value on one line, what is told live is one line each, and an error is',
  '.RI {\\(dqerror\\(dq:\\ { code ,\\  details ,\\  what ,\\  why ,\\  advice }}',
  'on standard output.',
  '.B gatehouse schema',
  'prints the schema of each.',
];

const closing = [
  '.SH AS A LOGIN SHELL',
  'For an account whose shell is Gatehouse there is the console, and over',
  '.BR ssh (1)',
  'or',
  '.BR su (1)',
  'commands that only read. Whatever else is asked for is refused with 4.',
  'It must not stand in',
  '.IR /etc/shells :',
  'whoever knows the password could then have another shell from',
  '.BR su .',
  '.SH FILES',
  '.TP',
  '.I /run/gatehouse/gatehouse.sock',
  'the service, for operators',
  '.TP',
  '.I /var/lib/gatehouse',
  'settings, registration, audit',
  '.TP',
  '.I /var/diagnostics',
  'diagnostics reports and packet captures',
  '.SH SEE ALSO',
  '.BR systemctl (1),',
  '.BR sshd_config (5)',
];

function isHidden(program: Command, path: string): boolean {
  const [first] = path.split(' ');
  return (program.commands.find((one) => one.name() === first) as unknown as { _hidden?: boolean })?._hidden === true;
}

function usageOf(command: Command): string {
  const names = command.registeredArguments.map((one) => {
    const name = one.variadic ? `${one.name()} ...` : one.name();
    return one.required ? ` ${name}` : ` [${name}]`;
  });
  return names.join('');
}

function optionLines(option: Option): string[] {
  return ['.RS', '.TP', `.B ${text(option.flags)}`, sentence(option.description), '.RE'];
}

function exitLines(): string[] {
  return exitTable
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, code = '', said = ''] = /^ +(\d+) +(.*)$/.exec(line) ?? [];
      return ['.TP', `.B ${code}`, sentence(said)];
    });
}

/** roff takes a backslash as its own, "-" for a hyphen, and a point or quote that begins a line for a request. */
function text(given: string): string {
  return given
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '\\.\\|.\\|.')
    .replace(/^([.'])/, '\\&$1');
}

const sentence = (given: string) => text(given) || '\\&';
const quoted = (given: string) => `"${text(given).replaceAll('"', '\\(dq')}"`;
