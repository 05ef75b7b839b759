/** Tests that need more than Node say so here, and are left out with the reason where it is not to be had. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

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

const isInstalled = (program: string) =>
  `${process.env.PATH}${delimiter}/usr/sbin${delimiter}/sbin`
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, program)));

/** Why such tests cannot run here ("not root; no tmux"); empty where they can. */
function lacking({ programs = [], root = false, paths = [] }: Needs): string {
  return [
    ...(root && process.getuid?.() !== 0 ? ['not root'] : []),
    ...programs.filter((program) => !isInstalled(program)).map((program) => `no ${program}`),
    ...paths.filter((path) => !existsSync(path)).map((path) => `no ${path}`),
  ].join('; ');
}

/** `describe` where everything needed is there; otherwise the same, left out, with the reason in its name. */
export function describeWith(needs: Needs, name: string, body: () => void): void {
  const reason = lacking(needs);
  if (reason) describe.skip(`${name} (left out: ${reason})`, body);
  else describe(name, body);
}
