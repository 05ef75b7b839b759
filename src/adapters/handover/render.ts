/**
 * What the listener of one offer is made of, as texts: sshd's configuration, its PAM service, the program that checks
 * the password, and the properties of its unit. Writes nothing, starts nothing.
 */
import { join } from 'node:path';

/** All that an offer has on the machine; its memory only. */
export const folder = '/run/gatehouse-handover';
export const unit = 'gatehouse-handover.service';
export const user = 'diagnostics';
/** The folder that whoever fetches begins in; all that they can list. */
const shownFolder = '/report';

export const places = {
  /** sshd takes its own name, up to version 9.7, for the name of its PAM service. */
  program: join(folder, 'gatehouse-handover'),
  config: join(folder, 'sshd_config'),
  check: join(folder, 'check'),
  pam: join(folder, 'pam.d'),
  /** sshd's empty folder, which ssh.service takes away when it stops. */
  empty: join(folder, 'empty'),
  root: join(folder, 'root'),
  shown: join(folder, 'root', shownFolder),
  log: join(folder, 'root/dev/log'),
  /** The salt, the digest, the lock, and what the check has seen. */
  once: join(folder, 'once'),
  offer: join(folder, 'offer.json'),
} as const;

const journal = '/run/systemd/journal/dev-log';

export interface ListenerPlan {
  /** Absolute. */
  hostKey: string;
  port: number;
  addresses: readonly string[];
  /** "9.2": of the sshd there is. */
  version: readonly [number, number];
}

/** PAMServiceName and PerSourcePenalties came with 9.8 (its release notes). */
const knowsServiceName = ([major, minor]: readonly [number, number]) => major > 9 || (major === 9 && minor >= 8);

/** sshd_config(5). What is typed as a name would be logged by any LogLevel above FATAL: it may be the password. */
export function renderConfig({ hostKey, port, addresses, version }: ListenerPlan): string {
  const server = `internal-sftp -R -l INFO -d ${shownFolder}`;
  return [
    ...addresses.map((address) => `ListenAddress ${address.includes(':') ? `[${address}]` : address}:${port}`),
    `HostKey ${hostKey}`,
    'PidFile none',
    'LogLevel FATAL',
    // Who may come in, and how.
    'UsePAM yes',
    // Five tries are counted elsewhere; a pause after a mistyped one would only be in the way.
    ...(knowsServiceName(version) ? ['PAMServiceName gatehouse-handover', 'PerSourcePenalties no'] : []),
    `AllowUsers ${user}`,
    'PermitRootLogin no',
    'AuthenticationMethods password',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'PubkeyAuthentication no',
    'HostbasedAuthentication no',
    'GSSAPIAuthentication no',
    'KerberosAuthentication no',
    'PermitEmptyPasswords no',
    'AuthorizedKeysFile none',
    'MaxAuthTries 3',
    'LoginGraceTime 30',
    'MaxStartups 20:30:40',
    'MaxSessions 1',
    'UseDNS no',
    'ClientAliveInterval 15',
    'ClientAliveCountMax 4',
    // What may be done there: reading the one folder.
    `Subsystem sftp ${server}`,
    `ForceCommand ${server}`,
    `ChrootDirectory ${places.root}`,
    'DisableForwarding yes',
    'AllowTcpForwarding no',
    'AllowStreamLocalForwarding no',
    'AllowAgentForwarding no',
    'X11Forwarding no',
    'PermitTunnel no',
    'GatewayPorts no',
    'PermitOpen none',
    'PermitListen none',
    'PermitTTY no',
    'PermitUserEnvironment no',
    'PermitUserRC no',
    'PrintMotd no',
    'PrintLastLog no',
    'Banner none',
    'Compression no',
    '',
  ].join('\n');
}

/** pam.d(5). The whole folder is replaced for the listener, so that nothing of the machine's own PAM applies. */
export const pamFiles = {
  'gatehouse-handover': `auth required pam_exec.so expose_authtok quiet /bin/sh ${places.check}
account required pam_permit.so
password required pam_deny.so
session required pam_permit.so
`,
  other: ['auth', 'account', 'password', 'session'].map((kind) => `${kind} required pam_deny.so\n`).join(''),
} as const;

/**
 * Asked by pam_exec(8) for each password, which comes on standard input, ended by a NUL. One asker at a time, and the
 * digest is claimed by renaming before it is compared: whoever dies in between has burnt it. Told is only what is in
 * `once/seen`: "login ADDRESS", "wrong ADDRESS TRIES-LEFT". The password is in no variable, argument or file.
 * `once/live`: digest, end (seconds since 1970), tries left.
 */
export const checkProgram = `set -u
PATH=/usr/bin:/bin
[ "\${PAM_USER-}" = ${user} ] && [ "\${PAM_TYPE-}" = auth ] || exit 1
cd ${places.once} || exit 1
from=$(printf %s "\${PAM_RHOST-}" | head -c 64 | tr -cd '0-9A-Fa-f.:')
typed=$({ tr -d '\\n' <salt; head -c 1024 | tr -d '\\000[:space:]-' | tr '[:upper:]' '[:lower:]'; } | sha512sum)
typed=\${typed%% *}
exec 9>>lock
flock -w 10 9 || exit 1
mv -T live claimed 2>/dev/null || exit 1
read -r digest end tries <claimed || exit 1
if [ "$(date +%s)" -ge "$end" ]; then exit 1; fi
# Digests of salted text: where they differ tells nothing of the password.
if [ "$typed" = "$digest" ]; then
  echo "login $from" >>seen
  exit 0
fi
tries=$((tries - 1))
if [ "$tries" -gt 0 ]; then echo "$digest $end $tries" >next && mv -T next live; fi
echo "wrong $from $tries" >>seen
exit 1
`;

export interface UnitPlan {
  /** Files that are shown, as they lie on the machine. */
  files: readonly { path: string; name: string }[];
  hostKey: string;
  seconds: number;
}

/** Arguments of systemd-run(1). In its view of the machine there is no /run, /var or /home but what it needs. */
export function renderUnit({ files, hostKey, seconds }: UnitPlan): string[] {
  const properties = [
    'Type=exec',
    'Description=Lets one diagnostics report be fetched (Gatehouse)',
    `RuntimeMaxSec=${Math.max(1, Math.ceil(seconds))}`,
    'TimeoutStopSec=2',
    'KillMode=control-group',
    'SendSIGKILL=yes',
    'UMask=0077',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=CAP_SYS_CHROOT CAP_SETUID CAP_SETGID CAP_DAC_OVERRIDE CAP_KILL CAP_AUDIT_WRITE',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'LockPersonality=yes',
    'TasksMax=100',
    'MemoryMax=512M',
    'LimitCORE=0',
    'ProtectSystem=strict',
    'ProtectHome=tmpfs',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'TemporaryFileSystem=/run:ro /var:ro',
    `BindPaths=${folder}`,
    `BindReadOnlyPaths=${places.empty}:/run/sshd ${places.pam}:/etc/pam.d`,
    `BindReadOnlyPaths=-${journal} -${journal}:${places.log}`,
    `BindReadOnlyPaths=${hostKey}`,
    ...files.map(({ path, name }) => `BindReadOnlyPaths=${path}:${join(places.shown, name)}`),
  ];
  return [
    `--unit=${unit}`,
    '--collect',
    '--quiet',
    ...properties.flatMap((property) => ['-p', property]),
    '--',
    places.program,
    '-D',
    '-e',
    '-f',
    places.config,
  ];
}
