/**
 * A lab in a process of its own. `exercise FOLDER`: every adapter call on every machine that answers, then "done".
 * `seal FOLDER`: the same with every mount but FOLDER read-only. `hold FOLDER`: opens it and stays.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { labMachines, openLab } from '../../src/lab/lab.ts';

const [mode, folder = ''] = process.argv.slice(2);
const pace = { ping: 1, job: 1 };

interface Mount {
  point: string;
  writable: boolean;
}

/**
 * Those that a path reaches. proc(5), /proc/pid/mountinfo: field 1 is the mount, 2 its parent, 5 its point, 6 its
 * options. A mount covered by another on the same point cannot be written, nor remounted.
 */
function mounts(): Mount[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  const all = lines.map((line) => {
    const [id, parent, , , point = '', options = ''] = line.split(' ');
    const path = point.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    return { id, parent, point: path, writable: options.split(',').includes('rw') };
  });
  return all.filter(({ id, point }) => !all.some((over) => over.parent === id && over.point === point));
}

function seal(): void {
  execFileSync('/bin/mount', ['--bind', folder, folder]);
  for (const { point, writable } of mounts())
    if (writable && point !== folder) execFileSync('/bin/mount', ['-o', 'remount,bind,ro', point], { stdio: 'ignore' });
  const open = mounts().filter(({ point, writable }) => writable && point !== folder);
  if (open.length > 0) throw new Error(`still writable: ${JSON.stringify(open)}`);
  for (const outside of [`${folder}/../trespass`, '/tmp/trespass', `${process.cwd()}/trespass`]) refuseWrite(outside);
}

function refuseWrite(path: string): void {
  try {
    writeFileSync(path, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS') return;
    throw error;
  }
  throw new Error(`${path} could be written`);
}

async function exercise(name: string): Promise<void> {
  const lab = await openLab({ machine: name, folder, pace });
  const { facts, units, ping } = lab.machine;
  const soon = () => AbortSignal.timeout(name === 'slow' ? 30 : 20_000);
  const tried = <T>(call: Promise<T>) => call.catch((error) => ({ failed: String(error) }));
  for (const read of Object.values(facts)) await tried(read(soon()));
  const names = ['docker.service', 'ssh.service', 'absent.service'];
  await tried(units.list(names, soon()));
  for (const one of names) {
    for (const action of ['stop', 'start', 'restart'] as const) await tried(units.act(action, one, soon()));
    await tried(units.show(one, 50, soon()));
    await tried(units.log(one, 50, soon()));
  }
  for (const host of ['8.8.8.8', 'lossy.lab.test', 'unreachable.lab.test', 'nowhere.lab.test', '192.0.2.1'])
    await tried(ping.run({ host, count: 3 }, { signal: soon(), progress: () => undefined }));
  await lab.close();
}

if (mode === 'hold') {
  await openLab({ folder });
  process.stdout.write('open\n');
  setInterval(() => undefined, 60_000);
} else {
  if (mode === 'seal') seal();
  for (const { name } of labMachines()) await exercise(name);
  process.stdout.write('done\n');
}
