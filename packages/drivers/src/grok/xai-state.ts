// What the driver remembers of one headless run of xAI's Grok beyond what every one-shot run remembers.

import type { Item, ItemId } from '@parley/schema';
import type { OneShotDraft, OneShotState } from '../shared/one-shot.ts';

export interface XaiRun {
  /** Words or thoughts that are streaming now. */
  readonly open: OpenWords | undefined;
  readonly tools: readonly OpenTool[];
  readonly planId: ItemId | undefined;
  /** It has said something to the person. */
  readonly answer: string;
  /** Lines on stdout that are no events. */
  readonly said: readonly string[];
}

export interface OpenWords {
  readonly type: 'assistant_message' | 'reasoning';
  readonly itemId: ItemId;
  readonly text: string;
}

export interface OpenTool {
  readonly callId: string;
  readonly item: Item;
}

export type XaiState = OneShotState<XaiRun>;
export type XaiDraft = OneShotDraft<XaiRun>;

export const emptyRun: XaiRun = Object.freeze({ open: undefined, tools: [], planId: undefined, answer: '', said: [] });

export function change(draft: XaiDraft, changes: Partial<XaiRun>): void {
  draft.state.agent = { ...draft.state.agent, ...changes };
}
