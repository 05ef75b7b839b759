/** `gatehouse report offer`, `report withdraw`. */
import type { Offer } from '../appliance.ts';
import { isIpv6 } from '../values/host.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';

export interface OfferOptions {
  wait?: boolean;
}

/** The password is printed here, once. */
export async function offer(context: Context, name: string, { wait }: OfferOptions): Promise<number> {
  const { appliance, output, signal } = context;
  const made = await appliance.report.offer({ name }, { signal });
  output.text(offerText(made.offer, made.password));
  output.value(made);
  // The lab's appliance, and its offer, end with this command.
  if (wait || context.isOwn) return follow(context, made.offer);
  return exits.done;
}

export async function withdraw({ appliance, output, signal }: Context): Promise<number> {
  const { offer: last } = await appliance.report.withdraw({}, { signal });
  output.text(last ? `${last.report}: ${stateText(last)}` : 'Nothing is offered.');
  output.value(last ?? {});
  return exits.done;
}

/** Until nothing more can happen to it. */
async function follow(context: Context, made: Offer): Promise<number> {
  const { appliance, output, signal } = context;
  const over = new AbortController();
  let last = made;
  let said = stateText(made);
  output.text(said);
  const progress = ({ offer: next }: { offer?: Offer }) => {
    // Somebody else may have offered another meanwhile.
    if (next?.expiresAt !== made.expiresAt) return over.abort();
    last = next;
    const text = stateText(next);
    if (text === said) return;
    said = text;
    output.text(text);
    output.value({ offer: next });
    if (!open.has(next.state)) over.abort();
  };
  await appliance.report.watch({}, { signal: AbortSignal.any([signal, over.signal]), progress });
  if (over.signal.aborted) return last.state === 'complete' ? exits.done : exits.failed;
  output.text(
    context.isOwn
      ? 'The lab ends with this command, and the offer with it.'
      : 'No longer watching; the offer goes on. End it with: gatehouse report withdraw',
  );
  return exits.interrupted;
}

const open: ReadonlySet<Offer['state']> = new Set(['waiting', 'logged in', 'downloading']);

function offerText({ report, user, addresses, port, fingerprint, expiresAt }: Offer, password: string): string {
  const commands = addresses.map(
    (address) => `sftp -P ${port} ${user}@${isIpv6(address as never) ? `[${address}]` : address}`,
  );
  return [
    fields([
      ['Report', report],
      ['Password', password],
      ['User', user],
      ['Address', addresses.join(', ')],
      ['Port', port],
      ['Host key', fingerprint],
      ['Until', expiresAt],
    ]),
    '',
    ...commands.map((command) => `  ${command}`),
    '',
    'The password is good for one login, and shown only here. A firewall in between must let that port through.',
  ].join('\n');
}

function stateText({ state, from, fetched, size, triesLeft }: Offer): string {
  const who = from ? ` by ${from}` : '';
  switch (state) {
    case 'waiting':
      return triesLeft < 5 ? `waiting; wrong passwords were typed, ${triesLeft} tries left` : 'waiting';
    case 'logged in':
      return `logged in${who}`;
    case 'downloading':
      return `downloading ${Math.floor((100 * fetched) / Math.max(1, size))} %${who}`;
    case 'complete':
      return `complete: fetched${who}`;
    case 'broken off':
      return `broken off after ${fetched} of ${size} bytes${who}; offer it again to have a new password`;
    case 'burnt':
      return 'burnt: too many wrong passwords; offer it again to have a new one';
    case 'expired':
      return 'expired; offer it again to have a new password';
    case 'withdrawn':
      return 'withdrawn';
  }
}
