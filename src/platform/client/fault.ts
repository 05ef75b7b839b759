/** What went wrong on the way to the platform, as the problem that the operator is told. Pure. */
import { NoConnection } from '../../adapters/proxy/no-connection.ts';
import { Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import { proxyName } from '../../values/proxy.ts';
import type { Way } from './reach.ts';
import { Distrust, type ShownCertificate } from './tls.ts';

/** Where it happened. */
export interface Place {
  host: string;
  port: number;
  way: Way;
  /** Seconds that were waited at most. */
  seconds: number;
  /** Was our client certificate shown? */
  isIdentified: boolean;
}

/** Which part of it: the connection, TLS on it, or the HTTP exchange in that. */
export type Stage = 'connection' | 'tls' | 'exchange';

/** `isLate`: the time limit ended it. A Failure stays what it is. */
export function faultOf(error: unknown, stage: Stage, place: Place, isLate = false): Failure {
  const { host, seconds, isIdentified } = place;
  if (error instanceof Failure) return error;
  if (error instanceof NoConnection) return noConnection(error, place);
  if (error instanceof Distrust) return distrusted(error, host);
  if (isLate) return fail('platform-timeout', { host, seconds }, error);
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (code.startsWith('HPE_')) return fail('platform-garbage', { host, got: httpMistake(code) }, error);
  // An alert about a certificate is about ours: theirs is judged here.
  if (/^ERR_SSL_.*ALERT.*(CERT|UNKNOWN_CA)/.test(code) && isIdentified)
    return fail('certificate-refused', { host }, error);
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return fail('tls-failed', { host, why: tlsWhy(code) }, error);
  if (stage === 'connection') return fail('platform-route', { host }, error);
  return fail('platform-cut', { host }, error);
}

function noConnection({ why, status = 0 }: NoConnection, { host, port, way, seconds }: Place): Failure {
  if (!way) return direct(why, host, port, seconds);
  const proxy = proxyName(way);
  const dead = (reason: string) => fail('proxy-dead', { proxy, why: reason });
  switch (why) {
    case 'proxy wants a password':
    case 'proxy rejects the password':
      return fail('proxy-auth', { proxy, user: way.user ?? '' });
    case 'proxy forbids':
    case 'proxy cannot reach it':
      return fail('proxy-refused', { proxy, host, status });
    case 'name not found':
      return dead(`the name ${way.host} was not found`);
    case 'refused':
      return dead('it refuses connections, nothing listens at that port');
    case 'no answer':
      return dead(`it did not answer within ${seconds} s`);
    case 'unreachable':
      return dead('there is no way from here to it');
    case 'no proxy':
      return dead('what answers there is no HTTP proxy');
    default:
      return dead('it cut the connection');
  }
}

function direct(why: NoConnection['why'], host: string, port: number, seconds: number): Failure {
  switch (why) {
    case 'name not found':
      return fail('platform-name', { host });
    case 'refused':
      return fail('platform-refused', { host, port });
    case 'no answer':
      return fail('platform-timeout', { host, seconds });
    case 'unreachable':
      return fail('platform-route', { host });
    default:
      return fail('platform-cut', { host });
  }
}

function distrusted({ code, certificate }: Distrust, host: string): Failure {
  const { issuer, names } = certificate;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return fail('tls-other-name', { host, names });
  return fail('tls-not-trusted', { host, issuer, why: distrustWhy(code, certificate) });
}

/** Is the certificate's time what speaks against it? Then the clock may be wrong. X509_STORE_CTX_get_error(3) */
export function isAboutTime({ code }: Distrust): boolean {
  return code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
}

function distrustWhy(code: string, { from, until }: ShownCertificate): string {
  const reasons: Record<string, string> = {
    CERT_HAS_EXPIRED: `it ended at ${until}`,
    CERT_NOT_YET_VALID: `it begins at ${from}`,
    DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
    SELF_SIGNED_CERT_IN_CHAIN: 'its issuer is not known here',
    UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not known here',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known here',
  };
  return reasons[code] ?? harmless(code.toLowerCase().replace(/_/g, ' '), { most: 80 });
}

function tlsWhy(code: string): string {
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH|UNKNOWN_PROTOCOL|RECORD/.test(code))
    return 'what answers does not speak TLS';
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) return 'it has older versions of TLS only';
  if (/HANDSHAKE_FAILURE|NO_SHARED|INSUFFICIENT/.test(code)) return 'it shares no cipher with us';
  return harmless(
    code
      .replace(/^ERR_SSL_/, '')
      .toLowerCase()
      .replace(/_/g, ' '),
    { most: 80 },
  );
}

function httpMistake(code: string): string {
  return code === 'HPE_HEADER_OVERFLOW' ? 'The head of its answer has no end' : 'It does not speak HTTP';
}
