/** Containers and images of the lab, as the one who restarts them sees it. */
import { expect, test, vi } from 'vitest';
import type { LogNews } from '../../src/appliance.ts';
import { labMachines } from '../../src/lab/machines.ts';
import { failing } from '../service/world.ts';
import { emptyFolder, quickLab } from './place.ts';

const never = new AbortController().signal;

async function engineOf(machine: string) {
  const lab = await quickLab({ machine });
  return lab.machine.containers;
}

test('the engine is there, absent, stopped with its unit, or hangs, as the machine has it', async () => {
  expect(await failing((await engineOf('no-docker')).list(never))).toEqual({ code: 'engine-absent', details: {} });
  expect(await failing((await engineOf('unit-failed')).images(never))).toEqual({
    code: 'engine-stopped',
    details: { why: 'docker.service is failed' },
  });
  expect(await failing((await engineOf('slow')).list(never))).toMatchObject({ code: 'engine-hangs' });
  const names = labMachines().map(({ name }) => name);
  const others = names.filter((name) => !['no-docker', 'unit-failed', 'slow', 'first-boot'].includes(name));
  for (const name of others) expect((await (await engineOf(name)).list(never)).length).toBeGreaterThan(3);
});

test('the healthy machine has the guide’s seven images and eight containers, and every detail', async () => {
  const engine = await engineOf('healthy');
  const [containers, images] = [await engine.list(never), await engine.images(never)];
  expect([containers.length, images.length]).toEqual([8, 7]);
  expect(containers.find(({ name }) => name === 'cams-init')).toMatchObject({
    state: 'exited',
    status: 'Exited (0) 2 days ago',
  });
  const found = await engine.show('camsd', never);
  expect(found).toMatchObject({ health: 'healthy', repository: 'camsd', tag: '1.6.2-17', restartPolicy: 'always' });
  expect(found.environment).toContainEqual({ name: 'CAMS_TOKEN', value: '••••' });
  expect(await engine.show(found.id.slice(0, 12), never)).toMatchObject({ name: 'camsd' });
  expect(await failing(engine.show(found.id.slice(0, 11), never))).toMatchObject({ code: 'unknown-container' });
  expect(await engine.image('cams-squid:1.5.1-6', never)).toMatchObject({
    usedBy: ['squid-1', 'squid-2'],
    containers: 2,
  });
  for (const image of images) expect(await engine.image(image.id, never)).toMatchObject(image);
});

test('where memory lacks one is killed and started again for ever, and one was given up', async () => {
  const engine = await engineOf('below-requirements');
  const logstash = await engine.show('cams-logstash', never);
  expect(logstash).toMatchObject({ exitCode: 137, outOfMemory: true, restarts: expect.any(Number) });
  expect(logstash.restarts).toBeGreaterThan(200);
  await engine.act('start', 'squid-2', never);
  await vi.waitUntil(async () => (await engine.show('squid-2', never)).state === 'exited');
  expect((await engine.show('squid-2', never)).exitCode).toBe(1);
  const { lines } = await engine.log('squid-2').page({ from: 'newest', direction: 'older', lines: 1 }, never);
  expect(lines[0]).toMatchObject({ text: 'FATAL: Cannot allocate memory', from: 'stderr' });
});

test('a restart gives a new start and lines in the log; a stop stops what it says', async () => {
  const engine = await engineOf('healthy');
  const before = await engine.show('camsd', never);
  await engine.act('restart', 'camsd', never);
  const after = await engine.show('camsd', never);
  expect(after.state).toBe('running');
  expect(Date.parse(after.startedAt ?? '')).toBeGreaterThan(Date.parse(before.startedAt ?? ''));
  await engine.act('stop', 'camsd', never);
  const stopped = await engine.show('camsd', never);
  expect(stopped).toMatchObject({ state: 'exited', exitCode: 0, status: 'Exited (0) Less than a second ago' });
  const log = engine.log('camsd');
  const { lines } = await log.page({ from: 'newest', direction: 'older', lines: 1 }, never);
  expect(lines[0]?.text).toBe('bye');
  const said = await log.page(
    { from: 'newest', direction: 'older', lines: 500, only: { text: 'listening', regular: false } },
    never,
  );
  expect(said.lines).toHaveLength(2);
});

test('containers are as they were left when the lab is opened again', async () => {
  const folder = await emptyFolder();
  const first = await quickLab({ folder });
  await first.machine.containers.act('stop', 'squid-1', never);
  await first.close();
  const second = await quickLab({ folder });
  expect(await second.machine.containers.show('squid-1', never)).toMatchObject({ state: 'exited' });
  expect(await second.machine.containers.show('squid-2', never)).toMatchObject({ state: 'running' });
});

test('with docker.service stopped there is no engine; started again its containers have started anew', async () => {
  const { machine } = await quickLab();
  await machine.units.act('stop', 'docker.service', never);
  expect(await failing(machine.containers.list(never))).toEqual({
    code: 'engine-stopped',
    details: { why: 'docker.service is inactive' },
  });
  await machine.units.act('start', 'docker.service', never);
  const { startedAt } = await machine.containers.show('camsd', never);
  expect(Math.abs(Date.parse(startedAt ?? '') - Date.now())).toBeLessThan(10_000);
});

test('a log is read by pages in both directions, and followed while it grows', async () => {
  const engine = await engineOf('hostile');
  const log = engine.log('camsd');
  const newest = await log.page({ from: 'newest', direction: 'older', lines: 3 }, never);
  const [oldest] = newest.lines;
  const back = await log.page({ from: oldest?.place ?? '', direction: 'newer', lines: 2 }, never);
  expect(back.lines).toEqual(newest.lines.slice(1));
  const stop = new AbortController();
  const news: LogNews[] = [];
  const progress = (one: LogNews) => {
    news.push(one);
    stop.abort();
  };
  await log.follow({ from: 'newest' }, { signal: stop.signal, progress });
  expect(news[0]).toMatchObject({ kind: 'lines', lines: [{ from: 'stdout' }], skipped: 0 });
  const wrong = log.count({ pattern: { text: '(', regular: true } }, { signal: never, progress: () => undefined });
  expect(await failing(wrong)).toMatchObject({ code: 'bad-pattern' });
});
