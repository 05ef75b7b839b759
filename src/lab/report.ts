/**
 * The lab's part of a report: the simulated machine read through its own adapters, its log folder, and a support key
 * of its own, whose other half lies beside it for whoever wants to open the report. age and zstd run as on a machine,
 * as filters.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../adapters/machine.ts';
import { problemOf, sentence } from '../errors.ts';
import type { Diagnostics } from '../jobs/report/diagnostics.ts';
import type { Item, ItemOutput } from '../jobs/report/item.ts';
import { logFiles } from '../jobs/report/items/log-files.ts';
import { run } from '../run.ts';

/** @param root real path of what stands for / */
export function labDiagnostics(
  root: string,
  machine: Pick<Machine, 'facts' | 'network' | 'resolver' | 'time' | 'logs'>,
): Diagnostics {
  return {
    folder: join(root, 'var/diagnostics'),
    items: [...labItems(machine), logFiles(join(root, 'var/log'))],
    recipients: async (signal) => [await recipient(join(root, 'etc/gatehouse'), signal)],
    secrets: async () => [],
  };
}

function labItems({ facts, network, resolver, time, logs }: Parameters<typeof labDiagnostics>[1]): Item[] {
  const usual = { seconds: 20, most: 8 << 20, estimate: async () => 4096 };
  return [
    {
      ...usual,
      name: 'machine',
      title: 'Machine',
      about: 'Host name, disks, memory, processors and updates of the simulated machine',
      async collect(out, signal) {
        for (const name of ['hostName', 'disks', 'memory', 'cpu', 'updates', 'buildVersion', 'zone'] as const)
          await part(out, name, () => facts[name](signal));
      },
    },
    {
      ...usual,
      name: 'network',
      title: 'Network',
      about: 'Interfaces, resolver and time of the simulated machine, as they are in effect',
      async collect(out, signal) {
        await part(out, 'interfaces', () => network.effective({}, signal));
        await part(out, 'resolver', () => resolver.effective(signal));
        await part(out, 'time', () => time.effective(signal));
      },
    },
    {
      ...usual,
      name: 'journal-text',
      title: 'Journal as text',
      about: 'The last lines of the simulated journal',
      isSlow: true,
      async collect(out, signal) {
        const { lines } = await logs.journal({}).page({ from: 'newest', direction: 'older', lines: 1000 }, signal);
        await out.text('last.txt', lines.map(({ at, from, text }) => `${at ?? ''} ${from ?? ''}: ${text}\n`).join(''));
      },
    },
  ];
}

async function part(out: ItemOutput, name: string, read: () => Promise<unknown>): Promise<void> {
  try {
    await out.json(`${name}.json`, await read());
  } catch (error) {
    const problem = problemOf(error, String(error));
    if (problem.code === 'aborted') throw error;
    out.note(`${name}: ${sentence(problem)}`);
  }
}

/** Of the lab's own key pair, made when the first report is. @throws Failure 'unavailable' without age */
async function recipient(folder: string, signal: AbortSignal): Promise<string> {
  const identity = join(folder, 'support-identity.txt');
  let text = await readFile(identity, 'utf8').catch(() => '');
  if (!text) {
    text = (await run('age-keygen', [], { signal })).stdout;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(identity, `${text}\n`, { mode: 0o600 });
  }
  return /^# public key: (age1\w+)$/m.exec(text)?.[1] ?? '';
}
