/** `gatehouse …`: the console when nothing is asked, otherwise the command line. Decides only; loads the rest as needed. */
import { userInfo } from 'node:os';

/** Gives the exit code (cli/exit.ts). */
export async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    const { runConsole } = await import('./cli/console.ts');
    return runConsole({});
  }
  if (args[0] === '-c' || isLoginShell()) {
    const { runLogin } = await import('./cli/login.ts');
    return runLogin(args);
  }
  const { runProgram } = await import('./cli/program.ts');
  return runProgram(args);
}

/**
 * Is this the shell of the account that runs it? By the account, not by how it was started: a script is not told the
 * "-" before its name, and `su NAME -- …` gives a shell any arguments.
 */
function isLoginShell(): boolean {
  try {
    return /(^|\/)gatehouse$/.test(userInfo().shell ?? '');
  } catch {
    // An account that nothing names has no shell.
    return false;
  }
}
