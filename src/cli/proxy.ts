/** `gatehouse proxy …`. Passwords come from standard input or a file, one a line, never from an argument. */
import type { ChangeDraft, ProxyDraft, ProxyState } from '../appliance.ts';
import { fail } from '../errors.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { linesOf, passwordFile, typed } from './password.ts';
import { fields } from './table.ts';
import { type TransactionOptions, transaction } from './transaction.ts';

type ProxySettings = Extract<ChangeDraft, { section: 'proxy' }>['settings'];

/** A proxy as it stands in the arguments. */
export interface GivenProxy {
  host: string;
  port?: number;
  user?: string;
}

export interface ProxyOptions extends TransactionOptions {
  /** In their order; none: those that are set stay. */
  proxies: GivenProxy[];
  noProxy?: string[];
  order?: 'sequential' | 'random';
  passwordStdin?: true;
  passwordFile?: string;
}

const defaultPort = 443;

export async function show({ appliance, output, signal }: Context): Promise<number> {
  const state = await appliance.proxy.read({}, { signal });
  output.text(
    fields([
      ['Proxy', state.enabled ? 'enabled' : 'disabled'],
      ...state.proxies.map(({ host, port, user, hasPassword }, at): [string, string] => [
        `  ${at + 1}`,
        `${host}:${port}${user === undefined ? '' : `, user ${user}${hasPassword ? ' with a password' : ''}`}`,
      ]),
      ['Order', state.proxies.length > 1 ? state.order : undefined],
      ['Without proxy', state.noProxy.join(', ') || 'nothing'],
    ]),
  );
  output.value(state);
  return exits.done;
}

/** Given proxies take the place of those before, and are enabled. What else is not named stays. */
export async function set(context: Context, options: ProxyOptions): Promise<number> {
  const now = await context.appliance.proxy.read({}, { signal: context.signal });
  const proxies = options.proxies.length > 0 ? options.proxies.map(withPort) : kept(now);
  const settings = {
    enabled: now.enabled || options.proxies.length > 0,
    proxies: await withPasswords(context, proxies, options),
    order: options.order ?? now.order,
    noProxy: options.noProxy ?? now.noProxy,
  };
  return transaction(context, { section: 'proxy', settings }, options);
}

export async function enable(context: Context, enabled: boolean, options: TransactionOptions): Promise<number> {
  const now = await context.appliance.proxy.read({}, { signal: context.signal });
  const settings: ProxySettings = { enabled, proxies: kept(now), order: now.order, noProxy: now.noProxy };
  return transaction(context, { section: 'proxy', settings }, options);
}

/** "proxy.example.com:8080"; without a port, 443. @throws Failure 'bad-value' */
export function proxyOf(text: string): GivenProxy {
  const [, host, port] = /^([^:@/\s]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  // Not repeated: what stands before an "@" may be a password.
  if (host === undefined)
    throw fail('bad-value', { field: 'proxy', why: 'not host:port', right: 'proxy.example.com:8080' });
  return { host, ...(port === undefined ? {} : { port: Number(port) }) };
}

const withPort = ({ host, port = defaultPort, user }: GivenProxy): ProxyDraft => ({
  host,
  port,
  ...(user === undefined ? {} : { user }),
});

/** Without a password: the service keeps the one it has. */
const kept = ({ proxies }: ProxyState): ProxyDraft[] => proxies.map(withPort);

/** A line for each proxy that has a user, in their order; an empty one is none. */
async function withPasswords(
  context: Context,
  proxies: ProxyDraft[],
  { passwordStdin, passwordFile: path }: ProxyOptions,
): Promise<ProxyDraft[]> {
  if (!passwordStdin && path === undefined) return proxies;
  const users = proxies.filter(({ user }) => user !== undefined);
  const lines = path === undefined ? await passwords(context, users) : await passwordFile(path);
  if (lines.length !== users.length)
    throw fail('bad-value', {
      field: 'password',
      why: `${lines.length} lines were given`,
      right: `one line for each proxy with a user: ${users.length}`,
    });
  const rest = [...lines];
  return proxies.map((proxy) => (proxy.user === undefined ? proxy : { ...proxy, password: rest.shift() ?? '' }));
}

async function passwords(context: Context, users: readonly ProxyDraft[]): Promise<string[]> {
  if (!context.terminal) return linesOf(await context.input());
  const lines: string[] = [];
  for (const proxy of users) {
    const prompt = `Password of ${proxy.user} at ${proxy.host}:${proxy.port}: `;
    lines.push((await typed(context, prompt)) ?? '');
  }
  return lines;
}
