/**
 * A text that must not be seen: it prints as bullets wherever it is printed by mistake. No encryption; it protects
 * against logs, errors and listings, not against someone who reads the memory.
 */
const bullets = '••••';

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text;
  }

  /** In a time that tells nothing about where they differ. */
  equals(other: Secret): boolean {
    const [a, b] = [encoder.encode(this.#text), encoder.encode(other.#text)];
    let difference = a.length ^ b.length;
    for (let index = 0; index < Math.max(a.length, b.length); index += 1)
      difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
    return difference === 0;
  }

  toString(): string {
    return bullets;
  }

  toJSON(): string {
    return bullets;
  }

  /** What console.log and util.inspect of Node show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return bullets;
  }
}

const encoder = new TextEncoder();
