// What an agent did, low-level: its own lines, and of what Parley read in them reasoning and tools, for those who log or debug.

import type { Item, ParleyEvent } from '@parley/schema';

export type RawEvent =
  /** A line of the agent's stdout as it came. Always before what was read in it. */
  | { readonly kind: 'stdout_line'; readonly line: string }
  /** A whole piece of reasoning. */
  | { readonly kind: 'reasoning'; readonly text: string }
  /** A shell command, when it starts and when it has ended; `exitCode` only then and where the agent tells it. */
  | { readonly kind: 'tool_call'; readonly command: string; readonly status: string; readonly exitCode?: number }
  /** Any other tool, when it starts and when it has ended; `input` is JSON text. */
  | { readonly kind: 'tool_use'; readonly name: string; readonly status: string; readonly input?: string };

/** The raw event that a Parley event stands for, if it does. */
export function rawEventOf(event: ParleyEvent): RawEvent | undefined {
  if (event.type !== 'item.started' && event.type !== 'item.completed') return undefined;
  return ofItem(event.item, event.type === 'item.completed');
}

function ofItem(item: Item, completed: boolean): RawEvent | undefined {
  switch (item.type) {
    case 'reasoning':
      return completed ? { kind: 'reasoning', text: item.text } : undefined;
    case 'command': {
      const { command, status, exitCode } = item;
      return { kind: 'tool_call', command, status, ...(exitCode === undefined ? {} : { exitCode }) };
    }
    case 'tool_call': {
      const { name, status, input } = item;
      return { kind: 'tool_use', name, status, ...(input === undefined ? {} : { input }) };
    }
    case 'user_message':
    case 'assistant_message':
    case 'file_change':
    case 'plan':
      return undefined;
  }
}
