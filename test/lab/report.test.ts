/** A report of the lab: made, told of while it is made, kept, handed to support's side, all in its own folder. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReportsState } from '../../src/appliance.ts';
import type { Link } from '../../src/client/link.ts';
import { explain } from '../../src/errors.ts';
import { filesIn, manifestIn, opened, reportPrograms } from '../jobs/report/making.ts';
import { applianceOn, failing, seen } from '../service/world.ts';
import { describeWith } from '../setup/needs.ts';
import { quickLab } from './place.ts';

async function lab() {
  const opened = await quickLab();
  const { link, entries, closing } = await applianceOn(opened.machine, opened.state);
  const root = join(opened.state, 'root');
  return { link, entries, closing, root, identity: join(root, 'etc/gatehouse/support-identity.txt') };
}

/** How the reports stand when no job is under way any more. */
async function ended(link: Link): Promise<ReportsState> {
  return seen<ReportsState>(
    (args, call) => link.appliance.report.watch(args, call),
    ({ job }) => job === undefined,
  );
}

test('without a support key is refused before anybody chooses what goes in, with what to do', async () => {
  const { machine, state } = await quickLab();
  const keyless = { ...machine, diagnostics: { ...machine.diagnostics, recipients: async () => [] } };
  const { link } = await applianceOn(keyless, state);
  const refused = await failing(link.appliance.report.items({}));
  expect(refused).toEqual({ code: 'no-support-key', details: {} });
  expect(explain(refused).advice).toMatch(/age1.*\/etc\/gatehouse\/support\.keys.*age-keygen/);
  expect(await failing(link.appliance.report.start({}))).toEqual(refused);
});

describeWith({ programs: reportPrograms }, 'a report of the lab', () => {
  test('is previewed, made, and opened with the key in its folder', async () => {
    const { link, entries, root, identity } = await lab();
    const items = await link.appliance.report.items({});
    expect(items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['settings', 'audit', 'network', 'logs', 'containers', 'capture']),
    );
    expect(items.find(({ name }) => name === 'capture')?.absent).toBe('no packets were captured');
    expect(items.find(({ name }) => name === 'logs')?.estimate).toBeGreaterThan(1000);

    const begun = await link.appliance.report.start({ items: ['machine', 'network', 'logs', 'settings'] });
    expect(begun.job?.items.find(({ name }) => name === 'audit')?.outcome).toBe('left out');
    const { kept } = await ended(link);
    const [report] = kept;
    if (!report) throw new Error('none was made');
    expect(report.name).toMatch(/^gatehouse-report-gatehouse-lab-\d{8}T\d{6}Z\.tar\.zst\.age$/);
    const archive = join(root, 'var/diagnostics', report.name);
    const folder = opened(archive, identity);
    expect(manifestIn(folder).isComplete).toBe(true);
    expect(readFileSync(join(folder, 'network/interfaces.json'), 'utf8')).toContain('10.20.0.15');
    expect(readFileSync(join(folder, 'logs/nginx/access.log'), 'utf8')).toContain('GET');
    expect(entries).toContainEqual(expect.objectContaining({ what: 'generate report', outcome: 'done' }));

    let copy = Buffer.alloc(0);
    while (copy.length < report.size) {
      const { data } = await link.appliance.report.fetch({ name: report.name, from: copy.length, most: 50_000 });
      copy = Buffer.concat([copy, Buffer.from(data, 'base64')]);
    }
    expect(copy.equals(readFileSync(archive))).toBe(true);
    expect((await link.appliance.report.remove({ name: report.name })).kept).toEqual([]);
    expect(await failing(link.appliance.report.remove({ name: report.name }))).toMatchObject({
      code: 'unknown-report',
    });
    expect(await failing(link.appliance.report.fetch({ name: '../../etc/hosts', from: 0, most: 1 }))).toMatchObject({
      code: 'bad-value',
    });
  });

  test('holds no password of a proxy, and no secret of a container', async () => {
    const { link, root, identity } = await lab();
    const password = 'KolibrieFeder/7&x';
    const draft = {
      section: 'proxy' as const,
      settings: {
        ...{ enabled: false, order: 'sequential' as const, noProxy: [] },
        proxies: [{ host: 'proxy.lab.test', port: 3128, user: 'lab', password }],
      },
    };
    const { id } = await link.appliance.changes.apply({ draft });
    await link.appliance.changes.keep({ id });
    writeFileSync(
      join(root, 'var/log/app.log'),
      `seen ${password} and ${Buffer.from(`lab:${password}`).toString('base64')}\ncontainers: changed-by-nobody lab-secret-1 lab-token-2\n`,
    );
    await link.appliance.report.start({});
    const { kept } = await ended(link);
    const folder = opened(join(root, 'var/diagnostics', kept[0]?.name ?? ''), identity);
    expect(readFileSync(join(folder, 'settings/settings.json'), 'utf8')).toContain('proxy.lab.test');
    expect(readFileSync(join(folder, 'logs/app.log'), 'utf8')).toBe(
      'seen [removed] and [removed]\ncontainers: [removed] [removed] [removed]\n',
    );
    expect(
      filesIn(folder)
        .filter(({ bytes }) => bytes.includes('Kolibrie'))
        .map(({ path }) => path),
    ).toEqual([]);
    expect(kept[0]?.removed).toBeGreaterThan(1);
  });

  test('is one at a time, told to whoever asks, and can be cancelled', async () => {
    const { link, root } = await lab();
    execFileSync('mkdir', ['-p', join(root, 'var/log/big')]);
    for (let number = 0; number < 6; number += 1)
      writeFileSync(join(root, `var/log/big/${number}.log`), 'a line of no use\n'.repeat(900_000));
    await link.appliance.report.start({ items: ['logs'] });
    const second = await failing(link.appliance.report.start({}));
    expect(second).toMatchObject({ code: 'busy', details: { what: 'Generate report' } });
    const { job, ended: why, kept } = await link.appliance.report.cancel({});
    expect([job, why?.problem.code, kept]).toEqual([undefined, 'aborted', []]);
    expect(filesIn(join(root, 'var/diagnostics'))).toEqual([]);
    expect(await failing(link.appliance.report.start({ items: ['nothing'] }))).toMatchObject({ code: 'bad-value' });
  });

  test('ends with its service, and leaves nothing', async () => {
    const { link, root, closing } = await lab();
    writeFileSync(join(root, 'var/log/big.log'), 'a line of no use\n'.repeat(900_000));
    await link.appliance.report.start({ items: ['logs'] });
    closing.abort();
    await expect.poll(() => filesIn(join(root, 'var/diagnostics')), { timeout: 10_000 }).toEqual([]);
  });
});
