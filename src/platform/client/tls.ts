/**
 * TLS to a service over a connection that stands: 1.2 at least, and the certificate judged before a byte is sent.
 * Judged here and not by Node, which would drop the certificate that the operator is to be told of.
 */
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { harmless } from '../../values/harmless.ts';
import type { Secret } from '../../values/secret.ts';

/** What the appliance proves itself with: both in PEM. */
export interface Identity {
  key: Secret;
  certificate: string;
}

export interface TlsOptions {
  host: string;
  trusted?: string;
  identity?: Identity;
}

/** A certificate that does not prove the host. The connection stands, for a look at the platform's clock alone. */
export class Distrust extends Error {
  override readonly name = 'Distrust';
  constructor(
    /** OpenSSL's name of the reason (X509_V_ERR_…), or Node's for another name. */
    readonly code: string,
    readonly certificate: ShownCertificate,
    readonly socket: TLSSocket,
  ) {
    super(code);
  }
}

/** All of it harmless. */
export interface ShownCertificate {
  issuer: string;
  names: string;
  from: string;
  until: string;
}

/** Rejects with Node's error, or as `within` was aborted. @throws Distrust */
export async function secure(socket: Socket, options: TlsOptions, within: AbortSignal): Promise<TLSSocket> {
  const { host, trusted, identity } = options;
  const tls = connect({
    socket,
    ...(isIP(host) ? {} : { servername: host }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    ...(trusted === undefined ? {} : { ca: trusted }),
    ...(identity === undefined ? {} : { key: identity.key.reveal(), cert: identity.certificate }),
  });
  tls.on('error', () => undefined);
  try {
    await once(tls, 'secureConnect', { signal: within });
  } catch (error) {
    tls.destroy();
    throw error;
  }
  if (tls.authorized) return tls;
  // Typed as an error, but it is its code.
  throw new Distrust(String(tls.authorizationError), shown(tls.getPeerCertificate()), tls);
}

function shown(certificate: PeerCertificate): ShownCertificate {
  const { issuer, subject, subjectaltname, valid_from: from, valid_to: until } = certificate;
  const own = subject?.CN;
  return {
    issuer: personOf(issuer) || 'nobody named',
    names: someOf(subjectaltname?.replace(/DNS:/g, '') ?? String(own ?? '')) || 'no name',
    from: dateOf(from),
    until: dateOf(until),
  };
}

/** "Company Inspection CA (Example Inc.)" */
function personOf(issuer: PeerCertificate['issuer'] | undefined): string {
  const { CN, O } = (issuer ?? {}) as Record<string, string | string[] | undefined>;
  const [name, organisation] = [short(String(CN ?? '')), short(String(O ?? ''))];
  return name && organisation ? `${name} (${organisation})` : name || organisation;
}

/** The first two of a list: "one, two and 3 more". */
function someOf(names: string): string {
  const all = names.split(', ');
  const first = all.slice(0, 2).map(short).join(', ');
  return all.length > 2 ? `${first} and ${all.length - 2} more` : first;
}

const short = (text: string) => harmless(text, { most: 80 }).trim();

function dateOf(text: string | undefined): string {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? 'a time that is not given' : `${date.toISOString().slice(0, 16)}Z`;
}
