/**
 * A lab in a process of its own. `exercise FOLDER`: every adapter call on every machine that answers, then "done".
 * `seal FOLDER`: the same with every mount but FOLDER read-only. `hold FOLDER`: opens it and stays.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Effect } from '../../src/adapters/files.ts';
import type { ChangeDraft } from '../../src/appliance.ts';
import { type Lab, labMachines, openLab } from '../../src/lab/lab.ts';
import { Secret } from '../../src/values/secret.ts';
import { serviceOn } from './served.ts';

const [mode, folder = ''] = process.argv.slice(2);
const pace = { ping: 1, job: 1, link: 1, silence: 1 };

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
  await exerciseSystem(lab, soon, tried);
  await lab.close();
}

const nothing = { dns: { servers: [], searchDomains: [] }, proxy: { enabled: false, proxies: [], noProxy: [] } };
const draft: ChangeDraft = {
  section: 'interface',
  name: 'eth0',
  settings: { method: 'static', address: '10.20.0.77/24', gateway: '10.20.0.254', ipv6: { method: 'off' } },
};

/** Each part by itself, then through a service, with a change that nobody answers. */
async function exerciseSystem(lab: Lab, soon: () => AbortSignal, tried: <T>(call: Promise<T>) => Promise<unknown>) {
  const { network, resolver, proxy, time, hosts, ssh, login, changing } = lab.machine;
  const password = new Secret('word');
  await tried(network.effective({}, soon()));
  await tried(network.probeDuplicate('eth0', '10.20.0.1', soon()));
  await tried(network.testGateway('eth0', '10.20.0.254', soon()));
  network.files({}, { dns: true, domains: true });
  await tried(resolver.effective(soon()));
  resolver.files(nothing.dns);
  await tried(resolver.test(['8.8.8.8', '192.0.2.1'], 'example.org', soon()));
  proxy.files(nothing.proxy);
  await tried(proxy.test({ host: 'example.org', port: 443, proxies: [] }, soon()));
  await tried(time.effective(soon()));
  await tried(time.tell(soon()));
  await tried(time.zones(soon()));
  await tried(time.setZone('Europe/Madrid', soon()));
  await tried(hosts.write([{ name: 'files.lab.test', address: '10.20.0.7' }]));
  await tried(hosts.read());
  await tried(ssh.disable(soon()));
  await tried(ssh.enable(soon()));
  await tried(ssh.state(soon()));
  await tried(login.setPassword('operator', password, soon()));
  await tried(login.isPassword('operator', password, soon()));
  await tried(login.state('operator', soon()));
  for (const kind of ['networkd', 'resolved', 'docker-proxy'] as const)
    await tried(changing.tell({ kind, reconfigure: [], remove: [], mtu: {}, restart: true } as Effect, soon()));
  // Its service waits for readings of seconds.
  if (lab.name === 'slow') return;
  const { appliance, close } = await serviceOn(lab);
  await tried(appliance.hosts.set({ entries: [{ name: 'files.lab.test', address: '10.20.0.8' }] }, { signal: soon() }));
  await tried(appliance.time.set({ servers: ['10.20.0.1'], zone: 'Etc/UTC' }, { signal: soon() }));
  await tried(appliance.capture.start({ seconds: 10 }, { signal: soon() }));
  await tried(appliance.capture.stop({}, { signal: soon() }));
  if (lab.name === 'healthy') await tried(appliance.changes.apply({ draft }, { signal: soon() }));
  close();
}

if (mode === 'hold') {
  await openLab({ folder });
  process.stdout.write('open\n');
  setInterval(() => undefined, 60_000);
} else {
  if (mode === 'seal') seal();
  for (const { name } of labMachines()) await exercise(name);
  // Puts back what was left unanswered.
  await (await openLab({ folder, machine: 'healthy' })).close();
  process.stdout.write('done\n');
}
