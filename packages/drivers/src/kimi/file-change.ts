// What a writing tool of kimi does to a file: from the diff blocks that the wire shows (`display`), else from the tool's arguments.

import type { FileChange } from '@parley/schema';
import { diffHunks } from '../shared/line-diff.ts';
import { shownPath } from '../shared/paths.ts';
import { countDiff, countLines } from '../shared/diff-counts.ts';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

/** Characters. A larger diff is left out; the counts stay. */
const diffLimit = 256 * 1024;

/**
 * The files of the `diff` blocks, those of one file added up. A block shows a part of the file before and after, without saying where,
 * so its hunks count from 1; a summary (`is_summary`) shows no lines at all, so its counts stay unknown.
 */
export function changesOfDisplay(display: readonly Json[], cwd: string): readonly FileChange[] {
  const changes = new Map<string, FileChange>();
  for (const block of display) {
    const file = stringIn(block.path);
    if (block.type !== 'diff' || file === undefined) continue;
    const path = shownPath(file, cwd);
    const before = stringIn(block.old_text) ?? '';
    const kind = before === '' ? 'add' : 'update';
    const change: FileChange =
      block.is_summary === true
        ? { path, kind }
        : changeOf(path, kind, diffHunks(before, stringIn(block.new_text) ?? ''));
    const known = changes.get(path);
    changes.set(path, known === undefined ? change : together(known, change));
  }
  return [...changes.values()];
}

/** The change as the arguments announce it, for the tools of legacy kimi (`WriteFile`, `StrReplaceFile`) and Kimi Code (`Write`, `Edit`). */
export function changesOfInput(name: string, input: Json, cwd: string): readonly FileChange[] {
  const path = shownPath(stringIn(input.path) ?? stringIn(input.file_path) ?? '', cwd);
  if (name === 'WriteFile' || name === 'Write') {
    // Whether the file was there before, and what it held, is not told.
    const kind = input.mode === 'append' ? 'update' : 'add';
    return [{ path, kind, added: countLines(stringIn(input.content) ?? '') }];
  }
  const edits = (Array.isArray(input.edit) ? listIn(input.edit) : [input.edit ?? input]).map(objectIn);
  const changes = edits.map((edit): FileChange => {
    const before = stringIn(edit.old) ?? stringIn(edit.old_string) ?? '';
    const after = stringIn(edit.new) ?? stringIn(edit.new_string) ?? '';
    // "All of them" may be any number.
    if (edit.replace_all === true) return { path, kind: 'update' };
    return changeOf(path, 'update', diffHunks(before, after));
  });
  return changes.length === 0 ? [] : [changes.reduce(together)];
}

function changeOf(path: string, kind: 'add' | 'update', hunks: string): FileChange {
  const head = `--- ${kind === 'add' ? '/dev/null' : nameIn('a', path)}\n+++ ${nameIn('b', path)}\n`;
  const isShown = hunks !== '' && hunks.length <= diffLimit;
  return { path, kind, ...countDiff(hunks), ...(isShown ? { diff: head + hunks } : {}) };
}

function nameIn(side: 'a' | 'b', path: string): string {
  return path.startsWith('/') ? path : `${side}/${path}`;
}

/** Two changes of one file as one; what is unknown of either is unknown of both. */
function together(one: FileChange, other: FileChange): FileChange {
  const isCounted = one.added !== undefined && other.added !== undefined;
  const isShown = one.diff !== undefined && other.diff !== undefined;
  return {
    path: one.path,
    kind: 'update',
    ...(isCounted ? { added: one.added + other.added, removed: (one.removed ?? 0) + (other.removed ?? 0) } : {}),
    // The second without its two lines of head.
    ...(isShown ? { diff: one.diff + other.diff.replace(/^.*\n.*\n/, '') } : {}),
  };
}
