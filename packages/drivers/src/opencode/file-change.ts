// The changes that a file tool of OpenCode made or wants to make: paths, line counts, unified diffs.

import type { FileChange } from '@parley/schema';
import { countDiff, countLines } from '../shared/diff-counts.ts';
import { countIn, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

/** The tools that change files. */
export const editors: ReadonlySet<string> = new Set(['edit', 'multiedit', 'write', 'apply_patch', 'patch']);

/** From a call of `edit`, `write` or `apply_patch`, as far as it is known: the diffs come when it is done. */
export function changesOf(input: Json, metadata: Json, cwd: string): readonly FileChange[] {
  const files = listIn(metadata['files']);
  if (files.length > 0) return files.flatMap((file) => fileOfPatch(objectIn(file), cwd));
  const patch = stringIn(input['patchText']);
  if (patch !== undefined) return filesNamed(patch, cwd);
  const filediff = objectIn(metadata['filediff']);
  const path = stringIn(metadata['filepath']) ?? stringIn(filediff['file']) ?? stringIn(input['filePath']);
  if (path === undefined) return [];
  // Only `write` has it.
  const content = stringIn(input['content']);
  const shown = showPath(path, cwd);
  const told = diffIn(stringIn(metadata['diff']) ?? stringIn(filediff['patch']), shown);
  const isNew = metadata['exists'] === false || /^@@ -0,0 /m.test(told ?? '');
  // `write` tells no diff when it is done; of a new file it can be made.
  const diff = told ?? (isNew && content !== undefined ? newFileDiff(shown, content) : undefined);
  const counts =
    countIn(filediff['additions']) !== undefined && countIn(filediff['deletions']) !== undefined
      ? { added: countIn(filediff['additions']) ?? 0, removed: countIn(filediff['deletions']) ?? 0 }
      : diff !== undefined
        ? countDiff(diff)
        : isNew && content !== undefined
          ? { added: countLines(content), removed: 0 }
          : {};
  return [
    { path: showPath(path, cwd), kind: isNew ? 'add' : 'update', ...counts, ...(diff === undefined ? {} : { diff }) },
  ];
}

const patchKinds = { Add: 'add', Update: 'update', Delete: 'delete' } as const;

/** What the text of a patch names, before it has been applied. */
function filesNamed(patch: string, cwd: string): readonly FileChange[] {
  return [...patch.matchAll(/^\*\*\* (Add|Update|Delete) File: (.+)$/gm)].map(([, verb, path = '']) => ({
    path: showPath(path.trim(), cwd),
    kind: patchKinds[verb === 'Add' || verb === 'Delete' ? verb : 'Update'],
  }));
}

/** One of `metadata.files` of `apply_patch`: `{filePath, relativePath, type, patch, additions, deletions, movePath?}`. */
function fileOfPatch(file: Json, cwd: string): readonly FileChange[] {
  const path = stringIn(file['filePath']) ?? stringIn(file['relativePath']);
  if (path === undefined) return [];
  const diff = diffIn(stringIn(file['patch']) ?? stringIn(file['diff']), showPath(path, cwd));
  const counted = diff === undefined ? undefined : countDiff(diff);
  const added = countIn(file['additions']) ?? counted?.added;
  const removed = countIn(file['deletions']) ?? counted?.removed;
  const movedTo = stringIn(file['movePath']);
  const type = stringIn(file['type']);
  const kind = movedTo !== undefined ? 'move' : type === 'add' || type === 'delete' ? type : 'update';
  return [
    {
      path: showPath(path, cwd),
      kind,
      ...(movedTo === undefined ? {} : { movedTo: showPath(movedTo, cwd) }),
      ...(added === undefined ? {} : { added }),
      ...(removed === undefined ? {} : { removed }),
      ...(diff === undefined ? {} : { diff }),
    },
  ];
}

/** OpenCode's diffs begin with "Index: …" and name the file by its absolute path. */
function diffIn(text: string | undefined, path: string): string | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const hunks = text.search(/^@@ /m);
  return hunks < 0 ? text : `--- ${headName('a', path)}\n+++ ${headName('b', path)}\n${text.slice(hunks)}`;
}

function newFileDiff(path: string, content: string): string {
  const lines = countLines(content);
  const head = `--- /dev/null\n+++ ${headName('b', path)}\n`;
  if (lines === 0) return head;
  const body = (content.endsWith('\n') ? content.slice(0, -1) : content).replaceAll(/^/gm, '+');
  return `${head}@@ -0,0 +${lines === 1 ? '1' : `1,${lines}`} @@\n${body}\n${content.endsWith('\n') ? '' : '\\ No newline at end of file\n'}`;
}

function headName(side: 'a' | 'b', path: string): string {
  return path.startsWith('/') ? path : `${side}/${path}`;
}

/** Relative to the session's folder where it lies inside it, else as it is. Pure text: drivers do not look at the disk. */
export function showPath(path: string, cwd: string): string {
  const folder = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return path.length > folder.length && path.startsWith(folder) ? path.slice(folder.length) : path;
}
