/** The real machine: its adapters put together. Nothing else. */
import { realFacts } from './facts/facts.ts';
import type { Machine } from './machine.ts';
import { realPing } from './ping/ping.ts';
import { realUnits } from './units/units.ts';

export function realMachine(): Machine {
  return { facts: realFacts(), units: realUnits(), ping: realPing() };
}
