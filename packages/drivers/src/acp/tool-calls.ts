// Tool calls of the open turn as items: each starts once, when enough of it is known, and ends once.

import type { ItemStatus } from '@parley/schema';
import { objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { endStatusOf, isTold, itemOf, itemTypeOf, mergeCall, outputOf } from './decode.ts';
import { nextItemId, withEntry } from './state.ts';
import type { AcpState, Outputs, ToolCall } from './state.ts';
import { closeWords, markRunning } from './turn.ts';

/** `tool_call` and `tool_call_update`, which mean the same here: Gemini 0.61.0 sends only updates. */
export function toolCallUpdate(state: AcpState, piece: Json, out: Outputs): AcpState {
  const callId = stringIn(piece['toolCallId']);
  if (callId === undefined) return state;
  const working = markRunning(state, out);
  const before = working.turn?.calls.get(callId);
  if (working.turn === undefined || before?.item?.over === true) return working;
  const call = mergeCall(before, callId, piece, working);
  const end = endStatusOf(call);
  const shown = isTold(call) || end !== undefined ? showCall(working, call, out) : keepCall(working, call);
  if (end !== undefined) return endCall(shown, callId, end, out);
  outputDelta(shown, callId, before, piece, out);
  return shown;
}

/** What a permission request says about its call; the call is shown, because a person is going to be asked about it. */
export function askedCall(state: AcpState, callId: string, piece: Json, out: Outputs): AcpState {
  const working = markRunning(state, out);
  const { turn } = working;
  if (turn === undefined) return working;
  const before = turn.calls.get(callId);
  const { content: _, ...facts } = piece;
  // Its text is the question ("Requesting approval to …"); only its diffs belong to the call.
  const call = mergeCall(before, callId, { ...facts, ...diffsOnly(piece) }, working);
  return showCall(working, call, out);
}

function diffsOnly(piece: Json): Json {
  const { content } = piece;
  const diffs = Array.isArray(content) ? content.filter((block) => block?.type === 'diff') : [];
  return diffs.length === 0 ? {} : { content: diffs };
}

function showCall(state: AcpState, call: ToolCall, out: Outputs): AcpState {
  const { turn } = state;
  if (turn === undefined || call.item !== undefined) return keepCall(state, call);
  const quiet = closeWords(turn, out);
  const id = nextItemId(state);
  const type = itemTypeOf(call);
  out.push({ type: 'item-started', turnId: turn.turnId, item: itemOf(call, id, type, 'running', state.context.cwd) });
  const next = { ...state, nextItem: state.nextItem + 1, turn: quiet };
  return keepCall(next, { ...call, item: { id, type, over: false } });
}

function keepCall(state: AcpState, call: ToolCall): AcpState {
  const { turn } = state;
  if (turn === undefined) return state;
  return { ...state, turn: { ...turn, calls: withEntry(turn.calls, call.callId, call) } };
}

/** The call is over: completed, failed, or declined by us. What the agent says of it later is not news. */
export function endCall(state: AcpState, callId: string, status: ItemStatus, out: Outputs): AcpState {
  const { turn } = state;
  const call = turn?.calls.get(callId);
  if (turn === undefined || call?.item === undefined || call.item.over) return state;
  const { id, type } = call.item;
  // After a cancel some agents call their killed command completed, some failed; one with an exit code did end by itself.
  const isCut = turn.interrupted && call.exitCode === undefined && status !== 'declined';
  const item = itemOf(call, id, type, isCut ? 'interrupted' : status, state.context.cwd);
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  return keepCall(state, { ...call, item: { id, type, over: true } });
}

/**
 * What is new of a running command's output. Most agents repeat all of it in each update; codex-acp 2.6.0 tells only the new part, as it
 * would to an editor's terminal, and never the whole.
 */
function outputDelta(state: AcpState, callId: string, before: ToolCall | undefined, piece: Json, out: Outputs): void {
  const { turn } = state;
  const call = turn?.calls.get(callId);
  if (turn === undefined || call?.item?.type !== 'command' || call.status !== 'in_progress') return;
  const fresh = stringIn(objectIn(objectIn(piece['_meta'])['terminal_output_delta'])['data']);
  const whole = outputOf(call) ?? '';
  const told = before === undefined ? '' : (outputOf(before) ?? '');
  const text = fresh ?? (whole.startsWith(told) ? whole.slice(told.length) : '');
  if (text !== '') out.push({ type: 'item-delta', turnId: turn.turnId, itemId: call.item.id, text });
}
