// What the agent says and thinks: chunks of messages and thoughts. The hot path: one output a chunk, and the state stays as it is.

import { objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { textOf } from './content.ts';
import { nextItemId } from './state.ts';
import type { AcpState, OpenWords, Outputs } from './state.ts';
import { closeWords, markRunning } from './turn.ts';

/** A chunk of a message or a thought. A new message begins with another id, or where something else came in between. */
export function chunk(state: AcpState, type: OpenWords['type'], update: Json, out: Outputs): AcpState {
  const text = textOf(update['content']);
  if (text === '') return state;
  const working = markRunning(state, out);
  const { turn } = working;
  if (turn === undefined) return working;
  if (turn.trouble !== undefined && type === 'assistant_message')
    return { ...working, turn: { ...turn, trouble: turn.trouble + (text ?? '') } };
  if (text === undefined) {
    const kind = stringIn(objectIn(update['content'])['type']) ?? 'unknown';
    out.push(
      notice(turn.turnId, 'info', 'unshown_content', `The agent sent a piece of ${kind} that Parley does not show.`),
    );
    return working;
  }
  const messageId = stringIn(update['messageId']);
  const { words } = turn;
  if (words !== undefined && words.type === type && words.messageId === messageId) {
    out.push({ type: 'item-delta', turnId: turn.turnId, itemId: words.id, text });
    return working;
  }
  closeWords(turn, out);
  const opened: OpenWords = { id: nextItemId(working), type, messageId };
  out.push({ type: 'item-started', turnId: turn.turnId, item: { id: opened.id, type, text: '' } });
  out.push({ type: 'item-delta', turnId: turn.turnId, itemId: opened.id, text });
  const answered = turn.answered || type === 'assistant_message';
  return { ...working, nextItem: working.nextItem + 1, turn: { ...turn, words: opened, answered } };
}
