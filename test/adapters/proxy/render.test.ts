/** The files that updates and the container engine take the proxy from. */
import { expect, test } from 'vitest';
import { proxyEffect, renderProxy } from '../../../src/adapters/proxy/render.ts';
import { parseNoProxy } from '../../../src/values/noproxy.ts';
import { parseProxyUrl } from '../../../src/values/proxy.ts';
import { sure } from '../../../src/values/result.ts';

const proxies = ['http://j%40doe:p%3B%22%25%5C@proxy.example.com:3128', 'http://10.0.0.9:443'].map((url) =>
  sure(parseProxyUrl(url)),
);
const noProxy = sure(parseNoProxy('intranet.example.com .corp.example.com 10.0.0.0/8 10.9.9.9 2001:db8::1'));

test('the first proxy, percent-encoded, with the exceptions that each reader knows', () => {
  const [apt, variables, engine, ...more] = renderProxy({ enabled: true, proxies, noProxy });
  expect(more).toEqual([]);
  expect(apt).toEqual({
    path: '/etc/apt/apt.conf.d/90gatehouse-proxy',
    mode: 0o600,
    content: `// Written by Gatehouse; changes made here are lost.
Acquire::http::Proxy "http://j%40doe:p%3B%22%25%5C@proxy.example.com:3128";
Acquire::http::Proxy::intranet.example.com "DIRECT";
Acquire::http::Proxy::10.9.9.9 "DIRECT";
Acquire::https::Proxy "http://j%40doe:p%3B%22%25%5C@proxy.example.com:3128";
Acquire::https::Proxy::intranet.example.com "DIRECT";
Acquire::https::Proxy::10.9.9.9 "DIRECT";
`,
  });
  expect(variables).toMatchObject({ path: '/etc/gatehouse/proxy.env', mode: 0o600 });
  expect(variables?.content).toContain(
    'NO_PROXY=intranet.example.com,.corp.example.com,10.0.0.0/8,10.9.9.9,2001:db8::1\n',
  );
  expect(engine?.content).toContain('EnvironmentFile=/etc/gatehouse/proxy.env');
  expect(engine?.content).not.toContain('j%40doe');
});

test.each([
  ['disabled', { enabled: false, proxies, noProxy }],
  ['without any', { enabled: true, proxies: [], noProxy }],
])('%s: the files must not exist', (_, settings) => {
  expect(renderProxy(settings).map(({ content }) => content)).toEqual([null, null, null]);
});

test('the engine is restarted only where that was asked for', () => {
  expect(proxyEffect(false)).toEqual({ kind: 'docker-proxy', restart: false });
});
