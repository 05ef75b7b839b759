/** Bundles a TypeScript program of the tests into a folder of its own, so that plain node runs it, as any user. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Bundle {
  /** The program, for `node`. */
  file: string;
  remove(): void;
}

const top = path.join(import.meta.dirname, '../..');

/** `entry`: path from the project's root. Built as the product is. */
export function bundle(entry: string): Bundle {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-test-'));
  chmodSync(folder, 0o755);
  const file = path.join(folder, 'main.mjs');
  execFileSync(process.execPath, [path.join(top, 'scripts/build.mjs'), entry, file], { cwd: top });
  // What the wrapper starts.
  writeFileSync(path.join(folder, 'main.cjs'), "import('./main.mjs');\n");
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
