/** The appliance's key: made here, kept by the store, never in a request. Only the certificate request leaves. */
import { createPrivateKey, createPublicKey, generateKeyPair, webcrypto, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../../values/secret.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A new private key, ECDSA on P-256; PKCS #8 in PEM. */
export async function newKey(): Promise<Secret> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** The certificate request for it (PKCS #10 in PEM), signed by it. Its name says nothing: the platform gives one. */
export async function requestFor(key: Secret): Promise<string> {
  const { Pkcs10CertificateRequestGenerator } = await import('../x509.ts');
  const { subtle } = webcrypto;
  const own = createPrivateKey(key.reveal());
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey('pkcs8', own.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign']),
    subtle.importKey('spki', createPublicKey(own).export({ type: 'spki', format: 'der' }), algorithm, true, ['verify']),
  ]);
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: 'CN=appliance', keys: { privateKey, publicKey }, signingAlgorithm: algorithm },
    webcrypto as never,
  );
  return request.toString('pem');
}

/** The first certificate of the text, if it is one for that key. */
export function certificateFor(key: Secret, pem: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.checkPrivateKey(createPrivateKey(key.reveal())) ? certificate : undefined;
  } catch {
    return undefined;
  }
}
