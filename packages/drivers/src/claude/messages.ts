// What the model says: streamed blocks, whole messages, and the `user` lines that carry tool results and receipts.

import type { Item } from '@parley/schema';
import { isObject, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { activeTurn, nextItemId } from './state.ts';
import type { Draft, OpenBlock } from './state.ts';
import { beginTool, endTool } from './tools.ts';
import { take } from './turns.ts';

/** A `stream_event` that is not the delta of an open item (those take the short way in `read-line.ts`). */
export function readStreamEvent(draft: Draft, event: Json): void {
  const { state } = draft;
  switch (event.type) {
    case 'message_start':
    case 'message_stop':
      closeBlocks(draft);
      return;
    case 'content_block_start': {
      const type = typeOfBlock(objectIn(event.content_block).type);
      const index = event.index;
      if (type !== undefined && typeof index === 'number') {
        state.blocks = [...state.blocks, { index, type, itemId: undefined }];
      }
      return;
    }
    case 'content_block_delta': {
      const text = textOfDelta(objectIn(event.delta));
      const block = state.blocks.find((each) => each.index === event.index);
      const turn = activeTurn(draft);
      if (text === undefined || text === '' || block === undefined || turn === undefined) return;
      const itemId = block.itemId ?? openItem(draft, block);
      draft.outputs.push({ type: 'item-delta', turnId: turn.turnId, itemId, text });
      return;
    }
    default:
      // content_block_stop comes after the whole block; message_delta's usage is in the result; pings.
      return;
  }
}

function typeOfBlock(type: unknown): OpenBlock['type'] | undefined {
  if (type === 'text') return 'assistant_message';
  return type === 'thinking' ? 'reasoning' : undefined;
}

export function textOfDelta(delta: Json): string | undefined {
  if (delta.type === 'text_delta') return stringIn(delta.text);
  return delta.type === 'thinking_delta' ? stringIn(delta.thinking) : undefined;
}

function openItem(draft: Draft, block: OpenBlock): Item['id'] {
  const { state, outputs } = draft;
  const id = nextItemId(draft);
  state.blocks = state.blocks.map((each) => (each === block ? { ...block, itemId: id } : each));
  const turn = activeTurn(draft);
  if (turn !== undefined)
    outputs.push({ type: 'item-started', turnId: turn.turnId, item: { id, type: block.type, text: '' } });
  return id;
}

/** Blocks whose whole text never came: the stream was cut, and what follows begins anew. The engine joins their deltas. */
function closeBlocks(draft: Draft): void {
  const { state, outputs } = draft;
  const turn = activeTurn(draft);
  for (const { itemId, type } of state.blocks) {
    if (itemId === undefined || turn === undefined) continue;
    outputs.push({ type: 'item-completed', turnId: turn.turnId, item: { id: itemId, type, text: '' } });
  }
  if (state.blocks.length > 0) state.blocks = [];
}

/** An `assistant` line: one whole block as a rule, several where claude had to ask without streaming. */
export function readAssistant(draft: Draft, message: Json): void {
  // The text of a failure, which the result repeats.
  if (message.is_api_error_message === true) return;
  const subAgent = isSubAgent(message);
  for (const each of listIn(objectIn(message.message).content)) {
    const block = objectIn(each);
    if (block.type === 'tool_use') beginTool(draft, block);
    // A sub-agent's words are for the agent that sent it; its report comes as the output of the tool call.
    else if (subAgent) continue;
    else if (block.type === 'text') completeText(draft, 'assistant_message', stringIn(block.text) ?? '');
    else if (block.type === 'thinking') completeText(draft, 'reasoning', stringIn(block.thinking) ?? '');
  }
}

function completeText(draft: Draft, type: OpenBlock['type'], text: string): void {
  const { state, outputs } = draft;
  const turn = activeTurn(draft);
  if (turn === undefined) return;
  const block = state.blocks.find((each) => each.type === type);
  if (block !== undefined) state.blocks = state.blocks.filter((each) => each !== block);
  if (text === '' && block?.itemId === undefined) return;
  const id = block?.itemId ?? nextItemId(draft);
  const item = { id, type, text };
  if (block?.itemId === undefined)
    outputs.push({ type: 'item-started', turnId: turn.turnId, item: { ...item, text: '' } });
  outputs.push({ type: 'item-completed', turnId: turn.turnId, item });
  if (type === 'assistant_message' && text.trim() !== '' && !turn.answered) state.turn = { ...turn, answered: true };
}

/** A `user` line: the echo of our own words, tool results, or words that claude itself put in (which nobody needs to see). */
export function readUser(draft: Draft, message: Json): void {
  if (message.isReplay === true) {
    const uuid = stringIn(message.uuid);
    if (uuid !== undefined) take(draft, uuid);
    return;
  }
  for (const each of listIn(objectIn(message.message).content)) {
    if (isObject(each) && each.type === 'tool_result') endTool(draft, each, message);
  }
}

export function isSubAgent(message: Json): boolean {
  return typeof message.parent_tool_use_id === 'string';
}
