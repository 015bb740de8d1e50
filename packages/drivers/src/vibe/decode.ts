// Vibe's tool calls and their results → our items. Pure: values in, values out.

import { isAbsolute, relative } from 'node:path';
import type { FileChange, Item, ItemId, ItemStatus, PlanStep } from '@parley/schema';
import { countLines } from '../shared/diff-counts.ts';
import { cutText, listIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

export interface ToolCall {
  readonly callId: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
}

/** The calls in an assistant message. */
export function toolCallsOf(message: Json): readonly ToolCall[] {
  return listIn(message.tool_calls).flatMap((each) => {
    const call = objectIn(each);
    const made = objectIn(call.function);
    const name = stringIn(made.name);
    const callId = stringIn(call.id);
    return name === undefined || callId === undefined
      ? []
      : [{ callId, name, arguments: stringIn(made.arguments) ?? '' }];
  });
}

/** The steps of a call that only writes the plan; undefined for any other. */
export function planOf(call: ToolCall): readonly PlanStep[] | undefined {
  const input = objectOfLine(call.arguments) ?? {};
  if (call.name !== 'todo' || !Array.isArray(input.todos)) return undefined;
  return listIn(input.todos).flatMap((each) => {
    const { content, status } = objectIn(each);
    const text = stringIn(content);
    return text === undefined || status === 'cancelled' ? [] : [{ text, status: stepStatus(status) }];
  });
}

function stepStatus(status: unknown): PlanStep['status'] {
  return status === 'in_progress' || status === 'completed' ? status : 'pending';
}

/** The item of a call that has just been made. */
export function itemOfCall(id: ItemId, call: ToolCall, cwd: string): Item {
  const input = objectOfLine(call.arguments) ?? {};
  if (call.name === 'bash') return { id, type: 'command', status: 'running', command: stringIn(input.command) ?? '' };
  const change = changeOf(call.name, input, cwd);
  if (change !== undefined) return { id, type: 'file_change', status: 'running', changes: [change] };
  return {
    id,
    type: 'tool_call',
    status: 'running',
    name: call.name,
    title: titleOf(call.name, input),
    ...(call.arguments === '' ? {} : { input: call.arguments }),
  };
}

function changeOf(name: string, input: Json, cwd: string): FileChange | undefined {
  const file = stringIn(input.file_path) ?? stringIn(input.path);
  if (file === undefined) return undefined;
  const path = relativePath(file, cwd);
  switch (name) {
    case 'write_file':
      return { path, kind: 'add', added: countLines(stringIn(input.content) ?? ''), removed: 0 };
    case 'edit':
      return {
        path,
        kind: 'update',
        added: countLines(stringIn(input.new_string) ?? ''),
        removed: countLines(stringIn(input.old_string) ?? ''),
      };
    case 'search_replace':
    case 'notebook_edit':
      return { path, kind: 'update' };
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

function titleOf(name: string, input: Json): string {
  const first = Object.values(input).find((value) => typeof value === 'string' && value !== '');
  const words = typeof first === 'string' ? `${name} ${first}` : name;
  return cutText(words.replace(/\s+/g, ' ').trim(), 160);
}

/** `content` is what the tool told the model. */
export function endedItem(item: Item, content: string): Item {
  const { status, text } = resultOf(content);
  switch (item.type) {
    case 'command': {
      const exitCode = /^returncode: (-?\d+)$/m.exec(text)?.[1];
      const code = exitCode === undefined ? {} : { exitCode: Number(exitCode) };
      return { ...item, ...code, status: Number(exitCode ?? 0) === 0 ? status : 'failed', output: text };
    }
    case 'tool_call':
      return { ...item, status, output: text };
    case 'file_change':
      return { ...item, status };
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
    case 'plan':
      return item;
  }
}

/** Vibe says how a call went with a tag around the words; one that would have needed a person's consent is skipped in words. */
function resultOf(content: string): { readonly status: ItemStatus; readonly text: string } {
  const tagged = /^<(tool_error|user_cancellation)>([\s\S]*)<\/\1>\s*$/.exec(content);
  const text = tagged?.[2] ?? content;
  if (/Tool execution not permitted/.test(text)) return { status: 'declined', text };
  if (tagged?.[1] === 'user_cancellation') return { status: 'interrupted', text };
  return { status: tagged === null ? 'completed' : 'failed', text };
}
