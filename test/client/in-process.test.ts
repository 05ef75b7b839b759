/** The in-process link: the same contract, through the same messages and checks as over the socket. */
import { expect, test } from 'vitest';
import type { Appliance, Status } from '../../src/appliance.ts';
import { inProcess } from '../../src/client/in-process.ts';
import { Failure, fail } from '../../src/errors.ts';
import { remoteAppliance } from '../../src/rpc/remote.ts';

const status: Status = { name: 'a', registered: false, platform: { connected: false }, failedUnits: 0 };

function appliance(over: Partial<Appliance> = {}): Appliance {
  const unexpected = async () => {
    throw new Error('not expected');
  };
  return {
    ...remoteAppliance(unexpected),
    about: async () => ({ version: '1', brand: 'gatehouse', language: 'en', role: 'operator' }),
    status: { read: async () => status, watch: unexpected },
    ...over,
  };
}

const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Failure ? error.problem : error),
  );

test('an answer comes back as it was given', async () => {
  const link = inProcess(appliance());
  expect(await link.appliance.status.read({})).toEqual(status);
  expect(link.state).toBe('connected');
  link.close();
  expect(link.state).toBe('lost');
  expect(await problemOf(link.appliance.status.read({}))).toMatchObject({ code: 'service-gone' });
});

test('a watch tells each state and ends when its asker gives up', async () => {
  let aborted = false;
  const link = inProcess(
    appliance({
      status: {
        read: async () => status,
        watch: (_args, call) =>
          new Promise((resolve) => {
            call?.progress?.(status);
            call?.progress?.({ ...status, failedUnits: 1 });
            call?.signal?.addEventListener('abort', () => {
              aborted = true;
              resolve();
            });
          }),
      },
    }),
  );
  const stop = new AbortController();
  const seen: number[] = [];
  await link.appliance.status.watch(
    {},
    {
      signal: stop.signal,
      progress: (news) => {
        seen.push(news.failedUnits);
        if (news.failedUnits === 1) stop.abort();
      },
    },
  );
  expect(seen).toEqual([0, 1]);
  expect(aborted).toBe(true);
  link.close();
});

test('errors arrive as the problem they were, our own mistakes as internal ones with a reference', async () => {
  const link = inProcess(
    appliance({
      units: {
        ...appliance().units,
        list: async () => {
          throw fail('unavailable', { what: 'systemd', why: 'it does not run here' });
        },
      },
    }),
  );
  expect(await problemOf(link.appliance.units.list({}))).toEqual({
    code: 'unavailable',
    details: { what: 'systemd', why: 'it does not run here' },
  });
  expect(await problemOf(link.appliance.info.read({}))).toMatchObject({
    code: 'internal',
    details: { reference: expect.stringMatching(/^[0-9a-f]{8}$/) },
  });
  link.close();
});

test('wrong arguments never reach the operation', async () => {
  const link = inProcess(appliance());
  expect(await problemOf(link.appliance.ping.run({ host: 'a b' }))).toMatchObject({
    code: 'bad-value',
    details: { field: 'host' },
  });
  expect(await problemOf(link.appliance.ping.run({ host: '::1', count: 0 }))).toMatchObject({
    details: { field: 'count' },
  });
  expect(await problemOf(link.appliance.about({ extra: 1 } as never))).toMatchObject({ details: { field: 'extra' } });
  expect(await problemOf(link.appliance.units.stop({ name: '../etc' }))).toMatchObject({ details: { field: 'name' } });
  link.close();
});
