// What an editing tool does to files: from the diff blocks of its content where it has some, else from the paths that it names.

import type { FileChange } from '@parley/schema';
import { countDiff } from '../shared/diff-counts.ts';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { diffHunks } from '../shared/line-diff.ts';
import { shownPath } from '../shared/paths.ts';

/** Characters of one diff. A larger one is left out; the counts stay. */
const diffLimit = 256 * 1024;

/** The `diff` blocks of a tool call's content. `kind` is the tool's. */
export function changesOf(content: unknown, kind: string | undefined, cwd: string): readonly FileChange[] {
  const changes: FileChange[] = [];
  for (const each of listIn(content)) {
    const block = objectIn(each);
    const path = stringIn(block['path']);
    if (block['type'] !== 'diff' || path === undefined) continue;
    const before = stringIn(block['oldText']);
    const after = stringIn(block['newText']) ?? '';
    const isGone = kind === 'delete' && after === '';
    const what = isGone ? 'delete' : before === undefined || before === '' ? 'add' : 'update';
    changes.push(change(shownPath(path, cwd), what, hunksOf(before ?? '', after)));
  }
  return changes;
}

/** The paths of a tool without diffs, as changes of which nothing more is known. */
export function changesOfPaths(paths: readonly string[], kind: string | undefined, cwd: string): readonly FileChange[] {
  const shown = paths.map((path) => shownPath(path, cwd));
  const [from, to] = shown;
  if (kind === 'move' && from !== undefined && to !== undefined && shown.length === 2)
    return [{ path: from, kind: 'move', movedTo: to }];
  const what = kind === 'delete' ? 'delete' : 'update';
  return shown.map((path) => ({ path, kind: what }));
}

/** An edit as its arguments announce it (`old_string` → `new_string`); undefined for other tools. */
export function changeOfInput(input: Json, cwd: string): FileChange | undefined {
  const path = stringIn(input['file_path']) ?? stringIn(input['filePath']) ?? stringIn(input['path']);
  const before = stringIn(input['old_string']) ?? stringIn(input['oldString']);
  const after = stringIn(input['new_string']) ?? stringIn(input['newString']);
  if (path === undefined || before === undefined || after === undefined) return undefined;
  return change(shownPath(path, cwd), before === '' ? 'add' : 'update', hunksOf(before, after));
}

/** Many agents tell only the words that they replace: then the missing newline at the end is not the file's. */
function hunksOf(before: string, after: string): string {
  const isPart = before !== '' && after !== '' && !before.endsWith('\n') && !after.endsWith('\n');
  return isPart ? diffHunks(`${before}\n`, `${after}\n`) : diffHunks(before, after);
}

// How agents name a path in the arguments of their tools (Claude, OpenCode, Gemini, Kimi, Qwen).
const pathNames = ['file_path', 'filePath', 'path', 'absolute_path', 'notebook_path', 'source', 'destination'];

/** Every file that a call says it is about: its diffs, its locations, its arguments. As the agent wrote them, each once. */
export function pathsOf(call: Json): readonly string[] {
  const paths = new Set<string>();
  for (const each of listIn(call['content'])) addText(paths, objectIn(each)['path']);
  for (const each of listIn(call['locations'])) addText(paths, objectIn(each)['path']);
  const input = objectIn(call['rawInput']);
  for (const name of pathNames) addText(paths, input[name]);
  return [...paths];
}

function addText(texts: Set<string>, value: unknown): void {
  if (typeof value === 'string' && value !== '') texts.add(value);
}

function change(path: string, kind: 'add' | 'update' | 'delete', hunks: string): FileChange {
  const [from, to] = [
    kind === 'add' ? '/dev/null' : head('a', path),
    kind === 'delete' ? '/dev/null' : head('b', path),
  ];
  const known = hunks === '' || hunks.length > diffLimit ? {} : { diff: `--- ${from}\n+++ ${to}\n${hunks}` };
  return { path, kind, ...countDiff(hunks), ...known };
}

function head(side: 'a' | 'b', path: string): string {
  return path.startsWith('/') ? path : `${side}/${path}`;
}
