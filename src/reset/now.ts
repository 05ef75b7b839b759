/**
 * `gatehouse reset-now`: carries a reset out that was decided. Run by gatehouse-reset.service before anything else of the
 * machine runs; without the marker it does nothing. The marker goes last: cut anywhere, the next start does it all again.
 */
import { reasonOf } from '../changes/way-back.ts';
import { run } from '../run.ts';
import { deleteAll } from './delete.ts';
import { deletions } from './list.ts';
import { Marker } from './marker.ts';

interface Says {
  error(text: string): void;
  notice(text: string): void;
}

/** Gives the exit code: 1 where something could not be deleted. Then the marker stays, for the next start. */
export async function resetNow(log: Says, marker = new Marker()): Promise<number> {
  const note = await marker.read();
  if (!note) return 0;
  if (await isUp()) {
    log.error('The reset is carried out when the machine starts, not while it runs');
    return 1;
  }
  log.notice(`Reset, asked for by ${note.by}${note.at ? ` at ${note.at}` : ''}: begins`);
  const { failed } = await deleteAll(deletions);
  try {
    if (failed.length > 0) throw new Error(failed.join('; '));
    // systemd has read units at its start that are other ones now.
    await run('systemctl', ['daemon-reload'], { limit: 60_000 });
    await run('sync', [], { limit: 300_000 });
    await marker.remove();
  } catch (error) {
    log.error(`Reset: not complete, and tried again at the next start: ${reasonOf(error)}`);
    return 1;
  }
  for (const remark of note.remarks) log.notice(`Reset: ${remark}`);
  log.notice('Reset: complete; the machine is as at its first boot');
  return 0;
}

/** Daemons of the machine run, or may. */
async function isUp(): Promise<boolean> {
  const { exitCode } = await run('systemctl', ['is-active', '--quiet', 'sysinit.target'], { expect: [0, 3, 4] });
  return exitCode === 0;
}
