/** Whether a daemon runs, asked before it is spoken to: D-Bus would start it otherwise, or wait 25 s for one that cannot. */
import { run } from '../run.ts';

/** @param unit "systemd-networkd.service" */
export async function runs(unit: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode } = await run('systemctl', ['is-active', '--quiet', '--', unit], {
    limit: 5_000,
    signal,
    // systemctl(1): not active 3, no such unit 4.
    expect: [0, 3, 4],
  });
  return exitCode === 0;
}
