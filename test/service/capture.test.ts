/** What a capture is towards, as the settings have it, and what the audit log says of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultBrand } from '../../src/brand/brand.ts';
import { pcapHeader } from '../../src/lab/packets.ts';
import { upstreamOf } from '../../src/service/capture.ts';
import { settingsSchema } from '../../src/settings/schema.ts';
import { fakeMachine } from '../machines/fake.ts';
import { applianceOn, failing } from './world.ts';

const suffix = 'corp.test';
const platform = defaultBrand.hosts.all.map((label) => ({ host: `${label}.${suffix}` }));
const proxies = [
  { host: 'proxy.corp.test', port: 3128, user: 'jdoe', password: 'secret' },
  { host: '192.0.2.9', port: 8080 },
];
const upstream = (settings: object) => upstreamOf(settingsSchema.parse(settings), defaultBrand);

test('without anything set it is the next hop', () => {
  expect(upstream({})).toEqual({ towards: 'the next hop', hosts: [] });
});

test('with a platform it is its hosts', () => {
  expect(upstream({ suffix })).toEqual({ towards: `the platform's ${platform.length} hosts`, hosts: platform });
});

test('with proxies it is those, and nothing of their passwords', () => {
  const both = { enabled: true, proxies };
  expect(upstream({ suffix, proxy: both })).toEqual({
    towards: 'the 2 proxies proxy.corp.test:3128, 192.0.2.9:8080',
    hosts: [
      { host: 'proxy.corp.test', port: 3128 },
      { host: '192.0.2.9', port: 8080 },
    ],
  });
  expect(upstream({ proxy: { enabled: true, proxies: proxies.slice(0, 1) } }).towards).toBe(
    'the proxy proxy.corp.test:3128',
  );
  expect(upstream({ suffix, proxy: { enabled: false, proxies } }).hosts).toEqual(platform);
});

test('what goes around the proxies is recorded too', () => {
  const [first] = platform;
  const around = { enabled: true, proxies: proxies.slice(1), noProxy: [first?.host] };
  expect(upstream({ suffix, proxy: around })).toEqual({
    towards: `the proxy 192.0.2.9:8080, and the platform's host ${first?.host}`,
    hosts: [{ host: '192.0.2.9', port: 8080 }, first],
  });
});

test('start, refusal, stop and end are audited with who asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let isRunning = false;
  const machine = fakeMachine({
    capture: {
      folder,
      find: async ({ towards }) => ({ device: 'eth0', filter: 'host 192.0.2.7', towards, notFound: [] }),
      begin: async ({ file, bytesEach }) => {
        isRunning = true;
        writeFileSync(file, pcapHeader(bytesEach));
      },
      look: async () => ({ isRunning, dropped: 0, complaint: '', isDiskFull: false }),
      end: async () => {
        isRunning = false;
      },
    },
  });
  const { link, entries } = await applianceOn(machine);
  const { capture } = link.appliance;
  expect(await failing(capture.start({ seconds: 5 }))).toMatchObject({
    code: 'bad-value',
    details: { field: 'seconds' },
  });
  await capture.start({ seconds: 60, whole: true });
  expect(await failing(capture.start({ seconds: 60 }))).toMatchObject({ code: 'busy' });
  await capture.stop({});
  await capture.stop({});
  const said = entries.filter(({ what }) => what.includes('capture'));
  expect(said.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
    'start packet capture: done',
    'start packet capture: busy',
    'end of packet capture: done',
    'stop packet capture: done',
  ]);
  expect(said[0]?.after).toBe('60 s, whole packets, eth0: host 192.0.2.7');
  expect(said[3]?.after).toBe('0 packets, 24 bytes, 0 dropped: stopped');
  expect(new Set(said.map(({ by }) => by)).size).toBe(1);
});
