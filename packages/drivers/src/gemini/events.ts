// The reducer of the one-shot mode: one line of stream-json.

import { itemIdOf } from '@parley/schema';
import type { ItemId } from '@parley/schema';
import { objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import { endedTool, fileOf, startedTool } from './decode.ts';
import { withTurn } from './state.ts';
import type { Outputs, PrintState, PrintTurn } from './state.ts';
import { decodeStats } from './usage.ts';

/** What a line says of the end: the turn is done well, or badly, or goes on. */
export interface Read {
  readonly state: PrintState;
  readonly isDone: boolean;
}

export function readLine(state: PrintState, text: string, out: Outputs): Read {
  const event = objectOfLine(text);
  if (event === undefined) {
    if (text.trim() !== '') out.push(unreadableLine(text, state.turn?.turnId));
    return { state, isDone: false };
  }
  const type = event['type'];
  if (type === 'init') tellThread(event, out);
  const { turn } = state;
  if (turn === undefined || turn.failed || type === 'init') return { state, isDone: false };
  if (type === 'result') return readResult(begin(state, turn, out), event, out);
  return { state: readEvent(state, turn, type, event, text, out), isDone: false };
}

/** `init` comes before the model is asked. */
function tellThread(event: Json, out: Outputs): void {
  const threadId = stringIn(event['session_id']);
  const model = stringIn(event['model']);
  out.push({
    type: 'thread',
    ...(threadId === undefined ? {} : { threadId }),
    ...(model === undefined ? {} : { model }),
  });
}

function readEvent(
  state: PrintState,
  turn: PrintTurn,
  type: unknown,
  event: Json,
  text: string,
  out: Outputs,
): PrintState {
  switch (type) {
    case 'message':
      // The person's words come back once the prompt is read.
      if (event['role'] !== 'assistant') return begin(state, turn, out);
      return message(begin(state, turn, out), stringIn(event['content']) ?? '', out);
    case 'tool_use':
      return toolUse(begin(state, turn, out), event, out);
    case 'tool_result':
      return toolResult(state, turn, event, out);
    case 'error':
      return readError(state, turn, event, out);
    default:
      out.push(unknownEvent(stringIn(type) ?? 'no type', text, turn.turnId));
      return state;
  }
}

function begin(state: PrintState, turn: PrintTurn, out: Outputs): PrintState {
  if (turn.begun) return state;
  out.push({ type: 'turn-started', turnId: turn.turnId });
  return withTurn(state, { begun: true });
}

function nextId(state: PrintState): ItemId {
  return itemIdOf(state.context.runId, state.nextItem);
}

function message(state: PrintState, text: string, out: Outputs): PrintState {
  const { turn } = state;
  if (turn === undefined || text === '') return state;
  const { turnId } = turn;
  if (turn.message !== undefined) {
    out.push({ type: 'item-delta', turnId, itemId: turn.message, text });
    return state;
  }
  const id = nextId(state);
  out.push({ type: 'item-started', turnId, item: { id, type: 'assistant_message', text: '' } });
  out.push({ type: 'item-delta', turnId, itemId: id, text });
  return { ...withTurn(state, { message: id, answered: true }), nextItem: state.nextItem + 1 };
}

/** The message is over: its text is what its pieces said, gemini gives no whole one. */
export function closeMessage(state: PrintState, out: Outputs): PrintState {
  const { turn } = state;
  if (turn?.message === undefined) return state;
  out.push({
    type: 'item-completed',
    turnId: turn.turnId,
    item: { id: turn.message, type: 'assistant_message', text: '' },
  });
  return withTurn(state, { message: undefined });
}

function toolUse(state: PrintState, event: Json, out: Outputs): PrintState {
  const quiet = closeMessage(state, out);
  const { turn, context } = quiet;
  const toolId = stringIn(event['tool_id']);
  if (turn === undefined || toolId === undefined || turn.tools.has(toolId)) return quiet;
  const item = startedTool(nextId(quiet), event, context.cwd, turn.seen);
  out.push({ type: 'item-started', turnId: turn.turnId, item });
  const file = fileOf(event, context.cwd);
  return {
    ...withTurn(quiet, {
      tools: new Map(turn.tools).set(toolId, item),
      ...(file === undefined ? {} : { seen: new Set(turn.seen).add(file) }),
    }),
    nextItem: quiet.nextItem + 1,
  };
}

function toolResult(state: PrintState, turn: PrintTurn, event: Json, out: Outputs): PrintState {
  const toolId = stringIn(event['tool_id']) ?? '';
  const item = turn.tools.get(toolId);
  if (item === undefined) return state;
  out.push({ type: 'item-completed', turnId: turn.turnId, item: endedTool(item, event) });
  const tools = new Map(turn.tools);
  tools.delete(toolId);
  return withTurn(state, { tools });
}

function readError(state: PrintState, turn: PrintTurn, event: Json, out: Outputs): PrintState {
  const text = stringIn(event['message']) ?? 'Gemini reported an error and did not say which.';
  const level = event['severity'] === 'error' ? 'error' : 'warning';
  out.push(notice(turn.turnId, level, 'agent_notice', text));
  return withTurn(state, { errors: [...turn.errors, text] });
}

function readResult(state: PrintState, event: Json, out: Outputs): Read {
  const quiet = closeMessage(state, out);
  const { turn } = quiet;
  if (turn === undefined) return { state: quiet, isDone: false };
  const usage = decodeStats(event['stats']);
  if (usage !== undefined) out.push({ type: 'usage', turnId: turn.turnId, usage });
  if (event['status'] === 'success') return { state: quiet, isDone: true };
  const text = stringIn(objectIn(event['error'])['message']);
  return {
    state: withTurn(quiet, { failed: true, errors: text === undefined ? turn.errors : [...turn.errors, text] }),
    isDone: false,
  };
}
