// Tool calls of claude as items: begun by a `tool_use` block, ended by its `tool_result`.

import type { CommandItem, Item, ItemStatus } from '@parley/schema';
import { jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { fileChangeOfInput, fileChangeOfResult, isWritingTool } from './file-change.ts';
import { isPlanTool, planAfter, planOfTodos, showPlan, taskUseOf } from './plan.ts';
import { activeTurn, nextItemId } from './state.ts';
import type { Draft, OpenTool } from './state.ts';
import { toolNameOf, toolTitle } from './tool-title.ts';

/** Sub-agents' calls too: what they do to the workspace is worth seeing, whoever does it. */
export function beginTool(draft: Draft, block: Json): void {
  const { state, outputs } = draft;
  const turn = activeTurn(draft);
  const useId = stringIn(block.id);
  const name = stringIn(block.name);
  if (turn === undefined || useId === undefined || name === undefined) return;
  if (state.tools.some((tool) => tool.useId === useId)) return;
  const input = objectIn(block.input);
  if (name === 'TodoWrite') showPlan(draft, planOfTodos(input));
  const plan = isPlanTool(name);
  const item = plan ? undefined : itemOf(draft, name, input);
  state.tools = [...state.tools, { useId, item, declined: false, task: taskUseOf(name, input) }];
  if (item !== undefined) outputs.push({ type: 'item-started', turnId: turn.turnId, item });
}

function itemOf(draft: Draft, name: string, input: Json): Item {
  const id = nextItemId(draft);
  const { cwd } = draft.state.context;
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

/** `message` is the `user` line that carries the block: it has the tool's structured result and how it was permitted. */
export function endTool(draft: Draft, block: Json, message: Json): void {
  const { state, outputs } = draft;
  const tool = state.tools.find((each) => each.useId === block.tool_use_id);
  const turn = activeTurn(draft);
  if (tool === undefined || turn === undefined) return;
  state.tools = state.tools.filter((each) => each !== tool);
  // Claude has decided by itself about a question that is still open (its stdin was closed).
  for (const { useId, approvalId } of state.asked) {
    if (useId === tool.useId) outputs.push({ type: 'approval-withdrawn', approvalId });
  }
  state.asked = state.asked.filter(({ useId }) => useId !== tool.useId);
  const status = statusOf(tool, block, message);
  const result = objectIn(message.tool_use_result);
  if (tool.task !== undefined && status === 'completed') showPlan(draft, planAfter(draft, tool.task, result));
  if (tool.item === undefined) return;
  outputs.push({
    type: 'item-completed',
    turnId: turn.turnId,
    item: ended(draft, tool.item, status, outputOf(tool.useId, block, message), result),
  });
}

/** What there is to show of a tool's output; undefined where claude only has words for the model ("STOP what you are doing"). */
function outputOf(useId: string, block: Json, message: Json): string | undefined {
  if (metaOf(useId, message).non_execution_kind === 'user-rejected') return undefined;
  const result = objectIn(message.tool_use_result);
  // A sub-agent's report without the frame that claude puts around it for the model.
  return textOf(
    stringIn(result.agentId) !== undefined && Array.isArray(result.content) ? result.content : block.content,
  );
}

function ended(draft: Draft, item: Item, status: ItemStatus, output: string | undefined, result: Json): Item {
  switch (item.type) {
    case 'command':
      return endedCommand(item, status, output, result);
    case 'file_change': {
      const change = status === 'completed' ? fileChangeOfResult(result, draft.state.context.cwd) : undefined;
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

function endedCommand(item: CommandItem, status: ItemStatus, output: string | undefined, result: Json): Item {
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
  const zero =
    status === 'completed' && stringIn(result.stdout) !== undefined && result.returnCodeInterpretation === undefined;
  return { ...item, status, output: text, ...(zero ? { exitCode: 0 } : {}) };
}

function statusOf(tool: OpenTool, block: Json, message: Json): ItemStatus {
  const meta = metaOf(tool.useId, message);
  if (objectIn(meta.permission_decision).decision === 'reject') return 'declined';
  // Stopped by an interrupt: while it ran, before it ran, or by the answer to its own question.
  if (meta.non_execution_kind === 'user-rejected') return tool.declined ? 'declined' : 'interrupted';
  if (objectIn(message.tool_use_result).interrupted === true) return 'interrupted';
  return block.is_error === true ? 'failed' : 'completed';
}

function metaOf(useId: string, message: Json): Json {
  return objectIn(listIn(message.tool_result_meta).find((each) => objectIn(each).id === useId));
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
