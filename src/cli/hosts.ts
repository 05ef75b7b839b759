/** `gatehouse hosts …`. */
import type { HostEntry } from '../appliance.ts';
import { fail } from '../errors.ts';
import { isIpv6, parseAddress } from '../values/host.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { table } from './table.ts';

export async function list({ appliance, output, signal }: Context): Promise<number> {
  const { entries, others } = await appliance.hosts.read({}, { signal });
  const rows = [
    ...entries.map(({ name, address }) => [name, address]),
    ...others.map(({ name, address }) => [name, address, 'not of Gatehouse']),
  ];
  output.text(rows.length === 0 ? 'There are none.' : table(rows));
  output.value({ entries, others });
  return exits.done;
}

/** These and no others. */
export async function set(context: Context, given: readonly string[]): Promise<number> {
  return save(context, given.map(entryOf));
}

/** In the place of those of the same name and family of addresses. */
export async function add(context: Context, given: readonly string[]): Promise<number> {
  const added = given.map(entryOf);
  const { entries } = await context.appliance.hosts.read({}, { signal: context.signal });
  return save(context, [...entries.filter((entry) => !added.some((one) => replaces(one, entry))), ...added]);
}

/** "name" takes all of that name away, "name=address" that one. */
export async function remove(context: Context, given: readonly string[]): Promise<number> {
  let { entries } = await context.appliance.hosts.read({}, { signal: context.signal });
  for (const text of given) {
    const [name = '', address] = text.toLowerCase().split('=');
    const left = entries.filter((entry) => entry.name !== name || (address !== undefined && entry.address !== address));
    if (left.length === entries.length) throw fail('unavailable', { what: `The entry ${text}`, why: 'there is none' });
    entries = left;
  }
  return save(context, entries);
}

async function save(context: Context, entries: HostEntry[]): Promise<number> {
  await context.appliance.hosts.set({ entries }, { signal: context.signal });
  return list(context);
}

function entryOf(text: string): HostEntry {
  const [name = '', address = '', ...rest] = text.split('=');
  if (name === '' || address === '' || rest.length > 0)
    throw fail('bad-value', { field: 'entry', why: 'not NAME=ADDRESS', right: 'files.example.com=10.0.0.7' });
  const parsed = parseAddress(address);
  return { name: name.toLowerCase(), address: parsed.ok ? parsed.value : address };
}

function replaces(one: HostEntry, other: HostEntry): boolean {
  return one.name === other.name && familyOf(one) === familyOf(other);
}

function familyOf({ address }: HostEntry): string {
  const parsed = parseAddress(address);
  return parsed.ok ? String(isIpv6(parsed.value)) : address;
}
