/**
 * Which control group is whose: systemd's units and the container engines' containers, by the names of directories.
 * No program is asked, so that figures stay where systemd or the engine does not answer. Reads directories only.
 */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Group {
  kind: 'unit' | 'container';
  /** A unit's name; a container's whole id. */
  id: string;
  /** Below the place where a hierarchy is mounted. */
  path: string;
}

/** Slices may lie in slices; nobody needs more, and nobody can keep us busy. */
const deepest = 8;
const mostDirectories = 2000;

/** With systemd's driver "docker-ID.scope" in a slice, with the engine's own "docker/ID", or below another parent. */
const containerName = /^(?:(?:docker|libpod|cri-containerd|crio)-)?([0-9a-f]{64})(?:\.scope)?$/;
/** Of systemd.unit(5); what is inside of such a unit belongs to it. */
const leaf = /\.(?:service|scope|mount|swap|socket)$/;

/**
 * @param roots of hierarchies; whatever is in several is told once
 * @param isWanted a unit's name
 */
export function findGroups(roots: readonly string[], isWanted: (unit: string) => boolean): Group[] {
  const found = new Map<string, Group>();
  let budget = mostDirectories;
  const walk = (root: string, path: string, depth: number) => {
    for (const name of directories(join(root, path))) {
      if (--budget < 0) return;
      const child = path ? `${path}/${name}` : name;
      const group = groupOf(name, child, isWanted);
      if (group) {
        if (!found.has(group.id)) found.set(group.id, group);
      } else if (isParent(name, depth) && depth < deepest) walk(root, child, depth + 1);
    }
  };
  for (const root of roots) walk(root, '', 0);
  return [...found.values()];
}

/** A parent that an engine made itself, such as "docker", lies at the top and holds containers only. */
const isParent = (name: string, depth: number) => name.endsWith('.slice') || (depth === 0 && !leaf.test(name));

function groupOf(name: string, path: string, isWanted: (unit: string) => boolean): Group | undefined {
  const container = containerName.exec(name)?.[1];
  if (container !== undefined) return { kind: 'container', id: container, path };
  // systemd puts "_" before what could be mistaken for a file of the kernel: "memory.service".
  const unit = name.startsWith('_') ? name.slice(1) : name;
  return isWanted(unit) ? { kind: 'unit', id: unit, path } : undefined;
}

function directories(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry: Dirent) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    // Gone meanwhile, or closed to us.
    return [];
  }
}
