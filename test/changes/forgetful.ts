/**
 * A disk in memory that keeps over a power cut only what was synced: of the other steps in a folder any may be lost,
 * whichever came first. Harsher than a journal is; what holds here holds there.
 */
import { dirname } from 'node:path';
import type { Disk, FileState } from '../../src/changes/disk.ts';

/** What one step makes of names: a file, or none. */
type Step = Map<string, FileState | undefined>;

class PowerCut extends Error {}

export class ForgetfulDisk implements Disk {
  /** Steps that are done before the power is cut. */
  left = Infinity;
  steps = 0;
  private seen: Map<string, FileState>;
  private readonly unsynced: Step[] = [];
  private readonly folders: Set<string>;

  constructor(
    private kept: Map<string, FileState>,
    folders: Iterable<string>,
  ) {
    this.seen = new Map(kept);
    this.folders = new Set(folders);
  }

  /** The machine is on again. `isLost` is asked of each step that was not synced. */
  switchOn(isLost: () => boolean): void {
    for (const step of this.unsynced.splice(0)) if (!isLost()) apply(step, this.kept);
    this.seen = new Map(this.kept);
    this.left = Infinity;
  }

  files(): Map<string, FileState> {
    return new Map(this.seen);
  }

  async read(path: string): Promise<FileState | undefined> {
    this.check();
    return this.seen.get(path);
  }

  async create(path: string, file: FileState): Promise<void> {
    this.step(new Map([[path, file]]));
  }

  async link(path: string, name: string): Promise<void> {
    this.step(new Map([[name, this.known(path)]]));
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.known(from);
    this.step(
      new Map([
        [from, undefined],
        [to, file],
      ]),
    );
  }

  async remove(path: string): Promise<boolean> {
    const isThere = this.seen.has(path);
    this.step(new Map([[path, undefined]]));
    return isThere;
  }

  async makeFolder(path: string): Promise<void> {
    this.check();
    this.folders.add(path);
  }

  async syncFolder(path: string): Promise<void> {
    this.step(new Map());
    for (const step of this.unsynced.splice(0)) {
      const isHere = [...step.keys()].every((name) => dirname(name) === path);
      if (isHere) apply(step, this.kept);
      else this.unsynced.push(step);
    }
  }

  async list(path: string): Promise<string[]> {
    this.check();
    return [...this.seen.keys()].filter((name) => dirname(name) === path).map((name) => name.slice(path.length + 1));
  }

  async kind(path: string): Promise<'folder' | 'absent' | 'other'> {
    this.check();
    return this.folders.has(path) ? 'folder' : this.seen.has(path) ? 'other' : 'absent';
  }

  private known(path: string): FileState {
    const file = this.seen.get(path);
    if (!file) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return file;
  }

  private step(step: Step): void {
    this.check();
    this.left -= 1;
    this.steps += 1;
    apply(step, this.seen);
    if (step.size > 0) this.unsynced.push(step);
  }

  private check(): void {
    if (this.left <= 0) throw new PowerCut('The power is off.');
  }
}

function apply(step: Step, files: Map<string, FileState>): void {
  for (const [path, file] of step)
    if (file) files.set(path, file);
    else files.delete(path);
}
