/** The real machine's part of a report: its items, its support keys, its own secrets. */
import { readdir, readFile } from 'node:fs/promises';
import { fail } from '../../errors.ts';
import { printed } from '../../run.ts';
import type { Diagnostics } from './diagnostics.ts';
import { environmentSecrets } from './environment.ts';
import { journal } from './items/journal.ts';
import { journalText } from './items/journal-text.ts';
import { logFiles } from './items/log-files.ts';
import { disk, kernel, machine, time } from './items/machine.ts';
import { network } from './items/network.ts';
import { units } from './items/units.ts';
import type { KnownSecret } from './known.ts';

const supportKeys = '/etc/gatehouse/support.keys';
const keyFolder = '/etc/ssh';
/** Looked at, at most. */
const [PROCESSES, FILES] = [5000, 1000];

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
async function recipientsIn(path: string): Promise<string[]> {
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

/**
 * What programs are given in their environment under a name that sounds like a secret's: those that run, in containers
 * too (proc(5), environ), and what unit files say of those that do not.
 */
async function environments(signal: AbortSignal): Promise<KnownSecret[]> {
  const [running, files] = await Promise.all([ofProcesses(signal), ofUnitFiles(signal)]);
  return environmentSecrets([...running, ...files]);
}

async function ofProcesses(signal: AbortSignal): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).slice(0, PROCESSES);
  const found: string[] = [];
  for (const id of ids) {
    signal.throwIfAborted();
    const text = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    found.push(...text.split('\0'));
  }
  return found;
}

/** Environment= of unit files and drop-ins, and the files that EnvironmentFile= is used for. */
async function ofUnitFiles(signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/local/lib/systemd/system',
    '/etc/default',
  ]) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    for (const name of names.slice(0, FILES)) {
      signal.throwIfAborted();
      const text = await readFile(`${folder}/${name}`, 'utf8').catch(() => '');
      // systemd.exec(5): several on one line, parted by blanks; one with a blank stands in quotes.
      const entries =
        text.replace(/^Environment=/gm, '').match(/"[^"\n]*"|'[^'\n]*'|[^\s"']+(?:"[^"\n]*"|'[^'\n]*')?/g) ?? [];
      found.push(...entries.map((entry) => entry.replace(/^["']|["']$/g, '').replaceAll('%%', '%')));
    }
  }
  return found;
}
