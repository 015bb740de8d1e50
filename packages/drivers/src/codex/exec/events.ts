// What `codex exec --json` says, a line at a time.

import { errorBody, usageSince } from '@parley/schema';
import type { Item, ItemId } from '@parley/schema';
import { objectIn, objectOfLine, stringIn } from '../../shared/json.ts';
import type { Json } from '../../shared/json.ts';
import { notice, unknownEvent, unreadableLine } from '../../shared/unknown-event.ts';
import { turnFailure } from '../failure.ts';
import { withEntry, withoutEntry } from '../state.ts';
import type { Outputs } from '../state.ts';
import { decodeExecItem, decodeExecUsage, decodeTodos } from './decode.ts';
import { begin, endTurn, nextExecItemId } from './state.ts';
import type { ExecState } from './state.ts';

export function readLine(state: ExecState, line: string, out: Outputs): ExecState {
  const event = objectOfLine(line);
  if (event === undefined) {
    if (line.trim() !== '') out.push(unreadableLine(line, state.turn?.turnId));
    return state;
  }
  switch (event['type']) {
    case 'thread.started':
      return { ...state, threadId: stringIn(event['thread_id']) ?? state.threadId };
    case 'turn.started':
      return begin(state, out);
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      return itemTold(state, event['type'], objectIn(event['item']), line, out);
    case 'turn.completed':
      return turnCompleted(begin(state, out), event, out);
    case 'turn.failed':
      return turnFailed(begin(state, out), stringIn(objectIn(event['error'])['message']), out);
    case 'error':
      return errorTold(state, stringIn(event['message']) ?? '', out);
    default:
      out.push(unknownEvent(String(event['type']), line, state.turn?.turnId));
      return state;
  }
}

function itemTold(
  state: ExecState,
  when: 'item.started' | 'item.updated' | 'item.completed',
  raw: Json,
  line: string,
  out: Outputs,
): ExecState {
  const execId = stringIn(raw['id']);
  if (state.turn === undefined || execId === undefined) return state;
  const known = state.turn.items.get(execId);
  const decoded = decodeExecItem(raw, known?.id ?? nextExecItemId(state), state.context.cwd, when === 'item.completed');
  switch (decoded) {
    case 'error':
      // Comes before `turn.started` as well: it proves no work.
      out.push(notice(state.turn.turnId, 'warning', 'agent_warning', stringIn(raw['message']) ?? 'Codex warns.'));
      return state;
    case 'plan':
      return planTold(begin(state, out), raw, out);
    case 'silent':
      return state;
    case 'unknown':
      // Told once, when it is over.
      if (when !== 'item.completed') return state;
      out.push(unknownEvent(`item ${String(raw['type'])}`, line, state.turn.turnId));
      return answered(begin(state, out));
    default:
      return itemChanged(begin(state, out), when, execId, decoded, out);
  }
}

function itemChanged(
  state: ExecState,
  when: 'item.started' | 'item.updated' | 'item.completed',
  execId: string,
  item: Item,
  out: Outputs,
): ExecState {
  const { turn } = state;
  if (turn === undefined) return state;
  const isNew = !turn.items.has(execId);
  if (isNew) out.push({ type: 'item-started', turnId: turn.turnId, item });
  const nextItem = state.nextItem + (isNew ? 1 : 0);
  if (when !== 'item.completed') {
    return isNew ? { ...state, nextItem, turn: { ...turn, items: withEntry(turn.items, execId, item) } } : state;
  }
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  const rest = { ...state, nextItem, turn: { ...turn, items: withoutEntry(turn.items, execId) } };
  return countsAsAnswer(item) ? answered(rest) : rest;
}

/** Thoughts alone, or an empty message, are no answer. */
function countsAsAnswer(item: Item): boolean {
  return item.type === 'assistant_message' ? item.text.trim() !== '' : item.type !== 'reasoning';
}

function answered(state: ExecState): ExecState {
  return state.turn === undefined ? state : { ...state, turn: { ...state.turn, answered: true } };
}

function planTold(state: ExecState, raw: Json, out: Outputs): ExecState {
  const { turn } = state;
  if (turn === undefined) return state;
  const id: ItemId = turn.planId ?? nextExecItemId(state);
  const item: Item = { id, type: 'plan', steps: decodeTodos(raw['items']) };
  const isNew = turn.planId === undefined;
  if (isNew) out.push({ type: 'item-started', turnId: turn.turnId, item });
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  return {
    ...state,
    nextItem: state.nextItem + (isNew ? 1 : 0),
    turn: { ...turn, planId: id, answered: true },
  };
}

function turnCompleted(state: ExecState, event: Json, out: Outputs): ExecState {
  const { turn, context } = state;
  if (turn === undefined) return state;
  // Totals of the thread (0.169.0): in a new thread they are this turn's; in a resumed one the turn's are what came on top of the total
  // before, if that is known.
  const threadTotal = decodeExecUsage(event['usage']);
  const before = context.threadId === undefined ? {} : context.threadTotal;
  const usage = before === undefined ? {} : usageSince(threadTotal, before);
  out.push({ type: 'usage', turnId: turn.turnId, usage, threadTotal });
  return endTurn(
    state,
    turn.answered
      ? { state: 'completed' }
      : { state: 'failed', error: errorBody('no_answer', 'Codex ended the turn without an answer.') },
    out,
  );
}

function turnFailed(state: ExecState, message: string | undefined, out: Outputs): ExecState {
  const { turn } = state;
  if (turn === undefined) return state;
  if (turn.stopping) return endTurn(state, { state: 'interrupted' }, out);
  return endTurn(state, { state: 'failed', error: failureOf(message ?? turn.lastError) }, out);
}

/** The error of words that Codex ended a turn with. */
export function failureOf(message: string | undefined): ReturnType<typeof turnFailure> {
  return turnFailure(message === undefined ? undefined : { message, info: undefined, details: undefined });
}

/** "Reconnecting... 2/5 (…)" is no end: that is `turn.failed`, which repeats the last of these. */
function errorTold(state: ExecState, message: string, out: Outputs): ExecState {
  const { turn } = state;
  if (/^Reconnecting\b/i.test(message)) {
    out.push(notice(turn?.turnId, 'warning', 'retrying', message));
    return state;
  }
  return turn === undefined || message === '' ? state : { ...state, turn: { ...turn, lastError: message } };
}
