/**
 * Nothing but the console writes to the terminal while it is taken: what Node warns of, and what a library writes to
 * standard error, would land in the middle of a screen. Where standard error is not a terminal it stays as it is.
 */

/** Until the function it gives is called, which may be called twice. */
export function quieten(): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  const warners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', drop);
  stderr.write = swallow;
  return () => {
    if (stderr.write !== swallow) return;
    process.off('warning', drop);
    // The stream's own is its prototype's.
    Reflect.deleteProperty(stderr, 'write');
    for (const warner of warners) process.on('warning', warner);
  };
}

const drop = () => undefined;

/** As Writable.write has it: whoever waits for the end of the write goes on. */
function swallow(_chunk: unknown, encoding?: unknown, done?: unknown): boolean {
  const called = typeof encoding === 'function' ? encoding : done;
  if (typeof called === 'function') process.nextTick(called as () => void);
  return true;
}
