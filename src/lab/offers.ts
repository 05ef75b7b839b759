/**
 * The lab's listener for one report: ssh2's server on a loopback port, with the rules of the real one. It ends with the
 * lab. What may be seen of the report lies in read-only-sftp.ts.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { AuthContext, Connection, Server } from 'ssh2';
import type { OfferRequest, Offers, TellOffer } from '../adapters/machine.ts';
import type { Offer } from '../appliance.ts';
import { advance, newOffer, type OfferEvent } from '../jobs/handover/offer.ts';
import { digestOf, isSameDigest, makeSalt } from '../jobs/handover/one-time.ts';
import { Secret } from '../values/secret.ts';
import { type ShownFile, serveReadOnly } from './read-only-sftp.ts';

const user = 'diagnostics';
const loopback = '127.0.0.1';
/** Milliseconds that a connection may take until it has logged in, and how many may be open at once. */
const patience = 30_000;
const most = 20;
/** Wrong passwords of one connection. */
const perConnection = 3;

/** @param folder where the host key is kept */
export function labOffers(folder: string): Offers {
  let listener: Listener | undefined;
  return {
    async open(request) {
      await listener?.close();
      listener = await Listener.open(request, folder);
      return listener.offer;
    },
    left: async () => undefined,
    async watch(_offer, tell, signal) {
      await listener?.watch(tell, signal);
    },
    async close() {
      await listener?.close();
      listener = undefined;
    },
  };
}

/** The kept one, or a new one: ssh2 now and then makes one that it cannot read itself. */
async function hostKey(folder: string): Promise<{ key: string; fingerprint: string }> {
  const { utils } = (await import('ssh2')).default;
  const path = join(folder, 'handover_host_key');
  const kept = await readFile(path, 'utf8').catch(() => '');
  let key = kept;
  let parsed = utils.parseKey(key);
  while (parsed instanceof Error) {
    key = utils.generateKeyPairSync('ed25519').private;
    parsed = utils.parseKey(key);
  }
  if (key !== kept) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, key, { mode: 0o600 });
  }
  const sum = createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '');
  return { key, fingerprint: `SHA256:${sum}` };
}

class Listener {
  private readonly salt = makeSalt();
  private readonly digest: string;
  private readonly connections = new Set<Connection>();
  private readonly timer: NodeJS.Timeout;
  private tell: TellOffer = () => undefined;
  private end: () => void = () => undefined;
  private readonly ended = new Promise<void>((resolve) => {
    this.end = resolve;
  });
  private read = 0;

  static async open(request: OfferRequest, folder: string): Promise<Listener> {
    const ssh2 = (await import('ssh2')).default;
    const { key, fingerprint } = await hostKey(folder);
    const server = new ssh2.Server({ hostKeys: [key] });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, loopback, resolve);
    });
    const expiresAt = new Date(Date.now() + request.seconds * 1000).toISOString();
    const { port } = server.address() as AddressInfo;
    const terms = { user, addresses: [loopback], port, fingerprint, expiresAt, by: request.by };
    const sum = join(folder, `${basename(request.path)}.sha256`);
    await writeFile(sum, `${request.report.sha256}  ${basename(request.path)}\n`);
    const files = await shown([request.path, `${request.path}.sig`, sum]);
    return new Listener(server, newOffer(request.report, terms), files, request.password, ssh2.utils.sftp.STATUS_CODE);
  }

  private constructor(
    private readonly server: Server,
    public offer: Offer,
    private readonly files: ShownFile[],
    password: Secret,
    private readonly codes: Parameters<typeof serveReadOnly>[2],
  ) {
    this.digest = digestOf(this.salt, password);
    this.timer = setTimeout(() => this.finish({ kind: 'expiry' }), Date.parse(offer.expiresAt) - Date.now());
    server.on('error', () => undefined);
    server.on('connection', (connection, { ip }) => this.greet(connection, ip));
  }

  async watch(tell: TellOffer, signal: AbortSignal): Promise<void> {
    this.tell = tell;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    if (!signal.aborted) await Promise.race([this.ended, aborted]);
    this.tell = () => undefined;
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    for (const connection of this.connections) connection.end();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.end();
  }

  private greet(connection: Connection, from: string): void {
    if (this.connections.size >= most) return void connection.end();
    this.connections.add(connection);
    const late = setTimeout(() => connection.end(), patience);
    let wrong = 0;
    let isIn = false;
    connection.on('error', () => undefined);
    connection.on('close', () => {
      clearTimeout(late);
      this.connections.delete(connection);
      if (isIn) this.finish({ kind: 'logout' });
    });
    connection.on('authentication', (context) => {
      if (context.method === 'none') return context.reject(['password']);
      if (this.mayIn(context, from)) {
        clearTimeout(late);
        isIn = true;
        return context.accept();
      }
      wrong += 1;
      context.reject(['password']);
      if (wrong >= perConnection) connection.end();
    });
    connection.on('ready', () => this.serve(connection));
    connection.on('request', (_accept, reject) => reject?.());
    connection.on('tcpip', (_accept, reject) => reject());
    connection.on('openssh.streamlocal', (_accept, reject) => reject());
  }

  private mayIn(context: AuthContext, from: string): boolean {
    if (context.method !== 'password' || context.username !== user || this.offer.state !== 'waiting') return false;
    if (isSameDigest(digestOf(this.salt, new Secret(context.password)), this.digest)) {
      this.take({ kind: 'login', from });
      return true;
    }
    this.take({ kind: 'wrong password', from, triesLeft: this.offer.triesLeft - 1 });
    return false;
  }

  private serve(connection: Connection): void {
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      sessions += 1;
      if (sessions > 1) return reject();
      accept().on('sftp', (accept) => {
        const { name } = this.files[0] ?? { name: '' };
        serveReadOnly(accept(), this.files, this.codes, {
          read: (reading) => {
            if (reading.name === name) this.take({ kind: 'reading', position: reading.position });
          },
          closed: (reading) => {
            if (reading.name !== name) return;
            this.read += reading.bytes;
            this.take({ kind: 'read', bytes: this.read });
          },
        });
      });
    });
  }

  private take(event: OfferEvent): void {
    const before = this.offer;
    this.offer = advance(before, event);
    if (this.offer !== before) this.tell(this.offer, event);
    if (this.offer.state === 'burnt') this.end();
  }

  private finish(event: OfferEvent): void {
    this.take(event);
    this.end();
  }
}

async function shown(paths: readonly string[]): Promise<ShownFile[]> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => undefined,
      ),
    ),
  );
  return paths.flatMap((path, index) => {
    const size = sizes[index];
    return size === undefined ? [] : [{ name: basename(path), path, size }];
  });
}
