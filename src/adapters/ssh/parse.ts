/** What ssh-keygen(1), ss(8) and the titles of sshd's processes say of keys and sessions. Pure. */
import type { SshState } from '../../appliance.ts';
import { harmless } from '../../values/harmless.ts';
import { notUnderstood } from '../understood.ts';

/**
 * `ssh-keygen -l -E sha256`: "256 SHA256:… comment (ED25519)".
 * @throws Failure 'not-understood'
 */
export function parseFingerprint(text: string): SshState['fingerprints'][number] {
  const [, sha256, type] = /^\d+ (SHA256:[A-Za-z0-9+/=]{10,64}) .*\(([A-Z0-9-]{2,20})\)$/.exec(text.trim()) ?? [];
  return sha256 === undefined || type === undefined ? notUnderstood('ssh-keygen', text) : { type, sha256 };
}

/** Who is logged in, by the title that sshd gives its process after the log-in: "sshd: operator@pts/0". */
export function parseTitle(title: string): string | undefined {
  // "sshd-session" since OpenSSH 9.8 (Debian 13). Before the log-in it ends in "[net]" or "[priv]".
  const [, user] = /^sshd(?:-session)?: ([^ @[\]]{1,64})@[^ ]+\s*$/.exec(title) ?? [];
  return user === undefined ? undefined : harmless(user, { most: 32 });
}

/** `ss -Htnp state established`: the other end of each connection, by process. */
export function parsePeers(text: string): Map<number, string> {
  const peers = text.split('\n').flatMap((line): [number, string][] => {
    const [, , , peer = ''] = line.trim().split(/\s+/);
    const address = peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    return Array.from(line.matchAll(/\("sshd[^"]*",pid=(\d+),/g), ([, pid]) => [
      Number(pid),
      harmless(address, { most: 64 }),
    ]);
  });
  return new Map(peers);
}

/**
 * When a process began, by /proc/PID/stat and the line "btime" of /proc/stat (proc(5)). Ticks are hundredths of a
 * second on every architecture that Debian has.
 */
export function beganAt(stat: string, systemStat: string): string | undefined {
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(systemStat)?.[1]);
  const at = new Date(boot * 1000 + ticks * 10);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
