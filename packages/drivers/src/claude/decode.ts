// Claude's tool calls and their results → our items. Pure: values in, values out.

import type { CommandItem, Item, ItemId, ItemStatus } from '@parley/schema';
import { jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { fileChangeOfInput, fileChangeOfResult, isWritingTool } from './file-change.ts';
import { toolNameOf, toolTitle } from './tool-title.ts';

/** The item of a `tool_use` block that has just come. */
export function itemOfTool(id: ItemId, name: string, input: Json, cwd: string): Item {
  if (name === 'Bash') return { id, type: 'command', status: 'running', command: stringIn(input.command) ?? '' };
  if (isWritingTool(name)) {
    return { id, type: 'file_change', status: 'running', changes: [fileChangeOfInput(name, input, cwd)] };
  }
  const text = jsonTextOf(input);
  return {
    id,
    type: 'tool_call',
    status: 'running',
    ...toolNameOf(name),
    title: toolTitle(name, input, cwd),
    ...(text === undefined ? {} : { input: text }),
  };
}

/** What a `user` line tells about one tool call. */
export interface ToolEnd {
  readonly status: ItemStatus;
  /** Absent where claude has only words for the model ("STOP what you are doing"). */
  readonly output: string | undefined;
  /** The tool's structured result; sub-agents' tools have none. */
  readonly result: Json;
}

/** `block` is the `tool_result`, `message` the line that carries it, `declined` whether somebody said no to this call. */
export function decodeToolEnd(useId: string, block: Json, message: Json, declined: boolean): ToolEnd {
  const result = objectIn(message.tool_use_result);
  const meta = objectIn(listIn(message.tool_result_meta).find((each) => objectIn(each).id === useId));
  const stopped = meta.non_execution_kind === 'user-rejected';
  // A sub-agent's report without the frame that claude puts around it for the model.
  const report = stringIn(result.agentId) !== undefined && Array.isArray(result.content);
  return {
    status: statusOf(block, meta, result, stopped, declined),
    output: stopped ? undefined : textOf(report ? result.content : block.content),
    result,
  };
}

function statusOf(block: Json, meta: Json, result: Json, stopped: boolean, declined: boolean): ItemStatus {
  if (objectIn(meta.permission_decision).decision === 'reject') return 'declined';
  if (declined && block.is_error === true && !stopped) return 'declined';
  // By an interrupt: while it ran, before it ran, or by the answer to its own question.
  if (stopped) return declined ? 'declined' : 'interrupted';
  if (result.interrupted === true) return 'interrupted';
  return block.is_error === true ? 'failed' : 'completed';
}

export function endedItem(item: Item, end: ToolEnd, cwd: string): Item {
  const { status, output, result } = end;
  switch (item.type) {
    case 'command':
      return endedCommand(item, end);
    case 'file_change': {
      const change = status === 'completed' ? fileChangeOfResult(result, cwd) : undefined;
      return { ...item, status, ...(change === undefined ? {} : { changes: [change] }) };
    }
    case 'tool_call':
      return { ...item, status, ...(output === undefined ? {} : { output }) };
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
    case 'plan':
      return item;
  }
}

const noOutput = '(Bash completed with no output)';

function endedCommand(item: CommandItem, { status, output, result }: ToolEnd): Item {
  if (output === undefined) return { ...item, status };
  // A command that fails has its exit code only in the text.
  const failed = /^Exit code (\d+)(?:\n|$)/.exec(output);
  if (failed?.[1] !== undefined) {
    return { ...item, status, output: output.slice(failed[0].length), exitCode: Number(failed[1]) };
  }
  const stdout = stringIn(result.stdout) ?? '';
  const stderr = stringIn(result.stderr) ?? '';
  const joined = stdout !== '' && stderr !== '' && !stdout.endsWith('\n') ? `${stdout}\n${stderr}` : stdout + stderr;
  const text = joined === '' ? (output === noOutput ? '' : output) : joined;
  // Some exit codes other than 0 are no failure (grep finds nothing): claude then explains instead of telling the code.
  const told = stringIn(result.stdout) !== undefined && result.returnCodeInterpretation === undefined;
  return { ...item, status, output: text, ...(status === 'completed' && told ? { exitCode: 0 } : {}) };
}

/** A tool result is a text or a list of blocks. */
function textOf(content: unknown): string {
  const text =
    stringIn(content) ??
    listIn(content)
      .map((each) => {
        const block = objectIn(each);
        return stringIn(block.text) ?? (block.type === 'image' ? '[image]' : '');
      })
      .join('\n');
  return text.replace(/^<tool_use_error>([\s\S]*)<\/tool_use_error>$/, '$1');
}
