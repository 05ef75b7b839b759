/** Changes from the command line: plan, steps and tests, and every way in which they are answered. */
import { expect, test, vi } from 'vitest';
import type { Appliance, ChangeDraft, ChangePlan, ChangesState, EndedChange, TestResult } from '../../src/appliance.ts';
import { exits } from '../../src/cli/exit.ts';
import { transaction } from '../../src/cli/transaction.ts';
import { fail } from '../../src/errors.ts';
import { running } from './asked.ts';

const draft: ChangeDraft = { section: 'dns', settings: { servers: ['10.0.0.1'], searchDomains: [] } };
const plan: ChangePlan = {
  differences: [
    { what: 'Servers', now: 'those of DHCP', will: '10.0.0.1', effective: '10.0.0.2', changed: true },
    { what: 'Domains', now: 'none', will: 'none', changed: false },
  ],
  warnings: ['This session comes through eth0 and will be cut.'],
  newAddress: '10.0.0.9',
  window: 120,
};
const good: TestResult = { test: 'DNS', passed: true, said: '10.0.0.1 found it.' };
const bad: TestResult = { test: 'DNS', passed: false, said: '10.0.0.1 does not answer.' };
const ended = (outcome: EndedChange['outcome']): EndedChange => ({
  id: 'one',
  what: 'DNS settings',
  outcome,
  why: outcome === 'kept' ? 'kept by me' : 'asked by me',
  at: '2026-01-01T00:00:00Z',
  ...(outcome === 'undone' ? { differs: [] } : {}),
});

function changes(tests: TestResult[], parts: Partial<Appliance['changes']> = {}) {
  return {
    plan: vi.fn(async () => plan),
    apply: vi.fn<Appliance['changes']['apply']>(async (_args, call) => {
      call?.progress?.({ step: 'Arming the way back' });
      for (const one of tests) call?.progress?.({ test: one });
      return {
        id: 'one',
        section: 'dns',
        what: 'DNS settings',
        by: 'me',
        began: '2026-01-01T00:00:00Z',
        phase: 'asking',
        until: '2026-01-01T00:02:00Z',
        left: 120,
        tests,
      };
    }),
    keep: vi.fn(async () => ended('kept')),
    undo: vi.fn<Appliance['changes']['undo']>(async () => ended('undone')),
    ...parts,
  };
}

/** Nobody else answers. */
const quiet: Appliance['changes']['watch'] = (_args, call) =>
  new Promise((resolve) => call?.signal?.addEventListener('abort', () => resolve(), { once: true }));

test('a dry run shows the plan, with what changes marked, and changes nothing', async () => {
  const { context, out } = running({ appliance: { changes: { plan: async () => plan } } });
  expect(await transaction(context, draft, { dryRun: true })).toBe(exits.done);
  expect(out()).toBe(
    [
      '            Now            Will be   In effect',
      '*  Servers  those of DHCP  10.0.0.1  10.0.0.2',
      '   Domains  none           none',
      'Warning: This session comes through eth0 and will be cut.',
      'Afterwards the appliance is reached at 10.0.0.9.',
      'Applied, it is undone by itself after 120 s without an answer.',
      '',
    ].join('\n'),
  );
});

test('without a terminal it is applied, says how to answer, and ends with 10', async () => {
  const own = changes([good]);
  const { context, out } = running({ appliance: { changes: own } });
  expect(await transaction(context, draft, {})).toBe(10);
  expect(out()).toContain('Arming the way back …\npassed  DNS: 10.0.0.1 found it.\n');
  expect(out()).toContain('gatehouse changes keep');
  expect(out()).toContain('2026-01-01T00:02:00Z');
  expect(own.keep).not.toHaveBeenCalled();
});

test('with --json everything is a value on a line of its own, and nobody is asked', async () => {
  const { context, values } = running({ appliance: { changes: changes([bad]) }, json: true });
  expect(await transaction(context, draft, {})).toBe(exits.waiting);
  expect(values()).toEqual([
    { plan },
    { step: 'Arming the way back' },
    { test: bad },
    { pending: expect.objectContaining({ id: 'one', phase: 'asking', tests: [bad] }) },
  ]);
});

