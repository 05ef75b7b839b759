/** Containers and images of a real engine, beside what its own program says at the same time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realContainers } from '../../src/adapters/containers/containers.ts';
import { Matcher } from '../../src/adapters/logs/journal-match.ts';
import type { Containers } from '../../src/adapters/machine.ts';
import { until } from '../host/machine.ts';
import { failing } from '../service/world.ts';
import { describeWith } from '../setup/needs.ts';
import { engineNeeds, image, startEngine, type TestEngine } from './engine.ts';

const never = new AbortController().signal;

/** Of twenty kinds; none may be seen anywhere. */
const secrets: Record<string, string> = {
  DB_PASSWORD: 'canary-01',
  MYSQL_ROOT_PASS: 'canary-02',
  apiToken: 'canary-03',
  'app.secret': 'canary-04',
  AWS_ACCESS_KEY_ID: 'AKIACANARY05CANARY05',
  AWS_SECRET_ACCESS_KEY: 'canary/06+canary',
  GH_PAT: 'canary-07',
  PROXY_AUTH: 'canary-08',
  SESSION: 'canary-09',
  CLIENT_CREDENTIALS: 'canary-10',
  DATABASE_URL: 'postgres://user:canary-11@db.test/app',
  UPSTREAM: 'http://user:p@ss/w:ord?canary-12@proxy.test:3128',
  SETTINGS: '{"user":"u","password":"canary-13"}',
  JAVA_OPTS: '-Xmx1g -Dstore.password=canary-14',
  STORE: 'Server=db;User Id=u;Password=canary-15;',
  HEADER: 'Authorization: Bearer canary.16.canary',
  IDENTITY: 'eyJhbGciOiJIUzI1NiJ9.canary17.c2lnbmF0dXJl',
  PEM: '-----BEGIN PRIVATE KEY-----\ncanary-18\n-----END PRIVATE KEY-----',
  PUSH: 'ghp_canary19canary19canary19canary19',
  SHADOW: '$6$salt$canary20canary20canary20',
  BLOB: 'canary21AAAAaaaa1111BBBBbbbb2222',
};

