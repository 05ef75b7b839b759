/** `gatehouse …`: the console when nothing is asked, otherwise the command line. Decides only; loads the rest as needed. */

/** Gives the exit code (cli/exit.ts). */
export async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    const { runConsole } = await import('./cli/console.ts');
    return runConsole({});
  }
  const { runProgram } = await import('./cli/program.ts');
  return runProgram(args);
}
