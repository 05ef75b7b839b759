/** A report is sent to a real sshd: over a line that breaks or stalls, to full disks, through a proxy that asks for a password. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HostKey, Upload } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { describeWith } from '../setup/needs.ts';
import { bundle } from '../terminal/bundle.ts';
import { kill, start } from './machine/programs.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';
import { squidIn } from './operator-squid.ts';
import type { PushProbe } from './push-probe.ts';

const report = '/var/diagnostics/report.tar.zst.age';
const name = 'report.tar.zst.age';
const size = 40_000_000;
const squid = { user: 'gate', password: 'pr0xy-S3cret' };
const password = 'c0rrect-horse';

/** The service is the host; so is the server, on a port of its own: only that way through a proxy leaves it. */
describeWith({ ...hostNeeds, programs: [...hostNeeds.programs, 'squid', 'openssl'] }, 'a report that is sent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-push-'));
  let host: Host;
  let probe: { file: string; remove(): void };
  let proxy: ReturnType<typeof start>;
  let requests: string;

  const inside = async (...argv: string[]) => (await host.run(argv, { limit: 60_000 })).stdout;
  const shell = (script: string) => inside('sh', '-c', script);

  beforeAll(async () => {
    probe = bundle('test/host/push-probe.ts');
    host = await bootHost({ shown: { '/opt/push': dirname(probe.file) } });
    await shell(
      `mkdir -p /var/diagnostics && head -c ${size} /dev/urandom >${report} && echo signed >${report}.sig
       useradd -m -d /home/drop -s /bin/sh drop && echo 'drop:${password}' | chpasswd
       ssh-keygen -q -t ed25519 -N '' -f /srv/open-key && ssh-keygen -q -t ed25519 -N 'pass phrase' -f /srv/sealed-key
       install -d -o drop -m 700 /home/drop/.ssh /home/drop/incoming /home/drop/full /home/drop/fixed
       cat /srv/*-key.pub >/home/drop/.ssh/authorized_keys; chown drop /home/drop/.ssh/authorized_keys
       mount -t tmpfs -o size=8m,mode=777 tmpfs /home/drop/full
       mount -t tmpfs -o size=8m,mode=777 tmpfs /home/drop/fixed && mount -o remount,ro /home/drop/fixed
       mkdir /home/drop/forbidden && chmod 755 /home/drop/forbidden`,
    );
    await serve('/etc/ssh/ssh_host_ed25519_key');
    const built = squidIn(folder, '10.77.0.1', squid.user, squid.password);
    requests = built.log;
    proxy = start(host.neighbour.enter(built.command));
    await until('the proxy', async () => (await host.neighbour.run(['ss', '-Hltn'])).stdout.includes(':3128'));
  });
  afterAll(async () => {
    if (proxy) await kill(proxy);
    await host?.end();
    probe?.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => shell('rm -rf /home/drop/incoming/* /home/drop/full/* /var/lib/push-probe'));

  async function serve(key: string): Promise<void> {
    await shell(`systemctl stop push-sshd; systemctl reset-failed push-sshd; mkdir -p /run/sshd
      systemd-run --quiet --collect --unit=push-sshd /usr/sbin/sshd -D -e -f none -o Port=2022 -o HostKey=${key} -o UsePAM=yes -o 'Subsystem=sftp internal-sftp'`);
    await until('the server', async () => (await inside('ss', '-Hltn')).includes(':2022'));
  }

  const target = { host: '10.77.0.2', port: 2022, user: 'drop', folder: 'incoming' };

  interface Told {
    uploads: Upload[];
    audits: { what: string; after: string; outcome: string }[];
    problem?: Problem;
    key?: HostKey;
    /** All that it wrote. */
    raw: string;
  }

  async function push(asked: Partial<PushProbe>, seen: (upload: Upload) => void = () => undefined): Promise<Told> {
    const probed: PushProbe = { target, path: report, pace: 0.1, ...asked };
    const [program = '', ...args] = host.enter(['node', '/opt/push/main.mjs', JSON.stringify(probed)]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const told: Told = { uploads: [], audits: [], raw: '' };
    child.stderr.on('data', (piece) => (told.raw += piece));
    createInterface(child.stdout).on('line', (line) => {
      told.raw += line;
      const { upload, audit, problem, key } = JSON.parse(line);
      if (upload) seen(upload);
      if (upload) told.uploads.push(upload);
      if (audit) told.audits.push(audit);
      if (problem) told.problem = problem;
      if (key) told.key = key;
    });
    await new Promise((resolve) => child.once('close', resolve));
    return told;
  }

  const confirmed = async () => (await push({})).key?.sha256 ?? '';
  const isThere = async () => {
    const [here = '', there = ''] = (
      await shell(`sha256sum <${report}; sha256sum <'/home/drop/incoming/${name}'`)
    ).split('\n');
    expect(there).toBe(here);
    expect(await shell('ls /home/drop/incoming')).toBe(`${name}\n${name}.sig\n`);
  };

  test('the key is asked first, confirmed, remembered; then the report is there, compared', async () => {
    const fingerprint = (await inside('ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key')).split(' ')[1];
    const { key } = await push({});
    expect(key).toEqual({ type: 'ssh-ed25519', sha256: fingerprint, known: 'no' });
    const told = await push({ sha256: fingerprint ?? '', password });
    expect(told.uploads.at(-1)).toMatchObject({ state: 'complete', sent: size, size });
    expect(new Set(told.uploads.map(({ state }) => state))).toEqual(
      new Set(['connecting', 'uploading', 'comparing', 'complete']),
    );
    await isThere();
    expect(told.audits.at(-1)).toMatchObject({ outcome: 'done', after: expect.stringContaining('checksum compared') });
    expect(told.raw).not.toContain(password);
    expect((await push({})).key).toMatchObject({ known: 'yes' });
  });

  test('another key: told with both, and nothing was sent', async () => {
    const sha256 = await confirmed();
    await push({ sha256, password });
    await shell('rm -f /srv/other; ssh-keygen -q -t ed25519 -N "" -f /srv/other; rm -f /home/drop/incoming/*');
    await serve('/srv/other');
    const { key } = await push({});
    expect(key).toMatchObject({ known: 'other', before: sha256 });
    const told = await push({ sha256, password });
    expect(told.uploads.at(-1)).toMatchObject({
      state: 'failed',
      problem: { code: 'host-key-other', details: { host: '10.77.0.2', confirmed: sha256, shown: key?.sha256 } },
    });
    expect(await shell('journalctl -u push-sshd --no-pager -n 3')).not.toMatch(/password|Accepted/);
    await serve('/etc/ssh/ssh_host_ed25519_key');
  });

  test('a wrong password is told, and appears nowhere', async () => {
    const told = await push({ sha256: await confirmed(), password: 'wr0ng-one' });
    expect(told.uploads.at(-1)).toMatchObject({
      state: 'failed',
      problem: { code: 'login-refused', details: { user: 'drop' } },
    });
    expect(told.raw).not.toContain('wr0ng-one');
  });

  test('with a key, open or sealed; a passphrase that is missing or wrong is told before anything is sent', async () => {
    const sha256 = await confirmed();
    const [open, sealed] = [await inside('cat', '/srv/open-key'), await inside('cat', '/srv/sealed-key')];
    expect((await push({ sha256, key: open })).uploads.at(-1)?.state).toBe('complete');
    expect((await push({ sha256, key: sealed, passphrase: 'pass phrase' })).uploads.at(-1)?.state).toBe('complete');
    expect(await push({ sha256, key: sealed })).toMatchObject({
      problem: { code: 'bad-value', details: { field: 'passphrase', why: 'the key is sealed' } },
      uploads: [],
    });
    const wrong = await push({ sha256, key: sealed, passphrase: 'another one' });
    expect(wrong).toMatchObject({
      problem: { details: { field: 'passphrase', why: 'it does not open the key' } },
      uploads: [],
    });
    expect(wrong.raw).not.toContain('another one');
    const none = await push({ sha256, key: 'no key at all' });
    expect(none.problem).toMatchObject({ details: { field: 'key', why: 'it is no private key' } });
  });

  test('the line breaks in the middle: told as that; the next try goes on where it broke', async () => {
    const sha256 = await confirmed();
    let isCut = false;
    const told = await push({ sha256, password }, ({ sent }) => {
      if (sent < size / 4 || isCut) return;
      isCut = true;
      void inside('pkill', '-KILL', '-u', 'drop');
    });
    expect(told.uploads.at(-1)).toMatchObject({
      state: 'broken off',
      problem: { code: 'upload-failed', details: { why: 'the connection broke' } },
    });
    expect(await shell('ls /home/drop/incoming')).toBe(`${name}.partial\n`);
    const again = await push({ sha256, password });
    const first = again.uploads.find(({ state }) => state === 'uploading');
    expect(first?.sent).toBeGreaterThan(size / 5);
    expect(again.uploads.at(-1)?.state).toBe('complete');
    await isThere();
  });

  test('what is left there was something else: sent again from the beginning', async () => {
    await shell(`head -c 10000000 /dev/zero >/home/drop/incoming/${name}.partial; chown drop /home/drop/incoming/*`);
    const told = await push({ sha256: await confirmed(), password });
    expect(told.uploads.at(-1)?.state).toBe('complete');
    await isThere();
  });

  test('a server that stops in the middle: given up after the time for it, and gone on with later', async () => {
    const sha256 = await confirmed();
    let isStopped = false;
    const told = await push({ sha256, password }, ({ sent }) => {
      if (sent < size / 4 || isStopped) return;
      isStopped = true;
      void inside('pkill', '-STOP', '-u', 'drop');
    });
    await inside('pkill', '-KILL', '-u', 'drop');
    expect(told.uploads.at(-1)).toMatchObject({
      state: 'broken off',
      problem: { code: 'upload-failed', details: { why: 'nothing got through for 3 s' } },
    });
    expect((await push({ sha256, password })).uploads.at(-1)?.state).toBe('complete');
  });

  test('given up by the operator: ended soon', async () => {
    const sha256 = await confirmed();
    let [asked, ended] = [0, 0];
    const told = await push({ sha256, password, cancelAfter: size / 8 }, ({ state, sent }) => {
      if (sent > size / 8) asked ||= performance.now();
      if (state === 'cancelled') ended ||= performance.now();
    });
    // A busy machine takes its time; scripts/bench sftp has the figure.
    expect(ended - asked).toBeLessThan(5000);
    expect(told.uploads.at(-1)?.state).toBe('cancelled');
    expect(told.uploads.at(-1)?.sent).toBeLessThan(size);
  });

  test.each([
    ['full', /^the server is full: \d+ MB are free$/],
    ['fixed', /read-only/],
    ['forbidden', /^the account may not write in the folder forbidden$/],
    ['nowhere', /^the folder nowhere is not there$/],
  ])('a folder that cannot take it (%s): said why', async (where, why) => {
    const told = await push({ sha256: await confirmed(), password, target: { ...target, folder: where } });
    expect(told.uploads.at(-1)).toMatchObject({
      problem: { code: 'upload-failed', details: { why: expect.stringMatching(why) } },
    });
  });

  test('through the proxy, where one is set, and never around it', async () => {
    const through = (more: object) => ({ enabled: true, proxies: [{ host: '10.77.0.1', port: 3128, ...more }] });
    const proxy = through(squid);
    const { key } = await push({ proxy });
    const told = await push({ sha256: key?.sha256 ?? '', password, proxy });
    expect(told.uploads.at(-1)?.state).toBe('complete');
    await isThere();
    await until(
      'the proxy to note it',
      () => existsSync(requests) && readFileSync(requests, 'utf8').includes('10.77.0.2:2022'),
    );
    expect(told.raw).not.toContain(squid.password);
    const wrong = await push({ proxy: through({ ...squid, password: 'another' }) });
    expect(wrong.problem).toMatchObject({ code: 'proxy-auth' });
    const dead = await push({ proxy: { enabled: true, proxies: [{ host: '10.77.0.1', port: 3999 }] } });
    expect(dead.problem).toMatchObject({ details: { why: 'the proxy 10.77.0.1:3999 refuses connections' } });
    const free = await push({
      proxy: { ...proxy, noProxy: ['10.77.0.2'], proxies: [{ host: '10.77.0.1', port: 3999 }] },
    });
    expect(free.key?.sha256).toBe(key?.sha256);
  });

  test('what is no SSH server is told', async () => {
    await shell('systemd-run --quiet --unit=web --collect node -e "require(\'http\').createServer().listen(8080)"');
    await until('it', async () => (await inside('ss', '-Hltn')).includes(':8080'));
    const told = await push({ target: { ...target, port: 8080 } });
    expect(told.problem).toMatchObject({
      code: 'upload-failed',
      details: { why: 'what answers there is no SSH server' },
    });
    const none = await push({ target: { ...target, port: 8081 } });
    expect(none.problem).toMatchObject({ details: { why: '10.77.0.2:8081 refuses connections' } });
  });
});
