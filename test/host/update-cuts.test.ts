/**
 * dpkg is killed, or the power of the machine cut, at random points of an update, there and back: a console opens in any
 * case, and a service is there, old or new; doing it again brings all to order, and nothing that was set is lost.
 * GATEHOUSE_CUTS says how often (2), GATEHOUSE_SEED at which points.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chance } from '../setup/chance.ts';
import { describeWith } from '../setup/needs.ts';
import { InstallHost, installNeeds } from './install-host.ts';
import { until } from './machine.ts';
import { releaseWithBanner } from './update-releases.ts';

const cuts = Number(process.env.GATEHOUSE_CUTS ?? 2);
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);

describeWith(installNeeds, `an update cut at ${cuts} random points (seed ${seed})`, () => {
  let machine: InstallHost;
  let releases: string[];
  /** Milliseconds that it takes. */
  let span: number;
  beforeAll(async () => {
    machine = await InstallHost.boot('bookworm');
    await machine.install();
    await answers();
    await root(
      `echo '{"finished":true,"passed":[]}' >/var/lib/gatehouse/setup.json; gatehouse hosts add kept.example=192.0.2.9`,
    );
    releases = ['/srv/packages/gatehouse.deb', releaseWithBanner(machine, '0.2.0')];
    const begun = performance.now();
    await root(`dpkg --install ${releases[1]}`, 240_000);
    span = performance.now() - begun;
    await answers();
  }, 900_000);
  afterAll(() => machine?.end());

  const root = (command: string, limit?: number) => machine.root(command, limit);
  const answers = () => until('the service to answer', () => machine.answers(), 60_000);
  // Not a wait for anything: the moment is what is random.
  const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** A console is there, and says what it is connected to, or what is wrong. */
  async function opens(text: string | RegExp): Promise<void> {
    const console = machine.host.pty(['gatehouse']);
    await console.waitFor(text, 60_000).finally(() => console.kill());
  }

  async function cut(at: number, isPower: boolean, deb: string): Promise<void> {
    await root(
      'systemctl reset-failed update 2>/dev/null; systemd-run --quiet --collect --unit=update dpkg --force-downgrade --install ' +
        deb,
    );
    await after(at);
    if (isPower) {
      await machine.host.powerCut();
      await machine.host.boot();
      await answers();
      await opens('10.77.0.2   not registered');
    } else {
      await machine.host.run(['systemctl', 'kill', '--signal=KILL', 'update.service']);
      await until(
        'dpkg to be gone',
        async () => (await machine.host.run(['systemctl', 'is-active', 'update.service'])).exitCode !== 0,
      );
      expect(await root('gatehouse --version')).toMatch(/^0\.[12]\.0$/m);
      await opens(/10\.77\.0\.2 {3}not registered|This console is version 0\.[12]\.0, the service 0\.[12]\.0/);
    }
    // As the owner of the machine does it: apt knows no way where dpkg was cut while it put files in place.
    await root(`dpkg --force-downgrade --force-confold --install ${deb}`, 240_000);
    await machine.apt('--fix-broken', 'install');
    await answers();
    expect(await root('dpkg --audit; systemctl --failed --plain --no-legend')).toBe('');
    expect(await root('gatehouse hosts list')).toContain('kept.example');
  }

  test(
    'leaves a machine with a console and a service, and is brought to its end by doing it again',
    async () => {
      const random = chance(seed);
      for (let count = 0; count < cuts; count++) {
        const [at, isPower, deb = ''] = [random() * span * 1.1, random() < 0.5, releases[count % 2]];
        await cut(at, isPower, deb).catch((error: Error) => {
          throw new Error(
            `cut ${count + 1} (${isPower ? 'power' : 'kill'} after ${Math.round(at)} of ${Math.round(span)} ms): ${error.message}`,
            { cause: error },
          );
        });
      }
    },
    (cuts + 2) * 90_000,
  );
});
