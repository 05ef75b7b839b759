/**
 * Connections to an SFTP server: asking for its key, and logging in. What the way there is made of is handed in.
 * Nothing of a login is sent before the server has shown the key that was confirmed.
 */
import type { Socket } from 'node:net';
import type { Client, SFTPWrapper } from 'ssh2';
import type { UploadTarget } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import type { Secret } from '../../values/secret.ts';
import { type ShownKey, shownKey } from './known-hosts.ts';

/** Milliseconds until a server must have answered, or let in. */
const patience = 20_000;

/** What logs in, and the key that was confirmed. */
export interface Login {
  sha256: string;
  password?: Secret;
  key?: Secret;
  passphrase?: Secret;
}

/** Asks for the key and goes. @throws Failure 'upload-failed', 'aborted' */
export async function askKey(socket: Socket, host: string, signal: AbortSignal): Promise<ShownKey> {
  const { default: ssh2 } = await import('ssh2');
  const client: Client = new ssh2.Client();
  let shown: ShownKey | undefined;
  const onAbort = () => client.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('close', () => resolve());
      client.connect({
        sock: socket,
        username: 'nobody',
        readyTimeout: patience,
        hostVerifier(key: Buffer) {
          shown = shownKey(key);
          return false;
        },
      });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    client.destroy();
    socket.destroy();
  }
  if (signal.aborted) throw fail('aborted', {});
  if (!shown) throw fail('upload-failed', { host, why: 'what answers there is no SSH server' });
  return shown;
}

/** @throws Failure 'bad-value' for a key that is none, or a passphrase that does not open it */
export async function checkKey({ key, passphrase }: Pick<Login, 'key' | 'passphrase'>): Promise<void> {
  if (!key) return;
  const { utils } = (await import('ssh2')).default;
  const parsed = utils.parseKey(key.reveal(), passphrase?.reveal() || undefined);
  if (!(parsed instanceof Error)) {
    const [first] = [parsed].flat();
    if (first?.isPrivateKey()) return;
    throw fail('bad-value', { field: 'key', why: 'it is a public key', right: 'the private one of the pair' });
  }
  // The package tells them apart by its words only.
  const isSealed = /passphrase|decrypt|integrity|bad decrypt|encrypted/i.test(parsed.message);
  if (isSealed && !passphrase?.reveal())
    throw fail('bad-value', { field: 'passphrase', why: 'the key is sealed', right: 'the passphrase that opens it' });
  if (isSealed)
    throw fail('bad-value', {
      field: 'passphrase',
      why: 'it does not open the key',
      right: 'the one it was sealed with',
    });
  throw fail('bad-value', { field: 'key', why: 'it is no private key', right: 'a file that ssh-keygen has made' });
}

export interface Connection {
  sftp: SFTPWrapper;
  /** For what goes beside SFTP. */
  client: Client;
  key: ShownKey;
  /** Cuts it, at once. */
  cut(): void;
  /** Has it been cut, by whomever? */
  readonly gone: AbortSignal;
}

/** @throws Failure 'host-key-other', 'login-refused', 'upload-failed', 'aborted' */
export async function logIn(
  socket: Socket,
  { host, user }: UploadTarget,
  login: Login,
  signal: AbortSignal,
): Promise<Connection> {
  const { default: Sftp } = await import('ssh2-sftp-client');
  const silent = () => undefined;
  const client = new Sftp('gatehouse', { error: silent, end: silent, close: silent });
  const inner = (client as unknown as { client: Client }).client;
  const gone = new AbortController();
  inner.on('error', silent);
  inner.on('close', () => gone.abort());
  const cut = () => {
    gone.abort();
    inner.destroy();
    socket.destroy();
  };
  let shown: ShownKey | undefined;
  signal.addEventListener('abort', cut, { once: true });
  const { password, key, passphrase } = login;
  if (password)
    inner.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(({ echo }) => (echo ? '' : password.reveal()))),
    );
  try {
    const sftp = await client.connect({
      sock: socket,
      username: user,
      readyTimeout: patience,
      tryKeyboard: password !== undefined,
      hostVerifier(blob: Buffer) {
        shown = shownKey(blob);
        return shown.sha256 === login.sha256;
      },
      ...(password ? { password: password.reveal() } : {}),
      ...(key ? { privateKey: key.reveal() } : {}),
      ...(passphrase ? { passphrase: passphrase.reveal() } : {}),
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
    });
    if (!shown) throw new Error('no key was shown');
    return { sftp: sftp as unknown as SFTPWrapper, client: inner, key: shown, cut, gone: gone.signal };
  } catch (error) {
    cut();
    if (signal.aborted) throw fail('aborted', {}, error);
    if (shown && shown.sha256 !== login.sha256)
      throw fail('host-key-other', { host, confirmed: login.sha256, shown: shown.sha256 });
    // What the server says is not handed on: it is whoever answers there.
    if (/authentication methods failed/i.test(String((error as Error).message)))
      throw fail('login-refused', { host, user });
    throw fail('upload-failed', { host, why: refusal(error) });
  }
}

function refusal(error: unknown): string {
  const said = String((error as Error).message);
  if (/timed out/i.test(said)) return `it did not let us in within ${patience / 1000} s`;
  if (/handshake|no matching|protocol/i.test(said)) return 'no way of encrypting is known to both sides';
  if (/subsystem|SFTP|channel/i.test(said)) return 'the account is let in, but may not use SFTP';
  return 'it ended the connection before it let us in';
}
