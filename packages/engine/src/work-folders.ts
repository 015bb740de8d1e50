// Which folders turns are at work in right now, so that no turn is said to have changed what may have been another's doing. A turn counts
// in whatever way its agent is spoken to; two turns meet where one's folder lies in the other's.

import { sep } from 'node:path';

export class WorkFolders {
  readonly #stays = new Set<Stay>();

  /** A turn begins in these folders (absolute, real paths). */
  enter(folders: readonly string[]): Stay {
    const stay: Stay = new Stay(
      folders,
      (left) => this.#met(left),
      () => void this.#stays.delete(stay),
    );
    for (const other of this.#met(stay)) other.arrivals += 1;
    this.#stays.add(stay);
    return stay;
  }

  #met(stay: Stay): readonly Stay[] {
    return [...this.#stays].filter((other) => other !== stay && other.meets(stay));
  }
}

/** A turn's time in its folders. */
export class Stay {
  /** How many others came while it was there. */
  arrivals = 0;
  #folders: readonly string[];
  readonly #others: (stay: Stay) => readonly Stay[];
  readonly #leave: () => void;

  constructor(folders: readonly string[], others: (stay: Stay) => readonly Stay[], leave: () => void) {
    this.#folders = folders;
    this.#others = others;
    this.#leave = leave;
  }

  get alone(): boolean {
    return this.#others(this).length === 0;
  }

  /** It turned out that the folder belongs to a larger whole. */
  widen(folder: string): void {
    this.#folders = [...this.#folders, folder];
    for (const other of this.#others(this)) other.arrivals += 1;
  }

  meets(other: Stay): boolean {
    return this.#folders.some((mine) => other.#folders.some((its) => isWithin(mine, its) || isWithin(its, mine)));
  }

  leave(): void {
    this.#leave();
  }
}

function isWithin(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}
