// The parts of OpenCode's messages → items of the open turn: started, told in deltas, completed. A part that is read again, after the
// stream of events was cut, changes nothing.

import { errorBody } from '@parley/schema';
import type { Item } from '@parley/schema';
import { numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { addStep, asOpened, isEmptyStep, planSteps, planTools, toolItem } from './decode.ts';
import { nextItemId, updateTurn, withEntry, withoutEntry } from './state.ts';
import type { Draft, OpenItem, OpenTurn } from './state.ts';
import { stop, wordsArrived } from './turns.ts';

/** A model server that answers with something else, a web page for example, makes OpenCode ask again for ever (1.18.33). */
const maxEmptySteps = 5;

/** A part as it is now. `isChild`: of a sub-agent's conversation, of which only the usage counts here. */
export function readPart(draft: Draft, part: Json, isChild: boolean): void {
  const { turn } = draft.state;
  const id = stringIn(part['id']);
  if (turn === undefined || id === undefined || turn.finished.has(id)) return;
  if (part['type'] === 'step-finish') {
    stepFinished(draft, turn, id, part, isChild);
    return;
  }
  if (isChild) return;
  const messageId = stringIn(part['messageID']) ?? '';
  const role = turn.messages.get(messageId);
  if (role === 'user') userPart(draft, turn, id, messageId, part);
  if (role !== 'assistant' || turn.phase !== 'running') return;
  switch (part['type']) {
    case 'text':
    case 'reasoning':
      textPart(draft, turn, id, part);
      return;
    case 'tool':
      toolPart(draft, turn, id, part);
      return;
    default:
      // step-start, snapshot, patch, agent, retry, compaction: nothing that a person or a program could use.
      return;
  }
}

function userPart(draft: Draft, turn: OpenTurn, id: string, messageId: string, part: Json): void {
  // Synthetic parts are OpenCode's own words in the user's name.
  if (part['type'] !== 'text' || part['synthetic'] === true) return;
  updateTurn(draft, { finished: new Set([...turn.finished, id]) });
  wordsArrived(draft, messageId, stringIn(part['text']) ?? '');
}

function stepFinished(draft: Draft, turn: OpenTurn, id: string, part: Json, isChild: boolean): void {
  // Of an answer that was none, nothing is known; its zeros are not a count.
  const isEmpty = isEmptyStep(part);
  const usage = isEmpty ? turn.usage : addStep(turn.usage, part);
  const finished = new Set([...turn.finished, id]);
  if (!isEmpty) draft.outputs.push({ type: 'usage', turnId: turn.turnId, usage });
  if (isChild) {
    updateTurn(draft, { usage, finished });
    return;
  }
  const emptySteps = isEmpty ? turn.emptySteps + 1 : 0;
  updateTurn(draft, { usage, finished, finish: stringIn(part['reason']), emptySteps, lastError: undefined });
  if (emptySteps >= maxEmptySteps) {
    const message = 'The answers of the model server hold nothing that OpenCode understands. Is its address right?';
    stop(draft, errorBody('model_request_rejected', message));
  }
}

function textPart(draft: Draft, turn: OpenTurn, id: string, part: Json): void {
  const text = stringIn(part['text']) ?? '';
  const isOver = numberIn(objectIn(part['time'])['end']) !== undefined;
  const type = part['type'] === 'text' ? 'assistant_message' : 'reasoning';
  const open = turn.items.get(id) ?? { item: { id: nextItemId(draft), type, text: '' }, told: false, output: '' };
  if (!isOver) {
    if (!turn.items.has(id)) keep(draft, id, open);
    return;
  }
  if (text === '' && !open.told) {
    finish(draft, id);
    return;
  }
  complete(draft, id, open, { id: open.item.id, type, text });
  if (type === 'assistant_message' && text.trim() !== '') updateTurn(draft, { answered: true });
}

/** The hot path: it looks up the open item, says one thing and, but for the first words, leaves the state alone. */
export function readDelta(draft: Draft, properties: Json): void {
  const { turn } = draft.state;
  const { partID: id, field, delta: text } = properties;
  if (turn === undefined || typeof id !== 'string' || field !== 'text' || typeof text !== 'string' || text === '')
    return;
  const open = turn.items.get(id);
  if (open === undefined) return;
  if (!open.told) {
    draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item: open.item });
    keep(draft, id, { ...open, told: true });
  }
  draft.outputs.push({ type: 'item-delta', turnId: turn.turnId, itemId: open.item.id, text });
}

function toolPart(draft: Draft, turn: OpenTurn, id: string, part: Json): void {
  const state = objectIn(part['state']);
  // Its arguments still stream in.
  if (state['status'] === 'pending') return;
  const tool = stringIn(part['tool']) ?? '';
  const isOver = state['status'] === 'completed' || state['status'] === 'error';
  if (planTools.has(tool)) {
    if (isOver) finish(draft, id);
    return;
  }
  const open = turn.items.get(id);
  const denied = turn.denied.has(stringIn(part['callID']) ?? '');
  const item = toolItem(part, open?.item.id ?? nextItemId(draft), draft.state.context.cwd, denied);
  if (isOver) {
    complete(draft, id, open ?? { item, told: false, output: '' }, item);
    if ('status' in item && item.status === 'declined')
      updateTurn(draft, { denied: new Set([...turn.denied, stringIn(part['callID']) ?? id]) });
  } else if (open === undefined) {
    draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item });
    keep(draft, id, { item, told: true, output: item.type === 'command' ? (item.output ?? '') : '' });
  } else if (item.type === 'command') {
    outputGrew(draft, turn, id, open, item.output ?? '');
  }
}

/** A running command's output comes whole each time, and only its end once it is long. */
function outputGrew(draft: Draft, turn: OpenTurn, id: string, open: OpenItem, output: string): void {
  if (output.length <= open.output.length || !output.startsWith(open.output)) return;
  const text = output.slice(open.output.length);
  draft.outputs.push({ type: 'item-delta', turnId: turn.turnId, itemId: open.item.id, text });
  keep(draft, id, { ...open, output });
}

/** The whole plan, under one id for the turn. */
export function readPlan(draft: Draft, todos: unknown): void {
  const { turn } = draft.state;
  if (turn?.phase !== 'running') return;
  const id = turn.planId ?? nextItemId(draft);
  const item: Item = { id, type: 'plan', steps: planSteps(todos) };
  if (turn.planId === undefined) draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item });
  draft.outputs.push({ type: 'item-completed', turnId: turn.turnId, item });
  updateTurn(draft, { planId: id });
}

function keep(draft: Draft, id: string, open: OpenItem): void {
  const { turn } = draft.state;
  if (turn !== undefined) updateTurn(draft, { items: withEntry(turn.items, id, open) });
}

function complete(draft: Draft, id: string, open: OpenItem, item: Item): void {
  const { turn } = draft.state;
  if (turn === undefined) return;
  const { turnId } = turn;
  if (!open.told) draft.outputs.push({ type: 'item-started', turnId, item: asOpened(item) });
  draft.outputs.push({ type: 'item-completed', turnId, item });
  finish(draft, id);
}

function finish(draft: Draft, id: string): void {
  const { turn } = draft.state;
  if (turn !== undefined)
    updateTurn(draft, { items: withoutEntry(turn.items, id), finished: new Set([...turn.finished, id]) });
}
