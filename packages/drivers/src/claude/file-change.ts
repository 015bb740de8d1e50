// What a writing tool of claude does to a file: path, kind, counts and diff, from its arguments before it ran and from its result after.

import { isAbsolute, relative } from 'node:path';
import type { FileChange } from '@parley/schema';
import { countDiff, countLines } from '../shared/diff-counts.ts';
import { listIn, numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

const writingTools: ReadonlySet<string> = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit']);

export function isWritingTool(name: string): boolean {
  return writingTools.has(name);
}

/** Characters. A larger diff is left out; the counts stay. */
const diffLimit = 256 * 1024;

/**
 * The change as the arguments announce it. Claude does not tell line numbers beforehand, so the hunks of an edit count from 1, and
 * whether a `Write` makes a new file is only known afterwards (`fileChangeOfResult`).
 */
export function fileChangeOfInput(name: string, input: Json, cwd: string): FileChange {
  const path = relativePath(stringIn(input.file_path) ?? stringIn(input.notebook_path) ?? '', cwd);
  switch (name) {
    case 'Write':
      return changeOf(path, 'add', hunk('', stringIn(input.content) ?? ''));
    case 'MultiEdit':
      return changeOf(
        path,
        'update',
        listIn(input.edits)
          .map((edit) => hunkOfEdit(objectIn(edit)))
          .join(''),
      );
    case 'NotebookEdit':
      return changeOf(path, 'update', hunk('', stringIn(input.new_source) ?? ''));
    default:
      return changeOf(path, 'update', hunkOfEdit(input));
  }
}

/** The change as it was made; undefined when the result does not say more than the arguments did. */
export function fileChangeOfResult(result: Json, cwd: string): FileChange | undefined {
  const file = stringIn(result.filePath);
  if (file === undefined) return undefined;
  const path = relativePath(file, cwd);
  const created = stringIn(result.type) === 'create';
  const patch = listIn(result.structuredPatch);
  if (patch.length > 0)
    return changeOf(path, created ? 'add' : 'update', patch.map((each) => hunkOfPatch(objectIn(each))).join(''));
  if (created) return changeOf(path, 'add', hunk('', stringIn(result.content) ?? ''));
  // Without a patch and without the file before: nothing changed, or too large to compare.
  if (stringIn(result.originalFile) !== undefined) return { path, kind: 'update', added: 0, removed: 0 };
  return { path, kind: 'update' };
}

/** Relative to the session's folder where it lies inside it, else as it was given. */
export function relativePath(file: string, cwd: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(cwd, file);
  return path === '' || path === '..' || path.startsWith('../') || isAbsolute(path) ? file : path;
}

function changeOf(path: string, kind: FileChange['kind'], hunks: string): FileChange {
  const head = `--- ${kind === 'add' ? '/dev/null' : headName('a', path)}\n+++ ${headName('b', path)}\n`;
  return {
    path,
    kind,
    ...countDiff(hunks),
    ...(hunks === '' || hunks.length > diffLimit ? {} : { diff: head + hunks }),
  };
}

function headName(side: 'a' | 'b', path: string): string {
  return isAbsolute(path) ? path : `${side}/${path}`;
}

function hunkOfEdit(edit: Json): string {
  return hunk(stringIn(edit.old_string) ?? '', stringIn(edit.new_string) ?? '');
}

function hunk(before: string, after: string): string {
  const removed = countLines(before);
  const added = countLines(after);
  if (removed + added === 0) return '';
  const head = `@@ -${removed === 0 ? 0 : 1},${removed} +${added === 0 ? 0 : 1},${added} @@\n`;
  return head + marked('-', before) + marked('+', after);
}

function marked(mark: '-' | '+', text: string): string {
  if (text === '') return '';
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `${mark}${lines.replaceAll('\n', `\n${mark}`)}\n`;
}

function hunkOfPatch(patch: Json): string {
  const at = (field: string) => numberIn(patch[field]) ?? 0;
  const lines = listIn(patch.lines).map((line) => `${stringIn(line) ?? ''}\n`);
  return `@@ -${at('oldStart')},${at('oldLines')} +${at('newStart')},${at('newLines')} @@\n${lines.join('')}`;
}
