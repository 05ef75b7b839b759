/** Registration on a booted Debian with a platform, DNS and squid in another namespace, and each fault in between. */
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RegistrationState, ServiceHealth, StepNews } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { describeWith } from '../setup/needs.ts';
import { until } from './machine.ts';
import { RegistrationHost, type RunningPlatform, registrationNeeds, suffix } from './registration-host.ts';

type Registered = Extract<RegistrationState, { registered: true }>;

const user = 'appliance';
const password = 'pa55-word!';
const viaSquid = { host: 'proxy.corp.test', port: 3128, user, password };

describeWith(registrationNeeds, 'registration of a real machine', () => {
  let machine: RegistrationHost;
  let platform: RunningPlatform;
  let squid: Awaited<ReturnType<RegistrationHost['serveProxy']>>;
  beforeAll(async () => {
    machine = await RegistrationHost.boot();
    platform = await machine.servePlatform();
    squid = await machine.serveProxy(user, password);
    await machine.trust(platform.ca);
  }, 120_000);
  afterAll(() => machine?.end());

  const newCode = async (name: string) => (await platform.admin.createCode({ name })).code;
  const register = (code: string) => machine.ask<Registered>('registration.register', { code });
  const state = () => machine.get<RegistrationState>('registration.read');
  const unknown = '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b';
  /** The problem that a registration there ends with. */
  const problemAt = async (there: string): Promise<Problem | undefined> => {
    await machine.get('platform.set', { suffix: there });
    const { problem } = await register(unknown);
    expect(await state()).toEqual({ registered: false });
    return problem;
  };

  test('before there is a suffix it says so', { timeout: 30_000 }, async () => {
    expect((await register(unknown)).problem).toEqual({ code: 'suffix-missing', details: {} });
  });

  test('each fault on the way has its own name', { timeout: 240_000 }, async () => {
    await machine.servePlatform('10.77.0.6', 'inspector', 'inspected.test');
    expect(await problemAt('nowhere.test')).toMatchObject({ code: 'platform-name' });
    expect(await problemAt('refused.test')).toMatchObject({ code: 'platform-refused', details: { port: 443 } });
    expect(await problemAt('unreachable.test')).toMatchObject({ code: 'platform-route' });
    expect(await problemAt('dropped.test')).toMatchObject({ code: 'platform-timeout', details: { seconds: 15 } });
    expect(await problemAt('misled.test')).toMatchObject({
      code: 'tls-other-name',
      details: { names: expect.stringContaining(`status.${suffix}`) },
    });
    expect(await problemAt('inspected.test')).toMatchObject({
      code: 'tls-not-trusted',
      details: { issuer: expect.stringContaining('platform CA') },
    });
    await platform.fault({ clockOffsetSeconds: 12 * 60 });
    expect(await problemAt(suffix)).toEqual({ code: 'clock-wrong', details: { minutes: -12 } });
    await platform.fault({ status: 502 });
    expect(await problemAt(suffix)).toMatchObject({ code: 'platform-error', details: { status: 502 } });
    await platform.fault({});
    expect(await problemAt(suffix)).toMatchObject({ code: 'code-unknown' });
  });

  test('directly: registered, the key for root alone, and its configuration taken', { timeout: 60_000 }, async () => {
    const { result, news } = await register(await newCode('Direct gate'));
    expect(result).toMatchObject({ registered: true, name: 'Direct gate', connected: true });
    expect(news.filter(({ outcome }) => outcome).every(({ outcome }) => outcome?.passed)).toBe(true);
    const files = '/var/lib/gatehouse/registration';
    const { stdout } = await machine.host.run(['sh', '-c', `stat -c '%a %U %n' ${files} ${files}/*`]);
    expect(stdout.trim().split('\n').sort()).toEqual([
      `600 root ${files}/certificate.pem`,
      `600 root ${files}/contact.json`,
      `600 root ${files}/key.pem`,
      `600 root ${files}/registration.json`,
      `700 root ${files}`,
    ]);
    await platform.admin.configure('Direct gate', { proxyPort: 1090 });
    await until('the new configuration', async () => {
      const now = await state();
      return now.registered && now.configuration.proxyPort === 1090;
    });
    expect((await machine.host.run(['gatehouse', 'info'])).stdout).toContain('Direct gate');
    expect(await machine.get('registration.deregister')).toEqual({ registered: false });
  });

  test('through a proxy that forbids, asks, rejects, is dead: by name, and never around it', {
    timeout: 180_000,
  }, async () => {
    const { password: _none, user: _nobody, ...nameless } = viaSquid;
    await machine.useProxy(nameless);
    expect(await problemAt(suffix)).toEqual({
      code: 'proxy-auth',
      details: { proxy: 'proxy.corp.test:3128', user: '' },
    });
    await machine.useProxy({ ...viaSquid, password: 'wrong' });
    expect(await problemAt(suffix)).toMatchObject({ code: 'proxy-auth', details: { user } });
    await machine.useProxy(viaSquid);
    expect(await problemAt('forbidden.test')).toMatchObject({ code: 'proxy-refused', details: { status: 403 } });
    expect(await problemAt('nowhere.test')).toMatchObject({ code: 'proxy-refused' });
    await machine.useProxy({ ...viaSquid, port: 3129 });
    expect(await problemAt(suffix)).toMatchObject({
      code: 'proxy-dead',
      details: { why: expect.stringContaining('refuses connections') },
    });
    await machine.useProxy({ ...viaSquid, host: 'gone.corp.test' });
    expect(await problemAt(suffix)).toMatchObject({
      code: 'proxy-dead',
      details: { why: expect.stringContaining('was not found') },
    });
  });

  test('through squid with a password: registered, all of it through squid, every check-in too', {
    timeout: 90_000,
  }, async () => {
    await machine.useProxy(viaSquid);
    await machine.get('platform.set', { suffix });
    const { result } = await register(await newCode('Proxied gate'));
    expect(result).toMatchObject({ registered: true, name: 'Proxied gate', connected: true });
    const seen = await until(
      'the platform to note it',
      async () => (await platform.admin.appliance('Proxied gate')).seen,
      20_000,
    );
    expect(seen.from).toContain('10.77.0.1');
    expect(squid.said()).toMatch(new RegExp(`TCP_TUNNEL/200 .* CONNECT manage\\.${suffix}:443 ${user} `));

    const health = await machine.get<ServiceHealth[]>('connectivity.run');
    expect(health.map(({ service, proxy = 'direct', passed }) => `${service} ${proxy} ${passed}`)).toEqual(
      ['direct', 'proxy.corp.test:3128'].flatMap((way) =>
        ['status', 'manage', 'packages', 'repository'].map((service) => `${service} ${way} true`),
      ),
    );
    const steps = await machine.get<StepNews[]>('proxyTest.run');
    expect(steps).toHaveLength(15);
    expect(
      steps.every(({ outcome }) => outcome?.passed),
      JSON.stringify(steps),
    ).toBe(true);

    // Nowhere on the machine outside of the settings, which are root's.
    const { stdout } = await machine.host.run(['sh', '-c', 'journalctl -o cat --no-pager; cat /proc/[0-9]*/cmdline']);
    expect(stdout).not.toContain(password);
    expect(stdout).not.toContain('PRIVATE KEY');
  });

  test('killed or without power at any moment of a registration: the one before or the new one, and it can go on', {
    timeout: 300_000,
  }, async () => {
    const cuts = 10;
    let last = 'Proxied gate';
    const found: string[] = [];
    for (let cut = 0; cut < cuts; cut++) {
      const name = `Gate ${cut}`;
      const code = await newCode(name);
      const cutShort = register(code).catch(() => undefined);
      // Not a wait for anything: the moment is what is random.
      await after(Math.random() * 900);
      if (cut % 2 === 0) {
        await machine.host.powerCut();
        await machine.host.boot();
      } else await machine.host.run(['systemctl', 'kill', '--signal=KILL', 'gatehouse.service']);
      await cutShort;
      await machine.answers();
      const now = await state();
      expect(now).toMatchObject({ registered: true, name: expect.stringMatching(`^(${last}|${name})$`) });
      found.push(now.registered && now.name === name ? 'new' : 'before');
      if (found.at(-1) === 'before') expect((await register(code)).result).toMatchObject({ name });
      const { stdout } = await machine.host.run(['ls', '/var/lib/gatehouse']);
      expect(stdout).not.toMatch(/registration\.|enrolment/);
      const all = await platform.admin.appliances();
      expect(all.filter((one) => one.name === name)).toHaveLength(1);
      last = name;
    }
    console.log(`${cuts} cuts left: ${found.join(', ')}`);
  });

  test('its power cut, the platform away, DNS gone: it keeps what it has, says since when, and why', {
    timeout: 120_000,
  }, async () => {
    // Right after a cut it has not been in contact yet.
    const before = await until(
      'it to be in contact',
      async () => {
        const now = await state();
        return now.registered && now.connected && now;
      },
      60_000,
    );
    await platform.stop();
    const away = await until('it to notice', async () => {
      const now = await state();
      return now.registered && !now.connected && now;
    });
    expect(away.problem).toMatchObject({ code: 'proxy-refused' });
    await machine.host.powerCut();
    await machine.host.boot();
    await machine.answers();
    expect(await state()).toMatchObject({
      registered: true,
      id: before.id,
      configuration: before.configuration,
      connected: false,
      connectedSince: away.connectedSince,
    });
    platform = await machine.servePlatform();
    await machine.get('connectivity.run');
    await until(
      'it to be back',
      async () => {
        const now = await state();
        return now.registered && now.connected;
      },
      60_000,
    );
    await machine.stopNames();
    const lost = await until(
      'it to notice',
      async () => {
        const now = await state();
        return now.registered && now.problem;
      },
      60_000,
    );
    expect(lost).toMatchObject({
      code: 'proxy-dead',
      details: { why: expect.stringMatching(/was not found|did not answer/) },
    });
  });
});
