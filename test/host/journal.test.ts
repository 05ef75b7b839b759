/** The journal of a real machine, while journald is killed, stopped, rotates and forgets. */
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogEntry, LogNews, LogPage } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { describeWith } from '../setup/needs.ts';
import { type Bundle, bundle } from '../terminal/bundle.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

const program = '/opt/journal/main.mjs';
const files = {
  '/etc/systemd/system/speaks.service': '[Service]\nType=oneshot\nExecStart=sh -c "echo one; echo two; exit 3"\n',
};

describeWith(hostNeeds, 'the journal of a real machine', () => {
  let built: Bundle;
  let host: Host;
  beforeAll(async () => {
    built = bundle('test/host/journal-reader.ts');
    host = await bootHost({ files, shown: { '/opt/journal': dirname(built.file) } });
  });
  afterAll(async () => {
    await host?.end();
    built?.remove();
  });

  async function ask<T>(asked: object): Promise<{ result: T; problem?: Problem }> {
    const { stdout, stderr } = await host.run(['node', program, JSON.stringify(asked)]);
    if (stderr) throw new Error(stderr);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }
  const page = async (asked: object = {}) => (await ask<LogPage>({ ask: 'page', ...asked })).result;
  const journalctl = async (...args: string[]) =>
    (await host.run(['journalctl', '--no-pager', '--quiet', '--output=cat', ...args])).stdout.split('\n').slice(0, -1);
  const write = (...texts: string[]) =>
    host.run(['sh', '-c', 'for text; do echo "$text" | systemd-cat --identifier=test; done', 'sh', ...texts]);
  const sync = () => host.run(['journalctl', '--sync']);

  function follow(asked: object = {}) {
    const followed = host.follow(['node', program, JSON.stringify({ ask: 'follow', ...asked })]);
    const news = () => followed.lines.flatMap((line) => (JSON.parse(line) as { news?: LogNews }).news ?? []);
    const entries = () => news().flatMap((one) => (one.kind === 'lines' ? one.lines : []));
    const texts = () => entries().flatMap(({ text, from }) => (from?.startsWith('test') ? [text] : []));
    const told = (text: string) =>
      until(
        `"${text}"`,
        () => texts().includes(text),
        20_000,
        () => texts().join(', '),
      );
    return { news, texts, told, end: () => followed.end() };
  }

  /** Also what is written before it has started. */
  const followFromHere = async () => {
    await sync();
    return follow({ from: (await page({ lines: 1 })).lines[0]?.place });
  };

  test('a unit: what it says, and what systemd says of it', async () => {
    await host.run(['systemctl', 'start', 'speaks.service']);
    await sync();
    const { lines } = await page({ filter: { unit: 'speaks.service' } });
    expect(lines.map(({ text }) => text)).toEqual(await journalctl('--unit=speaks.service'));
    expect(lines.map(({ from }) => from)).toContain('systemd[1]');
    expect(lines.map(({ text }) => text)).toContain('two');
    expect((await ask<string[]>({ ask: 'units' })).result).toContain('speaks.service');
  });

  test('messages of bytes, of several lines, very long, and hostile: as they were written', async () => {
    const script = `
      const { execFileSync } = require('node:child_process');
      const send = (text) => execFileSync('logger', ['--journald'], { input: text });
      send('MESSAGE=several\\nMESSAGE=fields\\nSYSLOG_IDENTIFIER=odd\\n');
      send(\`MESSAGE=\\x1b[2J\\x9bred\\nSYSLOG_IDENTIFIER=odd\\n\`);
      send(\`MESSAGE=\${'x'.repeat(60000)}needle\\nSYSLOG_IDENTIFIER=odd\\n\`);`;
    await host.run(['node', '-e', script]);
    await sync();
    const { lines } = await page({ lines: 10 });
    const odd = lines.filter(({ from }) => from?.startsWith('odd'));
    expect(odd.map(({ text }) => text.slice(0, 20))).toEqual(['several\nfields', '\x1b[2J\u009bred', 'x'.repeat(20)]);
    expect(odd.at(-1)).toMatchObject({ more: 60_006 - 16_384 });
    const pattern = { text: 'xneedle$', regular: true };
    expect((await ask<{ found: number }>({ ask: 'count', pattern })).result.found).toBe(1);
  });

  test('followed while journald is killed and rotates and forgets: every line, once, in order', async () => {
    const following = await followFromHere();
    const expected: string[] = [];
    const say = async (text: string) => {
      expected.push(text);
      await write(text);
      await following.told(text);
    };
    await say('at first');
    for (const round of [1, 2, 3]) {
      // systemd gives up what ends five times within ten seconds.
      await host.run(['systemctl', 'reset-failed', 'systemd-journald.service']);
      await host.run(['systemctl', 'kill', '--signal=KILL', 'systemd-journald.service']);
      await say(`after kill ${round}`);
      await host.run(['journalctl', '--rotate']);
      await say(`after rotation ${round}`);
      await host.run(['journalctl', '--vacuum-files=1']);
      await say(`after vacuum ${round}`);
      await host.run(['systemctl', 'restart', 'systemd-journald.service']);
      await say(`after restart ${round}`);
    }
    expect(following.texts()).toEqual(expected);
    await following.end();
  });

  test('journald stopped: the follower says so, and that it is over', async () => {
    const following = await followFromHere();
    const parts = ['systemd-journald.socket', 'systemd-journald-dev-log.socket', 'systemd-journald-audit.socket'];
    await write('still there');
    await following.told('still there');
    await host.run(['systemctl', 'stop', ...parts, 'systemd-journald.service']);
    await until('the interruption', () => following.news().some(({ kind }) => kind === 'interrupted'));
    await host.run(['systemctl', 'start', ...parts, 'systemd-journald.service']);
    await until('its end', () => following.news().some(({ kind }) => kind === 'resumed'));
    await write('and again');
    await following.told('and again');
    await following.end();
  });

  test('journalctl killed while it follows: nothing is lost', async () => {
    const following = await followFromHere();
    await write('first');
    await following.told('first');
    const { stdout } = await host.run(['pgrep', '--full', 'journalctl.*--follow']);
    await host.run(['kill', '-KILL', ...stdout.trim().split('\n')]);
    await write('in between');
    await following.told('in between');
    const kinds = () => following.news().map(({ kind }) => kind);
    expect(kinds()).toContain('interrupted');
    await until('it to be resumed', () => kinds().includes('resumed'));
    expect(following.texts()).toEqual(['first', 'in between']);
    await following.end();
  });

  test('a place that was vacuumed away leads on from the nearest that is left', async () => {
    const oldest: LogEntry | undefined = (await page({ from: 'oldest', direction: 'newer', lines: 1 })).lines[0];
    await write('kept');
    await host.run(['journalctl', '--rotate']);
    await host.run(['journalctl', '--vacuum-files=1']);
    await write('newest');
    await sync();
    const { lines } = await page({ from: oldest?.place, direction: 'newer', lines: 1000 });
    expect(lines.map(({ text }) => text)).toEqual(await journalctl());
    expect((await page({ from: oldest?.place, direction: 'older' })).lines).toEqual([]);
  });

  test('a journalctl that hangs, or is not there, is said so within five seconds', async () => {
    await host.run([
      'sh',
      '-c',
      'printf "#!/bin/sh\\ntrap \'\' TERM; exec sleep 60\\n" >/usr/local/bin/journalctl; chmod +x /usr/local/bin/journalctl',
    ]);
    const started = performance.now();
    expect((await ask({ ask: 'page' })).problem?.code).toBe('timed-out');
    expect(performance.now() - started).toBeLessThan(8000);
    await host.run(['sh', '-c', 'rm /usr/local/bin/journalctl; mv /usr/bin/journalctl /usr/bin/journalctl.away']);
    for (const one of ['page', 'follow', 'units'])
      expect((await ask({ ask: one })).problem).toMatchObject({
        code: 'unavailable',
        details: { what: 'The journal' },
      });
    await host.run(['mv', '/usr/bin/journalctl.away', '/usr/bin/journalctl']);
  });
});
