/** The console on a real Debian, in a real pseudo terminal: what an operator sees is that machine's own. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { backToMain, keys } from '../terminal/operator.ts';
import type { Pty } from '../terminal/pty.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;

describeWith({ ...hostNeeds, paths: [program] }, 'the console on a real machine, 80x24', () => {
  let host: Host;
  let console: Pty;
  beforeAll(async () => {
    host = await bootHost({ gatehouse: true });
    await until('the service to answer', async () => (await host.run(['gatehouse', 'status'])).exitCode === 0);
    console = host.pty(['gatehouse'], { columns: 80, rows: 24, term: 'linux', env: { LANG: 'C.UTF-8' } });
    await console.waitFor('Various commands');
  }, 240_000);
  afterAll(async () => {
    console?.kill();
    await host?.end();
  });
  beforeEach(() => backToMain(console));

  /** Opens entries by their first letters. */
  const open = async (...steps: [letter: string, seen: string][]) => {
    for (const [letter, seen] of steps) {
      console.send(`${letter}\r`);
      await console.waitFor(seen);
    }
  };

  test('the status line tells name and address', async () => {
    await console.waitFor('appliance - 10.77.0.2');
    expect(console.screen().at(-1)).toContain('not registered');
  });

  test("Info shows that host's own address, DNS servers, time and zone", async () => {
    const date = (await host.run(['date', '+%Y-%m-%d %H:'])).stdout.trim();
    await open(['i', 'General Information']);
    await console.waitFor('10.77.0.2/24');
    await console.waitFor('10.77.0.1, 2001:db8::53');
    await console.waitFor(date);
    await console.waitFor(/System Timezone : \S+/);
    await console.waitFor('Not registered');
  });

  test('ping of the neighbour answers line by line, and Esc stops and sums up', async () => {
    await open(['c', 'Perform IPv4 Ping'], ['p', 'FQDN or IP address']);
    // Over what stands in the field.
    console.send(`\x15${host.neighbour.address}\r`);
    await console.waitFor(`3  answer from ${host.neighbour.address}`, 15_000);
    console.send(keys.escape);
    await console.waitFor(/\d sent, \d received, 0 % lost/);
    await console.waitFor('min/avg/max');
  });

  test('ping of nobody counts what is lost', async () => {
    await open(['c', 'Perform IPv4 Ping'], ['p', 'FQDN or IP address']);
    console.send('\x1510.77.0.99\r');
    await console.waitFor(/2 {2}(no answer|Destination Host Unreachable)/, 15_000);
    console.send(keys.escape);
    await console.waitFor(/\d sent, 0 received, 100 % lost/);
  });

  test('restarting a real unit changes when it started, and says so', async () => {
    const started = async () =>
      (await host.run(['systemctl', 'show', '--value', '--property=ExecMainStartTimestampMonotonic', 'ssh.service']))
        .stdout;
    const before = await started();
    await open(['d', 'Service units'], ['u', 'UNIT']);
    await console.waitFor(/ssh +active/);
    // The fourth of the brand's units.
    console.send(keys.down.repeat(3));
    console.send('\r');
    await console.waitFor('Stop it and start it again');
    console.send(`r\r`);
    await console.waitFor('Restart ssh now?');
    console.send('\t\r');
    await console.waitFor('ssh was restarted.', 30_000);
    expect(await started()).not.toBe(before);
    console.send('\r');
    await console.waitFor((screen) => !screen.text().includes('ssh was restarted.'));
  });

  test('a unit that is stopped from outside is seen within five seconds', async () => {
    await open(['d', 'Service units'], ['u', 'UNIT']);
    await console.waitFor(/ssh +active/);
    await host.run(['systemctl', 'stop', 'ssh.service']);
    const since = Date.now();
    await console.waitFor(/ssh +inactive/, 10_000);
    expect(Date.now() - since).toBeLessThan(5000);
    await host.run(['systemctl', 'start', 'ssh.service']);
    await console.waitFor(/ssh +active/, 10_000);
  });

  test('a killed service is told, with what to do, and the console goes on when it is back', async () => {
    await open(['i', 'General Information']);
    await host.run(['systemctl', 'kill', '--signal=STOP', 'gatehouse.service']);
    await host.run(['systemctl', 'kill', '--signal=KILL', 'gatehouse.service']);
    await console.waitFor('The Gatehouse service does not answer', 15_000);
    await console.waitFor(
      (screen) => !screen.text().includes('does not answer') && screen.text().includes('10.77.0.2/24'),
      30_000,
    );
  });
});
