/** The reference platform put together: its folder, its CA, its server. For the lab, for tests, and for `gatehouse platform serve`. */
import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Brand } from '../../brand/brand.ts';
import { sure } from '../../values/result.ts';
import { hostOf, parseSuffix } from '../../values/suffix.ts';
import { labelsOf, limits, type Role, roles } from '../protocol.ts';
import { type Admin, openAdmin } from './admin.ts';
import { isDue } from './appliances.ts';
import { type Authority, openAuthority } from './authority.ts';
import { countConnections } from './connections.ts';
import { completeAll } from './enrol.ts';
import type { Faults } from './faults.ts';
import { openFolder } from './folder.ts';
import { serverFor } from './http.ts';
import { routesOf } from './routes.ts';
import { openSeen } from './seen.ts';

export interface PlatformOptions {
  /** Where it keeps everything. Made where it is missing. */
  folder: string;
  /** 0: a free one. */
  port: number;
  /** Default: this machine only. */
  address?: string;
  suffix: string;
  brand: Pick<Brand, 'hosts' | 'vendor'>;
  /** Default 60. */
  checkInSeconds?: number;
  /** That a client certificate holds; default 90. */
  certificateDays?: number;
  clock?: () => Date;
  /** For tests: may be changed while the platform runs. */
  faults?: Faults;
  /** For tests: seconds that a client may take for each part of a request. */
  patience?: number;
  /** Told of our own mistakes; a request that met one was answered with 500. */
  failed?(error: unknown): void;
}

export interface Platform {
  port: number;
  /** Host name of each service. */
  hosts: Record<Role, string>;
  /** PEM of the CA to trust; also in FOLDER/ca.pem. */
  ca: string;
  admin: Admin;
  /** Answers what is being asked, then ends. */
  close(): Promise<void>;
}

const serverDays = 90;
/** Milliseconds from a check-in until it is on the disk, at most. */
const flushEvery = 5_000;
/** Connections that wait to be taken: all appliances come back at once when a network does. */
const backlog = 2048;
/** Milliseconds that whoever is connected has to finish. */
const closeWithin = 2_000;

/** @throws what listening throws: EADDRINUSE, EACCES; and `Failure` where the folder cannot be used */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { brand, faults = {}, clock = () => new Date(), failed = () => undefined } = options;
  const folder = await openFolder(options.folder);
  const authority = await openAuthority(options.folder, `${brand.vendor} platform CA`, clock);
  await completeAll(folder);
  const registry = {
    folder,
    authority,
    clock,
    certificateDays: options.certificateDays ?? limits.certificateDays.usual,
    checkInSeconds: options.checkInSeconds ?? limits.checkIn.usual,
  };
  const seen = openSeen(folder.appliances.folderOf, flushEvery, failed);
  const hosts = hostsOf(brand, options.suffix);
  const byHost = new Map(roles.map((role) => [hosts[role], role]));
  const { vendor } = brand;
  const patience = options.patience === undefined ? {} : { patience: options.patience };
  const routes = routesOf(registry, seen);
  const serving = { registry, routes, hosts: byHost, vendor, faults, failed, ...patience };
  const identity = () => identityFor(authority, [...Object.values(hosts), options.suffix], clock());
  const first = await identity();
  const server = serverFor(serving, first.tls);
  const look = renewWhenDue(server, first, identity, clock);
  server.on('secureConnection', () => void look().catch(failed));
  const connections = countConnections(server);
  server.listen({ port: options.port, host: options.address ?? '127.0.0.1', backlog });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hosts,
    ca: authority.certificate,
    admin: await openAdmin(options.folder, clock),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const grace = setTimeout(() => connections.destroy(), closeWithin);
      await closed.finally(() => clearTimeout(grace));
      await seen.close();
    },
  };
}

function hostsOf(brand: Pick<Brand, 'hosts'>, suffix: string): Record<Role, string> {
  const known = sure(parseSuffix(suffix));
  const labels = labelsOf(brand);
  const host = (role: Role) => hostOf(labels[role], known);
  return {
    status: host('status'),
    management: host('management'),
    packages: host('packages'),
    repository: host('repository'),
  };
}

interface Identity {
  issued: string;
  until: string;
  /** Of the services towards appliances, and what theirs are checked by. */
  tls: { cert: string; key: string; ca: string };
}

async function identityFor(authority: Authority, hosts: string[], now: Date): Promise<Identity> {
  const { chain, key, until } = await authority.forHosts(hosts, serverDays);
  return { issued: now.toISOString(), until, tls: { cert: chain, key, ca: authority.certificate } };
}

/** Whoever connects when a third of its time is left makes it new for those who follow. */
function renewWhenDue(server: Server, first: Identity, renewed: () => Promise<Identity>, clock: () => Date) {
  let present = first;
  let isRenewing = false;
  return async () => {
    if (isRenewing || !isDue(present, clock())) return;
    isRenewing = true;
    try {
      present = await renewed();
      server.setSecureContext(present.tls);
    } finally {
      isRenewing = false;
    }
  };
}
