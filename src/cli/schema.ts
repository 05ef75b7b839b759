/** `gatehouse schema`: what a command answers with --json, as JSON Schema. They are made when Gatehouse is built. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { exits } from './exit.ts';
import { asciiJson, type Output } from './output.ts';

interface Schemas {
  commands: Record<string, object>;
  error: object;
  $defs: Record<string, object>;
}

/**
 * @param command "units restart"; "error": what is answered in the place of all; without: the names of all
 * @throws Failure 'unavailable'
 */
export async function schema(output: Output, command: string): Promise<number> {
  const { commands, error, $defs } = await made();
  const names = [...Object.keys(commands), 'error'];
  if (command === '') {
    output.text(names.join('\n'));
    output.value(names);
    return exits.done;
  }
  const found = command === 'error' ? error : commands[command];
  if (!found || !names.includes(command))
    throw fail('unavailable', { what: `A schema of "${command}"`, why: 'gatehouse schema lists those that there are' });
  const whole = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: command === 'error' ? 'An error of any command' : `gatehouse ${command} --json`,
    ...found,
    ...definitions(found, $defs),
  };
  output.text(JSON.stringify(whole, null, 2));
  output.value(whole);
  return exits.done;
}

async function made(): Promise<Schemas> {
  const path = join(import.meta.dirname, 'schemas.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw fail('unavailable', { what: path, why: `it cannot be read (${cause.code})` }, cause);
  });
  return JSON.parse(text) as Schemas;
}

/** Those that it names, and that these name. */
function definitions(schema: object, all: Schemas['$defs']): { $defs?: Schemas['$defs'] } {
  const named: Schemas['$defs'] = {};
  const take = (part: object) => {
    for (const [, name = ''] of asciiJson(part).matchAll(/"#\/\$defs\/(\w+)"/g)) {
      const definition = all[name];
      if (!definition || name in named) continue;
      named[name] = definition;
      take(definition);
    }
  };
  take(schema);
  return Object.keys(named).length > 0 ? { $defs: named } : {};
}
