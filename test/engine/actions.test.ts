/** What comes of starting, stopping and restarting real containers, as the service tells and notes it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realContainers } from '../../src/adapters/containers/containers.ts';
import { Matcher } from '../../src/adapters/logs/journal-match.ts';
import type { Appliance } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import type { Noted } from '../../src/service/audit.ts';
import { containersOf } from '../../src/service/containers.ts';
import { gaugesOf } from '../../src/service/gauges.ts';
import { until } from '../host/machine.ts';
import { fakeMachine } from '../machines/fake.ts';
import { failing, seen } from '../service/world.ts';
import { describeWith } from '../setup/needs.ts';
import { engineNeeds, startEngine, type TestEngine } from './engine.ts';

describeWith(engineNeeds, 'actions on containers of a real engine', () => {
  let engine: TestEngine;
  let containers: Appliance['containers'];
  const entries: Noted[] = [];

  beforeAll(async () => {
    engine = await startEngine();
    const real = realContainers({ matcherOf: (patterns) => new Matcher(patterns), place: engine.place });
    const machine = fakeMachine({ containers: real });
    const audit = { note: async (entry: Noted) => void entries.push(entry) };
    const gauges = gaugesOf(machine, defaultBrand, 1);
    containers = containersOf({ machine, gauges, audit, pace: 1, closing: new AbortController().signal });
  });
  afterAll(() => engine?.end());

  test('a restart tells its steps, stays up for a moment, and is noted', async () => {
    await engine.run('good', 'trap "exit 0" TERM; while true; do sleep 0.1; done');
    const first = await engine.inspect('good', '{{.State.StartedAt}}');
    const steps: string[] = [];
    const began = performance.now();
    const outcome = await containers.restart(
      { id: 'good' },
      { by: 'the test', progress: ({ step }) => void steps.push(step) },
    );
    expect(performance.now() - began).toBeGreaterThan(2000);
    expect(outcome).toMatchObject({ succeeded: true, log: [], container: { name: 'good', state: 'running' } });
    expect(steps).toEqual(['Restarting good', 'Seeing that it stays up']);
    expect(await engine.inspect('good', '{{.State.StartedAt}}')).not.toBe(first);
    expect(entries.at(-1)).toMatchObject({
      by: 'the test',
      what: 'restart container good',
      before: expect.stringMatching(/^running \(Up /),
      after: expect.stringMatching(/^running \(Up /),
      outcome: 'done',
    });
  });

  test('one that dies at once did not succeed, and says its last lines', async () => {
    await engine.run('short', 'echo about to die; echo "no \u001b[31mluck" >&2; exit 4');
    await until('its end', async () => (await engine.inspect('short', '{{.State.Status}}')) === 'exited');
    const outcome = await containers.start({ id: 'short' });
    expect(outcome).toMatchObject({ succeeded: false, container: { state: 'exited' } });
    expect(outcome.container.status).toMatch(/^Exited \(4\)/);
    expect(
      outcome.log
        .slice(-2)
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['about to die', 'no \u001b[31mluck']);
    expect(entries.at(-1)).toMatchObject({ what: 'start container short', outcome: 'failed' });
  });

  test('one that its policy starts again and again did not succeed either', async () => {
    await engine.run('looping', 'echo round; sleep 1; exit 1', ['--restart', 'always']);
    expect(await containers.restart({ id: 'looping' })).toMatchObject({ succeeded: false });
    await engine.docker('rm', '--force', 'looping');
  });

  test('one that the engine cannot start did not succeed, with the engine’s own words', async () => {
    await engine.ask('create', '--name', 'impossible', 'tiny:1.0', '/no/such/program');
    const outcome = await containers.start({ id: 'impossible' });
    expect(outcome.succeeded).toBe(false);
    expect(outcome.log.at(-1)?.text).toContain('/no/such/program');
  });

  test('a stop stays stopped, also where a policy would start it; stopping and starting again change nothing', async () => {
    await engine.run('stoppable', 'trap "exit 0" TERM; while true; do sleep 0.1; done', ['--restart', 'always']);
    expect(await containers.stop({ id: 'stoppable' })).toMatchObject({
      succeeded: true,
      container: { state: 'exited' },
    });
    expect(await containers.stop({ id: 'stoppable' })).toMatchObject({ succeeded: true });
    expect(await containers.start({ id: 'stoppable' })).toMatchObject({ succeeded: true });
    const started = await engine.inspect('stoppable', '{{.State.StartedAt}}');
    expect(await containers.start({ id: 'stoppable' })).toMatchObject({ succeeded: true });
    expect(await engine.inspect('stoppable', '{{.State.StartedAt}}')).toBe(started);
  });

  test('whoever gives up only stops waiting; meanwhile nobody else is at it', async () => {
    await engine.run('patient', 'trap "" TERM; while true; do sleep 0.1; done', ['--stop-timeout', '2']);
    const given = new AbortController();
    const stopping = containers.stop(
      { id: 'patient' },
      { signal: given.signal, by: 'first', progress: () => given.abort() },
    );
    expect(await failing(stopping)).toMatchObject({ code: 'aborted' });
    expect(await failing(containers.restart({ id: 'patient' }))).toMatchObject({
      code: 'busy',
      details: { what: 'patient', by: 'first' },
    });
    await until('its end', async () => (await engine.inspect('patient', '{{.State.Status}}')) === 'exited');
    await until('the note', () =>
      entries.some(({ what, outcome }) => what === 'stop container patient' && outcome === 'done'),
    );
  });

  test('a watch tells starts, ends and removals, and sizes; what is removed while it is acted on is not there', async () => {
    const id = await engine.run('watched', 'sleep 1000');
    const has = (state: string) => (all: { name: string; state: string; size?: number }[]) =>
      all.some((one) => one.name === 'watched' && one.state === state && one.size !== undefined);
    await seen(containers.watch, has('running'));
    await engine.docker('kill', 'watched');
    await seen(containers.watch, has('exited'));
    await engine.docker('rm', 'watched');
    await seen(containers.watch, (all) => all.every(({ name }) => name !== 'watched'));
    expect(await failing(containers.show({ id }))).toMatchObject({ code: 'unknown-container' });
    expect(await failing(containers.restart({ id }))).toMatchObject({ code: 'unknown-container' });
  });
});
