/** A platform in a folder of its own for these tests, and an appliance in the raw: a key, requests, answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { defaultBrand } from '../../../src/brand/brand.ts';
import { type EnrolAnswer, paths } from '../../../src/platform/protocol.ts';
import { openPlatform, type Platform, type PlatformOptions } from '../../../src/platform/server/platform.ts';
import { Pkcs10CertificateRequestGenerator } from '../../../src/platform/x509.ts';

export const suffix = 'platform.gatehouse.test';

export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'platform-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function platformIn(folder: string, options: Partial<PlatformOptions> = {}): Promise<Platform> {
  const failed = (error: unknown) => console.error('the platform says:', error);
  const platform = await openPlatform({ folder, port: 0, suffix, brand: defaultBrand, failed, ...options });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await platform.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { ...platform, close };
}

export interface Key {
  csr: string;
  /** PEM. */
  key: string;
}

type Algorithm = { name: string; [parameter: string]: unknown };
export const p256: Algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

export async function newKey(algorithm: Algorithm = p256): Promise<Key> {
  const { subtle } = crypto;
  const keys = (await subtle.generateKey(algorithm, true, ['sign', 'verify'])) as unknown as {
    publicKey: Parameters<typeof subtle.exportKey>[1];
    privateKey: Parameters<typeof subtle.exportKey>[1];
  };
  const signingAlgorithm = { hash: 'SHA-256', ...algorithm };
  const csr = await Pkcs10CertificateRequestGenerator.create({ name: [{ CN: ['appliance'] }], keys, signingAlgorithm });
  const der = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { csr: csr.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
}

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a platform may answer
  json: any;
  /** The server's certificate: until when. */
  serverUntil: Date;
  isResumed: boolean;
}

export type Place = Pick<Platform, 'port' | 'hosts' | 'ca'>;

/** One request over a connection of its own. */
export function ask(platform: Place, path: string, options: RequestOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...others } = options;
  const host = (others.headers as NodeJS.Dict<string> | undefined)?.host ?? platform.hosts.management;
  const agent = new Agent({ keepAlive: false });
  return new Promise((done, failed) => {
    const asked = request({
      host: '127.0.0.1',
      port: platform.port,
      servername: platform.hosts.management,
      ca: platform.ca,
      method: body === undefined ? 'GET' : 'POST',
      path,
      agent,
      ...others,
      headers: { host, ...others.headers },
    });
    asked.on('error', failed).on('response', (response) => {
      const socket = response.socket as TLSSocket;
      const serverUntil = new Date(socket.getPeerCertificate().valid_to);
      const isResumed = socket.isSessionReused();
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('error', failed).on('end', () => {
        const { statusCode: status = 0, headers } = response;
        done({ status, headers, text, serverUntil, isResumed, json: text.startsWith('{') ? tryJson(text) : undefined });
      });
    });
    asked.end(body);
  });
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function enrolBody(code: string, csr: string, facts = {}): string {
  return JSON.stringify({ code, csr, version: '0.1.0', facts });
}

export interface Enrolled extends EnrolAnswer {
  key: string;
}

/** Enrols with a new code. */
export async function enrolled(platform: Platform, name = 'North'): Promise<Enrolled> {
  const { code } = await platform.admin.createCode({ name });
  const { csr, key } = await newKey();
  const { status, json, text } = await ask(platform, paths.enrol, { body: enrolBody(code, csr) });
  if (status !== 200) throw new Error(`not enrolled: ${status} ${text}`);
  return { ...json, key };
}

/** With the client certificate. */
export function askAs(
  platform: Place,
  { certificate, key }: { certificate: string; key: string },
  path: string,
  body: unknown,
  options: RequestOptions = {},
): Promise<Answer> {
  return ask(platform, path, { ...options, cert: certificate, key, body: JSON.stringify(body) });
}

export function checkInBody(applied = 1) {
  return {
    version: '0.1.0',
    addresses: ['10.0.0.5/24', 'fe80::1/64'],
    health: {
      cpu: 3,
      memory: { total: 16e9, available: 9e9 },
      disk1: { size: 40e9, used: 9e9 },
      disk2: null as { size: number } | null,
      uptimeSeconds: 99,
    },
    units: [{ name: 'docker.service', state: 'active' }],
    applied: { revision: applied },
  };
}
