// Sets a turn's entries out for reading: messages by themselves, steps in tight groups, what Parley does not know at the end.

import type { Entry, NoticeEntry, TurnBlock } from './model.ts';

export interface ArrangedTurn {
  /** Neighbours of one kind. The key is the first one's id. */
  readonly groups: readonly { readonly key: string; readonly steps: boolean; readonly entries: readonly Entry[] }[];
  readonly unknown: readonly NoticeEntry[];
  /** True when no entry shows the words that began the turn: they are shown from the turn itself. */
  readonly needsPrompt: boolean;
  /** Entries left out at the beginning. */
  readonly hidden: number;
}

/** `most`: how many entries are set out at most; the newest ones are. */
export function arrangeTurn(turn: TurnBlock, most: number): ArrangedTurn {
  const groups: { key: string; steps: boolean; entries: Entry[] }[] = [];
  const unknown: NoticeEntry[] = [];
  const shown: Entry[] = [];
  let prompted = false;
  for (const entry of turn.entries) {
    if (entry.kind === 'notice' && entry.code === 'unknown_event') unknown.push(entry);
    // The page says it in its banner.
    else if (entry.kind !== 'notice' || entry.code !== 'rehearsal') shown.push(entry);
    if (entry.kind === 'item' && entry.item.type === 'user_message' && entry.item.steer === undefined) prompted = true;
  }
  const hidden = Math.max(0, shown.length - most);
  for (const [index, entry] of shown.entries()) {
    if (index < hidden && !isPrompt(entry)) continue;
    const steps = isStep(entry);
    const last = groups.at(-1);
    if (steps && last?.steps === true) last.entries.push(entry);
    else groups.push({ key: entry.id, steps, entries: [entry] });
  }
  return { groups, unknown, needsPrompt: !prompted && turn.text !== '', hidden };
}

function isPrompt(entry: Entry): boolean {
  return entry.kind === 'item' && entry.item.type === 'user_message';
}

function isStep(entry: Entry): boolean {
  if (entry.kind !== 'item') return true;
  switch (entry.item.type) {
    case 'user_message':
    case 'assistant_message':
    case 'plan':
      return false;
    case 'reasoning':
    case 'command':
    case 'file_change':
    case 'tool_call':
      return true;
  }
}
