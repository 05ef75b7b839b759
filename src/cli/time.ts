/** `gatehouse time …`. */
import type { TimeState } from '../appliance.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';

export interface TimeOptions {
  /** false: the brand's (--no-server). */
  server?: string[] | boolean;
  zone?: string;
}

export async function show({ appliance, output, signal }: Context): Promise<number> {
  return told(output, await appliance.time.read({}, { signal }));
}

/** What is not named stays. */
export async function set({ appliance, output, signal }: Context, { server, zone }: TimeOptions): Promise<number> {
  const { settings } = await appliance.time.read({}, { signal });
  const servers = Array.isArray(server) ? server : server === false ? [] : settings.servers;
  return told(output, await appliance.time.set({ servers, zone: zone ?? settings.zone }, { signal }));
}

export async function zones({ appliance, output, signal }: Context): Promise<number> {
  const all = await appliance.time.zones({}, { signal });
  output.text(all.join('\n'));
  output.value(all);
  return exits.done;
}

function told(output: Context['output'], state: TimeState): number {
  const { settings, defaults, now, synchronised, server, offset, stratum, lastSync } = state;
  if (!synchronised) output.text('Warning: the clock is not synchronised.');
  output.text(
    fields([
      ['Time', now],
      ['Time zone', settings.zone],
      ['Servers', settings.servers.join(', ') || `none set: ${defaults.join(', ')}`],
      ['In use', server],
      ['Offset', offset === undefined ? undefined : `${offset} ms`],
      ['Stratum', stratum],
      ['Last answer', lastSync],
    ]),
  );
  output.value(state);
  return exits.done;
}
