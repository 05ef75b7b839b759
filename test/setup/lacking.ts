/** What tests and benches need beyond Node, and what of it this machine lacks. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Needs {
  /** Names on PATH: "systemd-nspawn". */
  programs?: string[];
  root?: boolean;
  /** Files or folders: "/dev/net/tun". */
  paths?: string[];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const isInstalled = (program: string) =>
  `${process.env.PATH}${delimiter}/usr/sbin${delimiter}/sbin`
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, program)));

/** Why such a thing cannot run here ("not root; no tmux"); empty where it can. */
export function lacking({ programs = [], root = false, paths = [] }: Needs): string {
  return [
    ...(root && process.getuid?.() !== 0 ? ['not root'] : []),
    ...programs.filter((program) => !isInstalled(program)).map((program) => `no ${program}`),
    ...paths.filter((path) => !existsSync(path)).map((path) => `no ${path}`),
  ].join('; ');
}
