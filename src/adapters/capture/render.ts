/** The filter of a capture, as pcap-filter(7) has it. Addresses are parsed before they come here. Pure. */

/** Addresses of one host; `port`: only what goes to or comes from it. */
export interface Target {
  addresses: readonly string[];
  port?: number;
}

/**
 * Packets to and from those hosts: "port 3128 and host (192.0.2.7 or 192.0.2.8)". Hosts of one port are factored, which
 * takes a fifth of the kernel's instructions where there are hundreds.
 * @param targets with an address at least
 */
export function renderFilter(targets: readonly Target[]): string {
  const ports = new Map<number | undefined, Set<string>>();
  for (const { addresses, port } of targets) {
    const known = ports.get(port) ?? new Set();
    for (const address of addresses) known.add(address);
    ports.set(port, known);
  }
  // What is recorded whole need not be asked for by port too.
  const all = ports.get(undefined);
  const parts = [...ports].flatMap(([port, addresses]) => {
    const left = [...addresses].filter((address) => port === undefined || !all?.has(address));
    if (left.length === 0) return [];
    const hosts = left.length === 1 ? `host ${left[0]}` : `host (${left.join(' or ')})`;
    return [port === undefined ? hosts : `${hosts} and port ${port}`];
  });
  return parts.length === 1 ? (parts[0] ?? '') : parts.map((part) => `(${part})`).join(' or ');
}

/**
 * Packets to and from the next hop, but those of operators' own sessions, which every repainted screen would add to.
 * @param mac its link address; without one, on a point-to-point link or while it does not answer, all packets
 */
export function renderHopFilter(mac: string | undefined): string {
  return mac === undefined ? 'not tcp port 22' : `ether host ${mac} and not tcp port 22`;
}
