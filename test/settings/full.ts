/** Settings with something in every place. */
import { settingsSchema } from '../../src/settings/schema.ts';

export const full = settingsSchema.parse({
  interfaces: {
    eth0: {
      method: 'static',
      address: '10.0.0.5/24',
      gateway: '10.0.0.1',
      ipv6: { method: 'static', address: '2001:db8::5/64', gateway: '2001:db8::1' },
      vlan: 100,
      mtu: 1400,
    },
    eth1: { method: 'dhcp', ipv6: { method: 'automatic' } },
    eth2: { method: 'unconfigured', ipv6: { method: 'off' } },
  },
  dns: { servers: ['8.8.8.8', '2001:4860:4860::8888'], searchDomains: ['example.com', 'lan'] },
  proxy: {
    enabled: true,
    proxies: [
      { host: 'p1.example.com', port: 443, user: 'EX\\u', password: 'canary-1' },
      { host: '176.34.20.5', port: 3128, user: 'u' },
      { host: 'p3.example.com', port: 8080 },
    ],
    order: 'random',
    noProxy: ['.example.com', '10.0.0.0/8'],
  },
  hosts: [{ name: 'pod.example.com', address: '10.0.0.9' }],
  time: { servers: ['ntp.example.com'], zone: 'Europe/Madrid' },
  suffix: 'qg1.apps.example.com',
  ssh: { enabled: true },
  console: { passwordBeforeChanges: true, idleLockMinutes: 10 },
  brand: 'qgs',
  windowSeconds: 60,
  language: 'en',
});
