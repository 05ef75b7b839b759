/** Operators who change the network of a real machine by its console: over SSH, two at once, and when things die. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { keys } from '../terminal/operator.ts';
import { hostNeeds, until } from './machine.ts';
import { type Console, OperatorHost, program } from './operator-host.ts';

/** Seconds to answer; without an answer everything goes back. */
const window = 8;
const space = ' ';
const clear = '\x15';

describeWith(
  { ...hostNeeds, programs: [...hostNeeds.programs, 'dnsmasq', 'ssh'], paths: [program] },
  'operators at the network of a real machine',
  () => {
    let appliance: OperatorHost;
    let console_: Console;
    beforeAll(async () => {
      appliance = await OperatorHost.boot({ window });
      await appliance.serveAddresses('--address=/#/10.77.0.1');
      await appliance.addOperator();
      await appliance.addKey();
      console_ = await appliance.console();
    });
    afterAll(() => appliance?.end());
    // A test that failed must not make the next ones fail.
    beforeEach(async () => {
      if ((await appliance.changes()).pending) await appliance.gatehouse(['changes', 'undo']);
      await console_.home();
    });

    const inside = (...argv: string[]) => appliance.inside(...argv);
    const network = [
      ['s', 'System Configuration'],
      ['n', 'Network Configuration'],
    ] as const;
    const interfaceForm = [
      ...network,
      ['f', 'Network interface eth0'],
      ['c', 'Network interface configuration'],
    ] as const;

    /** From the main menu to the preview of eth0 with that address. The form opens on its method. */
    async function draftStatic(console: Console, address: string, gateway: string): Promise<void> {
      await console.home();
      await console.open(...interfaceForm);
      const chosen = /\(\*\) DHCP/.test(console.text) ? keys.down : '';
      console.send(`${chosen}${space}${keys.tab}${clear}${address}${keys.tab}${clear}${gateway}${keys.enter}`);
    }

    async function changeStatic(console: Console, address: string, gateway = '10.77.0.1'): Promise<void> {
      await draftStatic(console, address, gateway);
      await console.apply();
      await console.sees('Keep these settings?');
    }

    async function acknowledge(console: Console, said: string): Promise<void> {
      await console.sees(said);
      console.send(keys.enter);
      await console.home();
    }

    /** Has that fixed address kept, whichever test was the one before: each can be run by itself. */
    async function reachedAt(address: string): Promise<void> {
      if ((await inside('networkctl', 'status', 'eth0')).includes(`Address: ${address}\n`)) return;
      const set = ['network', 'set', 'eth0', '--static', `${address}/24`, '--gateway', '10.77.0.1'];
      expect(await appliance.gatehouse(set)).toMatchObject({ exitCode: 10 });
      expect(await appliance.gatehouse(['changes', 'keep'])).toMatchObject({ exitCode: 0 });
      await acknowledge(console_, 'The settings are kept.');
    }

    /** Waits for the end of the countdown on that screen, and that the machine is as before. */
    async function goesBack(console: Console, since: number, reachable: string): Promise<void> {
      await console.sees('The settings went back: no answer.', (window + 30) * 1000);
      const seconds = (performance.now() - since) / 1000;
      expect(seconds).toBeGreaterThan(window - 2);
      expect(seconds).toBeLessThan(window + 8);
      await acknowledge(console, 'it is as before.');
      expect((await appliance.changes()).last).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
      expect(await appliance.isReachable(reachable)).toBe(true);
    }

    test('static to DHCP: kept by the console, and the machine agrees with each screen', async () => {
      await console_.open(...interfaceForm);
      console_.send(`${keys.up}${space}${keys.enter}`);
      await console_.sees('The address of eth0 will come from DHCP');
      await console_.apply();
      await console_.sees('gateway: passed. The gateway 10.77.0.1 answers.');
      await console_.sees('DNS: passed.');
      await console_.answer('Keep');
      await acknowledge(console_, 'The settings are kept.');

      const [address = ''] =
        /10\.77\.0\.1[0-5]\d\/24/.exec(await inside('ip', '-4', 'addr', 'show', 'dev', 'eth0')) ?? [];
      expect(await inside('networkctl', 'status', 'eth0')).toContain(`${address.split('/')[0]} (DHCP4 via 10.77.0.1)`);
      await console_.open(...network, ['f', 'Network interface eth0'], ['s', `${address} (dhcp)`]);
      await console_.sees('10.77.0.1 (dhcp)');
      await console_.home();

      expect(await inside('resolvectl', 'dns', 'eth0')).toMatch(/: 10\.77\.0\.1$/m);
      expect(await inside('resolvectl', 'domain', 'eth0')).toMatch(/: corp\.test$/m);
      await console_.open(...network, ['d', 'In effect: 10.77.0.1 (eth0); search domains: corp.test.']);
      await console_.home();

      const timedate = await inside('timedatectl', 'show');
      const zone = /^Timezone=(.+)$/m.exec(timedate)?.[1] ?? 'none';
      await console_.open(['s', 'System Configuration'], ['t', 'System Time Settings'], ['s', zone]);
      if (/^NTPSynchronized=no$/m.test(timedate)) await console_.sees('The clock is not synchronised.');
      else expect(console_.said).not.toContain('not synchronised');
      await console_.home();
      expect(await appliance.isReachable(address.split('/')[0] ?? '')).toBe(true);
    });

    test('DHCP to static: reached at the new address and no more at the old one', async () => {
      const [old = ''] = /10\.77\.0\.1[0-5]\d/.exec(await inside('ip', '-4', 'addr', 'show', 'dev', 'eth0')) ?? [];
      await changeStatic(console_, '10.77.0.9/24');
      await console_.sees('now at 10.77.0.9');
      expect(await appliance.isReachable('10.77.0.9')).toBe(true);
      expect(await appliance.isReachable(old)).toBe(false);
      await console_.answer('Keep');
      await acknowledge(console_, 'The settings are kept.');
      expect(await inside('networkctl', 'status', 'eth0')).toContain('Address: 10.77.0.9\n');
      await console_.open(...network, ['f', 'Network interface eth0'], ['s', '10.77.0.9/24 (static)']);
      await console_.sees('10.77.0.1 (static)');
      await console_.home();
    });

    test('nobody answers: back in time, compared, and the console says so', async () => {
      await reachedAt('10.77.0.9');
      await changeStatic(console_, '10.77.0.10/24');
      const since = performance.now();
      expect(await appliance.isReachable('10.77.0.10')).toBe(true);
      await goesBack(console_, since, '10.77.0.9');
      expect(await appliance.isReachable('10.77.0.10')).toBe(false);
    });

    test('a wrong gateway is said, and without an answer the machine is back', async () => {
      await reachedAt('10.77.0.9');
      await changeStatic(console_, '10.77.0.9/24', '10.77.0.99');
      const since = performance.now();
      await console_.sees('gateway: FAILED.');
      await console_.sees('The gateway 10.77.0.99 does not answer');
      await goesBack(console_, since, '10.77.0.9');
      expect(await inside('ip', 'route')).toContain('default via 10.77.0.1');
    });

    test('a dead DNS server is said, and without an answer the machine is back', async () => {
      await reachedAt('10.77.0.9');
      await console_.open(...network, ['d', 'In effect:']);
      console_.send(`${clear}10.77.0.200${keys.enter}`);
      await console_.apply();
      await console_.sees('Keep these settings?');
      const since = performance.now();
      await console_.sees('DNS: FAILED. 10.77.0.200 does not answer.');
      expect(await inside('resolvectl', 'dns')).toContain('10.77.0.200');
      await goesBack(console_, since, '10.77.0.9');
      expect(await inside('resolvectl', 'dns')).not.toContain('10.77.0.200');
    });

    test('a change by the command line: exit code 10, kept or undone by another command', async () => {
      await reachedAt('10.77.0.9');
      const set = ['network', 'set', 'eth0', '--static', '10.77.0.12/24', '--gateway', '10.77.0.1'];
      const waiting = await appliance.gatehouse(set);
      expect(waiting.exitCode).toBe(10);
      expect(waiting.stdout).toContain('The appliance is reached at 10.77.0.12 now.');
      expect(await appliance.isReachable('10.77.0.12')).toBe(true);
      const undone = await appliance.gatehouse(['changes', 'undo']);
      expect(undone.exitCode).toBe(0);
      expect(undone.stdout).toContain('The machine is as it was; that was compared.');
      expect(await appliance.isReachable('10.77.0.9')).toBe(true);
      await acknowledge(console_, 'it is as before.');
    });

    test('the console is killed while it asks: the machine is back, and the terminal as it was', async () => {
      await reachedAt('10.77.0.9');
      const doomed = await appliance.console();
      await changeStatic(doomed, '10.77.0.13/24');
      const since = performance.now();
      await killNewest();
      await doomed.pty.exited;
      await doomed.pty.waitFor((pty) => !pty.alternate && pty.cursor.visible);
      await goesBack(console_, since, '10.77.0.9');
    });

    test('the service is killed while the console asks: it goes on asking, and Keep is taken', async () => {
      await changeStatic(console_, '10.77.0.14/24');
      await inside('systemctl', 'kill', '--signal=KILL', 'gatehouse.service');
      await appliance.answers();
      const { pending } = await appliance.changes();
      expect(pending).toMatchObject({ phase: 'asking' });
      expect(pending?.left).toBeLessThanOrEqual(window);
      await console_.answer('Keep');
      await acknowledge(console_, 'The settings are kept.');
      expect(await appliance.isReachable('10.77.0.14')).toBe(true);
      await changeStatic(console_, '10.77.0.9/24');
      await console_.answer('Keep');
      await acknowledge(console_, 'The settings are kept.');
    });

    test('the address changes under an SSH session: it says where to reconnect, and is kept from there', async () => {
      await reachedAt('10.77.0.9');
      const session = await appliance.sshConsole('10.77.0.9');
      await draftStatic(session, '10.77.0.15/24', '10.77.0.1');
      await session.sees('The SSH session of operator from 10.77.0.1 comes');
      await session.sees('Reconnect to 10.77.0.15 and answer there.');
      await session.apply();
      await until('the new address', () => appliance.isReachable('10.77.0.15'));
      await until('the question', async () => (await appliance.changes()).pending?.phase === 'asking');
      const again = await appliance.sshConsole('10.77.0.15');
      await again.answer('Keep');
      await acknowledge(again, 'The settings are kept.');
      expect((await appliance.changes()).last).toMatchObject({ outcome: 'kept' });
      await session.pty.exited;
      await acknowledge(console_, 'The settings are kept.');
    });

    test('the SSH session is cut and nobody answers: the old address is reached again', async () => {
      await reachedAt('10.77.0.15');
      const session = await appliance.sshConsole('10.77.0.15');
      await draftStatic(session, '10.77.0.9/24', '10.77.0.1');
      await session.apply();
      await until('the question', async () => (await appliance.changes()).pending?.phase === 'asking');
      const since = performance.now();
      await session.pty.kill();
      await goesBack(console_, since, '10.77.0.15');
    });

    test('two operators: the second sees who holds it and since when; a dead operator holds nothing', async () => {
      const one = await appliance.console();
      await one.open(...interfaceForm);
      const [held] = (await appliance.changes()).held;
      expect(held).toMatchObject({ what: 'Network settings' });
      await console_.open(...network, ['f', 'Network interface eth0']);
      console_.send('c\r');
      await console_.sees(held?.by ?? 'nobody');
      await console_.sees(held?.since.slice(0, 10) ?? 'never');
      await console_.home();

      await killNewest();
      await until('the hold to be free', async () => (await appliance.changes()).held.length === 0, 5000);
      await console_.open(...interfaceForm);
      await console_.home();
    });

    test('the question is asked on both consoles, and goes away where the other answers', async () => {
      await reachedAt('10.77.0.15');
      const other = await appliance.sshConsole('10.77.0.15');
      await changeStatic(console_, '10.77.0.15/24', '10.77.0.2');
      await other.sees('Keep these settings?');
      await other.sees('gateway: FAILED.');
      await other.answer('Go back');
      await acknowledge(other, 'it is as before.');
      await acknowledge(console_, 'it is as before.');
      expect(await inside('ip', 'route')).toContain('default via 10.77.0.1');
    });

    /** Kills the process of the console that was opened last; its wrapper stays, as it does in life. */
    async function killNewest(): Promise<void> {
      const list = await inside('ps', '-eo', 'pid=,args=', '--sort=-start_time');
      const [newest = ''] = list.split('\n').filter((line) => /node .*main\.cjs$/.test(line));
      expect(newest, list).not.toBe('');
      await inside('kill', '-9', newest.trim().split(' ')[0] ?? '');
    }
  },
);
