/** Handing a report over as the installed product does it: by the command line, through the service under systemd. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Offer, ReportsState } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { finished } from './handover-host.ts';
import { hostNeeds, until } from './machine.ts';
import { OperatorHost } from './operator-host.ts';

const name = 'gatehouse-report-appliance-20261121T101112Z.tar.zst.age';
const content = randomBytes(2_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const about = {
  name,
  at: '2026-11-21T10:11:12.000Z',
  size: content.length,
  sha256,
  by: 'the test',
  items: [],
  removed: 0,
};

/** ssh2-sftp-client, as a support engineer's own program would use it. */
const fetching = `
const Sftp = require('ssh2-sftp-client');
const [host, port, username, password, name, file] = process.argv.slice(1);
const client = new Sftp();
client.connect({ host, port: Number(port), username, password })
  .then(() => client.fastGet(name, file))
  .then(() => client.end())
  .catch((error) => { console.error(error.message); process.exitCode = 1; });`;

describeWith(hostNeeds, 'a report handed over by the product', () => {
  let operator: OperatorHost;
  beforeAll(async () => {
    operator = await OperatorHost.boot({ window: 60 });
    await operator.inside('systemctl', 'disable', '--now', 'ssh.service', 'ssh.socket');
    const stem = `/var/diagnostics/${name.replace(/\.tar\.zst\.age$/, '')}`;
    await feed(`mkdir -p -m 750 /var/diagnostics; cat >/var/diagnostics/${name}`, content);
    await feed(`cat >${stem}.json`, Buffer.from(JSON.stringify(about)));
  });
  afterAll(() => operator?.end());

  async function feed(script: string, bytes: Buffer): Promise<void> {
    const [program = '', ...args] = operator.host.enter(['sh', '-c', script]);
    const child = spawn(program, args, { stdio: 'pipe' });
    child.stdin.end(bytes);
    expect((await finished(child, 30_000)).exitCode).toBe(0);
  }

  const state = () => operator.json<ReportsState>('report', 'list');
  const offer = () => operator.json<{ offer: Offer; password: string }>('report', 'offer', name);
  const becomes = (wanted: Offer['state']) =>
    until(`the offer to be ${wanted}`, async () => (await state()).offer?.state === wanted, 20_000);

  function fetch({ offer: { addresses, port, user } }: { offer: Offer }, password: string) {
    const file = `${operator.folder}/fetched`;
    const args = [addresses[0] ?? '', String(port), user, password, name, file];
    const [program = '', ...rest] = operator.host.neighbour.enter(['node', '-e', fetching, ...args]);
    return finished(spawn(program, rest, { cwd: fileURLToPath(new URL('../..', import.meta.url)) }), 30_000);
  }

  const audit = () => operator.inside('cat', '/var/lib/gatehouse/audit.jsonl');

  test('offered, fetched by ssh2-sftp-client, told and audited; the password is written nowhere', async () => {
    const made = await offer();
    expect(made.offer).toMatchObject({ addresses: ['10.77.0.2'], user: 'diagnostics', state: 'waiting' });
    expect((await fetch(made, 'wrong-0ne')).exitCode).toBe(1);
    await until('it to be counted', async () => (await state()).offer?.triesLeft === 4);
    expect(await fetch(made, made.password)).toMatchObject({ exitCode: 0, stderr: '' });
    await becomes('complete');
    const fetched = await operator.host.neighbour.run(['sha256sum', `${operator.folder}/fetched`]);
    expect(fetched.stdout.slice(0, 64)).toBe(sha256);
    await until('the port to be closed', async () => !(await operator.inside('ss', '-Hltn')).includes(':2222'));
    const noted = await audit();
    for (const what of ['offer report', 'wrong password', 'logged in', 'complete, 2000000 of 2000000 bytes'])
      expect(noted).toContain(what);
    expect(noted).toContain('diagnostics from 10.77.0.1');
    const everything = `${noted}${await operator.inside('journalctl', '--no-pager', '-o', 'export')}`;
    for (const secret of [made.password, made.password.replaceAll('-', ''), 'wrong-0ne'])
      expect(everything).not.toContain(secret);
    expect(await operator.inside('sh', '-c', 'ls -d /run/gatehouse-handover 2>&1')).toContain('No such file');
  });

  test('withdrawn: the listener is gone, and the password is worth nothing', async () => {
    const made = await offer();
    expect(await operator.json<Offer>('report', 'withdraw')).toMatchObject({ state: 'withdrawn' });
    expect(await operator.inside('ss', '-Hltn')).not.toContain(':2222');
    expect((await fetch(made, made.password)).exitCode).toBe(1);
    expect(await audit()).toContain('"what":"withdraw report');
  });

  test('a second offer ends the one before', async () => {
    const first = await offer();
    const second = await offer();
    expect((await fetch(second, first.password)).exitCode).toBe(1);
    expect((await fetch(second, second.password)).exitCode).toBe(0);
    await becomes('complete');
  });

  test('the service killed during an offer: fetched all the same, and told by the next service', async () => {
    const made = await offer();
    const pid = (await operator.inside('systemctl', 'show', '-P', 'MainPID', 'gatehouse.service')).trim();
    await operator.inside('systemctl', 'kill', '--signal=KILL', '--kill-who=main', 'gatehouse.service');
    expect((await fetch(made, made.password)).exitCode).toBe(0);
    await until('another service', async () => {
      const next = (await operator.inside('systemctl', 'show', '-P', 'MainPID', 'gatehouse.service')).trim();
      return next !== pid && next !== '0';
    });
    await operator.answers();
    await becomes('complete');
    await until('the port to be closed', async () => !(await operator.inside('ss', '-Hltn')).includes(':2222'));
  });

  test('restarted in good order: the offer goes on', async () => {
    const made = await offer();
    await operator.inside('systemctl', 'restart', 'gatehouse.service');
    await operator.answers();
    expect((await state()).offer).toMatchObject({ state: 'waiting', expiresAt: made.offer.expiresAt });
    expect((await fetch(made, made.password)).exitCode).toBe(0);
    await becomes('complete');
  });

  test('sent to an SFTP server from the command line: key asked, password from standard input', async () => {
    await operator.inside(
      'sh',
      '-c',
      `useradd -m drop; echo 'drop:s3cret-drop' | chpasswd; mkdir -p /run/sshd
       systemd-run --quiet --collect --unit=server /usr/sbin/sshd -D -e -f none -o Port=2022 -o HostKey=/etc/ssh/ssh_host_ed25519_key -o UsePAM=yes -o 'Subsystem=sftp internal-sftp'`,
    );
    await until('the server', async () => (await operator.inside('ss', '-Hltn')).includes(':2022'));
    const asked = await operator.gatehouse(['report', 'upload', name, 'drop@10.77.0.2:2022'], 's3cret-drop\n');
    expect(asked.exitCode).toBe(4);
    const fingerprint = /--accept (SHA256:\S{43})/.exec(asked.stderr)?.[1] ?? '';
    const upload = ['report', 'upload', name, 'drop@10.77.0.2:2022', '--accept', fingerprint];
    expect((await operator.gatehouse(upload, 'wrong\n')).exitCode).toBe(4);
    const sent = await operator.gatehouse(upload, 's3cret-drop\n');
    expect(sent).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('complete: sent and compared') });
    expect((await operator.inside('sha256sum', `/home/drop/${name}`)).slice(0, 64)).toBe(sha256);
    const again = await operator.gatehouse(['report', 'upload', name, 'drop@10.77.0.2:2022'], 's3cret-drop\n');
    expect(again.exitCode).toBe(0);
    expect(await audit()).toContain('confirm host key of 10.77.0.2:2022');
    expect(`${await audit()}${await operator.inside('journalctl', '--no-pager', '-o', 'export')}`).not.toContain(
      's3cret-drop',
    );
  });
});
