/** Gatehouse as a login shell on a real Debian: sshd, su and login, what their callers bring along, and how it ends. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { keys } from '../terminal/operator.ts';
import { canary, LoginHost, program, trap } from './login-host.ts';
import { hostNeeds, until } from './machine.ts';

const programs = [...hostNeeds.programs, 'ssh', 'ssh-keygen', 'scp', 'sftp', 'curl'];

const menu = 'Various commands';

/** What makes the loader, Node, a shell, a pager or a terminal library run or read something. */
const hostile: Record<string, string> = {
  NODE_OPTIONS: '--require=/srv/trap.cjs',
  NODE_PATH: '/srv',
  NODE_REPL_EXTERNAL_MODULE: '/srv/trap.cjs',
  NODE_EXTRA_CA_CERTS: '/srv/canary.txt',
  NODE_V8_COVERAGE: '/var/tmp/traces/coverage',
  NODE_REDIRECT_WARNINGS: '/var/tmp/traces/warnings',
  NODE_COMPILE_CACHE: '/var/tmp/traces/cache',
  NODE_ICU_DATA: '/srv',
  NODE_CHANNEL_FD: '0',
  NODE_DEBUG: 'net',
  SSLKEYLOGFILE: '/var/tmp/traces/keys',
  OPENSSL_CONF: '/srv/canary.txt',
  OPENSSL_MODULES: '/srv',
  LD_LIBRARY_PATH: '/srv',
  LD_DEBUG_OUTPUT: '/var/tmp/traces/loader',
  GCONV_PATH: '/srv',
  LOCPATH: '/srv',
  MALLOC_TRACE: '/var/tmp/traces/malloc',
  ENV: '/srv/trap.sh',
  BASH_ENV: '/srv/trap.sh',
  'BASH_FUNC_node%%': `() { ${trap}; }`,
  'BASH_FUNC_command%%': `() { ${trap}; }`,
  SHELLOPTS: 'xtrace',
  PS4: `$(${trap})`,
  PROMPT_COMMAND: trap,
  IFS: '/.g',
  CDPATH: '/srv',
  PATH: '/srv/fake',
  SHELL: '/bin/sh',
  TERMINFO: '/srv/terminfo',
  TERMINFO_DIRS: '/srv/terminfo:/srv',
  TERMCAP: '/srv/canary.txt',
  TERMPATH: '/srv/canary.txt',
  HOME: '/srv/home',
  XDG_STATE_HOME: '/srv/home',
  XDG_CONFIG_HOME: '/srv/home',
  TMUX: '/srv/fake,1,0',
  LESS: `+!${trap}`,
  LESSOPEN: `|${trap} %s`,
  LESSCLOSE: `${trap} %s`,
  LESSKEY: '/srv/canary.txt',
  LESSEDIT: trap,
  PAGER: trap,
  SYSTEMD_PAGER: trap,
  MANPAGER: trap,
  EDITOR: trap,
  VISUAL: trap,
  BROWSER: trap,
  SSH_ASKPASS: trap,
  GIT_SSH_COMMAND: trap,
  GATEHOUSE_TTY: '/srv/canary.txt',
  GATEHOUSE_SOCKET: '/srv/canary.txt',
  GATEHOUSE_LAB: 'healthy',
  COLUMNS: '99999999',
  LINES: '-1',
  LANG: '../../srv/canary.txt',
  LC_ALL: '/srv/canary.txt',
  LC_CTYPE: '() { :; }; touch /var/tmp/traces/shellshock',
  LANGUAGE: '/srv/canary.txt',
  COLORTERM: '\x1b[2J$(reboot)',
  TZ: ':/srv/canary.txt',
};

/** Names that may reach the console. */
const allowed =
  /^(PATH|GATEHOUSE_TTY|GATEHOUSE_WATCHER|GATEHOUSE_PLAIN|TERM|COLORTERM|LANG|LC_ALL|LC_CTYPE|HOME|XDG_STATE_HOME|TMPDIR)$/;
