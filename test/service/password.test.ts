/** The operator's password before changes, kept by the service: who is asked, for how long, and who is not. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ChangeDraft, Who } from '../../src/appliance.ts';
import { inProcess } from '../../src/client/in-process.ts';
import { logTo } from '../../src/service/log.ts';
import { gateIn } from './gate.ts';
import { applianceOn, failing, temporaryFolder } from './world.ts';

const good = 'Gut-42 und lang';
const rules = { passwordBeforeChanges: true, idleLockMinutes: 0, windowSeconds: 60 };
const needed = { code: 'password-needed', details: { account: 'operator' } };
const hosts = { entries: [{ name: 'files.example.com', address: '10.0.0.9' }] };

/** An appliance that asks for its password, and connections to it. */
async function begin() {
  const state = temporaryFolder();
  const gate = gateIn(state);
  gate.password = good;
  const { appliance } = await applianceOn(gate.machine, state);
  const as = (who: Partial<Who>, trust?: number) => {
    const more = { who: Promise.resolve({ by: 'alice', ...who }), ...(trust === undefined ? {} : { trust }) };
    const link = inProcess(appliance, logTo({ write: () => undefined }), {
      connection: String(Math.random()),
      ...more,
    });
    onTestFinished(() => link.close());
    return link.appliance;
  };
  await as({ uid: 0 }).access.set(rules);
  return { gate, as };
}

test('a change needs the password, on this very connection', async () => {
  const { gate, as } = await begin();
  const [alice, other] = [as({ uid: 1000 }), as({ uid: 1000 })];
  expect(await failing(alice.hosts.set(hosts))).toEqual(needed);
  expect(await alice.access.check({})).toEqual({ right: false });
  expect(await alice.access.check({ password: 'wrong' })).toMatchObject({ right: false });
  expect(await failing(alice.hosts.set(hosts))).toEqual(needed);
  await vi.waitFor(async () => expect(await alice.access.check({ password: good })).toEqual({ right: true }));
  expect(await alice.access.check({})).toEqual({ right: true });
  await alice.hosts.set(hosts);
  expect(gate.hosts).toHaveLength(1);
  expect(await failing(other.hosts.set(hosts))).toEqual(needed);
});

test('it is good for its time only, which changes and being there begin anew', async () => {
  const { as } = await begin();
  const alice = as({ uid: 1000 }, 400);
  await alice.access.check({ password: good });
  const begun = performance.now();
  while (performance.now() - begun < 800) {
    expect(await alice.access.check({})).toEqual({ right: true });
    await alice.hosts.set(hosts);
  }
  const short = as({ uid: 1000 }, 1);
  await short.access.check({ password: good });
  await vi.waitFor(async () => expect(await short.access.check({})).toEqual({ right: false }));
  expect(await failing(short.hosts.set(hosts))).toEqual(needed);
});

test('reading needs none, and root is not asked; where who it is was not found out, they are', async () => {
  const { as } = await begin();
  await as({ uid: 1000 }).hosts.read({});
  await as({ uid: 0 }).hosts.set(hosts);
  expect(await as({ uid: 0 }).access.check({})).toEqual({ right: true });
  expect(await failing(as({}).hosts.set(hosts))).toEqual(needed);
});

test('who was cut off can keep or undo the change from elsewhere without it', async () => {
  const { as } = await begin();
  const dns: ChangeDraft = { section: 'dns', settings: { servers: ['10.0.0.53'], searchDomains: [] } };
  expect(await failing(as({ uid: 1000 }).changes.apply({ draft: dns }))).toEqual(needed);
  const root = as({ uid: 0 });
  const kept = await root.changes.apply({ draft: dns });
  expect(await as({ uid: 1000 }).changes.keep({ id: kept.id })).toMatchObject({ outcome: 'kept' });
  const undone = await root.changes.apply({ draft: { section: 'reset-network' } });
  expect(await as({ uid: 1000 }).changes.undo({ id: undone.id })).toMatchObject({ outcome: 'undone' });
});

test('with the rule switched off nobody is asked, and switching it off needs the password', async () => {
  const { as } = await begin();
  const alice = as({ uid: 1000 });
  const off = { ...rules, passwordBeforeChanges: false };
  expect(await failing(alice.access.set(off))).toEqual(needed);
  await alice.access.check({ password: good });
  await alice.access.set(off);
  await as({ uid: 1000 }).hosts.set(hosts);
});

test('a new password needs the one before and no other, and is trusted then', async () => {
  const { gate, as } = await begin();
  const alice = as({ uid: 1000 });
  expect(await failing(alice.access.setPassword({ next: 'another one' }))).toMatchObject({ code: 'bad-values' });
  expect(await failing(alice.hosts.set(hosts))).toEqual(needed);
  await alice.access.setPassword({ current: good, next: 'another one' });
  expect(gate.password).toBe('another one');
  await alice.hosts.set(hosts);
});