test('--keep-if-tested keeps when every test passed', async () => {
  const own = changes([good, good]);
  const { context, out } = running({ appliance: { changes: own } });
  expect(await transaction(context, draft, { keepIfTested: true })).toBe(exits.done);
  expect(own.keep).toHaveBeenCalledWith({ id: 'one' }, expect.anything());
  expect(out()).toContain('DNS settings: kept, kept by me.');
});

test.each([[[good, bad]], [[]]])('--keep-if-tested undoes where one failed, or none was made: %j', async (tests) => {
  const own = changes(tests);
  const { context, out } = running({ appliance: { changes: own } });
  expect(await transaction(context, draft, { keepIfTested: true })).toBe(exits.failed);
  expect(own.undo).toHaveBeenCalledWith({ id: 'one' }, expect.anything());
  expect(own.keep).not.toHaveBeenCalled();
  expect(out()).toContain('The machine is as it was; that was compared.');
});

test.each([
  ['y', 'keep', exits.done],
  ['YES', 'keep', exits.done],
  ['', 'undo', exits.failed],
  ['n', 'undo', exits.failed],
  ['yonder', 'undo', exits.failed],
] as const)('at a terminal the answer %j means %s', async (typed, verb, exit) => {
  const own = changes([bad], { watch: quiet });
  const prompts: string[] = [];
  const types = ({ prompt }: { prompt(): string }) => {
    prompts.push(prompt());
    return typed;
  };
  const { context } = running({ appliance: { changes: own }, types });
  expect(await transaction(context, draft, {})).toBe(exit);
  expect(prompts).toEqual(['Keep these settings? [y/N] (120 s left) ']);
  expect(own[verb]).toHaveBeenCalledWith({ id: 'one' }, expect.anything());
  expect(own[verb === 'keep' ? 'undo' : 'keep']).not.toHaveBeenCalled();
});

test('the seconds run down at the prompt, and it ends when nobody answers in time', async () => {
  const seen: string[] = [];
  const watch: Appliance['changes']['watch'] = async (_args, call) => {
    const asking = { id: 'one', section: 'dns', what: '', by: '', began: '', phase: 'asking', tests: [] } as const;
    const tell = (state: Partial<ChangesState>) => call?.progress?.({ held: [], ...state });
    tell({ pending: { ...asking, tests: [], left: 7 } });
    seen.push(prompt());
    tell({ last: { ...ended('undone'), why: 'no answer' } });
  };
  let prompt = () => '';
  const types = (asked: { prompt(): string }) => {
    prompt = asked.prompt;
    return new Promise<string>(() => undefined);
  };
  const { context, out } = running({ appliance: { changes: changes([good], { watch }) }, types });
  expect(await transaction(context, draft, {})).toBe(exits.failed);
  expect(seen).toEqual(['Keep these settings? [y/N] (7 s left) ']);
  expect(out()).toContain('DNS settings: undone, no answer.');
});

test('Ctrl-C at the question leaves it open and says how to answer', async () => {
  const own = changes([good], { watch: quiet });
  const { context, out, interrupt } = running({
    appliance: { changes: own },
    types: () => {
      queueMicrotask(interrupt);
      return new Promise<string>(() => undefined);
    },
  });
  expect(await transaction(context, draft, {})).toBe(exits.interrupted);
  expect(out()).toContain('gatehouse changes keep');
  expect(own.undo).not.toHaveBeenCalled();
});

test('a lab that ends with the command is not left with a question: refused before anything is applied', async () => {
  const own = changes([good]);
  const { context } = running({ appliance: { changes: own }, isOwn: true });
  await expect(transaction(context, draft, {})).rejects.toMatchObject({ problem: { code: 'not-allowed' } });
  expect(own.apply).not.toHaveBeenCalled();
});

test('what the service refuses is handed on, with nothing applied', async () => {
  const refused = fail('bad-values', { fields: [{ field: 'server', why: 'not an address', right: '10.0.0.1' }] });
  const { context } = running({ appliance: { changes: { plan: () => Promise.reject(refused) } } });
  await expect(transaction(context, draft, {})).rejects.toBe(refused);
});
