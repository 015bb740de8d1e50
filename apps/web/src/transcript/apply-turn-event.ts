// What one event does to its turn. Changes the given copy in place; `applyEvents` sees to it that it is a copy.

import type { Item, ParleyEvent, TurnEndState } from '@parley/schema';
import { joinNotice } from './join-notice.ts';
import type { Entry, TurnBlock } from './model.ts';

export type TurnDraft = { -readonly [Field in keyof TurnBlock]: TurnBlock[Field] } & { entries: Entry[] };

export function applyTurnEvent(turn: TurnDraft, event: ParleyEvent): void {
  switch (event.type) {
    case 'turn.started':
      turn.text = event.text;
      turn.startedAt = event.at;
      return;
    case 'turn.completed':
      return end(turn, event, 'completed');
    case 'turn.interrupted':
      return end(turn, event, 'interrupted');
    case 'turn.failed':
    case 'turn.lost':
      turn.error = event.error;
      return end(turn, event, event.type === 'turn.failed' ? 'failed' : 'lost');
    case 'item.started':
      return put(turn, event.item, true, event.at);
    case 'item.completed':
      return put(turn, event.item, false, event.at);
    case 'item.delta':
      return append(turn, event.itemId, event.text);
    case 'approval.requested':
      turn.entries.push({ kind: 'approval', id: event.approval.id, approval: event.approval });
      return;
    case 'approval.resolved': {
      const index = turn.entries.findLastIndex((entry) => entry.id === event.approvalId);
      const entry = turn.entries[index];
      if (entry?.kind !== 'approval') return;
      turn.entries[index] = { ...entry, approval: { ...entry.approval, resolution: event.resolution } };
      return;
    }
    case 'usage.updated':
      turn.usage = event.usage;
      return;
    case 'notice': {
      const last = turn.entries.at(-1);
      const notice = joinNotice(last?.kind === 'notice' ? last : undefined, event);
      if (last?.id === notice.id) turn.entries.pop();
      turn.entries.push(notice);
      return;
    }
    case 'session.created':
    case 'session.updated':
    case 'input.settled':
    case 'turn.queued':
    case 'queue.changed':
      return;
  }
}

function end(turn: TurnDraft, event: Extract<ParleyEvent, { usage?: unknown }>, state: TurnEndState): void {
  turn.state = state;
  turn.endedAt = event.at;
  if (event.usage !== undefined) turn.usage = event.usage;
  // The engine ends open items before it ends the turn; this only keeps a spinner from turning for ever if it did not.
  turn.entries.forEach((entry, index) => {
    if (entry.kind === 'item' && entry.open) turn.entries[index] = { ...entry, open: false };
  });
}

function put(turn: TurnDraft, item: Item, open: boolean, at: number): void {
  const index = turn.entries.findLastIndex((entry) => entry.id === item.id);
  const before = turn.entries[index];
  if (before?.kind !== 'item') turn.entries.push({ kind: 'item', id: item.id, item, open, startedAt: at });
  else turn.entries[index] = { ...before, item, open };
}

function append(turn: TurnDraft, id: string, text: string): void {
  const index = turn.entries.findLastIndex((entry) => entry.id === id);
  const entry = turn.entries[index];
  // A delta after the end of its item (or of one that was never begun) has nothing to add: the item carries its whole text.
  if (entry?.kind !== 'item' || !entry.open) return;
  turn.entries[index] = { ...entry, item: withText(entry.item, text) };
}

function withText(item: Item, text: string): Item {
  switch (item.type) {
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
      return { ...item, text: item.text + text };
    case 'command':
    case 'tool_call':
      return { ...item, output: (item.output ?? '') + text };
    case 'file_change':
    case 'plan':
      return item;
  }
}
