/**
 * One platform in a process of its own, and simulated appliances in this one: all enrol, then check in once a minute,
 * each over a new connection as after a lost one, then all as fast as they can. Times as the appliance sees them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type CheckInRequest, type EnrolAnswer, type EnrolRequest, paths } from '../../src/platform/protocol.ts';
import { openAdmin } from '../../src/platform/server/admin.ts';
import { Pkcs10CertificateRequestGenerator } from '../../src/platform/x509.ts';
import { type Figure, figureOf, type Part, type Row, share, timed } from './part.ts';

interface Place {
  port: number;
  hosts: { management: string };
  ca: string;
}

interface Appliance {
  cert: string;
  key: string;
}

const told: CheckInRequest = {
  version: '0.1.0',
  addresses: ['10.0.0.5/24', 'fe80::5054:ff:fe12:3456/64'],
  dnsServers: ['10.0.0.1'],
  gateways: ['10.0.0.1'],
  health: { cpu: 3, memory: { total: 16e9, available: 9e9 }, disk1: { size: 40e9, used: 9e9 }, disk2: null },
  units: Array.from({ length: 12 }, (_, at) => ({ name: `unit-${at}.service`, state: 'active' as const })),
  applied: { revision: 1 },
};

function post(place: Place, path: string, body: unknown, { agent, ...as }: Partial<Appliance> & { agent: Agent }) {
  return new Promise<string>((done, failed) => {
    const { management } = place.hosts;
    const where = { host: '127.0.0.1', port: place.port, servername: management, ca: place.ca, path, method: 'POST' };
    const asked = request({ ...where, ...as, agent, headers: { host: management } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('error', failed).on('end', () => {
        if (response.statusCode === 200) done(text);
        else failed(new Error(`${response.statusCode} ${text}`));
      });
    });
    asked.on('error', failed).end(JSON.stringify(body));
  });
}

async function enrol(place: Place, code: string): Promise<Appliance> {
  const { subtle } = crypto;
  const keys = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const csr = (await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm })).toString('pem');
  const body: EnrolRequest = { code, csr, version: '0.1.0', facts: {} };
  const answer = JSON.parse(await post(place, paths.enrol, body, { agent: fresh })) as EnrolAnswer;
  const der = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { cert: answer.certificate, key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
}

/** A new connection and a whole handshake each time: what costs a platform most. */
const fresh = new Agent({ keepAlive: false, maxCachedSessions: 0 });

/** Jobs, so many at a time. */
async function each<T, R>(items: readonly T[], atOnce: number, job: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await job(items[at] as T);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** CPU seconds used, and bytes of memory now and at most (proc(5)). */
async function used({ pid }: ChildProcess): Promise<{ cpu: number; now: number; most: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number) as [number, number];
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  // USER_HZ is 100 on all machines that Debian runs on.
  return { cpu: (user + system) / 100, now: kib('VmRSS') * 1024, most: kib('VmHWM') * 1024 };
}

/** Times as the appliances see them, and what the platform needs for it. */
async function measured(what: string, platform: ChildProcess, run: () => Promise<number[]>): Promise<Row[]> {
  const [before, began] = [await used(platform), performance.now()];
  const times = await run();
  const [after, took] = [await used(platform), (performance.now() - began) / 1000];
  const once = (value: number): Figure => ({ value, runs: times.length });
  const cpu = after.cpu - before.cpu;
  return [
    { what: `${what}: time`, unit: 'ms', ours: figureOf(times) },
    { what: `${what}: time, 99 %`, unit: 'ms', ours: once(share(times, 0.99)) },
    { what: `${what}: as many`, unit: 'a second', ours: once(times.length / took) },
    { what: `${what}: CPU of one core`, unit: '%', ours: once((100 * cpu) / took) },
    { what: `${what}: CPU time each`, unit: 'ms', ours: once((1000 * cpu) / times.length) },
    { what: `${what}: most memory`, unit: 'MB', ours: once(after.most / 1e6) },
  ];
}

export const part: Part = {
  about: 'One reference platform with simulated appliances that enrol and check in over TLS.',
  needs: {},
  settings: {
    appliances: { about: 'how many', usual: 1000, quick: 60 },
    seconds: { about: 'how long they check in once a minute', usual: 60, quick: 2 },
  },
  async run(_signal, { settings: { appliances = 0, seconds = 0 }, folder, program, say }) {
    const argv = ['platform', 'serve', '--suffix', 'platform.gatehouse.test', '--port', '0', '--address', '127.0.0.1'];
    const platform = spawn(program, [...argv, '--folder', folder, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(createInterface(platform.stdout), 'line');
      const place = JSON.parse(line) as Place;
      place.ca = await readFile(place.ca, 'utf8');
      const admin = await openAdmin(folder);
      const names = Array.from({ length: appliances }, (_, at) => `Appliance ${at}`);
      const codes = await each(names, 8, async (name) => (await admin.createCode({ name })).code);
      const all: Appliance[] = [];
      const checkIn = (one: Appliance) => timed(() => post(place, paths.checkIn, told, { ...one, agent: fresh }));
      const inTurn = Array.from({ length: Math.round((appliances * seconds) / 60) }, (_, at) => at);
      say('enrolment');
      const enrolled = await measured('enrolment, 8 at a time', platform, () =>
        each(codes, 8, (code) => timed(async () => all.push(await enrol(place, code)))),
      );
      say('check-ins');
      return [
        ...enrolled,
        ...(await measured('check-in once a minute', platform, () =>
          Promise.all(
            inTurn.map(async (at) => {
              await pause((at * 60_000) / appliances);
              return checkIn(all[at % all.length] as Appliance);
            }),
          ),
        )),
        ...(await measured('check-in as fast as they can, 32 at a time', platform, () =>
          each([...all, ...all, ...all], 32, checkIn),
        )),
        ...(await measured('check-in of all at the same moment', platform, () => Promise.all(all.map(checkIn)))),
      ];
    } finally {
      platform.kill();
      await once(platform, 'exit');
    }
  },
};
