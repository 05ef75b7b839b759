/** Info: one reading never holds up another, and all who watch share one poller. */
import { expect, test, vi } from 'vitest';
import { fail } from '../../src/errors.ts';
import { fakeMachine, plainFacts, untilAborted } from '../machines/fake.ts';
import { applianceOn, seen } from './world.ts';

test('the operator sees every value, and the platform as not registered', async () => {
  const { link } = await applianceOn(fakeMachine({ facts: plainFacts }));
  const info = await link.appliance.info.read({});
  expect(info).toMatchObject({
    applianceName: { state: 'known', value: 'gate1' },
    platformStatus: { state: 'known', value: { registered: false, connected: false } },
    platformUrl: { state: 'known', value: null },
    serviceVersion: { value: '9.9' },
    disk2: { state: 'known', value: null },
    shortfalls: [],
  });
});

test('a value that cannot be read says why, one that hangs times out, and both hold up no other', async () => {
  let zoneAborted = false;
  const { link } = await applianceOn(
    fakeMachine({
      facts: {
        ...plainFacts,
        dnsServers: async () => {
          throw fail('unavailable', { what: 'The resolver', why: 'it does not run' });
        },
        zone: (signal) => {
          signal.addEventListener('abort', () => {
            zoneAborted = true;
          });
          return new Promise(() => undefined);
        },
      },
    }),
  );
  const info = await link.appliance.info.read({});
  expect(info.dnsServers).toMatchObject({ state: 'unknown', problem: { code: 'unavailable' } });
  expect(info.zone).toMatchObject({
    state: 'unknown',
    problem: { code: 'timed-out', details: { what: 'The time zone' } },
  });
  expect(info.applianceName.state).toBe('known');
  expect(zoneAborted).toBe(true);
});

test('what is known shows while a slow one is still being read', async () => {
  const { link } = await applianceOn(fakeMachine({ facts: { ...plainFacts, updates: untilAborted } }));
  const info = await seen(link.appliance.info.watch, (news) => news.memory.state === 'known');
  expect(info.updates.state).toBe('reading');
});

test('a requirement that is not met names found and required in decimal gigabytes', async () => {
  const { link } = await applianceOn(
    fakeMachine({ facts: { ...plainFacts, memory: async () => ({ total: 8_170_921_984, available: 1 }) } }),
  );
  const { shortfalls } = await link.appliance.info.read({});
  expect(shortfalls).toEqual([{ what: 'memory', found: 8.1709, required: 16 }]);
});

test('what does not change is told once', async () => {
  let cpuReads = 0;
  const { link } = await applianceOn(
    fakeMachine({
      facts: {
        ...plainFacts,
        cpu: async () => {
          cpuReads += 1;
          return plainFacts.cpu(new AbortController().signal);
        },
      },
    }),
  );
  const states = new Set<string>();
  let told = 0;
  const stop = new AbortController();
  const watching = link.appliance.info.watch(
    {},
    {
      signal: stop.signal,
      progress(info) {
        told += 1;
        states.add(JSON.stringify(info));
      },
    },
  );
  await vi.waitFor(() => expect(cpuReads).toBeGreaterThan(4));
  stop.abort();
  await watching;
  expect(told).toBe(states.size);
});

test('one failed reading keeps the last value; a second one says why', async () => {
  let reads = 0;
  const { link } = await applianceOn(
    fakeMachine({
      facts: {
        ...plainFacts,
        memory: async () => {
          reads += 1;
          if (reads > 1) throw fail('timed-out', { what: 'The memory', seconds: 1 });
          return { total: 17e9, available: 1 };
        },
      },
    }),
  );
  const states: string[] = [];
  await seen(link.appliance.info.watch, ({ memory }) => {
    states.push(`${memory.state} after ${reads > 2 ? 'two failures' : 'fewer'}`);
    return memory.state === 'unknown';
  });
  expect(states).not.toContain('unknown after fewer');
});
