/** What the engine's answers come to, and that wrong ones are refused. */
import { expect, test } from 'vitest';
import { containerDetails, fullContainer } from '../../../src/adapters/containers/details.ts';
import { briefContainer, briefImages, containerList, imageList } from '../../../src/adapters/containers/list.ts';
import { nameAndTag } from '../../../src/adapters/containers/reference.ts';

const id = 'a'.repeat(64);
const imageId = 'b'.repeat(64);
const listed = {
  Id: id,
  Names: ['/other/alias', '/camsd'],
  Image: 'camsd:1.6.2-17',
  ImageID: `sha256:${imageId}`,
  Created: 1_795_259_428,
  State: 'running',
  Status: 'Up 2 minutes (health: starting)',
};

test.each([
  ['camsd:1.6.2-17', 'camsd', '1.6.2-17'],
  ['camsd', 'camsd', 'latest'],
  ['registry.test:5000/deep/camsd', 'registry.test:5000/deep/camsd', 'latest'],
  ['registry.test:5000/deep/camsd:2', 'registry.test:5000/deep/camsd', '2'],
  [`camsd@sha256:${id}`, 'camsd', '<none>'],
  [`camsd:3@sha256:${id}`, 'camsd', '3'],
  [`sha256:${imageId}`, '<none>', '<none>'],
  [imageId.slice(0, 12), '<none>', '<none>'],
  ['<none>:<none>', '<none>', '<none>'],
  ['', '<none>', '<none>'],
])('the name %s is %s, %s', (reference, repository, tag) => {
  expect(nameAndTag(reference, imageId)).toEqual({ repository, tag });
});

test('a container of the list: its own name, its health out of the words', () => {
  const [one] = containerList.parse([listed]).map(briefContainer);
  expect(one).toEqual({
    id,
    name: 'camsd',
    repository: 'camsd',
    tag: '1.6.2-17',
    imageId,
    state: 'running',
    status: 'Up 2 minutes (health: starting)',
    health: 'starting',
    createdAt: '2026-11-21T11:10:28.000Z',
  });
  const exited = containerList.parse([{ ...listed, State: 'exited', Status: 'Exited (0) 2 days ago' }]);
  expect(exited.map(briefContainer)[0]).not.toHaveProperty('health');
});

test('images: a row a name, one for that without, and how many containers each has', () => {
  const image = { Id: `sha256:${imageId}`, RepoTags: ['a:1', 'b:2'], RepoDigests: null, Created: 1, Size: 7 };
  const lost = {
    ...image,
    Id: `sha256:${'c'.repeat(64)}`,
    RepoTags: ['<none>:<none>'],
    RepoDigests: [`d@sha256:${id}`],
  };
  const bare = { ...image, Id: `sha256:${'d'.repeat(64)}`, RepoTags: null };
  const rows = briefImages(imageList.parse([image, lost, bare]), containerList.parse([listed]));
  expect(rows.map(({ repository, tag, containers }) => [repository, tag, containers])).toEqual([
    ['a', '1', 1],
    ['b', '2', 1],
    ['d', '<none>', 0],
    ['<none>', '<none>', 0],
  ]);
});

const inspected = {
  Id: id,
  Name: '/camsd',
  Path: '/bin/camsd',
  Args: null,
  State: {
    Running: true,
    Restarting: false,
    OOMKilled: false,
    ExitCode: 0,
    Error: '',
    StartedAt: '2026-11-21T11:10:29.083081158Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  },
  RestartCount: 0,
  HostConfig: { RestartPolicy: { Name: '', MaximumRetryCount: 0 } },
  Mounts: null,
  Config: { Env: null, Tty: false, StopTimeout: null },
  NetworkSettings: { Ports: { '80/tcp': null, '81/tcp': [{ HostIp: '::', HostPort: '81' }] }, Networks: { a: null } },
};
const [brief] = containerList.parse([listed]).map(briefContainer);
const full = (change: object, state: object = {}) => {
  const found = containerDetails.parse({ ...inspected, ...change, State: { ...inspected.State, ...state } });
  return fullContainer(brief as never, found, undefined);
};

test('details: nulls are nothing, never is absent, the code is of a run that has ended', () => {
  const first = full({});
  expect(first).toMatchObject({
    command: ['/bin/camsd'],
    startedAt: '2026-11-21T11:10:29.083Z',
    restartPolicy: 'no',
    ports: ['80/tcp', '[::]:81 → 81/tcp'],
    networks: [{ name: 'a', address: '' }],
    environment: [],
  });
  for (const absent of ['finishedAt', 'exitCode', 'error', 'size']) expect(first).not.toHaveProperty(absent);
  const ended = { FinishedAt: '2026-11-21T11:11:00Z', ExitCode: 0 };
  expect(full({}, ended)).not.toHaveProperty('exitCode');
  expect(full({}, { ...ended, Running: false })).toMatchObject({ exitCode: 0, finishedAt: '2026-11-21T11:11:00.000Z' });
  expect(full({}, { ...ended, ExitCode: 7, Restarting: true })).toMatchObject({ exitCode: 7 });
});

test.each([
  ['an id', { Id: '../etc/passwd' }],
  ['a count', { RestartCount: -1 }],
  ['a count', { RestartCount: 1e300 }],
  ['a list', { Args: 'rm -rf' }],
  ['a state', { State: 'running' }],
])('%s that is none is refused', (_what, change) => {
  expect(containerDetails.safeParse({ ...inspected, ...change }).success).toBe(false);
});
