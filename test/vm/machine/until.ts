import { until as often } from '../../host/machine/programs.ts';

/** As that of programs, but rarely: what a look costs, an emulated processor lacks for what is waited for. */
export const until: typeof often = (what, condition, limit, why, every = 500) =>
  often(what, condition, limit, why, every);
