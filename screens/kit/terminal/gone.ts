/** What has to be done about a terminal that is no more before the process ends. Knows descriptors only. */
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Watches over the terminals among the standard descriptors from now on. Gives what is to be called while the
 * process exits: Node puts back their modes then, and aborts (134, or worse) where that is answered with EIO. What
 * is closed it leaves alone (ResetStdio in node/src/node.cc).
 */
export function terminalsHere(): { closeGone(): void } {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  return {
    closeGone() {
      for (const descriptor of terminals.splice(0)) if (!isatty(descriptor)) close(descriptor);
    },
  };
}

function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // Somebody else has closed it.
  }
}
