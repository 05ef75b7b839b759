/**
 * Our block of /etc/hosts (hosts(5)) and everything around it, which is never changed by a byte. Pure. Texts hold one
 * byte a character (latin1), so that whatever bytes others wrote come out as they went in.
 */
import type { HostEntry } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { isIpv6, parseAddress, parseFqdn } from '../../values/host.ts';

const begin = '# begin gatehouse';
const end = '# end gatehouse';

interface Parts {
  before: string;
  /** Lines between the marks. */
  block: string[];
  after: string;
}

/**
 * Without a block: all is after it, so that a new one stands first, where its names count before others.
 * @throws Failure 'not-understood' where the marks are not one pair in order
 */
function split(text: string): Parts {
  const lines = text.split(/(?<=\n)/);
  const marks = lines.flatMap((line, index) => ([begin, end].includes(line.trim()) ? [index] : []));
  if (marks.length === 0) return { before: '', block: [], after: text };
  const [first = 0, last = 0] = marks;
  if (marks.length !== 2 || lines[first]?.trim() !== begin || lines[last]?.trim() !== end)
    throw fail('not-understood', { what: '/etc/hosts', got: `marks "${begin}" and "${end}" that are not one pair` });
  return {
    before: lines.slice(0, first).join(''),
    block: lines.slice(first + 1, last),
    after: lines.slice(last + 1).join(''),
  };
}

/** What is in our block. Lines that someone else put there and that are no entries are left out. */
export function parseHosts(text: string): HostEntry[] {
  return split(text).block.flatMap(entriesOf);
}

/**
 * The file with these entries in our block, and everything else as it was. No entries: no block.
 * @throws Failure 'bad-value', 'not-understood'
 */
export function renderHosts(text: string, entries: readonly HostEntry[]): string {
  const { before, after } = split(text);
  if (entries.length === 0) return before + after;
  const lines = entries.map(({ name, address }) => {
    const parsed = { name: parseFqdn(name), address: parseAddress(address) };
    for (const [field, value] of Object.entries(parsed))
      if (!value.ok) throw fail('bad-value', { field, why: value.why, right: value.right });
    return parsed.name.ok && parsed.address.ok ? `${parsed.address.value}\t${parsed.name.value}\n` : '';
  });
  return `${before}${begin}\n${lines.join('')}${end}\n${after}`;
}

/** Entries of everybody else, in the order of the file. */
export function othersOf(text: string): HostEntry[] {
  const { before, after } = split(text);
  return [...before.split('\n'), ...after.split('\n')].flatMap(entriesOf);
}

/** What should be known about these entries: names that are there twice, and those that other lines have too. */
export function noticesOf(text: string, entries: readonly HostEntry[]): string[] {
  const others = othersOf(text);
  return entries.flatMap((entry, index) => {
    const twice = entries.slice(0, index).find((one) => one.name === entry.name && sameFamily(one, entry));
    const outside = others.find((one) => one.name === entry.name);
    return [
      ...(twice ? [`${entry.name} is there twice: ${twice.address} and ${entry.address}.`] : []),
      ...(outside ? [`/etc/hosts has ${entry.name} also outside of these entries, with ${outside.address}.`] : []),
    ];
  });
}

function sameFamily(one: HostEntry, other: HostEntry): boolean {
  return isIpv6(one.address) === isIpv6(other.address);
}

function entriesOf(line: string): HostEntry[] {
  const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/[ \t]+/);
  const parsed = parseAddress(address, { zone: true });
  if (!parsed.ok) return [];
  return names
    .filter((name) => /^[\x21-\x7e]+$/.test(name))
    .map((name) => ({ name: name.toLowerCase(), address: parsed.value }));
}
