/** `gatehouse report upload`, `report cancel-upload`, `report host-key`. */
import { readFile } from 'node:fs/promises';
import type { HostKey, Upload, UploadTarget } from '../appliance.ts';
import { Failure, fail } from '../errors.ts';
import { parseHost } from '../values/host.ts';
import { parsePort } from '../values/port.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { linesOf, typed } from './password.ts';
import { fields } from './table.ts';

export interface UploadOptions {
  key?: string;
  accept?: string;
  wait: boolean;
}

type Login = { password?: string; key?: string; passphrase?: string };

export async function hostKey({ appliance, output, signal }: Context, server: string): Promise<number> {
  const shown = await appliance.report.hostKey(parseServer(server), { signal });
  output.text(keyText(shown));
  output.value(shown);
  return exits.done;
}

/** Sends, and tells how it goes until it has ended. Interrupted, it goes on. */
export async function upload(context: Context, name: string, text: string, options: UploadOptions): Promise<number> {
  const { appliance, output, signal } = context;
  const target = parseTarget(text);
  const sha256 = options.accept ?? (await confirmed(context, target));
  const login = options.key === undefined ? await password(context, target) : { key: await keyFile(options.key) };
  const send = (login: Login) => appliance.report.upload({ name, ...target, sha256, ...login }, { signal });
  await send(login).catch(async (error: unknown) => {
    if (!isSealed(error) || !login.key) throw error;
    await send({ ...login, passphrase: await secret(context, 'Passphrase of the key: ') });
  });
  output.text(`Uploading to ${text} …`);
  // The lab's appliance, and its upload, end with this command.
  if (options.wait || context.isOwn) return follow(context);
  const { upload: begun } = await appliance.report.read({}, { signal });
  output.value(begun ? { upload: begun } : {});
  return exits.done;
}

export async function cancel({ appliance, output, signal }: Context): Promise<number> {
  const { upload: last } = await appliance.report.cancelUpload({}, { signal });
  output.text(last ? `${last.report}: ${stateText(last)}` : 'Nothing is being uploaded.');
  output.value(last ?? {});
  return exits.done;
}

/** "HOST" or "HOST:PORT", an IPv6 address in brackets where a port follows. */
export function parseServer(text: string): Pick<UploadTarget, 'host' | 'port'> {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [undefined, undefined, text];
  return { host: hostOf(bracketed ?? plain ?? ''), port: portOf(port) };
}

/** "USER@HOST[:PORT][:FOLDER]". A folder of digits alone needs the port before it. */
export function parseTarget(text: string): UploadTarget {
  const [, user, bracketed, plain, port, folder = ''] =
    /^([^@]+(?:@[^@]+)*)@(?:\[([^\]]+)\]|([^:@]+))(?::(\d+))?(?::(.*))?$/.exec(text) ?? [];
  if (user === undefined)
    throw fail('bad-value', {
      field: 'target',
      why: 'it names no user and host',
      right: 'user@sftp.example.com:/incoming',
    });
  return { user, host: hostOf(bracketed ?? plain ?? ''), port: portOf(port), folder };
}

function hostOf(text: string): string {
  const parsed = parseHost(text);
  if (!parsed.ok) throw fail('bad-value', { field: 'host', why: parsed.why, right: parsed.right });
  return parsed.value;
}

function portOf(text = '22'): number {
  const parsed = parsePort(text, '22');
  if (!parsed.ok) throw fail('bad-value', { field: 'port', why: parsed.why, right: parsed.right });
  return parsed.value;
}

/** The fingerprint of a key that was confirmed before, or is now. @throws Failure 'host-key-other', 'not-allowed' */
async function confirmed(context: Context, target: UploadTarget): Promise<string> {
  const { appliance, output, signal, terminal } = context;
  const { host, port } = target;
  const shown = await appliance.report.hostKey({ host, port }, { signal });
  if (shown.known === 'yes') return shown.sha256;
  if (shown.known === 'other')
    throw fail('host-key-other', { host, confirmed: shown.before ?? '', shown: shown.sha256 });
  if (!terminal)
    throw fail('not-allowed', {
      what: `Sending to ${host} before its key is confirmed`,
      why: `It shows ${shown.sha256}. Compare it with who runs the server, then: --accept ${shown.sha256}`,
    });
  output.text(keyText(shown));
  const prompt = () => 'Is that the key that whoever runs the server tells? yes or no: ';
  const { answer } = terminal.ask({ prompt, isShown: true, signal });
  if ((await answer).trim().toLowerCase() !== 'yes') throw fail('aborted', {});
  return shown.sha256;
}

async function password(context: Context, { user, host }: UploadTarget): Promise<Login> {
  return { password: await secret(context, `Password of ${user} at ${host}: `) };
}

/** Typed unseen, or the first line of standard input. */
async function secret(context: Context, prompt: string): Promise<string> {
  return (await typed(context, prompt)) ?? linesOf(await context.input())[0] ?? '';
}

async function keyFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw fail('unavailable', { what: path, why: `it cannot be read (${cause.code})` }, cause);
  });
}

function isSealed(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const { problem } = error;
  return problem.code === 'bad-value' && problem.details.field === 'passphrase';
}

async function follow(context: Context): Promise<number> {
  const { appliance, output, signal } = context;
  const over = new AbortController();
  let last: Upload | undefined;
  let said = '';
  const progress = ({ upload: next }: { upload?: Upload }) => {
    if (!next) return;
    last = next;
    const text = stateText(next);
    if (text !== said) {
      output.text(text);
      output.value({ upload: next });
    }
    said = text;
    if (!open.has(next.state)) over.abort();
  };
  await appliance.report.watch({}, { signal: AbortSignal.any([signal, over.signal]), progress });
  if (over.signal.aborted) {
    if (last?.problem) throw new Failure(last.problem);
    return last?.state === 'complete' ? exits.done : exits.failed;
  }
  output.text(
    context.isOwn
      ? 'The lab ends with this command, and the upload with it.'
      : 'No longer watching; the upload goes on. End it with: gatehouse report cancel-upload',
  );
  return exits.interrupted;
}

const open: ReadonlySet<Upload['state']> = new Set(['connecting', 'uploading', 'comparing']);

function keyText({ type, sha256, known, before }: HostKey): string {
  const words = { yes: 'as confirmed before', no: 'never confirmed', other: 'ANOTHER than the one confirmed before' };
  return fields([
    ['Host key', sha256],
    ['Type', type],
    ['Known', words[known]],
    ['Confirmed was', before],
  ]);
}

function stateText({ state, sent, size, target }: Upload): string {
  const percent = `${Math.floor((100 * sent) / Math.max(1, size))} %`;
  switch (state) {
    case 'connecting':
      return `connecting to ${target.host}`;
    case 'uploading':
      return `uploading ${percent}`;
    case 'comparing':
      return 'comparing';
    case 'complete':
      return 'complete: sent and compared';
    case 'broken off':
      return `broken off after ${percent}`;
    case 'failed':
      return 'failed';
    case 'cancelled':
      return `cancelled after ${percent}`;
  }
}
