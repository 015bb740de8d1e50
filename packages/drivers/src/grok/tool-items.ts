// Grok's tool calls → our items, for both programs of that name. Pure: values in, values out.

import { isAbsolute, relative } from 'node:path';
import type { FileChange, Item, ItemId, PlanStep } from '@parley/schema';
import { countLines } from '../shared/diff-counts.ts';
import { cutText, jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

/** The item of a call that has just been made. `title`: the agent's own line for people, where it gives one. */
export function itemOfCall(id: ItemId, name: string, input: Json, cwd: string, title?: string): Item {
  if (shells.has(name)) return { id, type: 'command', status: 'running', command: stringIn(input.command) ?? '' };
  const change = changeOf(name, input, cwd);
  if (change !== undefined) return { id, type: 'file_change', status: 'running', changes: [change] };
  const text = jsonTextOf(input);
  return {
    id,
    type: 'tool_call',
    status: 'running',
    name,
    title: titleOf(name, input, title),
    ...(text === undefined || text === '{}' ? {} : { input: text }),
  };
}

// `bash`: @vibe-kit/grok-cli 0.0.34; the others: xAI's, which has renamed its own.
const shells: ReadonlySet<string> = new Set(['bash', 'run_terminal_cmd', 'run_terminal_command']);

function changeOf(name: string, input: Json, cwd: string): FileChange | undefined {
  const file = stringIn(input.path) ?? stringIn(input.file_path) ?? stringIn(input.target_file);
  if (file === undefined) return undefined;
  const path = relativePath(file, cwd);
  const lines = (field: string): number => countLines(stringIn(input[field]) ?? '');
  switch (name) {
    case 'create_file':
    case 'write':
      return { path, kind: 'add', added: lines('content') + lines('contents'), removed: 0 };
    case 'str_replace_editor':
      return { path, kind: 'update', added: lines('new_str'), removed: lines('old_str') };
    case 'search_replace': {
      // With nothing to look for it makes the file.
      const old = lines('old_string');
      return { path, kind: old === 0 ? 'add' : 'update', added: lines('new_string'), removed: old };
    }
    case 'edit_file':
      return { path, kind: 'update' };
    case 'delete_file':
      return { path, kind: 'delete' };
    default:
      return undefined;
  }
}

/** Relative to the session's folder where it lies inside it, else as it was given. */
function relativePath(file: string, cwd: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(cwd, file);
  return path === '' || path === '..' || path.startsWith('../') || isAbsolute(path) ? file : path;
}

function titleOf(name: string, input: Json, title: string | undefined): string {
  const first = Object.values(input).find((value) => typeof value === 'string' && value !== '');
  const words = title ?? (typeof first === 'string' ? `${name} ${first}` : name);
  return cutText(words.replace(/\s+/g, ' ').trim(), 160);
}

/** A plan's steps from `[{content, status}]`. */
export function stepsOf(entries: unknown): readonly PlanStep[] {
  return listIn(entries).flatMap((each) => {
    const { content, status } = objectIn(each);
    const text = stringIn(content);
    if (text === undefined) return [];
    return [{ text, status: status === 'in_progress' || status === 'completed' ? status : 'pending' }];
  });
}
