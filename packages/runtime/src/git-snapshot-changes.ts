// What git prints about differences → our file changes. Pure. Paths come in Latin-1, one character a byte.

import { isAbsolute, join, relative } from 'node:path';
import type { FileChange } from '@parley/schema';

/** The mode of an entry that needs no object: what stands in for a file that is too large to be kept (and for a real submodule). */
export const standInMode = '160000';

/** Paths out of `diff-files --raw -z`. */
export function changedPaths(parts: readonly string[]): readonly string[] {
  return parts.filter((_, n) => n % 2 === 1);
}

/** Out of `diff-tree -r -z -M --raw --numstat`: first all raw records, then all counts. Absolute paths outside of `cwd`. */
export function fileChangesOf(parts: readonly string[], root: string, cwd: string): readonly FileChange[] {
  const changes: Changed[] = [];
  let at = 0;
  for (; parts[at]?.startsWith(':') === true; at += 1) {
    const [from = '', to = '', , , status = ''] = (parts[at] ?? '').slice(1).split(' ');
    const path = parts[(at += 1)] ?? '';
    const movedTo = status.startsWith('R') ? (parts[(at += 1)] ?? '') : undefined;
    changes.push({ path, movedTo, status, counted: from !== standInMode && to !== standInMode });
  }
  const counts = countsOf(parts.slice(at));
  const shown = (path: string): string => shownPath(join(root, utf8(path)), cwd);
  return changes
    .map(({ path, movedTo, status, counted }): FileChange => {
      const lines = counted ? counts.get(movedTo ?? path) : undefined;
      const kind = kindOf(status);
      return {
        path: shown(path),
        kind,
        ...(movedTo === undefined ? {} : { movedTo: shown(movedTo) }),
        ...lines,
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

interface Changed {
  readonly path: string;
  readonly movedTo: string | undefined;
  readonly status: string;
  readonly counted: boolean;
}

type Counts = Pick<FileChange, 'added' | 'removed'>;

/** By the path that a file has afterwards. A binary file has `-` for both counts. */
function countsOf(parts: readonly string[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (let at = 0; at < parts.length; at += 1) {
    const [, added = '', removed = '', path = ''] = /^([^\t]*)\t([^\t]*)\t([^]*)$/.exec(parts[at] ?? '') ?? [];
    // A rename has an empty path here, then the old one, then the new one.
    const name = path === '' ? (parts[(at += 2)] ?? '') : path;
    if (added !== '-') counts.set(name, { added: Number(added), removed: Number(removed) });
  }
  return counts;
}

function kindOf(status: string): FileChange['kind'] {
  switch (status.charAt(0)) {
    case 'A':
      return 'add';
    case 'D':
      return 'delete';
    case 'R':
      return 'move';
    default:
      return 'update'; // Content, mode, or what kind of thing it is.
  }
}

function utf8(path: string): string {
  return Buffer.from(path, 'latin1').toString();
}

function shownPath(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return way === '' || way === '..' || way.startsWith('../') || isAbsolute(way) ? path : way;
}
