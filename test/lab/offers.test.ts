/** The lab's listener: the same rules as on a machine, kept by node's ssh2 on a loopback port. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type ssh2 from 'ssh2';
import Sftp from 'ssh2-sftp-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Offers } from '../../src/adapters/machine.ts';
import type { Offer } from '../../src/appliance.ts';
import { makePassword } from '../../src/jobs/handover/one-time.ts';
import { labOffers } from '../../src/lab/offers.ts';
import { until } from '../host/machine/programs.ts';

const name = 'report.tar.zst.age';
const content = randomBytes(1_500_000);
const silent = { error: () => undefined, end: () => undefined, close: () => undefined };

describe("the lab's offer of a report", () => {
  let folder: string;
  let offers: Offers;
  let told: Offer[];
  let offer: Offer;
  let ended: Promise<void>;
  const password = makePassword();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-offers-'));
    offers = labOffers(folder);
    writeFileSync(join(folder, name), content);
  });
  afterEach(async () => {
    await offers.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(seconds = 60): Promise<void> {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const report = { name, size: content.length, sha256 };
    const path = join(folder, name);
    const signal = new AbortController().signal;
    const request = { report, path, password, addresses: ['10.0.0.1'], seconds, by: 'the test', state: folder };
    offer = await offers.open(request, signal);
    told = [offer];
    ended = offers.watch(offer, (next) => told.push(next), signal);
  }

  async function login(typed = password.reveal(), username = offer.user): Promise<Sftp> {
    const client = new Sftp('test', silent);
    await client.connect({
      host: offer.addresses[0],
      port: offer.port,
      username,
      password: typed,
      retries: 0,
    } as never);
    return client;
  }

  const refused = (typed?: string, username?: string) => expect(login(typed, username)).rejects.toThrow();
  const state = () => told.at(-1)?.state;

  test('is fetched once, whole, on a loopback address', async () => {
    await open();
    expect(offer).toMatchObject({ addresses: ['127.0.0.1'], user: 'diagnostics', state: 'waiting', triesLeft: 5 });
    const client = await login();
    expect((await client.list('.')).map((file) => file.name)).toEqual([name, `${name}.sha256`]);
    await client.fastGet(name, join(folder, 'fetched'));
    expect(readFileSync(join(folder, 'fetched')).equals(content)).toBe(true);
    await until('the offer to be complete', () => state() === 'complete');
    expect(told.some((one) => one.state === 'downloading' && one.fetched < content.length)).toBe(true);
    await refused();
    await client.end();
    await ended;
    expect(told.at(-1)).toMatchObject({ state: 'complete', from: '127.0.0.1', fetched: content.length });
  });

  test('of six logins at once one is let in', async () => {
    await open();
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => login()));
    const clients = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(clients).toHaveLength(1);
    await clients[0]?.end();
    await ended;
    expect(state()).toBe('broken off');
  });

  test('five wrong passwords burn it; those of other users do not count', async () => {
    await open();
    await refused(password.reveal(), 'root');
    for (let tries = 0; tries < 5; tries += 1) await refused('wrong');
    await ended;
    expect(state()).toBe('burnt');
    await refused();
  });

  test('nothing is written, removed, run or forwarded, and no other file is seen', async () => {
    await open();
    writeFileSync(join(folder, 'secret'), 'secret');
    const client = await login();
    const wrong: (() => Promise<unknown>)[] = [
      () => client.put(Buffer.from('x'), 'new'),
      () => client.put(Buffer.from('x'), name),
      () => client.append(Buffer.from('x'), name),
      () => client.delete(name),
      () => client.rename(name, 'other'),
      () => client.mkdir('folder'),
      () => client.chmod(name, 0o777),
      () => client.get('../secret'),
      () => client.get('/etc/passwd'),
      () => client.get(join(folder, 'secret')),
      () => client.list('/'),
    ];
    for (const attempt of wrong) await expect(attempt()).rejects.toThrow();
    const { client: inner } = client as unknown as { client: InstanceType<typeof ssh2.Client> };
    const asked = (ask: (done: (error: Error | undefined) => void) => unknown) =>
      new Promise((resolve) => ask((error) => resolve(error)));
    expect(await asked((done) => inner.exec('id', done))).toBeInstanceOf(Error);
    expect(await asked((done) => inner.shell(done))).toBeInstanceOf(Error);
    expect(await asked((done) => inner.forwardOut('', 0, '127.0.0.1', 22, done))).toBeInstanceOf(Error);
    expect(await asked((done) => inner.forwardIn('127.0.0.1', 0, done))).toBeInstanceOf(Error);
    await client.end();
    expect(readFileSync(join(folder, name)).equals(content)).toBe(true);
  });

  test('what expires in the middle is cut off', async () => {
    await open(1);
    const client = await login();
    await ended;
    expect(state()).toBe('expired');
    await offers.close();
    await expect(client.list('.')).rejects.toThrow();
    const socket = connect(offer.port, '127.0.0.1');
    await expect(new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject))).rejects.toThrow();
  });
});
