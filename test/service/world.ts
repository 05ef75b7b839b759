/** A whole service of a test: an appliance on a fake machine, an audit log in memory, links, a real socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Machine } from '../../src/adapters/machine.ts';
import type { Appliance } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import { connect } from '../../src/client/connect.ts';
import { inProcess } from '../../src/client/in-process.ts';
import type { Link } from '../../src/client/link.ts';
import { Failure, type Problem } from '../../src/errors.ts';
import { groupNumbered } from '../../src/rpc/group.ts';
import { assemble } from '../../src/service/appliance.ts';
import type { Noted } from '../../src/service/audit.ts';
import { logTo } from '../../src/service/log.ts';
import { type Service, startService } from '../../src/service/service.ts';

const about = { version: '9.9', brand: 'gatehouse' };
/** The group that the tests run as. */
export const group = groupNumbered(process.getgid?.() ?? 0)?.name ?? '';

export interface Local {
  appliance: Appliance;
  link: Link;
  entries: Noted[];
  log: string[];
  closing: AbortController;
}

/** An appliance on that machine, in this process; times are a hundredth. */
export async function applianceOn(
  machine: Machine,
  state = temporaryFolder(),
  brand = defaultBrand,
  pace = 0.01,
): Promise<Local> {
  const entries: Noted[] = [];
  const log: string[] = [];
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const appliance = await assemble({
    machine,
    about,
    brand,
    audit: { note: async (entry: Noted) => void entries.push(entry) },
    log: logTo({ write: (text) => log.push(text) }),
    state,
    pace,
    closing: closing.signal,
  });
  const link = inProcess(appliance);
  onTestFinished(() => link.close());
  return { appliance, link, entries, log, closing };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  // A service that is told to end may still be writing one file.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  return folder;
}

export interface Running {
  service: Service;
  socket: string;
  state: string;
  log: string[];
}

/** The service on a real socket. */
export async function serviceOn(machine: Machine, folder = temporaryFolder(), pace = 0.01): Promise<Running> {
  const log: string[] = [];
  const socket = join(folder, 'run', 'gatehouse.sock');
  const state = join(folder, 'state');
  const service = await startService({
    socket,
    group,
    state,
    brand: defaultBrand,
    about,
    machine,
    log: logTo({ write: (text) => log.push(text) }),
    pace,
  });
  onTestFinished(() => service.close());
  return { service, socket, state, log };
}

export function linkTo(socket: string, version = about.version): Link {
  const link = connect(socket, version);
  onTestFinished(() => link.close());
  return link;
}

/** How it failed. */
export async function failing(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error.problem;
  throw error;
}

export function reached(link: Link, state: Link['state']): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (link.state !== state) return;
      stop();
      resolve();
    };
    const stop = link.onState(look);
    look();
  });
}

/** Resolves at the first news for which the claim holds; then gives the watch up. */
export async function seen<P>(
  watch: (args: Record<string, never>, call: { signal: AbortSignal; progress: (news: P) => void }) => Promise<void>,
  claim: (news: P) => boolean,
): Promise<P> {
  const stop = new AbortController();
  let found: P | undefined;
  const progress = (news: P) => {
    if (found !== undefined || !claim(news)) return;
    found = news;
    stop.abort();
  };
  await watch({}, { signal: stop.signal, progress });
  return found as P;
}
