/**
 * `gatehouse completion bash`: a bash-completion script, made of the tree of commands. The words of a command are in it;
 * names of units, containers and reports are asked for where one is typed.
 */
import type { Command } from 'commander';
import { visibleCommands } from './tree.ts';

/** Arguments whose values the appliance knows: what lists them, and their field in its JSON. */
const known: readonly [paths: RegExp, command: string, field: string][] = [
  [/^(units|logs) (status|log|start|stop|restart)$/, 'units list', 'name'],
  [/^containers (show|log|start|stop|restart)$/, 'containers list', 'name'],
  [/^images show$/, 'images list', 'repository'],
  [/^network (show|set)$/, 'network list', 'name'],
  [/^logs show$/, 'logs files', 'path'],
  [/^report (remove|save|offer|upload)$/, 'report list', 'name'],
];

export function bashCompletion(program: Command): string {
  const cases: string[] = [];
  const visit = (command: Command, path: readonly string[]) => {
    const below = visibleCommands(command);
    const words = [
      ...below.map((one) => one.name()),
      ...optionsOf(command),
      ...(path.length > 0 ? optionsOf(program) : []),
    ];
    const source = known.find(([paths]) => paths.test(path.join(' ')));
    const asked = source ? ` names=$(_gatehouse_names '${source[1]}' ${source[2]})` : '';
    cases.push(`    '${path.join(' ')}') words='${[...new Set(words)].join(' ')}'${asked} ;;`);
    for (const one of below) visit(one, [...path, one.name()]);
  };
  visit(program, []);
  const groups = cases.map((line) => /^ {4}('[^']*')/.exec(line)?.[1]).filter((path) => path !== "''");
  return `# bash completion of gatehouse; goes to /usr/share/bash-completion/completions/gatehouse
# Values of that field in what the command lists; nothing where the service does not answer within 2 seconds.
_gatehouse_names() {
  # shellcheck disable=SC2086
  timeout 2 gatehouse --json $1 2>/dev/null | grep -o "\\"$2\\":\\"[A-Za-z0-9@:._/-]*\\"" | cut -d'"' -f4
}

_gatehouse() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' next word words='' names=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) continue ;; esac
    next="\${path:+$path }$word"
    case $next in
${wrapped(groups)}) path=$next ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  # Options only where one is begun: names would drown among them.
  case $current in -*) ;; *) words=$(printf '%s\\n' $words | grep -v '^-') ;; esac
  mapfile -t COMPREPLY < <(compgen -W "$words $names" -- "$current")
}
complete -o default -F _gatehouse gatehouse
`;
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
}

function wrapped(paths: readonly (string | undefined)[]): string {
  return paths.map((path) => `      ${path}`).join(' | \\\n');
}
