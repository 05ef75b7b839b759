/** A request that is refused: why, as it goes over the wire. */
import { type RefusalCode, refusals } from '../protocol.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  /** @param said one sentence for people, without anything of the request that could act upon a terminal */
  constructor(
    readonly code: RefusalCode,
    readonly said: string,
  ) {
    super(`${code}: ${said}`);
    this.status = refusals[code];
  }
}
