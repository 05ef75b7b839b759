/**
 * Has V8 compile beforehand what a start of the program runs, and keeps it beside the program, where start.cjs finds it.
 * For that the program is started as it will be, against a service on a simulated machine: of what is not run nothing is
 * kept, since reading it would take longer than compiling the little that is wanted of it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Milliseconds for anything here. */
const limit = 20_000;
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', TERM: 'linux' };

/** Takes chance out of V8, which leaves the first two of what it compares; the third is put back in build-warm.cjs. */
const options = ['--predictable', '--random-seed=1', '--hash-seed=1'];

/** Which starts there are: by what each is for, its arguments. `service` gives those of a service of its own. */
const starts = (service) => ({ 'console,later': [], commands: ['status', '--json'], appliance: service });

/** @param {string} folder with main.cjs and its parts */
export async function writeCaches(folder) {
  const main = resolve(folder, 'main.cjs');
  const place = await mkdtemp(join(tmpdir(), 'gatehouse-build-'));
  const socket = join(place, 'run/gatehouse.sock');
  const service = await startService(main, place, socket);
  try {
    const own = serviceArguments(join(place, 'own'), join(place, 'own.sock'));
    for (const [parts, args] of Object.entries(starts(own))) await warmed(folder, [main, socket, parts, ...args]);
  } finally {
    const ended = new Promise((done) => service.once('exit', done));
    service.kill('SIGTERM');
    await ended;
    await rm(place, { recursive: true });
  }
}

/** Equal inputs, equal files: what depends on when something came is run until it came out as once before. */
async function warmed(folder, args) {
  const seen = new Set();
  for (let run = 0; run < 10; run++) {
    execFileSync(process.execPath, [...options, 'scripts/build-warm.cjs', ...args], {
      env,
      timeout: limit,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const hash = createHash('sha256');
    for (const name of (await readdir(folder)).filter((name) => name.endsWith('.cache')).sort())
      hash.update(await readFile(join(folder, name)));
    const digest = hash.digest('hex');
    if (seen.has(digest)) return;
    seen.add(digest);
  }
}

/** Of a service on a simulated machine. */
function serviceArguments(lab, socket) {
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  return ['--lab=healthy', `--lab-folder=${lab}`, '--socket', socket, 'service', '--group', group];
}

/** Resolves when it listens. */
async function startService(main, place, socket) {
  const service = spawn(process.execPath, [main, ...serviceArguments(join(place, 'lab'), socket)], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  await new Promise((done, failed) => {
    const give = () => failed(new Error(`the service for the build did not begin:\n${told}`));
    setTimeout(give, limit).unref();
    service.once('exit', give);
    service.stderr.setEncoding('utf8').on('data', (text) => {
      told += text;
      if (/listening on/.test(told)) done();
    });
  });
  return service;
}
