/** The container engine's containers: listed, watched, shown, acted on. What comes of an action is in container-actions.ts. */
import type { ContainerAction } from '../adapters/machine.ts';
import type { Appliance, Container } from '../appliance.ts';
import { within } from '../within.ts';
import { type ContainersOptions, containerActionsOf } from './container-actions.ts';
import { knownValue, watchGauges } from './gauge.ts';

/** Milliseconds. The engine counts the files of each container for their sizes: seldom. */
const periods = { list: 3000, sizes: 60_000 };
/** More than the engine is given for each of the answers that a reading takes, in ms. */
const LIMIT = 16_000;

export function containersOf(options: ContainersOptions): Appliance['containers'] {
  const { machine, gauges, pace } = options;
  const { containers } = machine;
  const act = containerActionsOf(options);
  const action = (verb: ContainerAction): Appliance['containers'][ContainerAction] => {
    return async ({ id }, call) => act(verb, id, call);
  };
  return {
    list: (_args, call) =>
      within(
        LIMIT * pace,
        'The container engine',
        async (signal) => {
          const sizes = containers.sizes(signal).catch(() => []);
          return withSizes(await containers.list(signal), await sizes);
        },
        call?.signal,
      ),
    watch: (_args, call) =>
      watchGauges(
        [
          [gauges.containers, periods.list * pace],
          [gauges.containerSizes, periods.sizes * pace],
        ],
        () => {
          const known = knownValue(gauges.containers.reading);
          const sizes = gauges.containerSizes.reading;
          return known && withSizes(known, sizes.state === 'known' ? sizes.value : []);
        },
        call,
      ),
    show: ({ id }, call) =>
      within(LIMIT * pace, 'The container engine', (signal) => containers.show(id, signal), call?.signal),
    start: action('start'),
    stop: action('stop'),
    restart: action('restart'),
  };
}

function withSizes(containers: readonly Container[], sizes: Iterable<readonly [string, number]>): Container[] {
  const known = new Map(sizes);
  return containers.map((container) => {
    const size = known.get(container.id);
    return size === undefined ? container : { ...container, size };
  });
}
