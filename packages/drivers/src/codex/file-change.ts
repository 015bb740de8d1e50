// Codex's file changes → ours: paths relative to the session's folder, line counts, a unified diff.

import type { FileChange } from '@parley/schema';
import { countDiff, countLines } from '../shared/diff-counts.ts';
import { listIn, objectIn, stringIn } from '../shared/json.ts';

/** The `changes` of a `fileChange` item (0.169.0): `{path, kind: {type, move_path?}, diff}`. */
export function decodeChanges(changes: unknown, roots: readonly string[]): readonly FileChange[] {
  const decoded: FileChange[] = [];
  for (const each of listIn(changes)) {
    const change = objectIn(each);
    const path = stringIn(change['path']);
    if (path === undefined) continue;
    const kind = objectIn(change['kind']);
    decoded.push(
      decodeChange(
        showPath(path, roots),
        stringIn(kind['type']),
        stringIn(kind['move_path']),
        stringIn(change['diff']) ?? '',
        roots,
      ),
    );
  }
  return decoded;
}

/** The `fileChanges` of the older `applyPatchApproval` request: path → `{type, content | unified_diff, move_path?}`. */
export function decodeLegacyChanges(changes: unknown, roots: readonly string[]): readonly FileChange[] {
  return Object.entries(objectIn(changes)).map(([path, value]) => {
    const change = objectIn(value);
    const text = stringIn(change['content']) ?? stringIn(change['unified_diff']) ?? '';
    return decodeChange(showPath(path, roots), stringIn(change['type']), stringIn(change['move_path']), text, roots);
  });
}

function decodeChange(
  path: string,
  type: string | undefined,
  movePath: string | undefined,
  text: string,
  roots: readonly string[],
): FileChange {
  // For an added or deleted file, 0.169.0 gives the file's whole text where others have a diff.
  if (type === 'add')
    return { path, kind: 'add', added: countLines(text), removed: 0, diff: wholeFileDiff(path, text, '+') };
  if (type === 'delete')
    return { path, kind: 'delete', added: 0, removed: countLines(text), diff: wholeFileDiff(path, text, '-') };
  const movedTo = movePath === undefined ? undefined : showPath(movePath, roots);
  // A moved file's hunks end with an empty line and "Moved to: <path>".
  const hunks = movePath === undefined ? text : text.replace(/\n*Moved to: [^\n]*\n?$/, '\n');
  const to = movedTo ?? path;
  const diff = hunks.startsWith('@@')
    ? `--- ${headName('a', path)}\n+++ ${headName('b', to)}\n${endLine(hunks)}`
    : hunks;
  const counts = countDiff(diff);
  const known = diff.trim() === '' ? {} : { ...counts, diff };
  return movedTo === undefined ? { path, kind: 'update', ...known } : { path, kind: 'move', movedTo, ...known };
}

function wholeFileDiff(path: string, text: string, sign: '+' | '-'): string {
  const [from, to] = sign === '+' ? ['/dev/null', headName('b', path)] : [headName('a', path), '/dev/null'];
  const lines = countLines(text);
  if (lines === 0) return `--- ${from}\n+++ ${to}\n`;
  const body = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => `${sign}${line}\n`);
  const range = lines === 1 ? '1' : `1,${lines}`;
  const hunk = sign === '+' ? `@@ -0,0 +${range} @@` : `@@ -${range} +0,0 @@`;
  return `--- ${from}\n+++ ${to}\n${hunk}\n${body.join('')}${text.endsWith('\n') ? '' : '\\ No newline at end of file\n'}`;
}

function headName(side: 'a' | 'b', path: string): string {
  return path.startsWith('/') ? path : `${side}/${path}`;
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Relative to one of these folders where it lies inside it, else as it is. Pure text: drivers do not look at the disk. */
export function showPath(path: string, roots: readonly string[]): string {
  for (const root of roots) {
    const folder = root.endsWith('/') || root.endsWith('\\') ? root : root + (root.includes('\\') ? '\\' : '/');
    if (path.length > folder.length && path.startsWith(folder)) return path.slice(folder.length);
  }
  return path;
}
