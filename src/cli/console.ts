/** `gatehouse` without a command: the console on this terminal. */
import { fail, problemOf } from '../errors.ts';
import { beat } from '../heartbeat.ts';
import { anew } from './anew.ts';
import { exitOf } from './exit.ts';
import { openLink } from './link.ts';
import type { LinkOptions, Opened } from './options.ts';
import { outputTo } from './output.ts';

/** Gives the exit code. `plain`: as a conversation, line by line, which needs no terminal. */
export async function runConsole(options: LinkOptions & { plain?: true }): Promise<number> {
  const plain = options.plain === true || process.env.GATEHOUSE_PLAIN === '1';
  let opened: Opened | undefined;
  try {
    if (!plain && !(process.stdin.isTTY && process.stdout.isTTY))
      throw fail('terminal-unusable', { term: '', why: 'input or output is not a terminal' });
    const [{ openConsole }, link] = await Promise.all([import('../../screens/console.ts'), openLink(options)]);
    opened = link;
    beat();
    return await openConsole({ link: link.link, plain, over: anew(link.link) });
  } catch (error) {
    const problem = problemOf(error, error instanceof Error ? error.message : 'none');
    outputTo(process.stdout, process.stderr, false).problem(problem);
    return exitOf(problem.code);
  } finally {
    await opened?.close();
  }
}
