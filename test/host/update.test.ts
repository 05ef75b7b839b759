/**
 * A newer package over a running machine with consoles open and jobs running, and an older one over that: with the real
 * dpkg, apt-get and systemd.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CaptureState, ChangesState, ReportsState } from '../../src/appliance.ts';
import { supportKey } from '../jobs/report/making.ts';
import { describeWith } from '../setup/needs.ts';
import type { Pty } from '../terminal/pty.ts';
import { InstallHost, installNeeds } from './install-host.ts';
import { until } from './machine.ts';
import { releaseWithBanner } from './update-releases.ts';

describeWith({ ...installNeeds, programs: [...installNeeds.programs, 'age-keygen'] }, 'updated while it works', () => {
  const place = mkdtempSync(join(tmpdir(), 'gatehouse-update-'));
  let machine: InstallHost;
  let line: Pty;
  let ssh: Pty;
  const releases = { old: '/srv/packages/gatehouse.deb', new: '', newer: '' };
  beforeAll(async () => {
    machine = await InstallHost.boot('bookworm');
    releases.new = releaseWithBanner(machine, '0.2.0');
    releases.newer = releaseWithBanner(machine, '0.3.0');
    await machine.install();
    const key = supportKey(place).recipient;
    await root(`mkdir -p /etc/gatehouse; echo '${key}' >/etc/gatehouse/support.keys
      echo '{"finished":true,"passed":[]}' >/var/lib/gatehouse/setup.json; systemctl restart gatehouse`);
    await answers();
    await machine.letIn();
    line = machine.line();
    const terminal = await until('the terminal', () => /pts-\d+/.exec(line.raw)?.[0]);
    await root(`/usr/lib/gatehouse/consoles take ${terminal}`);
    ssh = machine.ssh();
    for (const console of [line, ssh]) await console.waitFor('10.77.0.2   not registered', 60_000);
  }, 900_000);
  afterAll(async () => {
    await machine?.end();
    rmSync(place, { recursive: true, force: true });
  });

  const root = (command: string, limit?: number) => machine.root(command, limit);
  const answers = () => until('the service to answer', () => machine.answers(), 60_000);
  const asked = async <T>(command: string) => JSON.parse(await root(`gatehouse ${command} --json`)) as T;
  const changes = () => asked<ChangesState>('changes show');
  const put = (deb: string) => machine.apt('--allow-downgrades', 'install', deb);
  /** As it runs. */
  const version = async () => (await asked<{ serviceVersion: { value: string } }>('info')).serviceVersion.value;
  const settings = async () => JSON.parse(await root('cat /var/lib/gatehouse/settings/settings.json'));
  const dns = async () => (await settings()).settings.dns.servers;
  /** Programs that a report runs take their time, each up to its limit of 10 s, or until the file is there. */
  const slow = `printf '#!/bin/sh\\nwhile ! [ -e /run/go-on ]; do sleep 0.2; done\\n' >/usr/local/sbin/lscpu
    cd /usr/local/sbin; chmod +x lscpu; for name in last hostnamectl uptime; do cp lscpu $name; done`;

  test('a capture goes on, a report is made again, and whoever waited for a registration is told', async () => {
    await root(slow);
    await root('gatehouse capture start --seconds 600; gatehouse report make --no-wait --items machine,units');
    await until('the report to be collected', async () =>
      (await asked<ReportsState>('report list')).job?.items.some(({ outcome }) => outcome === 'running'),
    );
    await root('gatehouse platform set platform.example.org');
    const registering = machine.host.run(
      ['gatehouse', 'registration', 'register', '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b'],
      { limit: 120_000 },
    );
    await put(releases.new);
    await answers();
    expect(await version()).toBe('0.2.0');
    expect((await asked<CaptureState>('capture status')).running).toMatchObject({ by: expect.stringMatching(/^root/) });
    expect((await asked<ReportsState>('report list')).job).toMatchObject({ by: expect.stringMatching(/^root/) });
    await root('touch /run/go-on');
    await until('the report', async () => (await asked<ReportsState>('report list')).kept.length === 1, 60_000);
    expect((await registering).exitCode).not.toBe(0);
    expect(await asked('registration show')).toMatchObject({ registered: false });
    await root('gatehouse capture stop');
    expect((await asked<CaptureState>('capture status')).latest).toBeDefined();
  }, 300_000);

  test('consoles on a terminal and over SSH are of the new version by themselves, in the same session', async () => {
    for (const console of [line, ssh]) {
      await until(
        'the console of that version',
        async () => !console.text().includes('This console is version'),
        60_000,
      );
      await console.waitFor('10.77.0.2   not registered', 60_000);
    }
    expect(ssh.ended).toBeUndefined();
    ssh.send('Info\r');
    await ssh.waitFor(/Service Version +: 0\.2\.0/, 30_000);
    ssh.send('\x1b');
    const running = await root("pgrep -a -u operator,gatehouse-console -f 'node .*main'");
    expect(running.trim().split('\n')).toHaveLength(2);
  }, 180_000);

  test('a change that waits for its answer waits on, and can be kept afterwards', async () => {
    await root('gatehouse console set --window 300; gatehouse dns set --server 10.77.0.1 --no-wait || [ $? = 10 ]');
    await until('the question', async () => (await changes()).pending?.phase === 'asking', 60_000);
    await put(releases.newer);
    await answers();
    await line.waitFor('Keep these settings?', 60_000);
    await ssh.waitFor('Keep these settings?', 60_000);
    await root('gatehouse changes keep');
    expect(await dns()).toEqual(['10.77.0.1']);
  }, 240_000);

  test('without an answer it goes back in its time, also where the update comes in between', async () => {
    await root('gatehouse console set --window 20; gatehouse dns set --server 10.77.0.9 --no-wait || [ $? = 10 ]');
    await until('the change', async () => (await changes()).pending !== undefined, 60_000);
    await put(`--reinstall ${releases.newer}`);
    await until(
      'the way back',
      async () => machine.answers().then(async (is) => is && (await changes()).pending === undefined),
      120_000,
    );
    expect(await dns()).toEqual(['10.77.0.1']);
    expect(await root('cat /etc/systemd/resolved.conf.d/50-gatehouse.conf')).toContain('10.77.0.1');
  }, 240_000);

  test('cut by the update while it is applied, a change is asked about or undone, never half', async () => {
    const applying = machine.host.run(['gatehouse', 'dns', 'set', '--server', '10.77.0.8', '--no-wait'], {
      limit: 120_000,
    });
    await until(
      'the change',
      async () => root('ls /var/lib/gatehouse/change').then((names) => names.includes('pending')),
      30_000,
    );
    await put(`--reinstall ${releases.newer}`);
    await applying;
    await until(
      'the end of it',
      async () => machine.answers().then(async (is) => is && (await changes()).pending === undefined),
      120_000,
    );
    expect(await dns()).toEqual(['10.77.0.1']);
  }, 240_000);

  test('back to the older release: it has all that it knows, an open change has gone back, and it can change things', async () => {
    await root(`systemctl stop gatehouse; cd /var/lib/gatehouse/settings
      sed -i 's/"banner": "none"/"banner": "Hello"/' settings.json versions/*; systemctl start gatehouse`);
    await answers();
    await root('gatehouse hosts add kept.example=192.0.2.9; gatehouse console set --window 300');
    expect(await settings()).toMatchObject({ version: 2, settings: { banner: 'Hello', windowSeconds: 300 } });
    const before = await root('gatehouse export');
    await root('gatehouse dns set --server 10.77.0.7 --no-wait || [ $? = 10 ]');
    await until('the question', async () => (await changes()).pending?.phase === 'asking', 60_000);
    await put(releases.old);
    await answers();
    expect(await version()).toBe('0.1.0');
    expect((await changes()).pending).toBeUndefined();
    expect(await settings()).toMatchObject({
      version: 1,
      settings: { windowSeconds: 300, dns: { servers: ['10.77.0.1'] } },
    });
    expect(await root('gatehouse settings versions')).toContain('root');
    expect(await root('gatehouse export')).toBe(before);
    expect(await root('journalctl --unit gatehouse --no-pager')).not.toContain('is broken');
  }, 240_000);

  test('and forth again: the settings are equal to what they were', async () => {
    await put(releases.newer);
    await answers();
    await root('gatehouse hosts remove kept.example');
    expect(await settings()).toMatchObject({ version: 2, settings: { banner: 'Hello', windowSeconds: 300 } });
    await line.waitFor('10.77.0.2   not registered', 60_000);
  }, 240_000);
});
