/** How the platform is reached: its names, the proxies in between, whom to trust. Nothing here connects. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { openTunnel } from '../../adapters/proxy/tunnel.ts';
import type { Brand } from '../../brand/brand.ts';
import { fail } from '../../errors.ts';
import type { Settings } from '../../settings/schema.ts';
import type { Fqdn } from '../../values/host.ts';
import { isDirect } from '../../values/noproxy.ts';
import type { UpstreamProxy } from '../../values/proxy.ts';
import { hostOf, type Suffix } from '../../values/suffix.ts';
import { labelsOf, type Role, roles } from '../protocol.ts';

/** Through that proxy; undefined: directly. */
export type Way = UpstreamProxy | undefined;

export interface Reach {
  suffix: Suffix;
  /** First label of each service's name. */
  labels: Record<Role, string>;
  /** As set; disabled: no proxies. While there are any, nothing goes around them. */
  proxy: Pick<Settings['proxy'], 'proxies' | 'order' | 'noProxy'>;
  /** Certificates (PEM) that are trusted, and no others; undefined: those that Node brings. */
  trusted?: string;
  port: number;
  /** Milliseconds for one way to a service, from the look-up of its name to the end of its answer. */
  patience: number;
  /** Makes the connections. */
  open: typeof openTunnel;
}

export interface ReachSettings {
  settings: Pick<Settings, 'suffix' | 'proxy'>;
  brand: Brand;
  /** Folder of what the service keeps. */
  state: string;
}

/** @throws Failure 'suffix-missing' */
export async function reachOf(
  { settings: { suffix, proxy }, brand, state }: ReachSettings,
  open: Reach['open'],
  pace = 1,
): Promise<Reach> {
  if (suffix === undefined) throw fail('suffix-missing', {});
  const trusted = await trustedBy(state, brand);
  return {
    suffix,
    labels: labelsOf(brand),
    proxy: proxy.enabled ? proxy : { ...proxy, proxies: [] },
    ...(trusted === undefined ? {} : { trusted }),
    port: 443,
    patience: 15_000 * pace,
    open,
  };
}

/** An own platform's CA in the file for it, or the brand's; else the system's, to which a company may add its own. */
export async function trustedBy(state: string, brand: Brand): Promise<string | undefined> {
  const own = await textOf(join(state, 'platform-ca.pem'));
  return own ?? brand.platformCa ?? (await textOf('/etc/ssl/certs/ca-certificates.crt'));
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fail('unavailable', { what: path, why: 'It cannot be read.' }, error);
  }
}

export function serviceHost({ labels, suffix }: Pick<Reach, 'labels' | 'suffix'>, role: Role): Fqdn {
  return hostOf(labels[role], suffix);
}

/** In the order in which the services are asked and shown. */
export const services = roles;

/** The ways to that host in the order in which they are to be tried; never empty. */
export function waysTo(host: Fqdn, { proxy: { proxies, order, noProxy } }: Pick<Reach, 'proxy'>): Way[] {
  if (proxies.length === 0 || isDirect(host, noProxy)) return [undefined];
  return order === 'random' ? shuffled(proxies) : [...proxies];
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