/** Of those, the ones that nobody may choose. */
const own = /^(PATH|GATEHOUSE_TTY)$/;

describeWith({ ...hostNeeds, programs, paths: [program] }, 'Gatehouse as a login shell', () => {
  let login: LoginHost;
  beforeAll(async () => {
    login = await LoginHost.boot();
    await login.root(`
      mkdir -p /srv/fake /srv/home/.terminfo/x /srv/terminfo/x /home/operator/.terminfo/x
      for name in node env stty readlink sh command; do ln -s ${trap} /srv/fake/$name; done
      # A terminal whose every sequence would print what it should not.
      for folder in /srv/terminfo /srv/home/.terminfo /home/operator/.terminfo; do cp /srv/canary.txt $folder/x/xterm-evil; done`);
  }, 240_000);
  afterAll(() => login?.end());

  const asGuest = ['setpriv', '--reuid=guest', '--regid=guest', '--init-groups'];
  const sane = { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: '' };
  const asOperator = ['setpriv', '--reuid=operator', '--regid=operator', '--init-groups'];
  /** Environment of the console's process, as the kernel has it. */
  const environment = async (): Promise<Record<string, string>> => {
    const [pid] = await until('the console', async () => {
      const found = await login.own();
      return found.length > 0 && found;
    });
    const found = await login.host.run(['sh', '-c', `tr '\\0' '\\n' </proc/${pid}/environ`]);
    return Object.fromEntries(found.stdout.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]));
  };
  const ended = () =>
    until('every process of the operator to end', async () => (await login.own()).length === 0, 20_000);

  test('over SSH with a terminal it is the console, and leaving it ends the session with 0', async () => {
    const pty = login.console();
    await pty.waitFor(menu, 15_000);
    pty.send(keys.back);
    await pty.waitFor('Leave the console?');
    pty.send('l\r');
    expect(await pty.exited).toMatchObject({ exitCode: 0 });
    await ended();
  });

  test('without a terminal, and with an empty command, it says what it needs', async () => {
    const options = ['-T', ...login.options(false), `operator@${login.host.address}`];
    for (const more of [[], ["''"]]) {
      const { stderr, exitCode } = await login.client(['ssh', ...options, ...more]);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^gatehouse: .*terminal.*\n$/);
    }
  });

  test('su and login open the console, too; su -c takes what reads', async () => {
    for (const argv of [
      ['su', '-', 'operator'],
      ['su', 'operator'],
      ['login', '-f', 'operator'],
    ]) {
      const pty = login.pty(argv);
      await pty.waitFor(menu, 15_000);
      pty.send(keys.back);
      await pty.waitFor('Leave the console?');
      pty.send('l\r');
      expect((await pty.exited).exitCode, argv.join(' ')).toBe(0);
    }
    const { stdout, exitCode } = await login.host.run(['su', '-', 'operator', '-c', 'status']);
    expect({ stdout, exitCode }).toMatchObject({ stdout: expect.stringContaining('appliance'), exitCode: 0 });
    expect((await login.host.run(['su', '-', 'operator', '-c', 'units restart ssh'])).exitCode).toBe(4);
    for (const argv of [
      ['--lab', 'status'],
      ['--', '-c', `'${trap}'`],
      ['-c', 'status', '--', trap],
      ['--', '/srv/trap.sh'],
    ])
      expect((await login.host.run(['su', 'operator', ...argv])).exitCode, argv.join(' ')).not.toBe(0);
    expect(await login.sprung()).toEqual([]);
  }, 60_000);

  test('the account is held to it however it is started', async () => {
    for (const argv of [
      ['units', 'restart', 'ssh'],
      ['--lab', 'status'],
      ['report', 'save', 'x', '/home/operator/x'],
    ])
      expect((await login.host.run([...asOperator, 'gatehouse', ...argv])).exitCode, argv.join(' ')).not.toBe(0);
    expect((await login.host.run([...asOperator, 'gatehouse', 'status'])).exitCode).toBe(0);
  });

  test(`${Object.keys(hostile).length} variables by su -p, login -p and SSH: none runs, reads or decides anything`, async () => {
    const ways = {
      // By somebody who knows the password. PATH and the loader's are kept sane, so that su itself starts.
      'su -p': async () => {
        const pty = login.pty([...asGuest, 'env', ...pairs({ ...hostile, ...sane }), 'su', '-p', 'operator']);
        await pty.waitFor('Password:');
        pty.send('operators-own\r');
        return pty;
      },
      'login -p': async () => login.pty(['env', ...pairs({ ...hostile, ...sane }), 'login', '-p', '-f', 'operator']),
      'the wrapper itself': async () =>
        login.pty([...asOperator, '/usr/bin/env', ...pairs(hostile), '/usr/bin/gatehouse'], {}),
      ssh: async () =>
        login.console(
          {},
          pairs(hostile).map((pair) => `-oSetEnv=${quoted(pair)}`),
        ),
    };
    for (const [way, open] of Object.entries(ways)) {
      const pty = await open();
      await pty.waitFor(menu, 20_000).catch((error) => {
        throw new Error(`${way}: ${error.message}`);
      });
      for (const [name, value] of Object.entries(await environment())) {
        expect(name, way).toMatch(/^$|^[A-Z_]+$/);
        if (name !== '') expect(name, way).toMatch(allowed);
        if (own.test(name)) expect(value, `${way}: ${name}`).not.toBe(hostile[name]);
      }
      expect(`${pty.raw}${pty.text()}`, way).not.toContain(canary);
      expect(await login.foreign(), way).toEqual([]);
      await pty.kill();
      await ended();
    }
    expect(await login.sprung()).toEqual([]);
  }, 120_000);

  test('SSH hands on the language and nothing else; what the home holds counts for nothing', async () => {
    const pty = login.console({}, ['-oSetEnv=LANG=C.UTF-8 NODE_OPTIONS=--require=/srv/trap.cjs XDG_STATE_HOME=/srv']);
    await pty.waitFor(menu, 15_000);
    const found = await environment();
    expect(found.LANG).toBe('C.UTF-8');
    expect(found).not.toHaveProperty('NODE_OPTIONS');
    expect(found).not.toHaveProperty('XDG_STATE_HOME');
    await pty.kill();
    await ended();
    expect(await login.sprung()).toEqual([]);
  });

  const terms = [
    'xterm-evil',
    '../../srv/canary.txt',
    '/srv/canary.txt',
    '..',
    '',
    'x/../../../srv/canary.txt',
    'xterm;id',
    '$(id)',
    'a'.repeat(2000),
    '\x1b[2J',
    '%n%s',
  ];
  test.each(terms)('the terminal %j shows no file', async (term) => {
    const { address } = login.host;
    const pty = login.console({ env: { TERM: term } });
    await pty.waitFor(() => pty.ended !== undefined || pty.text().includes(menu), 15_000);
    expect(pty.raw, address).not.toContain(canary);
    expect(await login.foreign()).toEqual([]);
    await pty.kill();
  });

  test('neither scp nor sftp copies anything, and they say why', async () => {
    const [first, second] = [login.options(), `operator@${login.host.address}`];
    for (const argv of [
      ['scp', ...first, `${second}:/srv/canary.txt`, '/dev/null'],
      ['scp', '-O', ...first, `${second}:/srv/canary.txt`, '/dev/null'],
      ['scp', ...first, '/etc/hostname', `${second}:stolen`],
      ['scp', '-O', ...first, '/etc/hostname', `${second}:stolen`],
      ['sftp', ...first, '-b', '/dev/null', second],
      ['sftp', ...first, '-b', '/dev/null', '-s', '/usr/lib/openssh/sftp-server', second],
    ]) {
      const { stdout, stderr, exitCode } = await login.client(argv);
      expect(exitCode, argv.join(' ')).not.toBe(0);
      // Of what a subsystem says on standard error sshd hands nothing on (session.c): only the older protocol tells.
      if (argv.includes('-O')) expect(stderr).toContain('Copying files is not allowed here.');
      expect(`${stdout}${stderr}`).not.toContain(canary);
    }
    expect(await login.root('ls /home/operator')).toBe('canary.txt\n');
  });

  test('no port, socket, agent, display or tunnel is passed through', async () => {
    const target = `operator@${login.host.address}`;
    const strict = [...login.options(false), '-oExitOnForwardFailure=yes'];
    expect((await login.client(['ssh', ...strict, '-W', '127.0.0.1:22', target])).exitCode).not.toBe(0);
    for (const [letter, what] of [
      ['-R', '2222:127.0.0.1:22'],
      ['-R', '/home/operator/s:/etc/hostname'],
      ['-w', 'any'],
    ])
      expect(
        (await login.client(['ssh', ...strict, letter as string, what as string, target, 'status'])).exitCode,
        what,
      ).not.toBe(0);
    const agent = await login.client(['ssh', ...strict, '-A', target, 'status']);
    expect(agent.exitCode).toBe(0);
    expect(await login.root('find /tmp -user operator')).toBe('');
    for (const [local, remote] of [
      ['19101', '/run/gatehouse/gatehouse.sock'],
      ['19102', '127.0.0.1:22'],
    ]) {
      const pty = login.console({}, ['-L', `${local}:${remote}`]);
      await pty.waitFor(menu, 15_000);
      const { stdout, exitCode } = await login.client([
        'curl',
        '-s',
        '-m',
        '5',
        '--http0.9',
        `http://127.0.0.1:${local}/`,
      ]);
      expect({ stdout, refused: exitCode !== 0 }, remote).toEqual({ stdout: '', refused: true });
      await pty.kill();
    }
  }, 60_000);

  test('su with another shell is refused to who is not root; in /etc/shells it would not be', async () => {
    const tried = async (...argv: string[]) => {
      const pty = login.pty([...asGuest, 'su', ...argv], { SHELL: '/bin/sh' });
      await pty.waitFor('Password:');
      pty.send('operators-own\r');
      await pty.exited;
      return pty.raw;
    };
    expect(await tried('-s', '/bin/sh', 'operator', '-c', trap)).toContain('is not allowed here');
    expect(await tried('-m', 'operator', '-c', trap)).toContain('is not allowed here');
    expect(await login.sprung()).toEqual([]);
    await login.root('echo /usr/bin/gatehouse >>/etc/shells');
    expect(await tried('-s', '/bin/sh', 'operator', '-c', trap)).toContain(canary);
    await login.root(`sed -i '/gatehouse/d' /etc/shells`);
    await login.clean();
  }, 60_000);

  test('a terminal that goes away takes the console with it, and a killed client a command that says nothing', async () => {
    const pty = login.console();
    await pty.waitFor(menu, 15_000);
    expect((await login.own()).length).toBeGreaterThan(0);
    pty.hangUp();
    await ended();
    const options = [...login.options(false), `operator@${login.host.address}`, 'audit', '--follow', '-n', '0'];
    const silent = login.client(['ssh', '-T', ...options], 60_000).catch(() => undefined);
    await until('the command', async () => (await login.own()).length > 0);
    // As if the line were cut, and sshd had noticed: its process for the session is gone, and nobody told ours.
    await login.root('kill -9 $(pgrep -u operator -f "sshd: operator")');
    await ended();
    await silent;
  }, 60_000);
});

function pairs(all: Readonly<Record<string, string>>): string[] {
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

/** As ssh_config(5) takes an argument that may have blanks and quotes in it. */
function quoted(text: string): string {
  return `"${text.replace(/(["\\])/g, '\\$1')}"`;
}
