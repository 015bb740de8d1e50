// Tool calls on the wire: begun by `ToolCall`, whose arguments may go on in `ToolCallPart`s, ended by `ToolResult`.

import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import type { PlanStep } from '@parley/schema';
import { endedItem, exitCodeIn, inputOf, itemOfCall, stepsOf, textOf } from './decode.ts';
import type { CallEnd } from './decode.ts';
import { changesOfDisplay } from './file-change.ts';
import { activeTurn, changeTurn, nextItemId } from './wire-state.ts';
import type { Draft } from './wire-state.ts';

/** A call has come; what it wants is known when its last part has come. `agent` is empty for the main one. */
export function beginCall(draft: Draft, agent: string, call: Json): void {
  const turn = activeTurn(draft);
  const id = stringIn(call.id);
  const { name, arguments: args } = objectIn(call.function);
  if (turn === undefined || id === undefined || typeof name !== 'string') return;
  changeTurn(draft, { calls: [...turn.calls, { agent, id, name, arguments: stringIn(args) ?? '' }] });
}

export function addToCall(draft: Draft, agent: string, part: unknown): void {
  const turn = activeTurn(draft);
  if (turn === undefined || typeof part !== 'string') return;
  const last = turn.calls.findLast((call) => call.agent === agent);
  if (last === undefined) return;
  const longer = { ...last, arguments: last.arguments + part };
  changeTurn(draft, { calls: turn.calls.map((call) => (call === last ? longer : call)) });
}

/** Something else than a part came from this agent (or from anyone): the calls that it made are whole. */
export function startCalls(draft: Draft, agent?: string): void {
  const turn = activeTurn(draft);
  if (turn === undefined || turn.calls.length === 0) return;
  const whole = turn.calls.filter((call) => agent === undefined || call.agent === agent);
  if (whole.length === 0) return;
  const tools = [...turn.tools];
  for (const call of whole) {
    if (tools.some((tool) => tool.agent === call.agent && tool.callId === call.id)) continue;
    const input = inputOf(call.arguments);
    const item = itemOfCall(nextItemId(draft), call.name, input, draft.state.context.cwd);
    tools.push({ agent: call.agent, callId: call.id, name: call.name, input, item });
    if (item !== undefined) draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item });
  }
  changeTurn(draft, { tools, calls: turn.calls.filter((call) => !whole.includes(call)) });
}

export function endCall(draft: Draft, agent: string, payload: Json): void {
  const turn = activeTurn(draft);
  const tool = turn?.tools.find((each) => each.agent === agent && each.callId === payload.tool_call_id);
  if (turn === undefined || tool === undefined) return;
  changeTurn(draft, { tools: turn.tools.filter((each) => each !== tool) });
  const value = objectIn(payload.return_value);
  const display = listIn(value.display).map(objectIn);
  if (tool.item === undefined) {
    const todo = display.find((block) => block.type === 'todo');
    if (value.is_error !== true) showPlan(draft, stepsOf(todo?.items ?? tool.input.todos));
    return;
  }
  const end = endOf(value, display, turn.declined.includes(tool.callId), draft.state.context.cwd);
  draft.outputs.push({ type: 'item-completed', turnId: turn.turnId, item: endedItem(tool.item, end) });
}

function endOf(value: Json, display: readonly Json[], declined: boolean, cwd: string): CallEnd {
  const message = stringIn(value.message) ?? '';
  const output = textOf(value.output);
  const exitCode = exitCodeIn(message);
  const isRejected = declined || /rejected by the user/i.test(message);
  return {
    status: value.is_error === true ? (isRejected ? 'declined' : 'failed') : 'completed',
    // A tool that printed nothing has its message: "File not found", "Command killed by timeout (60s)".
    output: output === '' && exitCode === undefined ? message : output,
    ...(exitCode === undefined ? {} : { exitCode }),
    changes: changesOfDisplay(display, cwd),
  };
}

/** What a sub-agent says goes to the call that started it, until that has its result. */
export function sayInCall(draft: Draft, callId: unknown, text: string): void {
  const turn = activeTurn(draft);
  const item = turn?.tools.find((each) => each.callId === callId)?.item;
  if (turn === undefined || item === undefined || text === '') return;
  draft.outputs.push({ type: 'item-delta', turnId: turn.turnId, itemId: item.id, text });
}

/** Each update is the whole plan, under one id in a turn. */
export function showPlan(draft: Draft, steps: readonly PlanStep[]): void {
  const turn = activeTurn(draft);
  if (turn === undefined) return;
  const id = turn.planId ?? nextItemId(draft);
  const item = { id, type: 'plan', steps } as const;
  if (turn.planId === undefined) {
    changeTurn(draft, { planId: id });
    draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item });
  }
  draft.outputs.push({ type: 'item-completed', turnId: turn.turnId, item });
}
