// Wire shapes of stream-json → our items: tools by gemini's names (0.61.0).

import type { FileChange, Item, ItemId, ItemStatus } from '@parley/schema';
import { changeOfInput } from '../acp/file-change.ts';
import { shownPath } from '../shared/paths.ts';
import { countLines } from '../shared/diff-counts.ts';
import { cutText, jsonTextOf, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

/** The item of a `tool_use`. `seen`: files that are known to have been there before. */
export function startedTool(id: ItemId, event: Json, cwd: string, seen: ReadonlySet<string>): Item {
  const name = stringIn(event['tool_name']) ?? 'tool';
  const input = objectIn(event['parameters']);
  const command = stringIn(input['command']);
  if (name === 'run_shell_command' && command !== undefined) {
    const folder = stringIn(input['dir_path']);
    return { id, type: 'command', status: 'running', command, ...(folder === undefined ? {} : { cwd: folder }) };
  }
  const change = isWriting(name) ? changeOf(input, cwd, seen) : undefined;
  if (change !== undefined) return { id, type: 'file_change', status: 'running', changes: [change] };
  const text = jsonTextOf(event['parameters']);
  return {
    id,
    type: 'tool_call',
    status: 'running',
    name,
    title: titleOf(name, input),
    ...(text === undefined ? {} : { input: text }),
  };
}

function isWriting(name: string): boolean {
  return name === 'write_file' || name === 'replace';
}

/** `write_file` does not tell whether the file was there: one that was not touched in this turn is taken for new, without counts. */
function changeOf(input: Json, cwd: string, seen: ReadonlySet<string>): FileChange | undefined {
  const edit = changeOfInput(input, cwd);
  if (edit !== undefined) {
    // How often the words were there is not told.
    return input['allow_multiple'] === true ? { path: edit.path, kind: edit.kind } : edit;
  }
  const file = stringIn(input['file_path']);
  if (file === undefined) return undefined;
  const path = shownPath(file, cwd);
  if (seen.has(path)) return { path, kind: 'update' };
  const content = stringIn(input['content']);
  return { path, kind: 'add', ...(content === undefined ? {} : { added: countLines(content), removed: 0 }) };
}

/** The file that a `tool_use` is about, as items show it. */
export function fileOf(event: Json, cwd: string): string | undefined {
  const file = stringIn(objectIn(event['parameters'])['file_path']);
  return file === undefined ? undefined : shownPath(file, cwd);
}

function titleOf(name: string, input: Json): string {
  const about = ['file_path', 'dir_path', 'pattern', 'query', 'url', 'prompt', 'title', 'agent_name']
    .map((key) => stringIn(input[key]))
    .find((text) => text !== undefined && text !== '');
  return about === undefined ? name : cutText(`${name} ${about.split('\n')[0] ?? ''}`, 200);
}

/** The item after its `tool_result`. */
export function endedTool(item: Item, event: Json): Item {
  const said = stringIn(event['output']) ?? stringIn(objectIn(event['error'])['message']);
  const output = said === undefined || said === '' ? {} : { output: said };
  const status = statusOf(item, event);
  switch (item.type) {
    case 'command':
    case 'tool_call':
      return { ...item, status, ...output };
    case 'file_change':
      return { ...item, status };
    default:
      return item;
  }
}

/** A tool that the policy does not allow is refused, or is not there at all. */
function statusOf(item: Item, event: Json): ItemStatus {
  if (event['status'] !== 'error') return 'completed';
  const type = stringIn(objectIn(event['error'])['type']);
  const isForbidden = type === 'policy_violation' || (type === 'tool_not_registered' && item.type !== 'tool_call');
  return isForbidden ? 'declined' : 'failed';
}
