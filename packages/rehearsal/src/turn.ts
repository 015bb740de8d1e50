// Where a conversation stands: what the person asked last and what the tools have said since.
import type { Conversation, Entry } from './conversation.ts';
import { readToolResult, type ToolResult } from './tool-result.ts';

export interface Turn {
  /** The person's last words; empty when there are none. */
  readonly person: string;
  /** No answer was given in this conversation yet. */
  readonly isFirst: boolean;
  /** Results since the person's last words, oldest first. */
  readonly results: readonly ToolResult[];
  /** How often the agent has come back with tool results since then: 0 for the first answer of a turn. */
  readonly step: number;
  /** Names of the tools called since then. */
  readonly called: readonly string[];
  /** A result that arrived together with the person's words, which were sent while a tool was running. */
  readonly cutInOn?: ToolResult;
}

export function currentTurn(conversation: Pick<Conversation, 'entries'>): Turn {
  const { entries } = conversation;
  const at = entries.findLastIndex((entry) => entry.kind === 'person');
  const spoken = entries[at];
  const since = entries.slice(at + 1);
  const before = entries[at - 1];
  return {
    person: spoken?.kind === 'person' ? spoken.text : '',
    isFirst: !entries.some((entry) => entry.kind === 'answer' || entry.kind === 'call'),
    results: since.flatMap((entry) => (entry.kind === 'result' ? [readToolResult(entry.text, entry.failed)] : [])),
    // Only results count: an agent may send back the finished half of an answer whose stream was cut.
    step: since.filter((entry, index) => entry.kind === 'result' && since[index - 1]?.kind !== 'result').length,
    called: since.flatMap((entry) => (entry.kind === 'call' ? [entry.name] : [])),
    ...(before?.kind === 'result' && { cutInOn: readToolResult(before.text, before.failed) }),
  };
}

/** How many people's messages a conversation holds; with the last one it names the turn. */
export function countPeople(entries: readonly Entry[]): number {
  return entries.filter((entry) => entry.kind === 'person').length;
}
