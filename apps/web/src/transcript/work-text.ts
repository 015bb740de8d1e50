// What a running turn is doing, in two words.

import { pendingApprovals } from './model.ts';
import type { TurnBlock } from './model.ts';

export function workText(turn: TurnBlock): string {
  if (pendingApprovals(turn).length > 0) return 'Waiting for you';
  const open = turn.entries.findLast((entry) => entry.kind === 'item' && entry.open);
  if (open?.kind !== 'item') {
    const last = turn.entries.at(-1);
    return last?.kind === 'notice' && last.code === 'retrying' ? 'Trying again' : 'Working';
  }
  switch (open.item.type) {
    case 'reasoning':
      return 'Thinking';
    case 'assistant_message':
      return 'Writing';
    case 'command':
      return 'Running a command';
    case 'file_change':
      return 'Changing files';
    case 'tool_call':
      return 'Using a tool';
    case 'user_message':
    case 'plan':
      return 'Working';
  }
}
