/**
 * Whether there is an engine to ask, and why not. Looking must not start it: docker.socket of systemd listens where the
 * engine does, and whoever connects there has the engine started.
 */
import { access, constants } from 'node:fs/promises';
import { type Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';

export interface Place {
  /** The engine's socket. */
  socket: string;
  /** Where the engine's program may be. */
  programs: readonly string[];
}

export const usualPlace: Place = {
  socket: '/run/docker.sock',
  programs: ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd', '/snap/bin/dockerd'],
};

const units = { engine: 'docker.service', socket: 'docker.socket' };

/**
 * Before each new connection: resolves where connecting starts nothing.
 * @throws Failure 'engine-absent', 'engine-stopped', 'aborted'
 */
export async function mayBeAsked(place: Place, signal: AbortSignal): Promise<void> {
  if (!(await exists(place.socket))) throw await absence(place, { code: 'ENOENT' });
  // Only there docker.socket listens; and only where systemd runs (sd_booted(3)).
  if (place.socket !== usualPlace.socket || !(await exists('/run/systemd/system'))) return;
  const args = ['is-active', '--', units.engine, units.socket];
  // systemctl(1): 0 where one of them is active, 3 where none is, 4 where there is no such unit.
  const { stdout } = await run('systemctl', args, { limit: 5000, signal, expect: [0, 3, 4] });
  const [engine = 'unknown', socket = 'unknown'] = stdout.trim().split('\n');
  if (engine === 'active' || engine === 'reloading') return;
  const listens = socket === 'active' || socket === 'activating';
  if (listens) throw fail('engine-stopped', { why: standing(engine) });
}

function standing(state: string): string {
  if (state === 'activating') return `${units.engine} is just starting`;
  if (state === 'deactivating') return `${units.engine} is just stopping`;
  return `${units.engine} is ${/^[a-z]{1,20}$/.test(state) ? state : 'not known'}`;
}

/** What it means that a connection did not come about, or broke. */
export async function absence(place: Place, error: Pick<NodeJS.ErrnoException, 'code'>): Promise<Failure> {
  if (error.code === 'ENOENT') {
    const installed = await Promise.all(place.programs.map((program) => exists(program, constants.X_OK)));
    return installed.includes(true)
      ? fail('engine-stopped', { why: `Its socket ${place.socket} is not there` }, error)
      : fail('engine-absent', {}, error);
  }
  if (error.code === 'ECONNREFUSED')
    return fail('engine-stopped', { why: `Nothing listens on ${place.socket}` }, error);
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return fail('unavailable', { what: 'The container engine', why: `${place.socket} may not be used.` }, error);
  // Of Node's parser of HTTP.
  if (error.code?.startsWith('HPE_'))
    return fail('not-understood', { what: 'the container engine', got: 'something that is not HTTP' }, error);
  const why = `It broke off the connection (${error.code ?? 'no reason given'})`;
  return fail('engine-stopped', { why }, error);
}

function exists(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
