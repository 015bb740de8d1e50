// Open items of a turn: joining their deltas, and ending what is still open when the turn ends.

import type { Item, ItemStatus, TurnEnd } from '@parley/schema';
import type { OpenItem } from './state.ts';

/** As it is told when it begins. A message that is there whole at once comes with its end, a moment later: its words are stored once. */
export function begun(item: Item): Item {
  const { type } = item;
  return (type === 'assistant_message' || type === 'reasoning') && item.text !== '' ? { ...item, text: '' } : item;
}

/** The item as it stands, with its deltas joined in where the agent gave no whole text. */
export function joined(item: Item, text: readonly string[]): Item {
  if (text.length === 0) return item;
  switch (item.type) {
    case 'assistant_message':
    case 'reasoning':
      return item.text === '' ? { ...item, text: text.join('') } : item;
    case 'command':
    case 'tool_call':
      return item.output === undefined ? { ...item, output: text.join('') } : item;
    case 'user_message':
    case 'file_change':
    case 'plan':
      return item;
  }
}

/** An open item, ended because its turn is over. */
export function endedWith(open: OpenItem, end: TurnEnd['state']): Item {
  const item = joined(open.item, open.text);
  return 'status' in item && item.status === 'running' ? { ...item, status: statusAt(end) } : item;
}

function statusAt(end: TurnEnd['state']): ItemStatus {
  switch (end) {
    case 'completed':
      return 'completed';
    case 'interrupted':
      return 'interrupted';
    case 'failed':
    case 'lost':
      return 'failed';
  }
}

/** True for items during which an agent may rightly be silent. */
export function isToolWork(item: Item): boolean {
  return item.type === 'command' || item.type === 'tool_call' || item.type === 'file_change';
}
