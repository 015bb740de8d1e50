// The life of a tool call: begun by a `tool_use` block, ended by its `tool_result`.

import { objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { decodeToolEnd, endedItem, itemOfTool } from './decode.ts';
import { isPlanTool, planAfter, planOfTodos, showPlan, taskUseOf } from './plan.ts';
import { activeTurn, nextItemId } from './state.ts';
import type { Draft } from './state.ts';

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
  const item = isPlanTool(name) ? undefined : itemOfTool(nextItemId(draft), name, input, state.context.cwd);
  state.tools = [...state.tools, { useId, item, declined: false, task: taskUseOf(name, input) }];
  if (item !== undefined) outputs.push({ type: 'item-started', turnId: turn.turnId, item });
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
  const end = decodeToolEnd(tool.useId, block, message, tool.declined);
  if (tool.task !== undefined && end.status === 'completed') showPlan(draft, planAfter(draft, tool.task, end.result));
  if (tool.item === undefined) return;
  const item = endedItem(tool.item, end, state.context.cwd);
  outputs.push({ type: 'item-completed', turnId: turn.turnId, item });
}
