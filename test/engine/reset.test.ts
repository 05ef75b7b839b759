/** What a reset deletes of a real engine: containers, what they have written, and volumes; images stay, and are of use. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteContainers } from '../../src/reset/containers.ts';
import { ask } from '../host/machine/programs.ts';
import { describeWith } from '../setup/needs.ts';
import { engineNeeds, image, startEngine, type TestEngine } from './engine.ts';

const canary = 'canary-of-the-containers';

describeWith(engineNeeds, 'a reset of a real engine', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
    mkdirSync(join(engine.folder, 'etc/docker'), { recursive: true });
    writeFileSync(join(engine.folder, 'etc/docker/daemon.json'), '{"data-root": "/data"}');
  });
  afterAll(() => engine?.end());

  const found = async () => (await ask(['grep', '-rlF', canary, join(engine.folder, 'data')])).stdout;

  test('nothing of containers and volumes is left, and the image starts new ones', { timeout: 120_000 }, async () => {
    const write = `echo ${canary} | tee /written /data/kept; while true; do sleep 1; done`;
    await engine.run('first', write, ['--volume', 'kept:/data', '--env', `WORD=${canary}`]);
    await engine.run('second', `echo ${canary} >/written; exit 0`);
    await engine.kill();
    expect(await found()).not.toBe('');

    // As a power cut in between would: the second time finds what the first has left.
    for (let time = 0; time < 2; time++) await deleteContainers(engine.folder);
    expect(await found()).toBe('');

    await engine.start();
    expect(await engine.docker('ps', '--all', '--quiet')).toBe('');
    expect(await engine.docker('volume', 'ls', '--quiet')).toBe('');
    expect((await engine.docker('images', '--format', '{{.Repository}}:{{.Tag}}')).trim()).toBe(image);
    await engine.run('first', 'while true; do sleep 1; done', ['--volume', 'kept:/data']);
    expect(await engine.inspect('first', '{{.State.Status}}')).toBe('running');
  });

  test('the layers of containers are gone, those of images stay', async () => {
    const { stdout } = await ask(['sh', '-c', `ls ${join(engine.folder, 'data')}/image/*/layerdb/mounts`]);
    // That of the one container that was made anew.
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });
});
