// What the driver remembers of one `vibe -p` run beyond what every one-shot run remembers.

import type { DriverContext, Item, ItemId } from '@parley/schema';
import type { Json } from '../shared/json.ts';
import type { OneShotDraft, OneShotState } from '../shared/one-shot.ts';
import { readThreadId } from './thread.ts';

export interface VibeRun {
  /**
   * Where the stream stands. `replay`: history, of which `left` messages are still to come; `unsure`: history of unknown length, so all is
   * held until the end tells where the new words begin; `live`: what comes now is new.
   */
  readonly place:
    | { readonly at: 'replay'; readonly left: number }
    | { readonly at: 'unsure' }
    | { readonly at: 'live' };
  readonly held: readonly Json[];
  /** Messages seen, the system prompt not counted. */
  readonly seen: number;
  readonly tools: readonly OpenTool[];
  readonly planId: ItemId | undefined;
  /** What the last new message was: only words without a tool call are an answer. */
  readonly last: 'nothing' | 'words' | 'calls' | 'result';
  readonly answer: string;
  /** The limit that Vibe says it has reached. */
  readonly limit: string | undefined;
  /** The session's id, where the stream is one of entries and tells it. */
  readonly entriesOf: string | undefined;
  /** Its session log has come. */
  readonly logged: boolean;
  /** Lines on stdout that are no messages: some errors go there. */
  readonly said: readonly string[];
}

export interface OpenTool {
  readonly callId: string;
  readonly item: Item;
}

export type VibeState = OneShotState<VibeRun>;
export type Draft = OneShotDraft<VibeRun>;

export function emptyRun(context: DriverContext): VibeRun {
  return {
    place: placeAtStart(context.threadId),
    held: [],
    seen: 0,
    tools: [],
    planId: undefined,
    last: 'nothing',
    answer: '',
    limit: undefined,
    entriesOf: undefined,
    logged: false,
    said: [],
  };
}

function placeAtStart(threadId: string | undefined): VibeRun['place'] {
  if (threadId === undefined) return { at: 'replay', left: 0 };
  const { messages } = readThreadId(threadId);
  return messages === undefined ? { at: 'unsure' } : { at: 'replay', left: messages };
}

export function change(draft: Draft, changes: Partial<VibeRun>): void {
  draft.state.agent = { ...draft.state.agent, ...changes };
}
