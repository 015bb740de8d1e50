// Vibe's messages, one a line: finds where the new ones begin behind the replayed history, and turns them into items.

import { cutText, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { completeItem, nextItemId, say, startItem } from '../shared/one-shot.ts';
import { endedItem, itemOfCall, planOf, toolCallsOf } from './decode.ts';
import { stopEventIn } from './failure.ts';
import { change } from './state.ts';
import type { Draft } from './state.ts';

/** One message of the stream. The system prompt and what a resumed conversation replays are not new. */
export function takeMessage(draft: Draft, message: Json): void {
  if (message.role === 'system') return;
  const { state } = draft;
  const { place, seen, held } = state.agent;
  change(draft, { seen: seen + 1 });
  switch (place.at) {
    case 'live':
      takeNew(draft, message);
      return;
    case 'unsure':
      change(draft, { held: [...held, message] });
      return;
    case 'replay':
      if (place.left > 0) change(draft, { place: { at: 'replay', left: place.left - 1 } });
      // A new conversation has no other message of a person; in an old one, other words mean that the count was wrong.
      else if (isPersons(message) && (state.context.threadId === undefined || message.content === state.turn?.text))
        change(draft, { place: { at: 'live' } });
      // One of Vibe's own may stand before the person's.
      else if (message.role !== 'user' || isPersons(message))
        change(draft, { place: { at: 'unsure' }, held: [message] });
  }
}

/** Vibe puts messages of its own into the user's mouth, marked as injected. */
function isPersons(message: Json): boolean {
  return message.role === 'user' && message.injected !== true;
}

/** The stream is at its end: what was held belongs to the turn from behind the last message that is its prompt. */
export function releaseHeld(draft: Draft): void {
  const { place, held } = draft.state.agent;
  if (place.at !== 'unsure') return;
  const prompt = draft.state.turn?.text;
  const same = held.findLastIndex((message) => isPersons(message) && message.content === prompt);
  // A prompt that names files is sent with their contents: then it is the person's last message, since a run has only one.
  const at = same === -1 ? held.findLastIndex(isPersons) : same;
  change(draft, { place: { at: 'live' }, held: [] });
  if (at === -1) return;
  for (const message of held.slice(at + 1)) takeNew(draft, message);
}

function takeNew(draft: Draft, message: Json): void {
  if (message.role === 'assistant') takeAssistant(draft, message);
  else if (message.role === 'tool') takeResult(draft, message);
}

function takeAssistant(draft: Draft, message: Json): void {
  say(draft, 'reasoning', stringIn(message.reasoning_content) ?? '');
  const words = stringIn(message.content) ?? '';
  const limit = stopEventIn(words);
  // The mark of a limit comes in the shape of an answer; it is none.
  if (limit !== undefined) {
    change(draft, { limit, last: 'calls' });
    return;
  }
  const calls = toolCallsOf(message);
  if (words.trim() !== '') {
    say(draft, 'assistant_message', words);
    change(draft, { answer: words });
  }
  change(draft, { last: calls.length > 0 ? 'calls' : words.trim() === '' ? draft.state.agent.last : 'words' });
  for (const call of calls) {
    const steps = planOf(call);
    if (steps === undefined) {
      const item = itemOfCall(nextItemId(draft), call, draft.state.context.cwd);
      change(draft, { tools: [...draft.state.agent.tools, { callId: call.callId, item }] });
      startItem(draft, item);
      continue;
    }
    const known = draft.state.agent.planId;
    const id = known ?? nextItemId(draft);
    change(draft, { planId: id });
    const item = { id, type: 'plan', steps } as const;
    if (known === undefined) startItem(draft, item);
    completeItem(draft, item);
  }
}

function takeResult(draft: Draft, message: Json): void {
  const { tools } = draft.state.agent;
  const tool = tools.find(({ callId }) => callId === message.tool_call_id);
  change(draft, { last: 'result' });
  if (tool === undefined) return;
  change(draft, { tools: tools.filter((each) => each !== tool) });
  completeItem(
    draft,
    endedItem(tool.item, stringIn(message.content) ?? cutText(JSON.stringify(objectIn(message.content)), 4000)),
  );
}
