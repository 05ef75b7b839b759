/** --wait and --no-wait, the same for every command that begins something which goes on without it. */
import type { Command } from 'commander';

/** @param waits what holds where neither is given */
export function asJob(command: Command, waits: boolean): Command {
  const usual = (is: boolean) => (is ? '; so without either' : '');
  return command
    .option('--wait', `tell how it goes until it has ended; Ctrl-C stops telling, not it${usual(waits)}`, waits)
    .option('--no-wait', `end when it is begun${usual(!waits)}`);
}
