/** What a screen is: a function that shows pieces until the operator leaves it. Types only. */
import type { Appliance } from '../../src/appliance.ts';
import type { Brand } from '../../src/brand/brand.ts';
import type { Ui } from './ui.ts';

export interface Surroundings {
  ui: Ui;
  appliance: Appliance;
  brand: Brand;
}

export type Screen = (surroundings: Surroundings) => Promise<void>;
