/** What hangs or dies is ended and begun anew by itself, and the operator sees how often and why. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import type { Pty } from '../terminal/pty.ts';
import { blockLoop } from './block-loop.ts';
import { InstallHost, installNeeds } from './install-host.ts';
import { until } from './machine.ts';

/** The wrapper counts four turns of 10 s; a machine with more to do takes longer. */
const patience = 120_000;

describeWith(installNeeds, 'what hangs or dies', () => {
  let machine: InstallHost;
  let line: Pty;
  let ssh: Pty;
  let terminal: string;
  beforeAll(async () => {
    machine = await InstallHost.boot('bookworm');
    await machine.install();
    await until('the service to answer', () => machine.answers());
    await root(`echo '{"finished":true,"passed":[]}' >/var/lib/gatehouse/setup.json; systemctl restart gatehouse`);
    await until('the service to answer', () => machine.answers());
    line = machine.line();
    terminal = await until('the terminal', () => /pts-\d+/.exec(line.raw)?.[0]);
    // So that the inspector can listen, by which the test blocks the loop.
    await root(`mkdir -p /etc/systemd/system/gatehouse-console@.service.d
      printf '[Service]\\nRestrictAddressFamilies=AF_INET\\n' >/etc/systemd/system/gatehouse-console@.service.d/test.conf
      systemctl daemon-reload; /usr/lib/gatehouse/consoles take ${terminal}`);
    await machine.letIn();
    ssh = machine.ssh();
    for (const console of [line, ssh]) await console.waitFor('10.77.0.2   not registered', 30_000);
  }, 900_000);
  afterAll(() => machine?.end());

  const root = (command: string) => machine.root(command);
  const service = async () => (await root('systemctl show --value --property=MainPID gatehouse')).trim();
  const nodeOf = async (user: string) => (await root(`pgrep -u ${user} -f '/node .*main'`)).trim();
  const statusLine = (console: Pty) => console.screen().at(-1);

  test('nobody is ended who only has nothing to do', async () => {
    const shells = await root('ps -o pid,rss,args -C sh --no-headers | grep -F gatehouse; ps -o rss= -C sleep');
    for (const rss of shells.match(/^\s*(?:\d+\s+)?(\d+)/gm) ?? [])
      expect(Number(rss.trim().split(/\s+/).at(-1))).toBeLessThan(4000);
  });

  test(
    'a service whose loop is blocked is ended and begun anew, and each console says so',
    async () => {
      const pid = await service();
      await blockLoop(machine, pid);
      await until('another service', async () => !['0', pid].includes(await service()), patience);
      for (const console of [line, ssh]) {
        await console.waitFor('service restarted: it hung', 30_000);
        expect(statusLine(console)).toMatch(/^ \S+ [–-] 10\.77\.0\.2 {3}not registered {3}service restarted: it hung$/);
      }
      expect(await root('journalctl --unit gatehouse --no-pager')).toMatch(/The service ended \(hung\), 1 times since/);
    },
    patience + 60_000,
  );

  test(
    'so is one that is stopped, and a console whose loop is blocked: the terminal says why, the session over SSH ends',
    async () => {
      const pid = await service();
      // Before its first sign of life it has two minutes more.
      await until('its first sign', async () => Number(await root(`ps -o etimes= -p ${pid}`)) >= 3);
      await root(`kill -STOP ${pid}`);
      await blockLoop(machine, await nodeOf('gatehouse-console'));
      await blockLoop(machine, await nodeOf('operator'));
      const hung = line.waitFor('ended: it hung, and was ended after half a minute.', patience);
      await ssh.waitFor('The console hung, and was ended after half a minute.', patience);
      expect((await ssh.exited).exitCode).toBe(142);
      await hung;
      await until('another service', async () => !['0', pid].includes(await service()), patience);
      await line.waitFor('service restarted 2 times: it hung', 60_000);
    },
    2 * patience,
  );

  test('a service that dies at each start is tried less and less often, and the console says why and what to do', async () => {
    await root(
      'cd /var/lib/gatehouse; mv settings away; touch settings; rm /run/gatehouse/ended; systemctl kill --signal=KILL gatehouse',
    );
    await line.waitFor('It ended 5 times', 60_000);
    const notice = line.screen().slice(-4, -1).join('\n');
    expect(
      notice
        .replace(/\d{4}-\S+\s+\S+/, 'TIME;')
        .split('\n')
        .map((text) => text.trim())
        .filter(Boolean)
        .join(' '),
    ).toBe(
      'The Gatehouse service does not answer. It ended 5 times since TIME; the last time: it ended by itself with code 1. It is tried again every 5 s. As root: journalctl --unit gatehouse',
    );
    const asked = await machine.host.run(['gatehouse', 'status', '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      error: { code: 'service-gone', details: { endings: { pause: 5 } } },
    });
    // Told to, it does not wait.
    await root(
      'cd /var/lib/gatehouse; rm settings; mv away settings; rm /run/gatehouse/ended; systemctl restart gatehouse',
    );
    await line.waitFor('10.77.0.2   not registered', 30_000);
    await until('the account to be closed', () => !line.text().includes('service restarted'), 30_000);
  }, 180_000);
});
