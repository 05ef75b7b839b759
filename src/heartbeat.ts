/** Tells whoever watches this process that it still turns: the shell of scripts/wrapper. Nothing of what happens if not. */

/** Milliseconds. The wrapper counts turns of the same length. */
const PERIOD = 10_000;

/** Where nobody watches it does nothing. It keeps no process alive. */
export function beat(watcher = Number(process.env.GATEHOUSE_WATCHER)): void {
  if (!(watcher > 1)) return;
  const tell = () => {
    try {
      process.kill(watcher, 'SIGUSR1');
    } catch {
      // It has ended: nobody watches any more.
    }
  };
  // It may still have to begin to listen.
  setTimeout(tell, 1000).unref();
  setInterval(tell, PERIOD).unref();
}