describeWith(engineNeeds, 'containers of a real engine', () => {
  let engine: TestEngine;
  let containers: Containers;

  beforeAll(async () => {
    engine = await startEngine();
    containers = realContainers({ matcherOf: (patterns) => new Matcher(patterns), place: engine.place });
  });
  afterAll(() => engine?.end());

  const named = async (name: string) => (await containers.list(never)).find((one) => one.name === name);

  test('the list is what docker ps says, with sizes, states, names and tags', async () => {
    await engine.import('registry.test:5000/deep/er:2.0');
    await engine.run('up', 'head -c 3000 /dev/zero > /written; sleep 1000');
    await engine.run('failed', 'exit 3');
    await engine.docker('create', '--name', 'never-started', 'registry.test:5000/deep/er:2.0', '/bin/true');
    await engine.run('held', 'sleep 1000');
    await engine.docker('pause', 'held');
    await until('the exit', async () => (await named('failed'))?.state === 'exited');

    const [ours, sizes, theirs] = await Promise.all([
      containers.list(never),
      containers.sizes(never),
      engine.docker('ps', '--all', '--no-trunc', '--size', '--format', '{{json .}}'),
    ]);
    const told = theirs
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told).toHaveLength(4);
    const shown = ours.map(({ id, name, repository, tag, state, status }) => {
      return { ID: id, Names: name, Image: `${repository}:${tag}`, State: state, Status: status };
    });
    const fields = ({ ID, Names, Image, State, Status }: Record<string, string>) => ({
      ID,
      Names,
      Image,
      State,
      Status,
    });
    expect(shown).toEqual(told.map(fields));
    for (const { ID, Size } of told) {
      const [, virtual = ''] = /virtual ([\d.]+[kM]?B)/.exec(Size) ?? [];
      expect(human(sizes.get(ID) ?? 0)).toBe(virtual);
    }
    expect(new Set(ours.map(({ state }) => state))).toEqual(new Set(['running', 'exited', 'created', 'paused']));
  });

  test('images are what docker images says, and know who uses them', async () => {
    await engine.docker('tag', image, 'other/name:x');
    const before = (await engine.docker('images', '--quiet', '--no-trunc', 'registry.test:5000/deep/er')).trim();
    // Its name goes to another; the container of it keeps it, without a name.
    await engine.import('registry.test:5000/deep/er:2.0', ['LABEL again=1']);
    const [ours, theirs] = await Promise.all([
      containers.images(never),
      engine.docker('images', '--no-trunc', '--format', '{{json .}}'),
    ]);
    const told = theirs
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const row = (repository: string, tag: string, id: string, size: string) => `${repository} ${tag} ${id} ${size}`;
    expect(ours.map((one) => row(one.repository, one.tag, `sha256:${one.id}`, human(one.size))).sort()).toEqual(
      told.map((one) => row(one.Repository, one.Tag, one.ID, one.Size)).sort(),
    );
    const nameless = ours.find(({ repository }) => repository === '<none>');
    expect(nameless).toMatchObject({ id: before.replace('sha256:', ''), tag: '<none>', containers: 1 });
    expect(await containers.image('other/name:x', never)).toMatchObject({
      repository: 'other/name',
      tag: 'x',
      command: ['/bin/sh'],
      architecture: 'amd64',
      layers: 1,
      usedBy: expect.arrayContaining(['up', 'failed', 'held']),
    });
    const container = await named('never-started');
    expect(container).toMatchObject({ repository: '<none>', tag: '<none>', imageId: nameless?.id });
  });

  test('details have ports, mounts, networks, policy and command', async () => {
    const options = ['--publish', '127.0.0.1:18080:80', '--publish', '[::1]:18081:81/udp', '--expose', '82'];
    const more = [
      '--volume',
      'kept:/kept',
      '--volume',
      '/etc:/host:ro',
      '--restart',
      'on-failure:5',
      '--tmpfs',
      '/scratch',
    ];
    const id = await engine.run('detailed', 'sleep 1000', [...options, ...more]);
    const found = await containers.show(id.slice(0, 12), never);
    expect(found).toMatchObject({
      id,
      name: 'detailed',
      command: ['/bin/sh', '-c', 'sleep 1000'],
      restartPolicy: 'on-failure (5)',
      restarts: 0,
      outOfMemory: false,
      ports: expect.arrayContaining(['127.0.0.1:18080 → 80/tcp', '[::1]:18081 → 81/udp', '82/tcp']),
      mounts: expect.arrayContaining([
        { from: 'kept', to: '/kept', writable: true },
        { from: '/etc', to: '/host', writable: false },
      ]),
    });
    expect(found.networks).toEqual([
      { name: 'bridge', address: `${await engine.inspect('detailed', '{{.NetworkSettings.IPAddress}}')}/24` },
    ]);
    expect(Date.parse(found.startedAt ?? '')).toBe(
      Math.floor(Date.parse(await engine.inspect('detailed', '{{.State.StartedAt}}'))),
    );
    expect(found).not.toHaveProperty('exitCode');
    expect(await containers.show('detailed', never)).toMatchObject({ id });
  });

  test('no secret of twenty kinds is anywhere in what is told', async () => {
    const environment = Object.entries(secrets).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const labels = ['--label', 'deploy.token=canary-22', '--env', 'LOG_LEVEL=info', '--env', 'TZ=UTC'];
    const script = ['--password=canary-23', '--token', 'canary-24', 'SECRET=canary-25'];
    const args = ['run', '--detach', '--name', 'secretive', ...environment, ...labels, image, '/bin/sleep', '1000'];
    await engine.docker(...args, ...script);
    const found = await containers.show('secretive', never);
    expect(JSON.stringify(found)).not.toMatch(/canary/i);
    expect(found.environment).toContainEqual({ name: 'LOG_LEVEL', value: 'info' });
    expect(found.environment).toContainEqual({ name: 'TZ', value: 'UTC' });
    expect(found.environment.filter(({ value }) => value === '••••')).toHaveLength(Object.keys(secrets).length);
  });

  test('hostile labels, commands and values come as they are, and break nothing', async () => {
    const bad = '\u001b]0;owned\u0007\u001b[2J{red-fg}\u202e"\\\n\t';
    await engine.import('evil:1', ['LABEL "la[bel"="\u001b[2J x"']);
    await engine.docker('run', '--detach', '--name', 'evil', '--env', `NOTE=${bad}`, 'evil:1', '/bin/echo', bad);
    const found = await containers.show('evil', never);
    expect(found.command).toEqual(['/bin/echo', bad]);
    expect(found.environment).toContainEqual({ name: 'NOTE', value: bad });
    expect((await containers.image('evil:1', never)).labels).toEqual([{ name: 'la[bel', value: '\u001b[2J x' }]);
  });

  test('one that is killed for lack of memory, one that a policy starts again, and one that cannot start say so', async () => {
    // What a shell keeps in a variable is memory.
    await engine.run('greedy', 'x=$(yes | head -c 200000000); echo $x', ['--memory', '20m', '--memory-swap', '20m']);
    await until('its end', async () => (await named('greedy'))?.state === 'exited', 60_000);
    expect(await containers.show('greedy', never)).toMatchObject({ exitCode: 137, outOfMemory: true });

    await engine.run('restless', 'exit 7', ['--restart', 'always']);
    await until('restarts', async () => (await containers.show('restless', never)).restarts >= 2);
    const restless = await until('a rest', async () => {
      const found = await containers.show('restless', never);
      return found.state === 'restarting' && found;
    });
    expect(restless).toMatchObject({ exitCode: 7, restartPolicy: 'always', status: expect.stringContaining('(7)') });
    await engine.docker('rm', '--force', 'restless');

    expect((await engine.ask('run', '--name', 'impossible', image, '/no/such/program')).exitCode).not.toBe(0);
    const impossible = await containers.show('impossible', never);
    expect(impossible).toMatchObject({
      state: 'created',
      exitCode: 127,
      error: expect.stringContaining('/no/such/program'),
    });
  });

  test('health is told, with what the checks said', async () => {
    const options = [
      '--health-cmd',
      'echo all-is-$((1+1)); exit 1',
      '--health-interval',
      '1s',
      '--health-retries',
      '1',
    ];
    await engine.run('ill', 'sleep 1000', options);
    await until('a check', async () => (await named('ill'))?.health === 'unhealthy');
    const found = await containers.show('ill', never);
    expect(found.health).toBe('unhealthy');
    expect(found.healthLog.at(-1)).toMatchObject({ exitCode: 1, text: 'all-is-2\n', at: expect.stringMatching(/Z$/) });
  });

  test('what is not there, or is named in too few digits, is not found; nothing is taken for a path', async () => {
    const id = (await named('up'))?.id ?? '';
    expect(await containers.show(id.slice(0, 12), never)).toMatchObject({ name: 'up' });
    for (const wrong of ['absent', id.slice(0, 11), '../images', 'up/json?x=', 'up%2f', '..', 'Ä'])
      expect(await failing(containers.show(wrong, never))).toEqual({
        code: 'unknown-container',
        details: { name: wrong },
      });
    for (const wrong of ['absent:1', '../containers/up', 'tiny:1.0/../..', 'a//b', id.slice(0, 4)])
      expect(await failing(containers.image(wrong, never))).toMatchObject({ code: 'unknown-image' });
  });

  test('an engine that hangs says so within the limit, and answers when it goes on', async () => {
    const hasty = realContainers({ matcherOf: (patterns) => new Matcher(patterns), place: engine.place, limit: 300 });
    await hasty.list(never);
    engine.signal('SIGSTOP');
    try {
      const began = performance.now();
      expect(await failing(hasty.list(never))).toEqual({ code: 'engine-hangs', details: { seconds: 0.3 } });
      expect(await failing(hasty.show('up', never))).toMatchObject({ code: 'engine-hangs' });
      expect(performance.now() - began).toBeLessThan(3000);
      const given = new AbortController();
      setTimeout(() => given.abort(), 20);
      expect(await failing(containers.list(given.signal))).toMatchObject({ code: 'aborted' });
    } finally {
      engine.signal('SIGCONT');
    }
    await until('an answer', async () =>
      hasty.list(never).then(
        (all) => all.length > 0,
        () => false,
      ),
    );
  });

  test('an engine that was stopped says so, and is found again when it runs', async () => {
    await containers.list(never);
    await engine.kill();
    expect(await failing(containers.list(never))).toMatchObject({ code: 'engine-stopped' });
    const nowhere = { ...engine.place, programs: ['/nowhere/dockerd'] };
    const without = realContainers({ matcherOf: (patterns) => new Matcher(patterns), place: nowhere });
    expect(await failing(without.list(never))).toEqual({ code: 'engine-absent', details: {} });
    await engine.start();
    expect((await containers.list(never)).map(({ name }) => name)).toContain('up');
  });
});

/** As docker writes sizes (go-units, HumanSizeWithPrecision with 3 digits). */
function human(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${Number(size.toPrecision(3))}${units[unit]}`;
}
