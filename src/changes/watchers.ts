/** Those who watch a state: told at once, and again whenever somebody says that it changed. Knows no state. */
import type { Call } from '../appliance.ts';

export class Watchers<S> {
  private readonly all = new Set<() => void>();

  constructor(private readonly state: () => S) {}

  tell(): void {
    for (const one of [...this.all]) one();
  }

  /** Ends when the signal is aborted. */
  watch({ signal, progress = () => undefined }: Partial<Call<S>>): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const tell = () => progress(this.state());
      this.all.add(tell);
      signal?.addEventListener('abort', () => resolve(void this.all.delete(tell)), { once: true });
      tell();
    });
  }
}
