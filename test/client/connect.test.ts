/** A link over the socket: it connects again by itself, takes watches up again, and repeats nothing else. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { problemWithSocket } from '../../src/client/problem.ts';
import { fail, sentence } from '../../src/errors.ts';
import { fakeMachine, plainFacts, plainList, untilAborted } from '../machines/fake.ts';
import { failing, group, linkTo, reached, serviceOn, temporaryFolder } from '../service/world.ts';

const named = (hostName: string) =>
  fakeMachine({ facts: { ...plainFacts, hostName: async () => hostName }, units: { list: plainList } });

test('after a restart of the service the link is back and the watch goes on with what is then', async () => {
  const folder = temporaryFolder();
  const first = await serviceOn(named('before'), folder);
  const link = linkTo(first.socket);
  const states: string[] = [];
  link.onState(() => void states.push(link.state));
  const names: string[] = [];
  const stop = new AbortController();
  const watching = link.appliance.status.watch(
    {},
    { signal: stop.signal, progress: ({ name }) => void names.push(name) },
  );
  await vi.waitFor(() => expect(names).toEqual(['before']));
  await first.service.close();
  await reached(link, 'lost');
  expect(link.problem).toMatchObject({ code: 'service-gone' });
  await serviceOn(named('after'), folder);
  await vi.waitFor(() => expect(names).toEqual(['before', 'after']), { timeout: 3000 });
  expect(link.problem).toBeUndefined();
  expect(states.filter((state) => state === 'connected')).toHaveLength(2);
  stop.abort();
  await watching;
});

test('an operation under way when the service goes fails and is not repeated', async () => {
  let runs = 0;
  const pinging = () =>
    fakeMachine({
      ping: {
        run: async (_request, { signal, progress }) => {
          runs += 1;
          progress({ kind: 'lost', seq: 1 });
          return untilAborted(signal);
        },
      },
    });
  const folder = temporaryFolder();
  const { service, socket } = await serviceOn(pinging(), folder);
  const link = linkTo(socket);
  const failed = failing(link.appliance.ping.run({ host: '::1' }, { progress: () => void service.close() }));
  expect(await failed).toMatchObject({ code: 'service-gone' });
  await service.close();
  await serviceOn(pinging(), folder);
  await reached(link, 'connected');
  await link.appliance.about({});
  expect(runs).toBe(1);
});

test('a watch of what the machine does not have fails, and is not taken up again', async () => {
  let reads = 0;
  const list = async () => {
    reads += 1;
    throw fail('unavailable', { what: 'systemd', why: 'it does not run here' });
  };
  const { socket } = await serviceOn(fakeMachine({ facts: plainFacts, units: { list } }));
  expect(await failing(linkTo(socket).appliance.units.watch({}))).toMatchObject({ code: 'unavailable' });
  expect(reads).toBe(1);
});

test('an operation asked while the service starts waits for it', async () => {
  const folder = temporaryFolder();
  const link = linkTo(join(folder, 'run', 'gatehouse.sock'));
  const asked = link.appliance.status.read({});
  await reached(link, 'lost');
  await serviceOn(named('gate1'), folder);
  expect(await asked).toMatchObject({ name: 'gate1' });
});

test('without a service an operation fails after 3 s and says that there is no socket', async () => {
  const link = linkTo(join(temporaryFolder(), 'none.sock'));
  const begun = performance.now();
  const problem = await failing(link.appliance.about({}));
  expect(performance.now() - begun).toBeGreaterThan(2900);
  expect(problem).toMatchObject({ code: 'service-gone', details: { why: expect.stringContaining('no such socket') } });
}, 10_000);

test('a socket that nobody listens on is told from one that is not there', async () => {
  const path = join(temporaryFolder(), 'socket');
  writeFileSync(path, '');
  const link = linkTo(path);
  await reached(link, 'lost');
  expect(link.problem).toMatchObject({ details: { why: expect.stringContaining('nobody listens there') } });
});

test('who is not in the group is told which one', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'run'));
  const error = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
  const problem = problemWithSocket(join(folder, 'run', 'hidden.sock'), error);
  expect(sentence(problem)).toContain(`members of the group ${group}`);
});

test('a service of another version is not spoken to, at once', async () => {
  const { socket } = await serviceOn(named('gate1'));
  const link = linkTo(socket, '1.0');
  const details = { theirs: '9.9', ours: '1.0' };
  expect(await failing(link.appliance.status.read({}))).toEqual({ code: 'service-other-version', details });
});

/** Takes connections; what is said on each is that function's business. */
async function listening(answer: (socket: Socket) => void): Promise<string> {
  const path = join(temporaryFolder(), 'socket');
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return path;
}

test('a service that takes the connection and says nothing is told of after 3 s, and waited for up to 10', async () => {
  const link = linkTo(await listening(() => undefined));
  const begun = performance.now();
  const failed = failing(link.appliance.about({}));
  await reached(link, 'lost');
  expect(performance.now() - begun).toBeLessThan(4500);
  const why = 'it takes connections and does not answer';
  expect(link.problem).toMatchObject({ code: 'service-gone', details: { why } });
  expect(await failed).toMatchObject({ code: 'service-gone', details: { why } });
  expect(performance.now() - begun).toBeGreaterThan(9900);
  expect(link.state).not.toBe('connected');
});

test('a service that is so slow that its first answer takes 5 s is connected all the same', async () => {
  const { socket: real } = await serviceOn(named('slow'));
  const link = linkTo(
    await listening((socket) => {
      const onward = dial(real);
      onward.on('error', () => undefined);
      socket.on('error', () => undefined);
      socket.pipe(onward);
      setTimeout(() => onward.pipe(socket), 5000);
    }),
  );
  expect(await link.appliance.status.read({})).toMatchObject({ name: 'slow' });
  expect(link.problem).toBeUndefined();
});

test('a closed link ends its watches and asks nothing any more', async () => {
  const { socket } = await serviceOn(named('gate1'));
  const link = linkTo(socket);
  await reached(link, 'connected');
  const watching = failing(link.appliance.status.watch({}));
  link.close();
  expect(await watching).toMatchObject({ code: 'service-gone', details: { why: 'the link was closed' } });
  expect(await failing(link.appliance.about({}))).toMatchObject({ code: 'service-gone' });
});
