// File changes without git: folders in memory whose files the test changes, and looks that it can hold up.

import { join, relative } from 'node:path';
import type { FileChange, Snapshot, Workspaces, WorkTree } from '@parley/schema';

export class FakeWorkspaces implements Workspaces {
  /** Top of the one work tree; undefined: there is none. */
  root: string | undefined;
  /** By absolute path. */
  readonly files = new Map<string, string>();
  /** Looks that were taken. */
  looks = 0;
  openTrees = 0;
  /** Set: looks wait for it. */
  held: Promise<void> | undefined;
  readable = true;
  readonly #snapshots = new Map<string, ReadonlyMap<string, string>>();

  constructor(root: string) {
    this.root = root;
  }

  write(path: string, text: string): void {
    this.files.set(join(this.root ?? '/', path), text);
  }

  state(folder: string): Promise<string | undefined> {
    const { root } = this;
    if (root === undefined || (folder !== root && !folder.startsWith(`${root}/`))) return Promise.resolve(undefined);
    return Promise.resolve(this.readable ? JSON.stringify([...this.files]) : undefined);
  }

  open(cwd: string): Promise<WorkTree | undefined> {
    const { root } = this;
    if (root === undefined || (cwd !== root && !cwd.startsWith(`${root}/`))) return Promise.resolve(undefined);
    this.openTrees += 1;
    let closed = false;
    return Promise.resolve({
      root,
      snapshot: () => this.#look(),
      changes: (before, after) => Promise.resolve(this.#changes(before, after, cwd)),
      close: () => {
        if (!closed) this.openTrees -= 1;
        closed = true;
        return Promise.resolve();
      },
    });
  }

  async #look(): Promise<Snapshot | undefined> {
    this.looks += 1;
    const tree = String(this.looks);
    this.#snapshots.set(tree, new Map(this.files));
    await this.held;
    return this.readable ? { tree } : undefined;
  }

  #changes(before: Snapshot, after: Snapshot, cwd: string): readonly FileChange[] {
    const old = this.#snapshots.get(before.tree);
    return [...(this.#snapshots.get(after.tree) ?? [])].flatMap(([path, text]): readonly FileChange[] => {
      const was = old?.get(path);
      return was === text ? [] : [{ path: relative(cwd, path), kind: was === undefined ? 'add' : 'update' }];
    });
  }
}
