// What a caller who waits for an answer may want to see meanwhile: earlier messages and changed files. The last message is the answer and
// therefore never progress.

import type { FileChange, ParleyEvent } from '@parley/schema';

export type Progress =
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'file_change'; readonly changes: readonly FileChange[] };

/** Holds a message back until a later one shows that it was not the last. */
export class ProgressTeller {
  readonly #tell: (progress: Progress) => void;
  #held: string | undefined;

  constructor(tell: (progress: Progress) => void) {
    this.#tell = tell;
  }

  take(event: ParleyEvent): void {
    if (event.type !== 'item.completed') return;
    const { item } = event;
    if (item.type === 'file_change' && item.status === 'completed')
      this.#tell({ type: 'file_change', changes: item.changes });
    if (item.type !== 'assistant_message' || item.text.trim() === '') return;
    if (this.#held !== undefined) this.#tell({ type: 'message', text: this.#held });
    this.#held = item.text;
  }
}
