/** squid with basic authentication on the neighbour, as a company has it: one user, one password, no cache. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Squid {
  /** The command that runs it in the foreground. */
  command: string[];
  /** Each request: its code, method, what was asked for, and whose it was. */
  log: string;
}

/** Writes what it needs into the folder, which everybody can read then. */
export function squidIn(folder: string, address: string, user: string, password: string): Squid {
  const file = (name: string) => join(folder, name);
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: `${password}\n`, encoding: 'utf8' });
  writeFileSync(file('users'), `${user}:${hash}`);
  writeFileSync(file('requests'), '');
  const lines = [
    `http_port ${address}:3128`,
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${file('users')}`,
    'auth_param basic casesensitive on',
    'acl known proxy_auth REQUIRED',
    'http_access allow known',
    'http_access deny all',
    'cache deny all',
    `dns_nameservers ${address}`,
    'logformat plain %>Hs %rm %ru %un',
    `access_log stdio:${file('requests')} logformat=plain`,
    'cache_log /dev/null',
    'pid_filename none',
    'pinger_enable off',
    'shutdown_lifetime 0 seconds',
  ];
  writeFileSync(file('squid.conf'), `${lines.join('\n')}\n`);
  chmodSync(folder, 0o755);
  // It drops root, and still has to write there.
  chmodSync(file('requests'), 0o666);
  return { command: ['squid', '-N', '-f', file('squid.conf')], log: file('requests') };
}
