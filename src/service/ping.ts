/** Ping: the adapter's, for as long as the asker wants it. */

import type { Machine } from '../adapters/machine.ts';
import type { Appliance } from '../appliance.ts';

export function pingOf({ ping }: Machine): Appliance['ping'] {
  const never = new AbortController().signal;
  return {
    run: (request, { signal = never, progress = () => undefined } = {}) => ping.run(request, { signal, progress }),
  };
}
