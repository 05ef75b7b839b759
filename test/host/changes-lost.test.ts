/** Changes of a real network that nobody answers, or whose service dies: the machine is back and reachable in time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { ChangesHost, first, second } from './changes-host.ts';
import { hostNeeds, until } from './machine.ts';

const window = 8;

describeWith(hostNeeds, 'a change of the network of a real machine', () => {
  let changes: ChangesHost;
  beforeAll(async () => {
    changes = await ChangesHost.boot(window);
  });
  afterAll(() => changes?.end());

  const run = (...argv: string[]) => changes.host.run(argv);

  test('is kept when somebody says so from elsewhere, and nothing is left armed', async () => {
    const before = await changes.files();
    const pending = await changes.apply(second);
    expect(pending).toMatchObject({ phase: 'asking', what: 'Network settings of eth0', by: 'anna' });
    expect(pending.tests).toEqual([
      { test: 'link', passed: true, said: expect.any(String) },
      { test: 'gateway', passed: true, said: 'The gateway 10.77.0.1 answers.' },
    ]);
    expect(await changes.isReachable('10.77.0.3')).toBe(true);
    expect((await run('systemctl', 'list-timers', '--all', '--plain', 'gatehouse-*')).stdout).toContain(
      'gatehouse-way-back-',
    );
    expect((await changes.ask('keep', { id: pending.id, by: 'ben' })).result).toMatchObject({ outcome: 'kept' });
    expect((await run('systemctl', 'list-timers', '--all', '--plain', 'gatehouse-*')).stdout).toContain('0 timers');
    expect(await changes.markers()).toBe('');
    expect(await changes.isReachable('10.77.0.3')).toBe(true);
    expect(await changes.files()).not.toEqual(before);
    const back = await changes.apply(first);
    await changes.ask('keep', { id: back.id, by: 'ben' });
  });

  test('is undone when somebody says so, and compared', async () => {
    const before = await changes.files();
    const { id } = await changes.apply(second);
    const { result, problem } = await changes.ask('undo', { id, by: 'ben' });
    expect(problem).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'undone', why: 'asked by ben', differs: [] });
    expect(await changes.files()).toEqual(before);
    expect(await changes.isReachable('10.77.0.2')).toBe(true);
  });

  test('with a wrong gateway says so in its tests, and without an answer goes back in time', async () => {
    const before = await changes.files();
    const pending = await changes.apply({ ...second, gateway: '10.77.0.99' });
    expect(pending.tests.at(-1)).toMatchObject({ test: 'gateway', passed: false });
    const asked = performance.now();
    const ended = await changes.ended();
    const seconds = (performance.now() - asked) / 1000;
    expect(ended).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
    expect(seconds).toBeGreaterThan(window - 2);
    expect(seconds).toBeLessThan(window + 8);
    expect(await changes.files()).toEqual(before);
    expect(await changes.isReachable('10.77.0.2')).toBe(true);
    console.log(`no answer: back, compared, ${(seconds - window).toFixed(1)} s after the end of the countdown`);
  });

  test('into a VLAN that nobody is in goes back, and the VLAN is gone', async () => {
    const before = await changes.files();
    // A kernel without VLANs fails earlier, in the test of the link.
    const pending = await changes.apply({ ...second, vlan: 20 });
    expect(pending.tests.filter(({ passed }) => !passed)).not.toEqual([]);
    expect(await changes.isReachable('10.77.0.2')).toBe(false);
    expect(await changes.ended()).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
    expect(await changes.files()).toEqual(before);
    expect((await run('ip', 'link', 'show', 'dev', 'eth0.20')).exitCode).not.toBe(0);
    expect(await changes.isReachable('10.77.0.2')).toBe(true);
  });

  test('goes on asking with the time that is left when the service is killed', async () => {
    const { id, left } = await changes.apply(second);
    await run('systemctl', 'kill', '--signal=KILL', 'changes.service');
    await changes.serves();
    const { pending } = await changes.state();
    expect(pending).toMatchObject({ id, phase: 'asking', tests: [{ passed: true }, { passed: true }] });
    expect(pending?.left).toBeLessThanOrEqual(left ?? 0);
    expect((await changes.ask('undo', { id, by: 'ben' })).result).toMatchObject({ outcome: 'undone', differs: [] });
  });

  test('is brought back by systemd when the service is dead and stays dead', async () => {
    const before = await changes.files();
    await changes.apply({ ...second, gateway: '10.77.0.99' });
    const asked = performance.now();
    await run('systemctl', 'kill', '--signal=KILL', 'changes.service');
    await run('systemctl', 'stop', 'changes.service');
    // Reading all units again must not shake the timer.
    await run('systemctl', 'daemon-reload');
    await until('the way back', async () => (await changes.markers()) === '', (window + 40) * 1000);
    const seconds = (performance.now() - asked) / 1000;
    expect(await changes.files()).toEqual(before);
    expect(await changes.isReachable('10.77.0.2')).toBe(true);
    expect(seconds).toBeLessThan(window + 15);
    console.log(`service dead: back by the timer, compared, ${(seconds - window).toFixed(1)} s after the countdown`);
    await run('systemctl', 'start', 'changes.service');
    await changes.serves();
    expect((await changes.state()).last).toMatchObject({ outcome: 'undone', why: 'no answer', differs: [] });
  });

  test('goes back at once when the service is killed while it applies', async () => {
    const before = await changes.files();
    const step = await new Promise<string>((resolve) => {
      const draft = { section: 'interface', name: 'eth0', settings: { ...second, gateway: '10.77.0.99' } };
      changes.begin('apply', { draft, by: 'anna' }, ({ news }) => {
        if (news?.step === 'Testing') resolve(news.step);
      });
    });
    expect(step).toBe('Testing');
    await run('systemctl', 'kill', '--signal=KILL', 'changes.service');
    expect(await changes.ended()).toMatchObject({ outcome: 'undone', why: 'the service ended', differs: [] });
    expect(await changes.files()).toEqual(before);
    expect(await changes.isReachable('10.77.0.2')).toBe(true);
  });

  test('comes to its end though the way back itself is killed again and again', async () => {
    const before = await changes.files();
    await changes.apply({ ...second, gateway: '10.77.0.99' });
    await run('systemctl', 'stop', 'changes.service');
    const wayBack = 'gatehouse-way-back.service';
    for (let kill = 0; kill < 5; kill++) {
      await run('systemctl', 'start', '--no-block', wayBack);
      await until(
        'it to run',
        async () => (await run('systemctl', 'is-active', wayBack)).stdout.trim() === 'activating',
      );
      // Not a wait for anything: the moment is what is random.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      await run('systemctl', 'kill', '--signal=KILL', wayBack);
      if ((await changes.markers()) === '') break;
    }
    await until('the way back', async () => (await changes.markers()) === '', 40_000);
    expect(await changes.files()).toEqual(before);
    await until('it to be reachable', () => changes.isReachable('10.77.0.2'));
    await run('systemctl', 'start', 'changes.service');
    await changes.serves();
  });
});

describeWith(hostNeeds, 'a marker that is rubbish', () => {
  test('does not hold up the start of the machine, and is said', async () => {
    const changes = await ChangesHost.boot(window);
    try {
      await changes.host.powerCut();
      changes.host.write({ '/var/lib/gatehouse/change/pending.json': '{"rubbish' });
      await changes.host.boot();
      await changes.serves();
      const { stdout } = await changes.host.run([
        'journalctl',
        '-b',
        '-u',
        'gatehouse-way-back.service',
        '--output=cat',
      ]);
      expect(stdout).toContain('The marker of a change could not be understood (it is no JSON); it is kept as');
      const failed = await changes.host.run(['systemctl', '--failed', '--plain', '--no-legend']);
      expect(failed.stdout).toBe('');
      expect(await changes.isReachable('10.77.0.2')).toBe(true);
      expect((await changes.apply(second)).phase).toBe('asking');
    } finally {
      await changes.end();
    }
  });
});
