// Wire shapes of tool calls → what we know of a call, and a call → our item.

import type { FileChange, Item, ItemId, ItemStatus, PlanStep } from '@parley/schema';
import { isObject, jsonTextOf, listIn, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { textOf } from './content.ts';
import { changeOfInput, changesOf, changesOfPaths, pathsOf } from './file-change.ts';
import type { AcpState, ToolCall } from './state.ts';

/** Kinds that change files. */
export function isEditKind(kind: string | undefined): boolean {
  return kind === 'edit' || kind === 'delete' || kind === 'move';
}

/** What is known of a call after one more piece of it: `tool_call`, `tool_call_update`, or the `toolCall` of a permission request. */
export function mergeCall(
  before: ToolCall | undefined,
  callId: string,
  piece: Json,
  { context: { cwd }, dialect }: Pick<AcpState, 'context' | 'dialect'>,
): ToolCall {
  const meta = objectIn(objectIn(piece['_meta'])['claudeCode']);
  const kind = stringIn(piece['kind']) ?? before?.kind;
  const title = stringIn(piece['title']);
  const status = stringIn(piece['status']) ?? before?.status;
  const said = Array.isArray(piece['content']) ? contentText(piece['content']) : undefined;
  // Before a command runs, the text beside it describes it (claude-agent-acp 0.100.0), or is its arguments.
  const text = status === 'pending' && kind === 'execute' && said?.startsWith('{') !== true ? undefined : said;
  const input = given(piece['rawInput']) ?? argumentsIn(text) ?? before?.input;
  const diffs = changesOf(piece['content'], kind, cwd);
  const exitCode = exitCodeOf(piece);
  return {
    callId,
    name:
      stringIn(piece['name']) ??
      stringIn(meta['toolName']) ??
      before?.name ??
      dialect.toolName?.(callId) ??
      nameIn(piece),
    kind,
    title: title ?? before?.title,
    status,
    input,
    output: given(piece['rawOutput']) ?? before?.output,
    exitCode: exitCode ?? before?.exitCode,
    text: text ?? before?.text,
    changes: diffs.length > 0 ? diffs : (before?.changes ?? []),
    paths: [...new Set([...(before?.paths ?? []), ...pathsOf(piece), ...pathsOf({ rawInput: input })])],
    item: before?.item,
  };
}

function given(value: unknown): unknown {
  return value === null || (isObject(value) && Object.keys(value).length === 0) ? undefined : value;
}

function contentText(content: unknown): string {
  return listIn(content)
    .map(objectIn)
    .filter((block) => block['type'] === 'content')
    .map((block) => textOf(block['content']) ?? '')
    .join('\n');
}

/** Kimi Code 2.1.0 shows a call's arguments, as they stream in, as its content; only later as `rawInput`. */
function argumentsIn(text: string | undefined): Json | undefined {
  return text?.startsWith('{') === true ? objectOfLine(text) : undefined;
}

/** Agents from before the field `name` put it into the title of a call that is pending (OpenCode 1.18.33, Kimi Code 2.1.0), or tell none. */
function nameIn({ title, status }: Json): string | undefined {
  return status === 'pending' && typeof title === 'string' && /^[A-Za-z_]\w{0,79}$/.test(title) ? title : undefined;
}

/** OpenCode 1.18.33: `rawOutput.metadata.exit`. Adapters: `_meta.terminal_exit.exit_code`. */
function exitCodeOf(piece: Json): number | undefined {
  const output = objectIn(piece['rawOutput']);
  const exit = objectIn(objectIn(piece['_meta'])['terminal_exit']);
  const code =
    numberIn(objectIn(output['metadata'])['exit']) ??
    numberIn(output['exitCode']) ??
    numberIn(output['exit_code']) ??
    numberIn(exit['exit_code']);
  return code !== undefined && Number.isInteger(code) ? code : undefined;
}

/** The shell command of an `execute` call; undefined while it is not told. */
export function commandOf(call: ToolCall): string | undefined {
  const { command, cmd } = objectIn(call.input);
  const said = command ?? cmd;
  if (typeof said === 'string') return said;
  if (!Array.isArray(said)) return undefined;
  const words = said.filter((word) => typeof word === 'string');
  // `["bash", "-lc", "ls -l"]` is what a shell was asked to run (codex-acp).
  return words.length === 3 && /^-\w*c$/.test(words[1] ?? '') ? words[2] : words.join(' ');
}

/** Whether enough is known to show the call: while it is pending, its arguments may still be streaming in. */
export function isTold(call: ToolCall): boolean {
  if (call.input === undefined && call.text?.startsWith('{') === true) return false;
  if (call.status !== 'pending') return true;
  if (call.kind === 'execute') return commandOf(call) !== undefined;
  return isEditKind(call.kind) ? call.paths.length > 0 : call.input !== undefined;
}

export function itemTypeOf(call: ToolCall): 'command' | 'file_change' | 'tool_call' {
  if (call.kind === 'execute') return 'command';
  return call.changes.length > 0 || (isEditKind(call.kind) && call.paths.length > 0) ? 'file_change' : 'tool_call';
}

/** The item that stands for a call. */
export function itemOf(call: ToolCall, id: ItemId, type: Item['type'], status: ItemStatus, cwd: string): Item {
  const output = status === 'running' ? undefined : outputOf(call);
  switch (type) {
    case 'command': {
      const folder = stringIn(objectIn(call.input)['cwd']);
      return {
        id,
        type,
        status,
        command: commandOf(call) ?? call.title ?? '',
        ...(folder === undefined ? {} : { cwd: folder }),
        ...(output === undefined ? {} : { output }),
        ...(call.exitCode === undefined ? {} : { exitCode: call.exitCode }),
      };
    }
    case 'file_change':
      return { id, type, status, changes: allChanges(call, cwd) };
    default: {
      const input = jsonTextOf(call.input);
      const mcp = /^mcp__(.+?)__(.+)$/.exec(call.name ?? '');
      return {
        id,
        type: 'tool_call',
        status,
        name: mcp?.[2] ?? call.name ?? call.kind ?? 'tool',
        ...(mcp?.[1] === undefined ? {} : { server: mcp[1] }),
        ...(call.title === undefined ? {} : { title: call.title }),
        ...(input === undefined ? {} : { input }),
        ...(output === undefined ? {} : { output }),
      };
    }
  }
}

export function allChanges(call: ToolCall, cwd: string): readonly FileChange[] {
  if (call.changes.length > 0) return call.changes;
  const announced = changeOfInput(objectIn(call.input), cwd);
  return announced === undefined ? changesOfPaths(call.paths, call.kind, cwd) : [announced];
}

/** What the tool said: the raw output where it is text, else the text that the agent shows. */
export function outputOf(call: ToolCall): string | undefined {
  const { output } = call;
  const raw = objectIn(output);
  const said =
    stringIn(output) ??
    stringIn(raw['output']) ??
    stringIn(raw['formatted_output']) ??
    stringIn(raw['stdout']) ??
    stringIn(raw['error']);
  if (said !== undefined) return said;
  return call.text === undefined || call.text === '' || argumentsIn(call.text) !== undefined ? undefined : call.text;
}

/** How an ended call ended. A command that reports an exit code other than 0 failed, whatever the agent calls it. */
export function endStatusOf(call: ToolCall): ItemStatus | undefined {
  if (call.status === 'failed') return 'failed';
  if (call.status !== 'completed') return undefined;
  return call.kind === 'execute' && (call.exitCode ?? 0) !== 0 ? 'failed' : 'completed';
}

/** The entries of a plan. Each update is the whole plan. */
export function decodePlan(entries: unknown): readonly PlanStep[] {
  return listIn(entries).map((each) => {
    const { content, status } = objectIn(each);
    return {
      text: stringIn(content) ?? '',
      status: status === 'completed' || status === 'in_progress' ? status : 'pending',
    };
  });
}
