// The items of the open turn: started, told in deltas, completed. `delta` is the hot path: it looks up the open item, says one thing and
// leaves the state alone.

import type { Item } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { decodeItem, decodePlan, reasoningText } from './decode.ts';
import { decodeChanges } from './file-change.ts';
import { nextItemId, withEntry, withoutEntry } from './state.ts';
import type { CodexState, OpenItem, OpenTurn, Outputs } from './state.ts';

/** The open turn that a notification speaks of. Late words about an earlier turn, and other threads, get undefined. */
export function turnOf(state: CodexState, params: Json): OpenTurn | undefined {
  const { turn } = state;
  return turn !== undefined &&
    params['turnId'] === turn.codexId &&
    params['threadId'] === state.threadId &&
    turn.codexId !== undefined
    ? turn
    : undefined;
}

function openItemOf(
  state: CodexState,
  params: Json,
): { readonly turn: OpenTurn; readonly id: string; readonly open: OpenItem } | undefined {
  const turn = turnOf(state, params);
  const id = params['itemId'];
  const open = turn === undefined || typeof id !== 'string' ? undefined : turn.items.get(id);
  return turn === undefined || open === undefined ? undefined : { turn, id: id as string, open };
}

export function delta(state: CodexState, params: Json, text: unknown, out: Outputs): CodexState {
  const { turn } = state;
  const id = params['itemId'];
  if (turn === undefined || typeof text !== 'string' || text === '' || typeof id !== 'string') return state;
  if (params['turnId'] !== turn.codexId || params['threadId'] !== state.threadId) return state;
  const open = turn.items.get(id);
  if (open !== undefined) out.push({ type: 'item-delta', turnId: turn.turnId, itemId: open.item.id, text });
  return state;
}

export function reasoningDelta(
  state: CodexState,
  params: Json,
  stream: 'summary' | 'content',
  out: Outputs,
): CodexState {
  const found = openItemOf(state, params);
  if (found === undefined) return state;
  const { turn, id, open } = found;
  if (open.stream === stream) return delta(state, params, params['delta'], out);
  if (open.stream !== undefined) return state;
  const chosen: OpenTurn = { ...turn, items: withEntry(turn.items, id, { ...open, stream }) };
  return delta({ ...state, turn: chosen }, params, params['delta'], out);
}

export function itemStarted(state: CodexState, params: Json, out: Outputs): CodexState {
  const turn = turnOf(state, params);
  const raw = objectIn(params['item']);
  const codexId = stringIn(raw['id']);
  if (turn === undefined || codexId === undefined || turn.items.has(codexId)) return state;
  const item = decodeItem(raw, nextItemId(state), state.roots, false);
  // An unknown type is told once, when it is over.
  if (typeof item === 'string') return state;
  out.push({ type: 'item-started', turnId: turn.turnId, item });
  return { ...state, nextItem: state.nextItem + 1, turn: { ...turn, items: withEntry(turn.items, codexId, { item }) } };
}

export function itemCompleted(state: CodexState, params: Json, line: string, out: Outputs): CodexState {
  const turn = turnOf(state, params);
  const raw = objectIn(params['item']);
  const codexId = stringIn(raw['id']);
  if (turn === undefined || codexId === undefined) return state;
  if (raw['type'] === 'userMessage') return steerTaken(state, turn, raw, out);
  if (raw['type'] === 'contextCompaction') {
    out.push(notice(turn.turnId, 'info', 'context_compacted', 'Codex summarised the conversation to make room.'));
    return state;
  }
  const open = turn.items.get(codexId);
  const id = open?.item.id ?? nextItemId(state);
  const decoded = decodeItem(raw, id, state.roots, true);
  if (decoded === 'silent') return state;
  if (decoded === 'unknown') {
    out.push(unknownEvent(`item ${String(raw['type'])}`, line, turn.turnId));
    return { ...state, turn: { ...turn, answered: true } };
  }
  const item = decoded.type === 'reasoning' ? { ...decoded, text: reasoningText(raw, open?.stream) } : decoded;
  if (open === undefined) out.push({ type: 'item-started', turnId: turn.turnId, item });
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  const items = withoutEntry(turn.items, codexId);
  const answered = turn.answered || countsAsAnswer(item);
  return { ...state, nextItem: state.nextItem + (open === undefined ? 1 : 0), turn: { ...turn, items, answered } };
}

/** Thoughts alone, or an empty message, are no answer. */
function countsAsAnswer(item: Item): boolean {
  return item.type === 'assistant_message' ? item.text.trim() !== '' : item.type !== 'reasoning';
}

/** A `userMessage` of the running turn is the receipt of steered words: it carries the `clientUserMessageId` that they were sent with. */
function steerTaken(state: CodexState, turn: OpenTurn, raw: Json, out: Outputs): CodexState {
  const clientId = stringIn(raw['clientId']);
  const text = stringIn(objectIn(listIn(raw['content'])[0])['text']);
  for (const [turnId, steer] of turn.steers) {
    // Versions that do not echo the id give the same words.
    if (clientId === undefined ? steer.text !== text : clientId !== turnId) continue;
    out.push({ type: 'steer-consumed', turnId });
    const told = endOpenTexts(turn, out);
    return { ...state, turn: { ...told, steers: withoutEntry(turn.steers, turnId) } };
  }
  return state;
}

/** Codex drops the model's answer in hand when it takes up steered words or tries again (0.169.0), without a word about its items. */
export function endOpenTexts(turn: OpenTurn, out: Outputs): OpenTurn {
  let items = turn.items;
  for (const [codexId, { item }] of turn.items) {
    if (item.type !== 'assistant_message' && item.type !== 'reasoning') continue;
    out.push({ type: 'item-completed', turnId: turn.turnId, item });
    items = withoutEntry(items, codexId);
  }
  return items === turn.items ? turn : { ...turn, items };
}

/** The change grows while the model writes it; an approval that follows must show it whole. */
export function patchUpdated(state: CodexState, params: Json): CodexState {
  const found = openItemOf(state, params);
  if (found?.open.item.type !== 'file_change') return state;
  const { turn, id, open } = found;
  const item: Item = { ...found.open.item, changes: decodeChanges(params['changes'], state.roots) };
  return { ...state, turn: { ...turn, items: withEntry(turn.items, id, { ...open, item }) } };
}

export function planUpdated(state: CodexState, params: Json, out: Outputs): CodexState {
  const turn = turnOf(state, params);
  if (turn === undefined) return state;
  const id = turn.planId ?? nextItemId(state);
  const item: Item = { id, type: 'plan', steps: decodePlan(params['plan']) };
  if (turn.planId === undefined) out.push({ type: 'item-started', turnId: turn.turnId, item });
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  const isFirst = turn.planId === undefined;
  return { ...state, nextItem: state.nextItem + (isFirst ? 1 : 0), turn: { ...turn, planId: id, answered: true } };
}
