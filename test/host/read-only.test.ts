/** A machine whose kernel found its disk damaged and goes on with it read-only: the console is there, and says so. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

describeWith(hostNeeds, 'a machine whose disk cannot be written any more', () => {
  let host: Host;
  const status = () => host.run(['gatehouse', 'status']);
  const isUp = async () => (await status()).exitCode === 0;
  beforeAll(async () => {
    host = await bootHost({ gatehouse: true });
    await until('the service to answer', isUp);
  }, 420_000);
  afterAll(() => host?.end());

  const must = async (argv: string[]) => {
    const { exitCode, stderr } = await host.run(argv);
    expect(exitCode, `${argv.join(' ')}: ${stderr}`).toBe(0);
  };
  /** What is open for writing goes on, as in the journal; nothing new can be opened. */
  const lock = async () => {
    for (const folder of ['/var', '/etc']) {
      await must(['mount', '--bind', folder, folder]);
      await must(['mount', '-o', 'remount,bind,ro', folder]);
    }
  };

  test.each([
    ['as it has always been', []],
    ['and nothing was ever kept', ['/var/lib/gatehouse']],
  ])('the service starts, %s: it is told, and a change is refused with the reason', async (_name, removed) => {
    await must(['systemctl', 'stop', 'gatehouse.service']);
    if (removed.length > 0) {
      await must(['umount', '/var', '/etc']);
      await must(['rm', '-r', ...removed]);
    }
    await lock();
    await must(['systemctl', 'start', 'gatehouse.service']);
    await until('the service to answer', isUp);
    await until('it to be told', async () => (await status()).stdout.includes('/var/lib/gatehouse is read-only'));
    const { exitCode, stderr } = await host.run(['gatehouse', 'time', 'set', '--zone', 'Europe/Madrid']);
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/read-only|its folder is not there/i);
    const console = host.pty(['gatehouse'], { columns: 80, rows: 24, term: 'linux' });
    try {
      await console.waitFor('disk is read-only', 15_000);
      await console.waitFor(/First steps|Configuration/);
    } finally {
      await console.kill();
    }
  });
});
