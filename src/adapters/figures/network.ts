/** What containers have sent and received, as one process of each sees the interfaces of its network namespace. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseCount, parseInterfaceBytes } from './parse.ts';
import { readKernelFile, readKernelLink } from './read.ts';

interface Known {
  pid: number;
  /** "net:[4026532000]" */
  namespace: string;
}

/** An engine inside of a container has its processes one or two groups further down. */
const deepest = 3;

/** Remembers a process of each container, so that its group is looked through once. */
export function networkOf(root: string) {
  const known = new Map<string, Known>();
  let own: string | undefined;
  const namespaceOf = (pid: number | 'self') => readKernelLink(`${root}/proc/${pid}/ns/net`);

  const find = (id: string, places: readonly string[]): Known | undefined => {
    const before = known.get(id);
    // Should another process have its number now, then its namespace tells.
    if (before && namespaceOf(before.pid) === before.namespace) return before;
    known.delete(id);
    for (const place of places) {
      const pid = firstProcess(place, 0);
      const namespace = pid === undefined ? undefined : namespaceOf(pid);
      if (pid === undefined || namespace === undefined) continue;
      known.set(id, { pid, namespace });
      return { pid, namespace };
    }
    return undefined;
  };

  return {
    /** Before each counting. All others are forgotten. */
    begin(ids: readonly string[]): void {
      own = namespaceOf('self');
      const present = new Set(ids);
      for (const id of known.keys()) if (!present.has(id)) known.delete(id);
    },
    /** Absent where it shares the appliance's own network. `places`: its control groups. */
    count(id: string, places: readonly string[]): { received?: number; sent?: number } {
      const found = find(id, places);
      if (!found || found.namespace === own) return {};
      return parseInterfaceBytes(readKernelFile(`${root}/proc/${found.pid}/net/dev`) ?? '', false);
    },
  };
}

function firstProcess(place: string, depth: number): number | undefined {
  const [first = ''] = (readKernelFile(`${place}/cgroup.procs`) ?? '').split('\n', 1);
  // 0: a process that cannot be seen from here.
  const pid = parseCount(first);
  if (pid) return pid;
  if (depth === deepest) return undefined;
  for (const child of childrenOf(place)) {
    const found = firstProcess(child, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childrenOf(place: string): string[] {
  try {
    return readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .slice(0, 20)
      .map(({ name }) => join(place, name));
  } catch {
    return [];
  }
}
