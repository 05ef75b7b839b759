/**
 * What an operator trusts the machine with: passwords that appear nowhere, a proxy that nothing goes around, SSH that
 * nobody opens by accident, settings that come back. On a booted Debian, with squid as the company's proxy.
 */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SettingsVersion } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bundle } from '../terminal/bundle.ts';
import { keys } from '../terminal/operator.ts';
import { kill } from './machine/programs.ts';
import { type Followed, hostNeeds, until } from './machine.ts';
import { type Console, OperatorHost, program } from './operator-host.ts';
import { type Squid, squidIn } from './operator-squid.ts';

const clear = '\x15';
/** All special characters of the guide, of a user and of a password. */
const user = 'GATE\\op_er-1@corp.test';
const proxyPassword = 'KolibrieFeder_-\\/|~!?@#$%^&*+=(){}[]<>:;"`,.9';
const password = 'KanarieFeder _-\\/|~!?@#$%^&*+=(){}[]<>:;"`,.ü';
const outside = '203.0.113.80';

/** The beginning of each password, plain and as any Base64 with it inside has it; a match in lower case counts too. */
const words = ['KolibrieFeder', 'KanarieFeder'].flatMap((word) => [
  word,
  ...[0, 1, 2].map((before) =>
    Buffer.from(`${'x'.repeat(before)}${word}`)
      .toString('base64')
      .slice(before && 4, -4),
  ),
]);

