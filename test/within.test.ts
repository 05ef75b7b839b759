/** Clocks that strike whatever the collector takes away. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { after } from '../src/within.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('a clock strikes that nothing holds but the signal made of it', async () => {
  const struck = listen(300);
  const collecting = setInterval(collect, 20);
  try {
    expect(await struck).toBe(true);
  } finally {
    clearInterval(collecting);
  }
});

/** In a function of its own, so that nothing of it is left on the stack. */
function listen(ms: number): Promise<boolean> {
  const both = AbortSignal.any([new AbortController().signal, after(ms)]);
  return new Promise((resolve) => {
    both.addEventListener('abort', () => resolve(true), { once: true });
    setTimeout(() => resolve(false), ms * 10);
  });
}
