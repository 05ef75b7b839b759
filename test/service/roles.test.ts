/** Roles, by the contract's own list: what a viewer gets, that nothing changes the machine unseen, and that it is bounded. */
import { expect, onTestFinished, test } from 'vitest';
import type { Appliance, AuditEntry, Role, Who } from '../../src/appliance.ts';
import { inProcess } from '../../src/client/in-process.ts';
import { fail } from '../../src/errors.ts';
import { type OperationName, operationNames, operations } from '../../src/operations.ts';
import { operationOf, remoteAppliance } from '../../src/rpc/remote.ts';
import { Admission } from '../../src/service/admission.ts';
import { bounded } from '../../src/service/asking.ts';
import type { Noted } from '../../src/service/audit.ts';
import { logTo } from '../../src/service/log.ts';
import { isForViewers } from '../../src/service/roles.ts';
import { failing } from './world.ts';

const changes = operationNames.filter((name) => operations[name] === 'change');
const alice: Who = {
  by: 'alice from 10.0.0.7 (ssh)',
  user: 'alice',
  uid: 1001,
  pid: 7,
  console: 'pts/1',
  address: '10.0.0.7',
};

/** An appliance that answers everything and remembers what it was asked. */
function begin(role: Role, work: (name: OperationName, args: object) => unknown = () => ({ right: true })) {
  const asked: { name: OperationName; args: object }[] = [];
  const notes: Noted[] = [];
  const audit = { note: async (entry: Noted) => void notes.push(entry) };
  const appliance = remoteAppliance(async (name, args) => {
    asked.push({ name, args });
    return work(name, args);
  });
  const client = { role, who: Promise.resolve(alice), audit, refusals: bounded(audit), connection: '1' };
  const link = inProcess(appliance, logTo({ write: () => undefined }), client);
  onTestFinished(() => link.close());
  const ask = (name: OperationName, args: object = {}) => operationOf(link.appliance, name)(args, {});
  const admission = new Admission(appliance, client);
  return { ask, asked, notes, link, admission };
}

test('there are changes to be refused', () => {
  expect(changes.length).toBeGreaterThan(20);
});

test.each(changes)(
  'a viewer is refused %s before its arguments are looked at, and it is in the audit',
  async (name) => {
    const { ask, asked, notes } = begin('viewer');
    expect(await failing(ask(name, { nonsense: true }))).toMatchObject({ code: 'not-allowed' });
    expect(asked).toEqual([]);
    expect(notes).toEqual([{ ...alice, what: name, before: '', after: '', outcome: 'not-allowed' }]);
  },
);

/** To be thought about for each new one: may it show what only operators should see? */
const forOperators = [
  'access.check',
  'logs.page',
  'logs.search',
  'logs.count',
  'logs.follow',
  'report.hostKey',
  'unattended.plan',
  'unattended.export',
];
const forViewers = [
  'about',
  'status.read',
  'status.watch',
  'info.read',
  'info.watch',
  'ping.run',
  'units.list',
  'units.watch',
  'units.show',
  'network.read',
  'network.watch',
  'changes.read',
  'changes.watch',
  'changes.plan',
  'dns.read',
  'proxy.read',
  'hosts.read',
  'time.read',
  'time.watch',
  'time.zones',
  'platform.read',
  'ssh.read',
  'ssh.watch',
  'access.read',
  'settings.versions',
  'settings.difference',
  'audit.read',
  'registration.read',
  'registration.watch',
  'connectivity.run',
  'proxyTest.run',
  'containers.list',
  'containers.watch',
  'containers.show',
  'images.list',
  'images.watch',
  'images.show',
  'logs.files',
  'logs.units',
  'stats.read',
  'stats.watch',
  'stats.history',
  'report.items',
  'report.read',
  'report.watch',
  'capture.plan',
  'capture.read',
  'capture.watch',
  'power.read',
  'power.watch',
  'power.resetPlan',
  'setup.read',
];

test('every call that only reads was decided on', () => {
  const reads = operationNames.filter((name) => operations[name] !== 'change');
  expect(reads.filter(isForViewers)).toEqual(forViewers);
  expect(reads.filter((name) => !isForViewers(name))).toEqual(forOperators);
});

test('who is what is said by the service, whatever the appliance says', async () => {
  for (const role of ['viewer', 'operator'] as const)
    expect(await begin(role, () => ({ version: '1', brand: 'b', role: 'operator' })).ask('about')).toMatchObject({
      role,
    });
});

test('a viewer sees a unit without its log', async () => {
  const { ask, asked } = begin('viewer');
  await ask('units.show', { name: 'docker.service', lines: 20 });
  expect(asked).toEqual([{ name: 'units.show', args: { name: 'docker.service', lines: 0 } }]);
});

test('a viewer cannot fill the audit with refusals', async () => {
  const { ask, notes } = begin('viewer');
  for (let i = 0; i < 50; i += 1) await failing(ask('units.stop'));
  expect(notes).toHaveLength(10);
  expect(notes.at(-1)).toMatchObject({ after: 'more within this minute are not noted' });
});

/** As if its arguments were parsed: what the operations themselves do is not asked for here. */
const unnoted = new Set<OperationName>(['changes.hold']);

test.each(changes.filter((name) => !unnoted.has(name)))(
  '%s is in the audit, done or failed, with who did it',
  async (name) => {
    for (const outcome of ['done', 'held'] as const) {
      const { admission, notes } = begin('operator', (asked) => {
        if (asked === name && outcome === 'held') throw fail('held', { what: '', by: '', since: '' });
        return { right: true };
      });
      const call = { signal: new AbortController().signal, progress: () => undefined };
      await admission.change(name, { name: 'x', from: 0, password: 'secret-1' }, call, alice).catch(() => undefined);
      expect(notes).toEqual([expect.objectContaining({ ...alice, what: `${name} x`, outcome })]);
      expect(JSON.stringify(notes)).not.toContain('secret-1');
    }
  },
);

test('whoever hung up before it was known who they are has changed nothing', async () => {
  const { admission, asked } = begin('operator');
  const call = { signal: AbortSignal.abort(), progress: () => undefined };
  const stopping = admission.answer('units.stop', { name: 'docker.service' }, call);
  expect(await failing(stopping)).toMatchObject({ code: 'aborted' });
  expect(asked).toEqual([]);
});

test('what the operation notes itself is noted once, with all that is known of who asks', async () => {
  const entries: AuditEntry[] = [];
  const { attributed } = await import('../../src/service/asking.ts');
  const audit = attributed({ note: async (entry) => void entries.push(entry as AuditEntry) });
  const note = (by: string) => audit.note({ by, what: 'stop x', before: 'a', after: 'b', outcome: 'done' });
  const appliance = {
    units: { stop: async (_args: object, { by = '' } = {}) => note(by).then(() => ({})) },
    access: { check: async () => ({ right: true }) },
  } as unknown as Appliance;
  const client = { role: 'operator' as const, who: Promise.resolve(alice), connection: '1', audit };
  const admission = new Admission(appliance, client);
  const call = { signal: new AbortController().signal, progress: () => undefined };
  await admission.answer('units.stop', { name: 'x.service' }, call);
  await note('gatehouse-way-back.service');
  expect(entries).toEqual([
    { ...alice, what: 'stop x', before: 'a', after: 'b', outcome: 'done' },
    { by: 'gatehouse-way-back.service', what: 'stop x', before: 'a', after: 'b', outcome: 'done' },
  ]);
});
