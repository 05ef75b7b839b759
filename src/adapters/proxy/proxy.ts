/** Telling the container engine of its proxy. The files are made in render.ts; apt reads its own each time. */
import { run } from '../../run.ts';
import type { EffectOf } from '../files.ts';

/** Without an engine there is nobody to tell. @throws Failure 'timed-out', 'aborted', 'program-failed' */
export async function tellEngine({ restart }: EffectOf<'docker-proxy'>, signal: AbortSignal): Promise<void> {
  await run('systemctl', ['daemon-reload'], { limit: 30_000, signal });
  // Leaves alone one that does not run; code 5: not installed.
  if (restart) await run('systemctl', ['try-restart', 'docker.service'], { limit: 200_000, signal, expect: [0, 5] });
}
