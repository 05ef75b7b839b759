/** What a screen is: a function that shows pieces until the operator leaves it. Types only. */
import type { Appliance, Role } from '../../src/appliance.ts';
import type { Brand } from '../../src/brand/brand.ts';
import type { Ui } from './ui.ts';

export interface Surroundings {
  ui: Ui;
  appliance: Appliance;
  brand: Brand;
  /** A viewer's changes are refused by the service; here they are greyed. */
  role: Role;
  /** What this console knows of who sits before it. */
  session: Session;
}

export interface Session {
  /** The operator's password was given, and the console was not left alone since. */
  trusted: boolean;
}

export type Screen = (surroundings: Surroundings) => Promise<void>;
