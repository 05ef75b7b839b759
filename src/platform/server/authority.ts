/**
 * The platform's own certificate authority: made once, kept in FOLDER/ca-key.pem (0600) with its certificate, and
 * written to FOLDER/ca.pem for appliances to trust. Certificates for the services and for appliances; requests for
 * them checked. Who may have one is decided elsewhere.
 */
import { createHash, randomBytes, type webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { createFile, readOwn, replaceFile } from '../../settings/files.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '../x509.ts';

/** A certificate and how it is told from others: its number in lower-case hex without zeros in front. */
export interface Issued {
  /** PEM: it, then the CA's. */
  chain: string;
  serial: string;
  /** ISO 8601 */
  until: string;
}

/** What is left of a certificate request after its check. */
export interface CheckedRequest {
  request: Pkcs10CertificateRequest;
  /** SHA-256 of the public key (SubjectPublicKeyInfo), hex. */
  key: string;
}

export interface Authority {
  /** PEM. */
  certificate: string;
  /** With a key of its own, which is never written. */
  forHosts(hosts: readonly string[], days: number): Promise<Issued & { key: string }>;
  forAppliance(id: string, request: CheckedRequest, days: number): Promise<Issued>;
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
const years = 10;
/** A clock that is somewhat slow still finds a new certificate valid. */
const backdated = dayMs;
const curves = ['P-256', 'P-384'];

interface Pair {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
}

/** @param clock what certificates are dated by */
export async function openAuthority(folder: string, name: string, clock: () => Date): Promise<Authority> {
  const path = join(folder, 'ca-key.pem');
  if (!(await readOwn(path))) await createFile(path, await newPair(name, clock()));
  const pair = await pairOf((await readOwn(path))?.text ?? '');
  const certificate = pair.certificate.toString('pem');
  const published = join(folder, 'ca.pem');
  if ((await readOwn(published))?.text !== `${certificate}\n`) await replaceFile(published, `${certificate}\n`);
  const { subtle } = crypto;
  return {
    certificate,
    async forHosts(hosts, days) {
      const keys = await subtle.generateKey(ecdsa, true, ['sign', 'verify']);
      const names = new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns' as const, value })));
      const issued = await issue(pair, {
        subject: 'Services of the platform',
        publicKey: keys.publicKey,
        usage: ExtendedKeyUsage.serverAuth,
        extensions: [names],
        from: clock(),
        days,
      });
      return { ...issued, key: pemOf('PRIVATE KEY', await subtle.exportKey('pkcs8', keys.privateKey)) };
    },
    async forAppliance(id, { request }, days) {
      const publicKey = await request.publicKey.export();
      return issue(pair, { subject: id, publicKey, usage: ExtendedKeyUsage.clientAuth, from: clock(), days });
    },
  };
}

async function newPair(name: string, now: Date): Promise<string> {
  const keys = await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + years);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    signingAlgorithm: signing,
    serialNumber: newSerial(),
    name: [{ CN: [name] }],
    notBefore: new Date(now.getTime() - backdated),
    notAfter,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = pemOf('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return `${key}${certificate.toString('pem')}\n`;
}

async function pairOf(text: string): Promise<Pair> {
  const der = (label: string) => {
    const [, base64] = new RegExp(`-----BEGIN ${label}-----([^-]+)-----END ${label}-----`).exec(text) ?? [];
    if (!base64) throw new Error(`ca-key.pem has no ${label.toLowerCase()}`);
    return Buffer.from(base64, 'base64');
  };
  const key = await crypto.subtle.importKey('pkcs8', der('PRIVATE KEY'), ecdsa, false, ['sign']);
  return { certificate: new X509Certificate(der('CERTIFICATE')), key };
}

interface Wanted {
  subject: string;
  publicKey: webcrypto.CryptoKey;
  usage: ExtendedKeyUsage;
  extensions?: SubjectAlternativeNameExtension[];
  from: Date;
  days: number;
}

async function issue(ca: Pair, { subject, publicKey, usage, extensions = [], from, days }: Wanted): Promise<Issued> {
  const serial = newSerial();
  const end = Math.min(from.getTime() + days * dayMs, ca.certificate.notAfter.getTime());
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [subject] }],
    issuer: ca.certificate.subjectName,
    notBefore: new Date(from.getTime() - backdated),
    notAfter: new Date(end),
    signingAlgorithm: signing,
    signingKey: ca.key,
    publicKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(ca.certificate),
      ...extensions,
    ],
  });
  const chain = `${certificate.toString('pem')}\n${ca.certificate.toString('pem')}\n`;
  return { chain, serial, until: certificate.notAfter.toISOString() };
}

/**
 * PKCS #10 (RFC 2986): signed by the key that it names, which is one of the kinds we take. Gives the reason where not.
 * @param pem of an outsider
 */
export async function checkRequest(pem: string): Promise<CheckedRequest | string> {
  if (!/^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(pem)) return 'It is no certificate request in PEM.';
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(pem);
  } catch {
    return 'It is no certificate request that can be read.';
  }
  const { name, namedCurve } = request.publicKey.algorithm as { name?: string; namedCurve?: string };
  if (name !== 'ECDSA' || !curves.includes(namedCurve ?? '')) return `The key must be ECDSA, ${curves.join(' or ')}.`;
  const isSigned = await request.verify().catch(() => false);
  if (!isSigned) return 'It is not signed by the key in it.';
  const key = createHash('sha256').update(Buffer.from(request.publicKey.rawData)).digest('hex');
  return { request, key };
}

/** Positive, and without zeros in front, so that every program writes it the same way. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function pemOf(label: string, der: ArrayBuffer): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
