/** Tests that need more than Node say so here, and are left out with the reason where it is not to be had. */
import { describe } from 'vitest';
import { lacking, type Needs } from './lacking.ts';

/** `describe` where everything needed is there; otherwise the same, left out, with the reason in its name. */
export function describeWith(needs: Needs, name: string, body: () => void): void {
  const reason = lacking(needs);
  if (reason) describe.skip(`${name} (left out: ${reason})`, body);
  else describe(name, body);
}
