/** The real machine's part of a report: its items, its support keys, its own secrets. */
import { readdir, readFile } from 'node:fs/promises';
import { fail } from '../../errors.ts';
import { printed } from '../../run.ts';
import { masked } from '../../values/masked.ts';
import type { Diagnostics } from './diagnostics.ts';
import { journal } from './items/journal.ts';
import { journalText } from './items/journal-text.ts';
import { logFiles } from './items/log-files.ts';
import { disk, kernel, machine, time } from './items/machine.ts';
import { network } from './items/network.ts';
import { units } from './items/units.ts';
import type { KnownSecret } from './known.ts';

const supportKeys = '/etc/gatehouse/support.keys';
const keyFolder = '/etc/ssh';

const files = [journal(['/var/log/journal', '/run/log/journal']), logFiles('/var/log')];

export function realDiagnostics(): Diagnostics {
  return {
    folder: '/var/diagnostics',
    items: [machine, network, time, units, kernel, disk, journalText, ...files],
    hostKey: `${keyFolder}/ssh_host_ed25519_key`,
    recipients: () => recipientsIn(supportKeys),
    async secrets(signal) {
      const found = await Promise.all([hostKeys(), hashes(signal), environments(signal)]);
      return found.flat();
    },
  };
}

/** One a line, "#" begins a comment; none where there is no such file. */
export async function recipientsIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw fail('unavailable', { what: path, why: `It cannot be read (${error.code}).` }, error);
  });
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** The lines of the private keys: they are collected nowhere, but may have been copied to somewhere. */
async function hostKeys(): Promise<KnownSecret[]> {
  const names = (await readdir(keyFolder).catch(() => [])).filter((name) => /^ssh_host_\w+_key$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(`${keyFolder}/${name}`, 'utf8').catch(() => '')));
  // The first line is nearly the same in every key of its kind.
  const lines = texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => /^[\w+/=]{16,}$/.test(line))
      .slice(1),
  );
  return lines.map((text) => ({ kind: 'SSH host key', text }));
}

async function hashes(signal: AbortSignal): Promise<KnownSecret[]> {
  const said = await printed('getent', ['shadow'], { signal }).catch(() => undefined);
  const fields = (said?.bytes.toString() ?? '').split('\n').map((line) => line.split(':')[1] ?? '');
  return fields.filter((hash) => hash.length > 8).map((text) => ({ kind: 'password hash', text }));
}

/** What units are given in their environment under a name that sounds like a secret's. */
async function environments(signal: AbortSignal): Promise<KnownSecret[]> {
  const args = ['--no-pager', '--value', '--property=Environment', 'show', '*.service'];
  const said = await printed('systemctl', args, { signal }).catch(() => undefined);
  // systemctl(1): parted by blanks; one with a blank is quoted as a shell would.
  const entries = (said?.bytes.toString() ?? '').match(/"(?:[^"\\]|\\.)*"|\$'(?:[^'\\]|\\.)*'|[^\s"]+/g) ?? [];
  return entries.flatMap((entry) => {
    const [, name, text] = /^(?:\$'|")?([\w.-]+)=(.*?)["']?$/.exec(entry) ?? [];
    return isSecret(name, text) ? [{ kind: 'value in the environment of a unit', text: text ?? '' }] : [];
  });
}

/** Words and paths that stand under such names are no secrets, and would be missed everywhere else. */
function isSecret(name: string | undefined, text: string | undefined): boolean {
  if (name === undefined || text === undefined || masked(name, text) === text) return false;
  return text.length >= 6 && !/^(?:\/[\w./-]*|[a-z]+|[A-Z]+|\d+)$/.test(text);
}
