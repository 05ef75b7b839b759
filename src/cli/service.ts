/** `gatehouse service`: the service on the real machine, or with --lab on a simulated one. */
import { beat } from '../heartbeat.ts';
import { ownLog } from '../service/log.ts';
import { runService } from '../service/service.ts';
import { version } from '../version.ts';
import { brandOf } from './brand.ts';
import { defaultSocket, type LinkOptions } from './options.ts';

export interface ServiceArguments extends LinkOptions {
  group: string;
  viewerGroup: string;
  state?: string;
}

/** Gives the exit code, when the service has ended. */
export async function serviceCommand(options: ServiceArguments): Promise<number> {
  beat();
  const brand = brandOf(options.brand);
  const { socket = defaultSocket, group, viewerGroup } = options;
  const common = { socket, group, viewerGroup, brand, log: ownLog() };
  if (options.lab === undefined && options.labFolder === undefined) {
    const { realMachine } = await import('../adapters/real.ts');
    const about = { version, brand: brand.name };
    return runService({ ...common, state: options.state ?? '/var/lib/gatehouse', about, machine: realMachine() });
  }
  const { openLabMachine } = await import('./lab.ts');
  for (;;) {
    const lab = await openLabMachine(options, brand, options.state);
    const { about, machine } = lab;
    let isReboot = false;
    const down = lab.down.then((how) => {
      isReboot = how === 'reboot';
    });
    try {
      const exit = await runService({ ...common, state: options.state ?? lab.state, about, machine }, down);
      if (!isReboot) return exit;
    } finally {
      await lab.close();
    }
  }
}
