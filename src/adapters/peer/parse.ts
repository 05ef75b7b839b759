/** What the kernel's files (proc(5)) and passwd(5) say of a process, its terminal, its connection and its user. Pure. */

export interface ProcessFacts {
  parent: number;
  /** Major and minor number of its controlling terminal, "4:64"; absent where it has none. */
  terminal?: string;
  /** Clock ticks after the machine's start. */
  began: number;
}

/** /proc/PID/stat. Its second field, the program's name, may hold anything, parentheses and blanks too. */
export function parseStat(text: string): ProcessFacts | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent, terminal, began] = [1, 4, 19].map((at) => Number(fields[at]));
  if (parent === undefined || terminal === undefined || began === undefined) return undefined;
  if (!Number.isInteger(parent) || !Number.isInteger(terminal) || !Number.isFinite(began)) return undefined;
  // Bits 31 to 20 and 7 to 0 are the minor number, 15 to 8 the major one.
  const device = `${(terminal >> 8) & 0xff}:${((terminal >>> 20) << 8) | (terminal & 0xff)}`;
  return { parent, began, ...(terminal === 0 ? {} : { terminal: device }) };
}

/** "pts/3": majors 136 to 143 are the pseudo terminals, 256 each (Documentation/admin-guide/devices.txt). */
export function pseudoTerminal(device: string): string | undefined {
  const [major = 0, minor = 0] = device.split(':').map(Number);
  return major >= 136 && major <= 143 ? `pts/${(major - 136) * 256 + minor}` : undefined;
}

/** The real, effective, saved and file system uid of /proc/PID/status. */
export function parseUids(status: string): number[] {
  return (/^Uid:\s+([\d\s]+)$/m.exec(status)?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
}

/** The system's service in /proc/PID/cgroup: "cron". Not what a user's own manager runs, whose names are the user's. */
export function parseUnit(cgroup: string): string | undefined {
  const [, unit] =
    /^(?:0:|\d+:name=systemd):\/system\.slice\/(?:[^/\n]+\.slice\/)*([\w:.@\\-]+)\.service(?:\/|$)/m.exec(cgroup) ?? [];
  return unit;
}

/** The account of that uid in lines of passwd(5). A name that no account can have is none. */
export function nameOf(uid: number, passwd: string): string | undefined {
  for (const line of passwd.split('\n')) {
    const [name = '', , number] = line.split(':');
    if (number === String(uid) && /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?$/.test(name)) return name;
  }
  return undefined;
}

/** The other ends of the established connections in /proc/net/tcp or tcp6, by the inode of the socket here. */
export function parseConnections(text: string): Map<string, string> {
  const rows = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap((row): [string, string][] => {
      const [, , remote = '', state, , , , , , inode] = row;
      const address = state === '01' ? addressOf(remote.split(':')[0] ?? '') : undefined;
      return address === undefined || inode === undefined ? [] : [[inode, address]];
    }),
  );
}

/** 32 bits at a time in the order of a little-endian machine. */
function addressOf(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  // An IPv4 connection of a socket for both.
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff)
    return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16),
  ).join(':');
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}
