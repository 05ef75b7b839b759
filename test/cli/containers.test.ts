/** `gatehouse containers …` and `gatehouse images …`: what people read, what scripts read, and the exit codes. */
import { expect, test } from 'vitest';
import type { ContainerDetails, ImageDetails } from '../../src/appliance.ts';
import * as containers from '../../src/cli/containers.ts';
import * as images from '../../src/cli/images.ts';
import { fail } from '../../src/errors.ts';
import { failing } from '../service/world.ts';
import { running } from './asked.ts';

const bad = '\u001b[2J\u001b]0;owned\u0007';
const createdAt = new Date(Date.now() - 5 * 86_400_000).toISOString();
const container: ContainerDetails = {
  id: 'a'.repeat(64),
  name: 'camsd',
  repository: 'camsd',
  tag: '1.6.2-17',
  imageId: 'b'.repeat(64),
  state: 'running',
  status: `Up 2 days${bad}`,
  createdAt,
  size: 1_240_000_000,
  command: ['/bin/camsd', bad],
  outOfMemory: false,
  restarts: 2,
  restartPolicy: 'always',
  ports: ['0.0.0.0:80 → 80/tcp'],
  mounts: [{ from: '/etc', to: '/host', writable: false }],
  networks: [],
  environment: [{ name: 'TOKEN', value: '••••' }],
  healthLog: [],
};
const image: ImageDetails = {
  id: 'b'.repeat(64),
  repository: 'camsd',
  tag: '1.6.2-17',
  createdAt,
  size: 1_240_000_000,
  containers: 1,
  architecture: 'amd64',
  command: ['/bin/camsd'],
  ports: ['80/tcp'],
  volumes: [],
  environment: [],
  labels: [{ name: 'title', value: bad }],
  layers: 3,
  usedBy: ['camsd'],
};

test('the lists are tables of what people look for, and whole in JSON', async () => {
  const appliance = { containers: { list: async () => [container] }, images: { list: async () => [image] } };
  const text = running({ appliance });
  expect(await containers.list(text.context)).toBe(0);
  expect(await images.list(text.context)).toBe(0);
  expect(text.out()).toBe(
    `NAME   IMAGE  TAG       ID            CREATED     SIZE     STATE    STATUS
camsd  camsd  1.6.2-17  aaaaaaaaaaaa  5 days ago  1.24 GB  running  Up 2 days
REPOSITORY  TAG       IMAGE ID      CREATED     SIZE     CONTAINERS
camsd       1.6.2-17  bbbbbbbbbbbb  5 days ago  1.24 GB  1
`,
  );
  const json = running({ appliance, json: true });
  await containers.list(json.context);
  await images.list(json.context);
  expect(json.values()).toEqual([[container], [image]]);
});

test('details have their sections, and nothing in them commands a terminal', async () => {
  const appliance = { containers: { show: async () => container }, images: { show: async () => image } };
  const { context, out } = running({ appliance });
  expect(await containers.show(context, 'camsd')).toBe(0);
  expect(await images.show(context, 'camsd:1.6.2-17')).toBe(0);
  expect(out()).toContain('Environment\n  TOKEN=••••');
  expect(out()).toContain('Mounts\n  /etc → /host (read only)');
  expect(out()).toContain('Containers\n  camsd');
  expect(out()).not.toContain('\u001b');
});

test('an outcome is told with its steps; without success with the log, and 1', async () => {
  const { command: _command, ...brief } = container;
  const appliance = {
    containers: {
      restart: async ({ id }: { id: string }, call?: { progress?: (news: { step: string }) => void }) => {
        call?.progress?.({ step: `Restarting ${id}` });
        return { container: brief, succeeded: true, log: [] };
      },
      start: async () => ({
        container: { ...brief, status: 'Exited (1) 1 second ago' },
        succeeded: false,
        log: [{ place: '1', text: `cannot go on${bad}`, at: '2026-11-21T11:10:29.083Z' }],
      }),
    },
  };
  const { context, out } = running({ appliance });
  expect(await containers.act(context, 'restart', 'camsd')).toBe(0);
  expect(out()).toBe('Restarting camsd …\ncamsd: Up 2 days.\n');
  expect(await containers.act(context, 'start', 'camsd')).toBe(1);
  expect(out()).toContain(
    'camsd: Exited (1) 1 second ago. That is not what was asked for. Its log:\n2026-11-21T11:10:29.083Z cannot go on\n',
  );
});

test('without an engine it fails with the problem of its own', async () => {
  const list = async () => {
    throw fail('engine-absent', {});
  };
  const { context } = running({ appliance: { containers: { list } } });
  expect(await failing(containers.list(context))).toEqual({ code: 'engine-absent', details: {} });
});
