/** Why a platform host or proxy was not reached, as a value that is thrown. Knows no socket. */

export type Refusal =
  | 'name not found'
  | 'refused'
  | 'no answer'
  | 'unreachable'
  | 'proxy wants a password'
  | 'proxy rejects the password'
  | 'proxy forbids'
  | 'proxy cannot reach it'
  | 'no proxy'
  | 'cut'
  | 'not trusted'
  | 'no TLS';

/** Whose fault, and which: `at` is the proxy or the host itself. `status` of the proxy, where it gave one. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection';
  constructor(
    readonly why: Refusal,
    readonly at: string,
    readonly status?: number,
  ) {
    super(`${at}: ${why}`);
  }
}
