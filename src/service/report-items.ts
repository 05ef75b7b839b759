/** What the service itself knows and a report holds: settings, audit, registration, containers, connectivity, capture. */
import { stat } from 'node:fs/promises';
import type { ConnectivityNews, LogEntry, ServiceHealth } from '../appliance.ts';
import { fail, problemOf, sentence } from '../errors.ts';
import type { Item, ItemOutput } from '../jobs/report/item.ts';
import { auditFile } from './audit.ts';
import { auditFiles } from './audit-files.ts';
import type { Captures } from './capture.ts';
import type { Platform } from './platform.ts';
import type { System } from './system.ts';

export interface Sources {
  system: System;
  version: string;
  platform: Platform;
  captures: Captures;
}

const MEGABYTE = 1 << 20;
/** Lines of a container's log, and how many are asked for at once. */
const LINES = 5000;
const PAGE = 1000;

export function serviceItems(sources: Sources): Item[] {
  return [
    gatehouse(sources),
    settings(sources),
    audit(sources),
    configuration(sources),
    containers(sources),
    connectivity(sources),
    capture(sources),
  ];
}

function gatehouse({ system, version, platform }: Sources): Item {
  return {
    name: 'gatehouse',
    title: 'Gatehouse',
    about: 'Version, registration without its keys, and changes that wait for an answer',
    seconds: 30,
    most: MEGABYTE,
    estimate: async () => 4096,
    async collect(out, signal) {
      const { machine, brand } = system;
      await out.json('version.json', {
        version,
        brand: brand.name,
        node: process.version,
        upSeconds: Math.round(process.uptime()),
      });
      await out.json('memory.json', process.memoryUsage());
      await part(out, 'registration', async () => out.json('registration.json', platform.view.state()));
      await out.json('change.json', system.pending() ?? null);
      await part(out, 'units', async () => {
        const names = brand.units.map(({ name }) => name);
        await out.json('units.json', await machine.units.list(names, signal));
      });
      await part(out, 'facts', async () => out.json('interfaces.json', await machine.facts.interfaces(signal)));
    },
  };
}

function settings({ system }: Sources): Item {
  return {
    name: 'settings',
    title: 'Settings',
    about: 'What is set now, without passwords, and when it was changed by whom',
    seconds: 10,
    most: MEGABYTE,
    estimate: async () => 8192,
    async collect(out) {
      // A password prints as bullets.
      await out.json('settings.json', await system.saved());
      await out.json('versions.json', await system.store.versions());
    },
  };
}

function audit({ system }: Sources): Item {
  const files = () => auditFiles(auditFile(system.state));
  return {
    name: 'audit',
    title: 'Audit log',
    about: 'Who changed what and when',
    seconds: 20,
    most: 16 * MEGABYTE,
    async estimate() {
      const sizes = await Promise.all(
        (await files()).map(({ path }) =>
          stat(path).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    async collect(out) {
      for (const [index, { path }] of (await files()).entries())
        await out.file(index === 0 ? 'audit.jsonl' : `audit.jsonl.${index}`, path);
    },
  };
}

function configuration({ platform }: Sources): Item {
  return {
    name: 'configuration',
    title: 'Gateway configuration',
    about: 'What the platform told this appliance to be',
    seconds: 10,
    most: MEGABYTE,
    async absent() {
      return platform.view.state().registered ? undefined : 'the appliance is not registered';
    },
    estimate: async () => 2048,
    async collect(out) {
      const state = platform.view.state();
      if (state.registered) await out.json('configuration.json', state.configuration);
    },
  };
}

function connectivity({ platform }: Sources): Item {
  return {
    name: 'connectivity',
    title: 'Platform connectivity',
    about: 'Whether each service of the platform answers, with and without the proxy',
    seconds: 120,
    most: MEGABYTE,
    isSlow: true,
    estimate: async () => 4096,
    async collect(out, signal) {
      // What was answered by then is of use where the rest never comes.
      const known: ServiceHealth[] = [];
      const progress = ({ health }: ConnectivityNews) => void known.push(health);
      try {
        await platform.groups.connectivity.run({}, { signal, progress });
      } catch (error) {
        const problem = problemOf(error, String(error));
        if (problem.code !== 'suffix-missing') throw error;
        throw fail('unavailable', { what: 'The platform', why: 'No suffix is set.' }, error);
      } finally {
        if (!signal.aborted && known.length > 0) await out.json('connectivity.json', known);
      }
    },
  };
}

function containers({ system: { machine } }: Sources): Item {
  return {
    name: 'containers',
    title: 'Containers',
    about: `All containers, exited ones too, with details and the last ${LINES} lines of each, and the images`,
    seconds: 120,
    most: 64 * MEGABYTE,
    isSlow: true,
    async absent(signal) {
      const problem = await machine.containers.list(signal).then(() => undefined, problemOf);
      return problem?.code === 'engine-absent' ? sentence(problem) : undefined;
    },
    async estimate(signal) {
      return (await machine.containers.list(signal)).length * (LINES * 100);
    },
    async collect(out, signal) {
      const all = await machine.containers.list(signal);
      await out.json('containers.json', all);
      await part(out, 'images', async () => out.json('images.json', await machine.containers.images(signal)));
      for (const { id, name } of all) {
        await part(out, name, async () => out.json(`${name}/inspect.json`, await machine.containers.show(id, signal)));
        await part(out, `log of ${name}`, async () =>
          out.text(`${name}/log.txt`, await logOf(machine.containers.log(id), signal)),
        );
      }
    },
  };
}

type Log = ReturnType<System['machine']['containers']['log']>;

/** Its last lines, oldest first. */
async function logOf(log: Log, signal: AbortSignal): Promise<string> {
  const pages: LogEntry[][] = [];
  let from = 'newest';
  for (let lines = 0; lines < LINES; ) {
    const page = await log.page({ from, direction: 'older', lines: PAGE }, signal);
    pages.unshift(page.lines);
    lines += page.lines.length;
    const next = page.lines[0]?.place ?? page.reached;
    if (page.isEnd || next === undefined || next === from) break;
    from = next;
  }
  return pages
    .flat()
    .map(({ at, text }) => `${at ?? ''} ${text}\n`)
    .join('');
}

function capture({ captures }: Sources): Item {
  return {
    name: 'capture',
    title: 'Latest packet capture',
    about: 'The file of Generate TCP dump, for tshark or Wireshark',
    seconds: 60,
    most: 512 * MEGABYTE,
    isSlow: true,
    absent: async () => ((await captures.latest()) ? undefined : 'no packets were captured'),
    estimate: async () => (await captures.latest())?.capture.size,
    async collect(out) {
      const latest = await captures.latest();
      if (!latest) return;
      await out.json('capture.json', latest.capture);
      await out.packets('upstream.pcap', latest.path);
    },
  };
}

/** One of several things of an item: what is wrong with it is noted, and the next is asked for. */
async function part(out: ItemOutput, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error, String(error));
    if (problem.code === 'aborted') throw error;
    out.note(`${what}: ${problem.code === 'internal' ? String(error) : sentence(problem)}`);
  }
}
