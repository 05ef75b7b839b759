/** The operator's password: set once without, then with the one before; wrong tries wait; it is never seen. */
import { expect, test } from 'vitest';
import { Tries } from '../../src/service/tries.ts';
import { Secret } from '../../src/values/secret.ts';
import { gateIn } from './gate.ts';
import { applianceOn, failing, temporaryFolder } from './world.ts';

const good = 'Gut-42 und lang';

async function begin() {
  const state = temporaryFolder();
  const gate = gateIn(state);
  return { gate, ...(await applianceOn(gate.machine, state)) };
}

test('the first password needs none before, each later one does', async () => {
  const { link, gate } = await begin();
  const { access } = link.appliance;
  expect(await access.read({})).toEqual({
    account: 'operator',
    passwordSet: false,
    keySet: false,
    passwordBeforeChanges: false,
    idleLockMinutes: 0,
    windowSeconds: 120,
    language: 'en',
  });
  await access.setPassword({ next: good });
  expect(gate.password).toBe(good);
  expect(await failing(access.setPassword({ next: 'another' }))).toMatchObject({
    details: { fields: [{ field: 'current', why: 'nothing is given' }] },
  });
  expect(await failing(access.setPassword({ current: 'wrong', next: 'another' }))).toMatchObject({
    details: { fields: [{ field: 'current', why: 'not the password; the next try is taken in 1 s' }] },
  });
  expect(gate.password).toBe(good);
});

test('a new password that cannot be typed is refused at its own field', async () => {
  const { link } = await begin();
  const unusable = async () => {
    const { fail } = await import('../../src/errors.ts');
    throw fail('bad-value', { field: 'password', why: 'it is too long', right: 'a shorter one' });
  };
  const state = temporaryFolder();
  const gate = gateIn(state, { login: { setPassword: unusable } });
  const other = await applianceOn(gate.machine, state);
  expect(await failing(other.link.appliance.access.setPassword({ next: 'x'.repeat(600) }))).toEqual({
    code: 'bad-values',
    details: { fields: [{ field: 'next', why: 'it is too long', right: 'a shorter one' }] },
  });
  await link.appliance.access.setPassword({ next: good });
});

test('passwords are in no audit entry and no log line, and wrong tries are in both', async () => {
  const { link, entries, log } = await begin();
  await link.appliance.access.setPassword({ next: good });
  expect(await link.appliance.access.check({ password: 'Falsch-17' })).toEqual({ right: false, wait: 1 });
  expect(entries.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
    'set the password of operator: done',
    'try the password of operator: wrong',
  ]);
  expect(log.join()).toContain('Wrong password of operator by this process');
  const all = JSON.stringify([entries, log]);
  expect(all).not.toContain('Gut-42');
  expect(all).not.toContain('Falsch-17');
});

test('asking for a password before changes needs one', async () => {
  const { link, gate } = await begin();
  const wanted = { passwordBeforeChanges: true, idleLockMinutes: 10, windowSeconds: 60 };
  expect(await failing(link.appliance.access.set(wanted))).toMatchObject({
    details: { fields: [{ field: 'passwordBeforeChanges' }] },
  });
  gate.password = good;
  expect(await link.appliance.access.set(wanted)).toMatchObject({ ...wanted, passwordSet: true });
});

/** Tries whose waits are `pace` of what they are told as, and the number that was compared. */
function triesOf(pace: number) {
  let compared = 0;
  const isRight = async (password: Secret) => {
    compared += 1;
    return password.reveal() === good;
  };
  const tries = new Tries(isRight, pace);
  return { check: (text: string) => tries.check(new Secret(text)), compared: () => compared };
}

test('waits double up to a minute, and begin anew after the right password', async () => {
  const { check } = triesOf(0);
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 8; i += 1) waits.push((await check('wrong')).wait);
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(await check(good)).toEqual({ right: true, isTried: true });
  expect((await check('wrong')).wait).toBe(1);
});

test('while waiting nothing is compared, not even the right password, nor many at once', async () => {
  const { check, compared } = triesOf(1);
  await check('wrong');
  const all = await Promise.all([check(good), check(good), check('wrong')]);
  expect(all).toEqual(Array(3).fill({ right: false, isTried: false, wait: 1 }));
  expect(compared()).toBe(1);
});
