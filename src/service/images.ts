/** The container engine's images: listed, watched, shown. */
import type { Machine } from '../adapters/machine.ts';
import type { Appliance } from '../appliance.ts';
import { within } from '../within.ts';
import { knownValue, watchGauges } from './gauge.ts';
import type { Gauges } from './gauges.ts';

/** Images come and go with releases, in ms. */
const PERIOD = 10_000;
/** More than the engine is given for each of the answers that a reading takes, in ms. */
const LIMIT = 16_000;

export function imagesOf({ containers }: Machine, gauges: Gauges, pace: number): Appliance['images'] {
  return {
    list: (_args, call) =>
      within(LIMIT * pace, 'The container engine', (signal) => containers.images(signal), call?.signal),
    watch: (_args, call) =>
      watchGauges([[gauges.images, PERIOD * pace]], () => knownValue(gauges.images.reading), call),
    show: ({ id }, call) =>
      within(LIMIT * pace, 'The container engine', (signal) => containers.image(id, signal), call?.signal),
  };
}
