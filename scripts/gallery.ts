/** Every piece of the kit to look at and to press keys in, for developers and for the tests. No appliance behind it. */
import { setTimeout } from 'node:timers/promises';
import { check, radio, text } from '../screens/kit/fields.ts';
import { Frame } from '../screens/kit/frame.ts';
import { openTerminal } from '../screens/kit/terminal/open.ts';
import { type Ui, uiOn } from '../screens/kit/ui.ts';
import { fail } from '../src/errors.ts';
import { parseHost } from '../src/values/host.ts';
import { parsePort } from '../src/values/port.ts';
import { good } from '../src/values/result.ts';

const hostile = '\x1b[2J\x1b[31mred{red-fg}tag{/}\u009b5m\u202eesrever\u0007\ttab \u4e2d\u6587 e\u0301 end';

const pause = (milliseconds: number, signal?: AbortSignal) =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);

const pieces: Record<string, { description: string; show(ui: Ui): Promise<unknown> }> = {
  Form: { description: 'Fields, mistakes in place', show: form },
  Table: { description: 'Sorted, live, hostile rows', show: table },
  Facts: { description: 'Labelled values', show: facts },
  Pager: { description: 'Lines, search, following', show: pager },
  Progress: { description: 'Steps and a bar', show: progress },
  Busy: { description: 'A wait of three seconds', show: busy },
  Confirm: { description: 'Yes or no', show: confirm },
  Typed: { description: 'Confirmed by a word', show: typed },
  Message: { description: 'A text to read', show: message },
  Problem: { description: 'Something went wrong', show: problem },
  Plot: { description: 'Values over time', show: plot },
  Crash: { description: 'An error nobody caught', show: crash },
};

async function form(ui: Ui): Promise<void> {
  const values = await ui.form({
    title: 'Form',
    text: 'Wrong values are refused in place.',
    fields: {
      host: text({ label: 'Host', value: '', parse: parseHost }),
      port: text({ label: 'Port', value: '443', most: 5, columns: 8, parse: parsePort }),
      password: text({ label: 'Password', masked: true, parse: (value) => good(value) }),
      method: radio({
        label: 'Method',
        value: 'dhcp',
        options: [
          { value: 'dhcp', label: 'DHCP' },
          { value: 'static', label: 'Static' },
          { value: 'none', label: 'Unconfigured' },
        ],
      }),
      tested: check({ label: 'Test it first', value: true }),
    },
    check: ({ host, port }) => (host === 'localhost' && port === 1 ? { port: 'Not this one of this machine' } : {}),
  });
  await ui.message({ title: 'Values', text: [values ? JSON.stringify(values) : 'The form was left.'] });
}

async function table(ui: Ui): Promise<void> {
  const rows = Array.from({ length: 40 }, (_, at) => ({
    name: `row-${at}`,
    size: (at * 7919) % 1000,
    note: at === 3 ? hostile : 'plain',
  }));
  await ui.table<(typeof rows)[number]>({
    title: 'Table',
    id: ({ name }) => name,
    empty: 'Nothing here.',
    rows: async (tell, signal) => {
      for (let turn = 0; !signal.aborted; turn++) {
        tell(rows.map((row, at) => (at === 1 ? { ...row, size: turn } : row)));
        await pause(1000, signal);
      }
    },
    columns: [
      { title: 'NAME', text: ({ name }) => name },
      { title: 'SIZE', text: ({ size }) => String(size), right: true, order: (a, b) => a.size - b.size },
      { title: 'NOTE', text: ({ note }) => note, spare: 1 },
    ],
    choose: ({ name }) => ui.message({ title: 'Chosen', text: [name] }),
    detail: ({ note }) => note,
  });
}

function facts(ui: Ui): Promise<void> {
  const many = Array.from({ length: 30 }, (_, at) => ({ label: `Fact ${at}`, value: `value ${at}` }));
  const page = {
    warnings: ['WARNING: This is how a warning looks.'],
    facts: [{ label: 'Hostile', value: hostile }, ...many],
  };
  return ui.facts({ title: 'Facts', page });
}

function pager(ui: Ui): Promise<void> {
  return ui.pager({
    title: 'Pager',
    stop: 'stop',
    lines: [{ text: hostile }, { text: `long ${'x'.repeat(90_000)}` }],
    feed: async (add, signal) => {
      for (let at = 1; !signal.aborted; at++) {
        add({ text: `line ${at}`, role: at % 10 === 0 ? 'warn' : 'text' });
        await pause(100, signal);
      }
      add({ text: 'stopped' });
    },
  });
}

async function progress(ui: Ui): Promise<void> {
  const outcome = await ui.progress({
    title: 'Progress',
    work: async (report, signal) => {
      for (let at = 1; at <= 5 && !signal.aborted; at++) {
        report({ step: `Step ${at} of 5`, fraction: at / 5 });
        await pause(400, signal);
      }
      return 'done';
    },
  });
  await ui.message({ title: 'Outcome', text: [JSON.stringify(outcome)] });
}

async function busy(ui: Ui): Promise<void> {
  const outcome = await ui.busy('Reading what is slow', (signal) => pause(3000, signal));
  await ui.message({ title: 'Outcome', text: [outcome.ok ? 'It answered.' : 'Given up.'] });
}

async function confirm(ui: Ui): Promise<void> {
  const yes = await ui.confirm({ title: 'Confirm', text: ['Really?'], yes: 'Yes' });
  await ui.message({ title: 'Answer', text: [yes ? 'Yes' : 'No'] });
}

async function typed(ui: Ui): Promise<void> {
  const text = [{ text: 'Warning: nothing will be left.', role: 'warn' as const }, 'Do you want to continue?'];
  const yes = await ui.confirm({ title: 'Reset', text, yes: 'Reset', typed: 'reset' });
  await ui.message({ title: 'Answer', text: [yes ? 'Yes' : 'No'] });
}

function message(ui: Ui): Promise<void> {
  return ui.message({
    title: 'Message',
    text: ['A short text.', '', hostile, 'A longer one that has to be wrapped. '.repeat(12)],
  });
}

function problem(ui: Ui): Promise<void> {
  return ui.problem('Problem', fail('timed-out', { what: 'systemctl', seconds: 10 }).problem);
}

function plot(ui: Ui): Promise<void> {
  const wave = (phase: number) => Array.from({ length: 120 }, (_, at) => 50 + 45 * Math.sin((at + phase) / 12));
  return ui.plot({
    title: 'Plot',
    caption: 'Percent, the last two minutes',
    panes: async (tell, signal) => {
      for (let turn = 0; !signal.aborted; turn++) {
        const series = [
          { title: 'cpu', points: wave(turn) },
          { title: 'memory', points: wave(turn + 30) },
        ];
        tell([{ title: 'Percent', max: 100, series }]);
        await pause(1000, signal);
      }
    },
  });
}

async function crash(): Promise<never> {
  await pause(1);
  throw new Error('a secret that must not be seen');
}

const terminal = await openTerminal();
const frame = new Frame(terminal);
frame.vendor = 'Gallery';
frame.status = [{ forms: ['Every piece of the kit'], role: 'dim', weight: 0 }];
const ui = uiOn(frame);
await ui.menu({
  title: 'Kit',
  back: false,
  items: () => [
    ...Object.entries(pieces).map(([id, { description }]) => ({ id, label: id, description })),
    { id: 'greyed', label: 'Greyed', description: 'Cannot be chosen', greyed: 'It is greyed to show how that looks.' },
  ],
  choose: (id) => pieces[id]?.show(ui) ?? Promise.resolve(),
});
terminal.close();
