/** Whose an Esc is that is typed while something is waited for. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { waitFor } from '../../../screens/kit/busy.ts';
import type { Piece, Stage } from '../../../screens/kit/piece.ts';
import type { Key } from '../../../screens/kit/terminal/types.ts';

const esc: Key = { name: 'escape' };

/** A stage with one sign on it, and the keys that were typed ahead and handed on. */
function stage() {
  const seen: { sign?: Piece<unknown>; typed: Key[] } = { typed: [] };
  const own = {
    invalidate: () => undefined,
    type: (keys: readonly Key[]) => void seen.typed.push(...keys),
    show<R>(piece: Piece<R>) {
      seen.sign = piece as Piece<unknown>;
      piece.open(own);
      return piece.ended;
    },
  } as Stage;
  return { own, seen };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('typed before anything is seen of a short wait, it is for what comes next', async () => {
  const { own, seen } = stage();
  const waited = waitFor(own, 'Reading', () => pause(20, 'read'));
  seen.sign?.key(esc);
  expect(await waited).toEqual({ ok: true, value: 'read' });
  await expect.poll(() => seen.typed).toEqual([esc]);
});

test('typed before anything is seen of a wait that lasts, it gives that up', async () => {
  const { own, seen } = stage();
  const waited = waitFor(own, 'Reading', untilAborted);
  seen.sign?.key({ name: 'down' });
  seen.sign?.key(esc);
  expect(await waited).toMatchObject({ ok: false, problem: { code: 'aborted' } });
  await pause(0);
  expect(seen.typed).toEqual([]);
});

test('typed while the wait is seen, it gives that up at once', async () => {
  const { own, seen } = stage();
  const waited = waitFor(own, 'Reading', untilAborted);
  await expect.poll(() => seen.sign?.hidden).toBe(false);
  seen.sign?.key(esc);
  expect(await waited).toMatchObject({ ok: false, problem: { code: 'aborted' } });
});
