/** The words of what the command line tells of itself: schema, completion, man. None of them asks an appliance. */
import { Argument, type Command } from 'commander';
import { outputTo } from './output.ts';

/** @param end takes the exit code */
export function describeTools(program: Command, end: (code: number) => void): void {
  program
    .command('schema [command...]')
    .description('JSON Schema of what a command answers with --json; without COMMAND: which there are')
    .action(async (words: string[]) => {
      const { schema } = await import('./schema.ts');
      const isJson = program.opts<{ json?: true }>().json === true;
      end(await schema(outputTo(process.stdout, process.stderr, isJson), words.join(' ')));
    });
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(['bash']))
    .description('print a script that completes commands and names; see its first line')
    .action(async () => {
      const { bashCompletion } = await import('./completion.ts');
      process.stdout.write(bashCompletion(program));
    });
  program
    .command('man', { hidden: true })
    .description('print the man page')
    .action(async () => {
      const { manPage } = await import('./man.ts');
      process.stdout.write(manPage(program));
    });
}