/** What the container engine's unit is to us: a program that has an environment. */
const engine = '[Service]\nExecStart=/usr/bin/sleep infinity\n';
const needed = ['dnsmasq', 'openssl', 'squid', 'ssh', 'tcpdump'];
describeWith(
  { ...hostNeeds, programs: [...hostNeeds.programs, ...needed], paths: [program] },
  'what an operator trusts a real machine with',
  () => {
    let appliance: OperatorHost;
    let console_: Console;
    let idle: Console;
    let squid: Squid;
    let running: ChildProcess;
    let watching: Followed;
    const bundles: ReturnType<typeof bundle>[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-trust-'));
    /** Everything that commands have said, right or wrong. */
    const told: string[] = [];

    beforeAll(async () => {
      const watch = bundle('test/host/operator-watch.ts');
      const upstream = bundle('test/host/operator-upstream.ts');
      bundles.push(watch, upstream);
      const shown = join(folder, 'shown');
      mkdirSync(shown, { mode: 0o755 });
      certificate(folder, shown);
      writeFileSync(join(shown, 'words'), `${words.join('\n')}\n`);
      appliance = await OperatorHost.boot({
        window: 12,
        files: {
          '/etc/systemd/system/docker.service': engine,
          // The platform of this test is somebody's own.
          '/var/lib/gatehouse/platform-ca.pem': readFileSync(join(shown, 'cert.pem'), 'utf8'),
          '/etc/apt/sources.list': `deb [trusted=yes] http://${outside}/debian ./\n`,
        },
        shown: { '/opt/test': shown, '/opt/watch': dirname(watch.file) },
      });
      await appliance.host.neighbour.run(['ip', 'addr', 'add', `${outside}/32`, 'dev', 'lan']);
      await appliance.serveAddresses(`--address=/#/${outside}`);
      appliance.serve(['node', upstream.file, folder]);
      squid = squidIn(folder, '10.77.0.1', user, proxyPassword);
      await startSquid();
      await appliance.addOperator();
      await appliance.inside('systemctl', 'start', 'docker.service');
      watching = appliance.host.follow(['node', '/opt/watch/main.mjs', '/opt/test/words']);
      await until('the watcher', () => watching.lines.length > 0);
      console_ = await appliance.console();
      idle = await appliance.console();
    });
    afterAll(async () => {
      await appliance?.end();
      for (const one of bundles) one.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    const inside = (...argv: string[]) => appliance.inside(...argv);
    async function gatehouse(args: string[], input?: string) {
      const answer = await appliance.gatehouse(args, input);
      told.push(answer.stdout, answer.stderr);
      return answer;
    }
    async function startSquid(): Promise<void> {
      running = appliance.serve(squid.command);
      const listens = async () => (await appliance.host.neighbour.run(['ss', '-Hltn'])).stdout.includes(':3128');
      await until('squid', listens);
    }
    async function acknowledge(said: string): Promise<void> {
      await console_.sees(said);
      console_.send(keys.enter);
      await console_.home();
    }
    const system = ['s', 'System Configuration'] as const;
    const proxyMenu = [system, ['n', 'Network Configuration'], ['p', 'Proxy Server']] as const;

    // A test that failed must not make the next ones fail.
    beforeEach(() => console_.home());

    test('first boot: SSH cannot be enabled before there is a password or a key', async () => {
      expect((await gatehouse(['ssh', 'disable'])).exitCode).toBe(0);
      expect((await inside('systemctl', 'is-active', 'ssh.service')).trim()).toBe('inactive');
      await console_.open(system);
      await console_.sees('Enable SSH');
      await console_.open(['e', 'SSH cannot be enabled yet.']);
      await console_.sees('has neither a password nor a key');
      console_.send(keys.enter);
      const refused = await gatehouse(['ssh', 'enable']);
      expect(refused.exitCode).toBe(4);
      expect(refused.stderr).toContain('neither a password nor a key yet');
      expect((await inside('systemctl', 'is-active', 'ssh.service')).trim()).toBe('inactive');
      await console_.home();
    });

    test('the password is set at the console, asked when it changes, and wrong ones are slowed down', async () => {
      await console_.open(system, ['c', 'Set the password of operator'], ['p', 'New password again']);
      console_.send(`${password}${keys.tab}${password}${keys.enter}`);
      await acknowledge('The password is set.');
      expect(await inside('getent', 'shadow', 'operator')).toMatch(/^operator:\$y\$/);
      const wrong = await gatehouse(['console', 'set-password'], `KanarieFeder-wrong\nKanarieFeder-other-1\n`);
      expect(wrong.exitCode).toBe(2);
      expect(wrong.stderr).toMatch(/next try is taken in \d+ s/);
      const changed = await until('the next try', async () => {
        const answer = await gatehouse(['console', 'set-password'], `${password}\n${password}2\n`);
        return answer.exitCode === 0 && answer;
      });
      expect(changed.stdout).toContain('The password of operator is set.');
    });

    test('SSH is enabled at the console, shows who is logged in, and goes off without cutting them', async () => {
      await console_.open(system);
      await console_.sees('Enable SSH');
      await console_.open(['e', 'Enable SSH now?'], ['e', 'SSH is enabled.']);
      expect((await inside('systemctl', 'is-enabled', 'ssh.service')).trim()).toBe('enabled');
      console_.send(keys.enter);
      await appliance.addKey();
      const session = await appliance.sshConsole('10.77.0.2');
      await console_.home();
      await console_.open(system);
      await console_.sees('Disable SSH');
      await console_.open(['d', 'Disable SSH now?']);
      await console_.sees('Open sessions (1): operator from 10.77.0.1 since');
      await console_.open(['d', 'SSH is disabled.']);
      expect((await inside('systemctl', 'is-active', 'ssh.service')).trim()).toBe('inactive');
      await session.open(['i', 'General Information']);
      await session.pty.kill();
      await console_.home();
      expect((await gatehouse(['ssh', 'enable'])).exitCode).toBe(0);
    });

    test("a proxy whose password has all of the guide's characters: taken by the tests, apt and the engine", async () => {
      expect((await gatehouse(['dns', 'set', '--server', '10.77.0.1', '--keep-if-tested'])).exitCode).toBe(0);
      // It was asked about, and answered, on every console.
      await acknowledge('The settings are kept.');
      await console_.open(...proxyMenu, ['e', 'Proxy params'], ['p', 'Host (IPv4 or FQDN)']);
      console_.send(`10.77.0.1${keys.tab}${clear}3128${keys.tab}${user}${keys.tab}${proxyPassword}${keys.enter}`);
      await console_.sees(`${user}@10.77.0.1:3128`);
      await applyProxy();
      await console_.sees('platform: passed.');
      await console_.sees('answers through the proxy 10.77.0.1:3128.');
      await console_.answer('Keep');
      await acknowledge('The settings are kept.');

      expect((await inside('apt-get', 'update')).split('\n')).toContain('Reading package lists...');
      const requests = readFileSync(squid.log, 'utf8');
      expect(requests).toContain(`200 CONNECT status.platform.gatehouse.test:443 ${user}`);
      expect(requests).toMatch(new RegExp(`^200 GET http://${outside}/debian/./Packages`, 'm'));
      const pid = (await inside('systemctl', 'show', '-P', 'MainPID', 'docker.service')).trim();
      const [, url = ''] =
        /^HTTPS_PROXY=(.*)$/m.exec((await inside('cat', `/proc/${pid}/environ`)).replaceAll('\0', '\n')) ?? [];
      const { username, password: given, host } = new URL(url);
      expect([username, given].map(decodeURIComponent)).toEqual([user, proxyPassword]);
      expect(host).toBe('10.77.0.1:3128');
    });

    test.each([
      ['does not accept the user or the password (407)', '3128', 'wrong'],
      ['refuses connections: nothing listens at that port', '3129', proxyPassword],
      ['did not answer within 10 s', '3130', proxyPassword],
    ])('a proxy that %s: said on the screen, and undone', async (said, port, given) => {
      const revision = (await appliance.json<SettingsVersion[]>('settings', 'versions'))[0]?.revision;
      await console_.open(...proxyMenu, ['c', 'Proxy params'], ['', 'Host (IPv4 or FQDN)']);
      console_.send(`${keys.tab}${clear}${port}${keys.tab}${keys.tab}${given}${keys.enter}`);
      await console_.sees(`${user}@10.77.0.1:${port}`);
      await applyProxy();
      await console_.sees('platform: FAILED.');
      for (const word of `The proxy 10.77.0.1:${port} ${said}`.split(' ')) expect(console_.said).toContain(word);
      if (port === '3129') await console_.sees('The settings went back: no answer.', 60_000);
      else await console_.answer('Go back');
      await acknowledge('it is as before.');
      expect((await appliance.json<SettingsVersion[]>('settings', 'versions'))[0]?.revision).toBe(revision);
      expect(await inside('cat', '/etc/gatehouse/proxy.env')).toContain('@10.77.0.1:3128');
    });

    async function applyProxy(): Promise<void> {
      console_.send('g\r');
      await console_.apply();
      await console_.sees('Really enable proxy?');
      console_.send('y\r');
      await console_.sees('Keep these settings?');
    }

    test('with the proxy dead nothing leaves but to the proxy', async () => {
      const file = openSync(join(folder, 'packets'), 'w');
      const what = '(src host 10.77.0.2 and tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn) or (ip6 and tcp)';
      const capture = appliance.serve(['tcpdump', '-i', 'lan', '-nn', '-l', '--immediate-mode', what], file);
      closeSync(file);
      const packets = () => readFileSync(join(folder, 'packets'), 'utf8');
      const targets = () => new Set(Array.from(packets().matchAll(/ > ([0-9a-f.:]+): Flags \[S\]/g), ([, to]) => to));
      await until('tcpdump', () => packets().includes('listening on lan'));
      await kill(running);

      const update = await appliance.host.run([
        'apt-get',
        '-o',
        'Acquire::Retries=0',
        '-o',
        'APT::Update::Error-Mode=any',
        'update',
      ]);
      expect(update.exitCode).not.toBe(0);
      const tested = await gatehouse(['proxy', 'set', '--order', 'random', '--keep-if-tested']);
      expect(tested.exitCode).toBe(1);
      expect(tested.stdout).toContain('The proxy 10.77.0.1:3128 refuses connections');
      await gatehouse(['status']);
      await gatehouse(['info']);
      expect([...targets()]).toEqual(['10.77.0.1.3128']);

      // That it would have been seen.
      await startSquid();
      expect((await gatehouse(['proxy', 'disable', '--keep-if-tested'])).exitCode).toBe(0);
      await inside('apt-get', 'update');
      expect([...targets()]).toContain(`${outside}.80`);
      expect((await gatehouse(['proxy', 'enable', '--keep-if-tested'])).exitCode).toBe(0);
      await kill(capture);
    });

    test('no password is anywhere but in the files of root that need it', async () => {
      const proxyFile = '/tmp/proxy-password';
      await inside('sh', '-c', `umask 022; echo x >${proxyFile}`);
      // Refused, each in its own way; with the password in what was given.
      const set = ['proxy', 'set', '--proxy', '10.77.0.1:3128', '--user', user];
      expect((await gatehouse([...set, '--password-stdin'], 'KolibrieFeder with blanks\n')).exitCode).toBe(2);
      expect((await gatehouse([...set, '--password-stdin'], 'KolibrieFeder\nKolibrieFeder2\n')).exitCode).toBe(2);
      expect((await gatehouse([...set, '--password-file', proxyFile])).exitCode).toBe(4);
      expect((await gatehouse(['console', 'set-password'], 'KanarieFeder\n')).exitCode).toBe(2);
      expect((await gatehouse([...set, '--password-stdin', '--dry-run'], 'KolibrieFeder-2\n')).exitCode).toBe(0);
      await gatehouse(['proxy', 'show']);
      await gatehouse(['--json', 'proxy', 'show']);
      await gatehouse(['--json', 'changes', 'show']);
      const versions = await appliance.json<SettingsVersion[]>('settings', 'versions');
      for (const { revision } of versions.slice(1))
        await gatehouse(['--json', 'settings', 'difference', String(revision), String(versions[0]?.revision)]);

      const found = (text: string) => words.filter((word) => text.includes(word));
      expect(found(told.join('\n'))).toEqual([]);
      expect(found(console_.pty.raw)).toEqual([]);
      expect(found(idle.pty.raw)).toEqual([]);
      expect(found(await inside('journalctl', '--all', '--output=export', '--no-pager'))).toEqual([]);
      expect(found(await inside('cat', '/var/lib/gatehouse/audit.jsonl'))).toEqual([]);

      const where = ['/etc', '/home', '/root', '/run', '/srv', '/tmp', '/usr/local', '/var'];
      const grep = ['grep', '-rlaF', '-D', 'skip', '-f', '/opt/test/words', ...where];
      const own = (await inside(...grep)).trim().split('\n').sort();
      const settings = '/var/lib/gatehouse/settings/';
      expect(own.filter((file) => !file.startsWith(settings))).toEqual([
        '/etc/apt/apt.conf.d/90gatehouse-proxy',
        '/etc/gatehouse/proxy.env',
      ]);
      expect(own).toContain(`${settings}settings.json`);
      expect(await inside('setpriv', '--reuid=operator', '--regid=operator', '--init-groups', ...grep)).toBe('');
      for (const file of own) expect(await inside('stat', '-c', '%a %U', file)).toBe('600 root\n');

      await watching.end();
      const lines = watching.lines.slice(1).map((line) => JSON.parse(line) as { program?: string; rounds?: number });
      expect(lines.at(-1)?.rounds).toBeGreaterThan(100);
      // The container engine knows its proxy by nothing else; and so it is known that the watcher sees.
      expect(lines.slice(0, -1)).toEqual([{ where: 'environ', program: 'sleep' }]);
      // Whoever writes it into the command itself shows it to everybody; at least it is not repeated.
      const shown = await gatehouse(['proxy', 'set', '--proxy', 'op:KolibrieFeder@10.77.0.1:3128']);
      expect(shown.exitCode).toBe(2);
      expect(found(shown.stderr)).toEqual([]);
    });

    test('ten earlier settings are kept, and one comes back by the console as a change', async () => {
      for (let number = 1; number <= 11; number++)
        expect((await gatehouse(['hosts', 'set', `h${number}.corp.test=10.1.2.${number}`])).exitCode).toBe(0);
      const versions = await appliance.json<SettingsVersion[]>('settings', 'versions');
      expect(versions.length).toBe(11);
      expect((await inside('ls', '/var/lib/gatehouse/settings/versions')).trim().split('\n').length).toBe(11);
      // The fifth from the top: h7.
      await console_.home();
      await console_.open(system, ['s', 'Settings, newest first']);
      console_.send(`${keys.down.repeat(4)}${keys.enter}`);
      await console_.sees(`Settings ${versions[4]?.revision}`);
      await console_.open(['r', 'After applying you have']);
      await console_.sees('h11.corp.test');
      await console_.apply();
      await console_.answer('Keep');
      await acknowledge('The settings are kept.');
      await until('the host names', async () => (await inside('cat', '/etc/hosts')).includes('h7.corp.test'));
      expect(await inside('cat', '/etc/hosts')).not.toContain('h11.corp.test');
      const after = await appliance.json<SettingsVersion[]>('settings', 'versions');
      expect(after[0]).toMatchObject({
        revision: (versions[0]?.revision ?? 0) + 1,
        what: `All settings, back to version ${versions[4]?.revision}`,
      });
      const again = await gatehouse(['settings', 'restore', String(versions[0]?.revision), '--keep-if-tested']);
      expect(again.exitCode).toBe(0);
      expect(await inside('cat', '/etc/hosts')).toContain('h11.corp.test');
      expect(
        (await inside('ls', '/var/lib/gatehouse/settings/versions')).trim().split('\n').length,
      ).toBeLessThanOrEqual(11);
    });

    test('a console left alone is locked, and opened by the right password only', async () => {
      expect((await gatehouse(['console', 'set', '--lock', '1'])).exitCode).toBe(0);
      await idle.sees('This console is locked.', 90_000);
      idle.send(`KanarieFeder-wrong${keys.enter}`);
      await idle.sees(/Wrong\. The next try is taken in \d+ s/);
      await until('the next try', async () => {
        idle.send(`${clear}${password}2${keys.enter}`);
        const opens = idle.pty.waitFor((pty) => !pty.text().includes('This console is locked.'), 2000);
        return opens.then(
          () => true,
          () => false,
        );
      });
    });
  },
);

function certificate(folder: string, shown: string): void {
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=platform', '-addext', 'subjectAltName=DNS:*.platform.gatehouse.test'];
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  execFileSync('openssl', ['req', ...kind, ...out, ...name], { stdio: 'ignore' });
  writeFileSync(join(shown, 'cert.pem'), readFileSync(join(folder, 'cert.pem')));
}
