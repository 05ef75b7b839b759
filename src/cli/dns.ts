/** `gatehouse dns …`. */
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';
import { type TransactionOptions, transaction } from './transaction.ts';

export interface DnsOptions extends TransactionOptions {
  server?: string[];
  /** false: none (--no-search). */
  search?: string[] | boolean;
}

export async function show({ appliance, output, signal }: Context): Promise<number> {
  const state = await appliance.dns.read({}, { signal });
  const { servers, searchDomains } = state.settings;
  output.text(
    fields([
      ['Servers', servers.join(', ') || 'none set: those that DHCP gives'],
      ['Search domains', searchDomains.join(', ') || 'none'],
      ['In effect', state.effective.map(({ server, from }) => `${server} (${from})`).join(', ') || 'none'],
      ['  domains', state.domains.join(', ') || 'none'],
    ]),
  );
  output.value(state);
  return exits.done;
}

/** What is not named stays. */
export async function set(context: Context, options: DnsOptions): Promise<number> {
  const { settings } = await context.appliance.dns.read({}, { signal: context.signal });
  const { server, search } = options;
  const searchDomains = Array.isArray(search) ? search : search === false ? [] : settings.searchDomains;
  return transaction(
    context,
    { section: 'dns', settings: { servers: server ?? settings.servers, searchDomains } },
    options,
  );
}

export function clear(context: Context, options: TransactionOptions): Promise<number> {
  return transaction(context, { section: 'dns', settings: { servers: [], searchDomains: [] } }, options);
}
