// One line of claude's stdout. Most lines are text deltas: they take a short way that neither copies the state nor looks further.

import type { DriverStep, TurnId } from '@parley/schema';
import { isObject, listIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import { readControlRequest, readControlResponse, withdraw } from './control.ts';
import { isSubAgent, readAssistant, readStreamEvent, readUser, textOfDelta } from './messages.ts';
import { endOfResult, errorOfResult, usageOfResult } from './result.ts';
import { activeTurn, draftOf, nextItemId } from './state.ts';
import type { ClaudeState, Draft } from './state.ts';
import { readSystem, tellThread } from './system.ts';
import { closeRun, concludeTurn, giveBack, take } from './turns.ts';

/** Deltas after which claude has written the conversation down; the first whole block counts too. See `tellThread`. */
const deltasUntilKept = 8;

export function readLine(state: ClaudeState, line: string): DriverStep<ClaudeState> {
  const message = objectOfLine(line);
  if (message === undefined) {
    if (line.trim() === '') return { state, outputs: [] };
    return { state, outputs: [unreadableLine(line, state.turn?.turnId)] };
  }
  if (message.type === 'stream_event') {
    if (isSubAgent(message)) return { state, outputs: [] };
    const event = objectIn(message.event);
    return (
      readDelta(state, event) ??
      later(state, (draft) => {
        if (event.type === 'content_block_delta') countDelta(draft);
        readStreamEvent(draft, event);
      })
    );
  }
  return later(state, (draft) => readMessage(draft, message, line));
}

function later(state: ClaudeState, change: (draft: Draft) => void): DriverStep<ClaudeState> {
  const draft = draftOf(state);
  change(draft);
  return draft;
}

/** The hot path: a delta of an item that is open, in a conversation whose id is told. */
function readDelta(state: ClaudeState, event: Json): DriverStep<ClaudeState> | undefined {
  if (event.type !== 'content_block_delta' || state.sessionId !== state.told.threadId) return undefined;
  const { turn } = state;
  if (turn === undefined || !turn.begun) return undefined;
  const delta = event.delta;
  if (!isObject(delta)) return undefined;
  const text = textOfDelta(delta);
  // Arguments of tools and signatures: the whole block brings them.
  if (text === undefined) return { state, outputs: [] };
  for (const { index, itemId } of state.blocks) {
    if (index !== event.index || itemId === undefined) continue;
    return text === ''
      ? { state, outputs: [] }
      : { state, outputs: [{ type: 'item-delta', turnId: turn.turnId, itemId, text }] };
  }
  return undefined;
}

function countDelta(draft: Draft): void {
  const { state } = draft;
  if (state.sessionId === state.told.threadId || activeTurn(draft) === undefined) return;
  state.early++;
  if (state.early >= deltasUntilKept) tellThread(draft);
}

function readMessage(draft: Draft, message: Json, line: string): void {
  const type = stringIn(message.type) ?? 'none';
  switch (type) {
    case 'assistant':
      readAssistant(draft, message);
      if (activeTurn(draft) !== undefined) tellThread(draft);
      return;
    case 'user':
      readUser(draft, message);
      return;
    case 'system':
      readSystem(draft, message, line);
      return;
    case 'result':
      readResult(draft, message, line);
      return;
    case 'command_lifecycle':
      readLifecycle(draft, message);
      return;
    case 'control_request':
      readControlRequest(draft, message);
      return;
    case 'control_response':
      readControlResponse(draft, objectIn(message.response));
      return;
    case 'control_cancel_request':
      withdraw(draft, message.request_id);
      return;
    case 'rate_limit_event':
      readRateLimit(draft, message, line);
      return;
    case 'auth_status':
    case 'conversation_reset':
    case 'keep_alive':
    case 'prompt_suggestion':
    case 'tool_progress':
    case 'tool_use_summary':
      return;
    default:
      draft.outputs.push(unknownEvent(type, line, activeTurn(draft)?.turnId));
  }
}

function readLifecycle(draft: Draft, message: Json): void {
  const uuid = stringIn(message.command_uuid);
  if (uuid === undefined) return;
  switch (message.state) {
    case 'started':
      take(draft, uuid);
      return;
    case 'cancelled':
    case 'discarded':
    case 'refused':
      giveBack(draft, uuid);
      return;
    default:
      // `queued` proves nothing yet, `completed` nothing new.
      return;
  }
}

function readResult(draft: Draft, message: Json, line: string): void {
  const { state, outputs } = draft;
  if (state.phase === 'opening') {
    // `--resume` of a conversation that is not there ends so, before the handshake is answered.
    state.failure = errorOfResult(message);
    closeRun(draft, state.failure.message, { state: 'failed', error: state.failure });
    return;
  }
  const uuids = message.user_message_uuids;
  for (const uuid of listIn(uuids)) {
    if (typeof uuid === 'string') take(draft, uuid);
  }
  const { turn } = state;
  // Without uuids (slash commands, older versions) it can only be ours, unless claude says where else it comes from.
  if (turn !== undefined && !turn.begun && uuids === undefined && message.origin === undefined) take(draft, turn.uuid);
  const active = activeTurn(draft);
  if (active === undefined || active.ending !== undefined) {
    // Claude went on by itself (a task in the background has ended): nothing of it belongs to an input of ours.
    const said = stringIn(message.result) ?? '';
    outputs.push(
      notice(undefined, 'info', 'unasked_turn', said === '' ? 'Claude worked without being asked' : said, line),
    );
    return;
  }
  tellThread(draft);
  const usage = usageOfResult(message);
  if (usage !== undefined) outputs.push({ type: 'usage', turnId: active.turnId, usage });
  // With `outputSchema` the answer is the input of a tool call, and no message repeats it (2.1.329).
  if (message.structured_output !== undefined) sayStructured(draft, active.turnId, message.structured_output);
  concludeTurn(draft, endOfResult(message, active));
}

function sayStructured(draft: Draft, turnId: TurnId, value: unknown): void {
  const id = nextItemId(draft);
  const type = 'assistant_message';
  draft.outputs.push(
    { type: 'item-started', turnId, item: { id, type, text: '' } },
    { type: 'item-completed', turnId, item: { id, type, text: JSON.stringify(value) } },
  );
}

function readRateLimit(draft: Draft, message: Json, line: string): void {
  const status = stringIn(objectIn(message.rate_limit_info).status) ?? 'allowed';
  if (status === 'allowed') return;
  const text = status === 'rejected' ? "The account's limit is reached" : "The account's limit is near";
  draft.outputs.push(notice(activeTurn(draft)?.turnId, 'warning', 'rate_limit', text, line));
}
