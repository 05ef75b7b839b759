/** What Connectivity and the proxy test show, with and without proxies. */
import { expect, test } from 'vitest';
import type { ConnectivityNews, StepNews } from '../../../src/appliance.ts';
import { checkConnectivity } from '../../../src/platform/client/connectivity.ts';
import { testProxies } from '../../../src/platform/client/proxy-test.ts';
import type { Reach } from '../../../src/platform/client/reach.ts';
import { closedPort, never, openProxy, openWorld, problemIn, suffix, through } from './world.ts';

const quiet = { signal: never, progress: () => undefined };
const hosts = ['status', 'manage', 'packages', 'repository'].map((label) => `${label}.${suffix}`);

test('each service with its answer as the guide prints it, and how much is done', async () => {
  const { reach } = await openWorld();
  const news: ConnectivityNews[] = [];
  const all = await checkConnectivity(reach(), { signal: never, progress: (one) => news.push(one) });
  expect(all.map(({ service, passed, said }) => [service, passed, said])).toEqual([
    ['status', true, '{"response" : "Success"} Gatehouse'],
    ['manage', true, '{"status":"UP"}'],
    ['packages', true, '{"is_alive":true,"version":"6.17.0"}'],
    ['repository', true, 'OK'],
  ]);
  expect(news.map(({ fraction }) => fraction)).toEqual([0.25, 0.5, 0.75, 1]);
  expect(news.map(({ health }) => health)).toEqual(all);
});

test('without the proxy first, then through each', async () => {
  const { platform, reach } = await openWorld();
  const { url, port, asked } = await openProxy(platform.port, { allow: 'jdoe:pa55' });
  const dead = await closedPort();
  const { proxy } = through(url, `http://127.0.0.1:${dead}`);
  const noProxy = [hosts[3]] as Reach['proxy']['noProxy'];
  const all = await checkConnectivity(reach({ proxy: { ...proxy, noProxy } }), quiet);
  expect(all.map((one) => `${one.service} ${one.proxy ?? 'directly'} ${one.passed}`)).toEqual([
    ...['status', 'manage', 'packages', 'repository'].map((service) => `${service} directly true`),
    ...['status', 'manage', 'packages'].map((service) => `${service} 127.0.0.1:${port} true`),
    ...['status', 'manage', 'packages'].map((service) => `${service} 127.0.0.1:${dead} false`),
  ]);
  expect(asked.sort()).toEqual(['manage', 'packages', 'status'].map((label) => `${label}.${suffix}:443 200`));
  expect(all.at(-1)?.said).toMatch(/^The proxy 127.0.0.1:\d+ cannot be used: it refuses connections/);
  expect(JSON.stringify(all)).not.toContain('pa55');
});

test('given up in the middle', async () => {
  const { reach } = await openWorld();
  const stop = new AbortController();
  const work = checkConnectivity(reach(), { signal: stop.signal, progress: () => undefined });
  stop.abort();
  expect(await problemIn(work)).toEqual({ code: 'aborted', details: {} });
});

test('a proxy step by step, each with its outcome', async () => {
  const { platform, reach } = await openWorld();
  const { url, port } = await openProxy(platform.port, { allow: 'jdoe:pa55' });
  const news: StepNews[] = [];
  const all = await testProxies(reach(through(url)), { signal: never, progress: (one) => news.push(one) });
  expect(all.map(({ step, outcome }) => `${step}: ${outcome?.said}`)).toEqual([
    'Resolve 127.0.0.1: 127.0.0.1',
    `Connect to 127.0.0.1:${port}: connected`,
    `Authenticate at 127.0.0.1:${port}: as jdoe`,
    ...['{"response" : "Success"} Gatehouse', '{"status":"UP"}', '{"is_alive":true,"version":"6.17.0"}', 'OK'].flatMap(
      (said, index) => [
        `CONNECT to ${hosts[index]}: the proxy leads there`,
        `TLS with ${hosts[index]}: TLSv1.3`,
        `Answer of ${hosts[index]}: ${said}`,
      ],
    ),
  ]);
  expect(all.every(({ outcome }) => outcome?.passed)).toBe(true);
  expect(news).toHaveLength(all.length * 2);
  expect(JSON.stringify(news)).not.toContain('pa55');
});

test('a proxy that fails early: what follows is left out, and the next proxy is tested', async () => {
  const { platform, reach } = await openWorld();
  const dead = await closedPort();
  const strict = await openProxy(platform.port, { allow: 'jdoe:pa55' });
  const closed = await openProxy(platform.port, { status: 403 });
  const urls = ['http://proxy.invalid:3128', `http://127.0.0.1:${dead}`, `http://127.0.0.1:${strict.port}`, closed.url];
  const all = await testProxies(reach(through(...urls)), quiet);
  expect(all.map(({ step, outcome }) => [step, outcome?.passed])).toEqual([
    ['Resolve proxy.invalid', false],
    ['Resolve 127.0.0.1', true],
    [`Connect to 127.0.0.1:${dead}`, false],
    ['Resolve 127.0.0.1', true],
    [`Connect to 127.0.0.1:${strict.port}`, true],
    [`Authenticate at 127.0.0.1:${strict.port}`, false],
    ['Resolve 127.0.0.1', true],
    [`Connect to 127.0.0.1:${closed.port}`, true],
    [`Authenticate at 127.0.0.1:${closed.port}`, true],
    ...hosts.map((host) => [`CONNECT to ${host}`, false]),
  ]);
  expect(all[5]?.outcome?.said).toContain('asks for a user and a password (407)');
});

test('without a proxy there is nothing to test', async () => {
  const { reach } = await openWorld();
  expect(await problemIn(testProxies(reach(), quiet))).toMatchObject({ code: 'unavailable' });
});
