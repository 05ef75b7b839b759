/**
 * A diagnostics report of a booted Debian, made by the command line, opened with the standard tools and compared with
 * the machine; a hundred planted secrets, of which none is in it; and the same machine when it is sick.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report, ReportsState } from '../../src/appliance.ts';
import { filesIn, manifestIn, opened, reportPrograms, supportKey } from '../jobs/report/making.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds, until } from './machine.ts';
import { OperatorHost, program } from './operator-host.ts';
import { canaries, type Planted, plainLine, writtenAs } from './report-canaries.ts';

const programs = [...hostNeeds.programs, ...reportPrograms, 'journalctl'];
describeWith({ ...hostNeeds, programs, paths: [program] }, 'a diagnostics report of a real machine', () => {
  const place = mkdtempSync(join(tmpdir(), 'gatehouse-report-host-'));
  const planted: Planted = canaries();
  let appliance: OperatorHost;
  let identity = '';

  beforeAll(async () => {
    const support = supportKey(place);
    identity = support.identity;
    appliance = await OperatorHost.boot({
      window: 60,
      files: {
        '/etc/gatehouse/support.keys': `# of the test\n${support.recipient}\n`,
        '/etc/systemd/system/broken.service': '[Service]\nExecStart=/bin/sh -c "echo why it fails >&2; exit 3"\n',
        ...planted.files,
      },
    });
    for (const argv of planted.commands) await appliance.inside(...argv);
    await appliance.inside('systemctl', 'start', 'broken.service');
    await appliance.inside('journalctl', '--sync');
  });
  afterAll(async () => {
    await appliance?.end();
    rmSync(place, { recursive: true, force: true });
  });

  const inside = (...argv: string[]) => appliance.inside(...argv);
  const state = () => appliance.json<ReportsState>('report', 'list');
  const left = async () =>
    (await inside('ls', '/var/diagnostics')).split('\n').filter((name) => name.includes('partial'));

  async function made(...options: string[]): Promise<Report> {
    const { exitCode, stderr, stdout } = await appliance.gatehouse(['--json', 'report', 'make', ...options]);
    expect(`${exitCode} ${stderr}`).toBe('0 ');
    return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { report: Report }).report;
  }

  /** Saved, taken out of the machine, and unpacked. */
  async function unpacked(report: Report): Promise<string> {
    const copy = join(place, report.name);
    const path = `/var/diagnostics/${report.name}`;
    for (const ending of ['', '.sig']) {
      const base64 = await inside('base64', '-w0', `${path}${ending}`);
      writeFileSync(`${copy}${ending}`, Buffer.from(base64, 'base64'));
    }
    expect(execFileSync('sha256sum', [copy], { encoding: 'utf8' }).split(' ')[0]).toBe(report.sha256);
    return opened(copy, identity);
  }

  test('holds what the machine is, and none of a hundred planted secrets, however they are written', async () => {
    const report = await made();
    const folder = await unpacked(report);
    const text = (file: string) => readFileSync(join(folder, file), 'utf8');
    const manifest = manifestIn(folder);
    const outcomes = Object.fromEntries(manifest.items.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes).toMatchObject({
      ...{ gatehouse: 'done', settings: 'done', audit: 'done', network: 'done', machine: 'done', units: 'done' },
      ...{
        disk: 'done',
        journal: 'done',
        logs: 'done',
        configuration: 'absent',
        containers: 'absent',
        capture: 'absent',
      },
    });

    // As the machine says it.
    expect(text('network/addresses.txt')).toContain('10.77.0.2/24');
    expect(text('network/routes.txt')).toContain('default via 10.77.0.1');
    expect(text('network/rules.txt')).toBe(await inside('ip', 'rule', 'show'));
    expect(text('network/resolver.txt')).toContain('Link 2 (eth0)');
    expect(text('machine/packages.txt').split('\n').length).toBe((await inside('dpkg', '-l')).split('\n').length - 5);
    expect(text('units/failed.txt')).toContain('broken.service');
    expect(text('units/failed/broken.service.log')).toContain('why it fails');
    expect(text('settings/settings.json')).toContain('10.77.0.2/24');
    expect(text('audit/audit.jsonl')).toContain('report.start');
    expect(text('logs/plain.log')).toBe(await inside('cat', '/var/log/plain.log'));
    expect(text('logs/rotated.log')).toContain(plainLine);
    // The journal's own files, read by journalctl.
    const journal = join(folder, 'journal');
    const read = (...args: string[]) =>
      execFileSync('journalctl', ['--directory', journal, '--no-pager', '-o', 'cat', ...args], {
        encoding: 'utf8',
        maxBuffer: 64 << 20,
      });
    expect(read('-t', 'planted')).toContain(plainLine);
    expect(read('-u', 'broken.service')).toContain('why it fails');
    expect(read('-t', 'planted')).toContain('*****');

    // A hundred secrets, in every way of writing them, in every file, its name, and the archive before it was packed.
    const files = [...filesIn(folder), ...filesIn(folder).map(({ path }) => ({ path, bytes: Buffer.from(path) }))];
    expect(planted.secrets.length).toBeGreaterThanOrEqual(100);
    const packed = execFileSync(
      'bash',
      ['-c', 'age -d -i "$1" "$2" | zstd -dc', 'x', identity, join(place, report.name)],
      {
        maxBuffer: 512 << 20,
      },
    );
    // The fields of the journal that are packed, unpacked.
    const exported = execFileSync('journalctl', ['--directory', journal, '--all', '-o', 'export'], {
      maxBuffer: 256 << 20,
    });
    const found = planted.secrets.flatMap((secret) =>
      writtenAs(secret).flatMap((needle) => [
        ...files.filter(({ bytes }) => bytes.includes(needle)).map(({ path }) => `${secret} in ${path}`),
        ...(packed.includes(needle) ? [`${secret} in the archive`] : []),
        ...(exported.includes(needle) ? [`${secret} in a field of the journal`] : []),
      ]),
    );
    expect(found).toEqual([]);
    // That each was there to be found.
    const where = ['/var/log', '/etc', '/var/lib/gatehouse'];
    const there = await inside('grep', '-rlaF', '-D', 'skip', planted.secrets[0] ?? '', ...where);
    expect(there).toContain('/var/log/');
    const removed = JSON.parse(text('removed.json')) as { file: string; kind: string; count: number }[];
    expect(removed.find(({ kind }) => kind === 'proxy password')?.count).toBeGreaterThan(0);
    expect(removed.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['registration key', 'SSH host key', 'private key', 'header']),
    );
    expect(report.removed).toBeGreaterThan(100);

    // Signed by the machine, encrypted for support alone.
    const allowed = join(place, 'allowed');
    writeFileSync(allowed, `gate ${await inside('cat', '/etc/ssh/ssh_host_ed25519_key.pub')}`);
    const open = [
      'report',
      'open',
      join(place, report.name),
      '--identity',
      identity,
      '--signer',
      allowed,
      '--sha256',
      report.sha256,
    ];
    const said = execFileSync(program, open, { encoding: 'utf8' });
    expect(said).toContain('right, of gate');
    expect(said).toContain('journal ');
    const bytes = readFileSync(join(place, report.name));
    bytes.writeUInt8((bytes[5000] ?? 0) ^ 1, 5000);
    writeFileSync(join(place, 'flipped.tar.zst.age'), bytes);
    writeFileSync(join(place, 'flipped.tar.zst.age.sig'), readFileSync(join(place, `${report.name}.sig`)));
    const flipped = ['report', 'open', join(place, 'flipped.tar.zst.age'), '--identity', identity];
    expect(() => execFileSync(program, flipped, { stdio: 'pipe' })).toThrow(/could not be made|age/);
    expect(() => execFileSync(program, [...flipped, '--signer', allowed], { stdio: 'pipe' })).toThrow(
      'not of this file',
    );

    expect(await inside('stat', '-c', '%a %U:%G %n', '/var/diagnostics', `/var/diagnostics/${report.name}`)).toBe(
      `750 root:root /var/diagnostics\n640 root:root /var/diagnostics/${report.name}\n`,
    );
    expect(
      await inside('grep', '-c', `"what":"generate report".*${report.sha256}`, '/var/lib/gatehouse/audit.jsonl'),
    ).toBe('1\n');
  });

  test('is made with journald dead and the container engine hanging, and says so', async () => {
    const hanging = "require('net').createServer(()=>{}).listen('/run/docker.sock')";
    await inside('systemd-run', '--unit=hanging', 'node', '-e', hanging);
    const journald = [
      'systemd-journald.socket',
      'systemd-journald-dev-log.socket',
      'systemd-journald-audit.socket',
      'systemd-journald.service',
    ];
    await inside('systemctl', 'stop', ...journald);
    try {
      const began = performance.now();
      const report = await made('--items', 'machine,units,containers,journal,journal-text,network');
      expect(performance.now() - began).toBeLessThan(80_000);
      const outcome = (name: string) => report.items.find((item) => item.name === name);
      expect(outcome('containers')).toMatchObject({ outcome: 'failed' });
      expect(outcome('containers')?.why).toContain('did not answer');
      expect(outcome('journal')?.outcome).toBe('done');
      expect(outcome('machine')?.outcome).toBe('done');
      expect(outcome('settings')?.outcome).toBe('left out');
    } finally {
      await inside('systemctl', 'start', ...journald);
      await inside('systemctl', 'stop', 'hanging.service');
      await inside('rm', '-f', '/run/docker.sock');
    }
  });

  test('one at a time; cancelled, or cut by kill -9, it leaves nothing', async () => {
    await inside('sh', '-c', 'for n in 1 2 3 4 5; do head -c 16000000 /dev/urandom | base64 >/var/log/big$n.log; done');
    const begin = async () => {
      const answer = await appliance.gatehouse(['report', 'make', '--no-wait', '--items', 'logs']);
      expect(answer.exitCode).toBe(0);
      const pid = await until('age', async () => (await inside('pgrep', '-x', 'age')).trim());
      // It stays in the middle.
      await inside('kill', '-STOP', pid);
      await until('what it was given before', async () =>
        ((await state()).job?.items ?? []).some(({ outcome }) => outcome === 'running'),
      );
    };
    await begin();
    const second = await appliance.gatehouse(['report', 'make', '--items', 'logs']);
    expect([second.exitCode, second.stderr.includes('Generate report is busy')]).toEqual([4, true]);
    const before = (await state()).kept.length;
    expect((await appliance.gatehouse(['report', 'cancel'])).exitCode).toBe(0);
    expect(await left()).toEqual([]);
    expect((await state()).ended?.problem.code).toBe('aborted');

    await begin();
    expect(await left()).toHaveLength(1);
    await inside('systemctl', 'kill', '-s', 'KILL', 'gatehouse.service');
    await appliance.answers();
    const after = await state();
    expect(after.ended?.problem).toMatchObject({ code: 'report-failed' });
    expect(JSON.stringify(after.ended)).toContain('interrupted');
    expect(after.kept.length).toBe(before);
    expect(await left()).toEqual([]);
    expect(await inside('pgrep', '-x', 'age')).toBe('');
    // Nothing of what was collected lies anywhere, but where it was collected.
    const plain = await inside('grep', '-rlaF', '-D', 'skip', plainLine, '/tmp', '/var', '/run', '/root', '/dev/shm');
    expect(plain.split('\n').filter((path) => path && !path.startsWith('/var/log/'))).toEqual([]);
    const again = await made('--items', 'logs');
    expect(again.items.find(({ name }) => name === 'logs')?.bytes).toBeGreaterThan(80_000_000);
  });

  test('without room says how much is needed, and without a support key that there is none', async () => {
    await inside('mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', '/var/diagnostics');
    const full = await appliance.gatehouse(['report', 'make', '--items', 'logs']);
    expect([full.exitCode, /not enough room in \/var\/diagnostics/.test(full.stderr)]).toEqual([1, true]);
    expect((await inside('ls', '/var/diagnostics')).trim()).toBe('');
    await inside('umount', '/var/diagnostics');
    await inside('mv', '/etc/gatehouse/support.keys', '/etc/gatehouse/support.keys.off');
    const none = await appliance.gatehouse(['report', 'make', '--items', 'machine']);
    expect([none.exitCode, none.stderr.includes('no support key')]).toEqual([1, true]);
    await inside('mv', '/etc/gatehouse/support.keys.off', '/etc/gatehouse/support.keys');
  });

  test('is saved to a file, and removed', async () => {
    const report = await made('--items', 'machine');
    const saved = await appliance.gatehouse(['report', 'save', report.name, '/srv/saved']);
    expect(saved.exitCode).toBe(0);
    expect(await inside('sha256sum', '/srv/saved')).toBe(`${report.sha256}  /srv/saved\n`);
    expect((await appliance.gatehouse(['report', 'remove', report.name])).exitCode).toBe(0);
    expect((await appliance.gatehouse(['report', 'remove', report.name])).exitCode).toBe(5);
  });
});
