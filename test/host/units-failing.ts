/** Units that fail, each in another way, for a booted host. */

const unit = (service: string, more = '') => `[Unit]\nDescription=Fails on purpose\n${more}\n[Service]\n${service}\n`;
const at = (name: string) => `/etc/systemd/system/${name}.service`;

/** Paths and texts of their files. */
export const failing: Record<string, string> = {
  [at('no-program')]: unit('ExecStart=/opt/none/program'),
  [at('no-user')]: unit('User=nosuchuser\nExecStart=true'),
  [at('no-folder')]: unit('WorkingDirectory=/opt/none\nExecStart=true'),
  [at('no-namespace')]: unit('ReadWritePaths=/opt/none\nExecStart=true'),
  [at('exits')]: unit('Type=oneshot\nExecStart=sh -c "echo the disk is on fire; exit 7"'),
  [at('crashes')]: unit('ExecStart=sh -c "kill -SEGV $$$$"'),
  [at('killed')]: unit('ExecStart=sh -c "kill -KILL $$$$"'),
  [at('slow')]: unit('Type=notify\nTimeoutStartSec=1\nExecStart=sleep 60'),
  [at('silent')]: unit(
    'Type=notify\nNotifyAccess=all\nWatchdogSec=1\nExecStart=sh -c "systemd-notify --ready; exec sleep 60"',
  ),
  [at('quits')]: unit('Type=notify\nExecStart=true'),
  [at('prepares')]: unit('ExecStartPre=sh -c "exit 4"\nExecStart=sleep 60'),
  [at('restless')]: unit(
    'Restart=on-failure\nRestartSec=0\nExecStart=sh -c "exit 3"',
    'StartLimitBurst=3\nStartLimitIntervalSec=100',
  ),
  [at('again')]: unit('Restart=always\nRestartSec=60\nExecStart=sh -c "exit 3"'),
  [at('needs')]: unit('ExecStart=sleep 60', 'Requires=exits.service\nAfter=exits.service'),
  [at('needs-none')]: unit('ExecStart=sleep 60', 'Requires=nosuch.service\nAfter=nosuch.service'),
  [at('conditional')]: unit(
    'ExecStart=sleep 60',
    'ConditionPathExists=/etc/none.conf\nConditionPathExists=|/etc/hostname',
  ),
  [at('asserting')]: unit('ExecStart=sleep 60', 'AssertPathExists=/etc/none.conf'),
  [at('unwilling')]: unit('ExecCondition=false\nExecStart=sleep 60'),
  [at('broken')]: '[Service]\nType=simple\n',
};
