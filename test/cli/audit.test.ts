/** `gatehouse audit`, and the operator's password where a command changes something. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AuditEntry, AuditPage } from '../../src/appliance.ts';
import { audit, entryText } from '../../src/cli/audit.ts';
import { withPassword } from '../../src/cli/permission.ts';
import { fail } from '../../src/errors.ts';
import { failing } from '../service/world.ts';
import { type Given, running } from './asked.ts';

const entry = (at: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  time: `2026-01-02T03:04:${String(at % 60).padStart(2, '0')}Z`,
  by: 'operator from 10.0.0.7 (ssh)',
  what: `change ${at}`,
  before: '',
  after: '',
  outcome: 'done',
  ...more,
});

/** Newest first, by pages of ten. */
function pages(entries: AuditEntry[]) {
  return {
    audit: {
      read: async ({ before = '0', lines }: { before?: string; lines: number }): Promise<AuditPage> => {
        const end = Number(before) + Math.min(10, lines);
        return { entries: entries.slice(Number(before), end), ...(end < entries.length ? { older: String(end) } : {}) };
      },
    },
  };
}

const many = Array.from({ length: 35 }, (_, at) => entry(35 - at));

test('people read the newest last, scripts get it first', async () => {
  const people = running({ appliance: pages(many) });
  expect(await audit(people.context, { lines: 12 })).toBe(0);
  const lines = people.out().trim().split('\n');
  expect(lines).toHaveLength(12);
  expect(lines.at(-1)).toBe('2026-01-02T03:04:35Z  operator from 10.0.0.7 (ssh): change 35: done');
  const script = running({ appliance: pages(many), json: true });
  await audit(script.context, { lines: 100 });
  expect(script.values()).toEqual([{ entries: many }]);
});

test('what it was and what it is stands below, and nothing in it acts on the terminal', () => {
  const shown = entryText(entry(1, { before: 'active', after: '', outcome: 'timed-out' }));
  expect(shown.split('\n')).toEqual([expect.stringContaining(': timed-out'), '    active -> nothing']);
  const { context, out } = running({ appliance: {} });
  context.output.text(entryText(entry(1, { what: 'a\u001b[2Jb' })));
  expect(out()).not.toContain('\u001b');
});

test('a new appliance has nothing to tell', async () => {
  const { context, out } = running({ appliance: pages([]) });
  await audit(context, { lines: 5 });
  expect(out()).toBe('Nothing was changed yet.\n');
});

test('with --follow each new one is told once, until interrupted', async () => {
  const entries = many.slice(0, 3);
  const { context, values, interrupt } = running({ appliance: pages(entries), json: true });
  const following = audit(context, { lines: 2, follow: true });
  await vi.waitFor(() => expect(values()).toHaveLength(2));
  entries.unshift(entry(36), entry(36));
  entries.unshift(entry(37));
  await vi.waitFor(() => expect(values().at(-1)).toMatchObject({ what: 'change 37' }), { timeout: 5000 });
  interrupt();
  expect(await following).toBe(0);
  expect(values().map(({ what }) => what)).toContain('change 36');
  expect(values().filter(({ what }) => what === 'change 35')).toHaveLength(1);
});

/** An appliance whose SSH needs the password "right" first. */
function guarded(given: Omit<Given, 'appliance'>) {
  const tried: (string | undefined)[] = [];
  let trusted = false;
  const state = { enabled: true, fingerprints: [], sessions: [] };
  const run = running({
    ...given,
    appliance: {
      access: {
        check: async ({ password }) => {
          tried.push(password);
          trusted = password === 'right';
          return trusted ? { right: true } : { right: false, wait: 2 };
        },
      },
      ssh: {
        set: async () => {
          if (!trusted) throw fail('password-needed', { account: 'operator' });
          return state;
        },
      },
    },
  });
  const change = (path?: string) => withPassword(run.context, path).appliance.ssh.set({ enabled: true });
  return { change, tried, out: run.out, state };
}

test('at a terminal the password is asked for, unseen, and the change goes on', async () => {
  const asked: string[] = [];
  const { change, tried, state } = guarded({
    types: ({ prompt, isShown }) => {
      asked.push(`${prompt()}${isShown}`);
      return 'right';
    },
  });
  expect(await change()).toEqual(state);
  expect(asked).toEqual(['Password of operator: false']);
  expect(tried).toEqual(['right']);
});

test('a wrong one is refused, with the time until the next try', async () => {
  const { change } = guarded({ types: () => 'wrong' });
  expect(await failing(change())).toMatchObject({
    code: 'not-allowed',
    details: { why: expect.stringContaining('2 s') },
  });
});

test('a script gives it on standard input or in a file of its own, and without is told what is needed', async () => {
  expect(await failing(guarded({}).change())).toMatchObject({ code: 'password-needed' });
  expect(await guarded({ input: 'right\n' }).change('-')).toMatchObject({ enabled: true });
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'password');
  writeFileSync(file, 'right\n', { mode: 0o600 });
  expect(await guarded({}).change(file)).toMatchObject({ enabled: true });
  chmodSync(file, 0o644);
  expect(await failing(guarded({}).change(file))).toMatchObject({ code: 'not-allowed' });
});
