// The other shape of the stream: newer versions (seen in the source of 2.25) print entries of a public history instead of messages. What
// they replay has no turn, so nothing has to be counted, and the session's id stands in each of them.

import type { Item, ItemStatus } from '@parley/schema';
import { cutText, jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { completeItem, nextItemId, say, startItem, tellThread } from '../shared/one-shot.ts';
import { itemOfCall, planOf } from './decode.ts';
import { stopEventIn } from './failure.ts';
import { change } from './state.ts';
import type { Draft } from './state.ts';

export function isEntry(line: Json): boolean {
  return typeof line.sessionId === 'string' && typeof line.type === 'string' && 'turnId' in line;
}

export function takeEntry(draft: Draft, entry: Json): void {
  if (stringIn(entry.turnId) === undefined) return; // History.
  const sessionId = stringIn(entry.sessionId) ?? '';
  change(draft, { entriesOf: sessionId });
  tellThread(draft, sessionId);
  switch (entry.type) {
    case 'message':
      if (entry.role === 'assistant') takeWords(draft, textOf(entry.content));
      return;
    case 'reasoning':
      say(draft, 'reasoning', stringIn(entry.text) ?? '');
      return;
    case 'effect':
      takeEffect(draft, entry);
      return;
    default:
    // Questions that Vibe has denied itself, checkpoints and notices: nothing of them concerns the work.
  }
}

function textOf(content: unknown): string {
  return listIn(content)
    .flatMap((block) => stringIn(objectIn(block).text) ?? [])
    .join('\n\n');
}

function takeWords(draft: Draft, words: string): void {
  const limit = stopEventIn(words);
  if (limit !== undefined) change(draft, { limit, last: 'calls' });
  else if (words.trim() !== '') {
    say(draft, 'assistant_message', words);
    change(draft, { last: 'words', answer: words });
  }
}

/** A tool call that is over. */
function takeEffect(draft: Draft, entry: Json): void {
  const detail = objectIn(entry.detail);
  const state = objectIn(entry.state);
  change(draft, { last: 'result' });
  const call = { callId: stringIn(entry.id) ?? '', name: nameOf(detail), arguments: jsonTextOf(inputOf(detail)) ?? '' };
  const steps = planOf(call);
  const id = steps === undefined ? nextItemId(draft) : (draft.state.agent.planId ?? nextItemId(draft));
  if (steps !== undefined) {
    const item = { id, type: 'plan', steps } as const;
    if (draft.state.agent.planId === undefined) startItem(draft, item);
    change(draft, { planId: id });
    completeItem(draft, item);
    return;
  }
  const item = itemOfCall(id, call, draft.state.context.cwd);
  startItem(draft, item);
  completeItem(draft, ended(item, statusOf(state), outputOf(state)));
}

const namesByKind: Readonly<Record<string, string>> = {
  shell: 'bash',
  file_edit: 'edit',
  file_write: 'write_file',
  todo: 'todo',
};

function nameOf(detail: Json): string {
  return namesByKind[stringIn(detail.kind) ?? ''] ?? stringIn(detail.toolName) ?? 'tool';
}

/** The fields as the messages' tools have them. */
function inputOf(detail: Json): Json {
  const { filePath, oldString, newString, ...rest } = objectIn(detail.input);
  return {
    ...(filePath === undefined ? {} : { file_path: filePath }),
    ...(oldString === undefined ? {} : { old_string: oldString }),
    ...(newString === undefined ? {} : { new_string: newString }),
    ...rest,
  };
}

function statusOf(state: Json): ItemStatus {
  switch (state.status) {
    case 'failed':
      return 'failed';
    case 'skipped':
    case 'cancelled':
      return 'declined';
    default:
      return 'completed';
  }
}

function outputOf(state: Json): string {
  const words = stringIn(state.outputText) ?? '';
  if (words !== '') return words;
  return (
    stringIn(objectIn(state.error).message) ?? stringIn(state.reason) ?? cutText(jsonTextOf(state.output) ?? '', 16_000)
  );
}

function ended(item: Item, status: ItemStatus, output: string): Item {
  switch (item.type) {
    case 'command':
    case 'tool_call':
      return { ...item, status, output };
    case 'file_change':
      return { ...item, status };
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
    case 'plan':
      return item;
  }
}
