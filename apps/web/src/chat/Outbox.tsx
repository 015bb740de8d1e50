// Words that are on their way, or that could not be sent.

import type { SessionId, TurnId } from '@parley/schema';
import { LongText } from '../items/LongText.tsx';
import { MessageBubble } from '../items/UserMessage.tsx';
import { discard, outbox, sendAgain } from '../state/outbox.ts';
import type { Outgoing } from '../state/outbox.ts';
import { useStore } from '../state/store.ts';
import type { Transcript } from '../transcript/model.ts';

export function Outbox({ sessionId, transcript }: { readonly sessionId: SessionId; readonly transcript: Transcript }) {
  const all = useStore(outbox);
  const shown = all.filter(
    (outgoing) =>
      outgoing.sessionId === sessionId && (outgoing.turnId === undefined || !isTold(transcript, outgoing.turnId)),
  );
  return shown.map((outgoing) => (
    <div key={outgoing.key} className="py-2">
      <MessageBubble faint note={<Note outgoing={outgoing} />}>
        <LongText text={outgoing.text} />
      </MessageBubble>
    </div>
  ));
}

function Note({ outgoing: { key, state, error } }: { readonly outgoing: Outgoing }) {
  switch (state) {
    case 'sending':
    case 'accepted':
      return 'Sending …';
    case 'waiting':
      return 'Goes out as soon as Parley can be reached.';
    case 'failed':
      return (
        <span role="alert" className="flex flex-wrap items-center justify-end gap-x-2 text-failed">
          <span className="wrap-anywhere">
            Not sent: {error?.message} {error?.hint}
          </span>
          <button type="button" className="font-medium underline pointer-coarse:min-h-9" onClick={() => sendAgain(key)}>
            Send again
          </button>
          <button type="button" className="font-medium underline pointer-coarse:min-h-9" onClick={() => discard(key)}>
            Discard
          </button>
        </span>
      );
  }
}

/** Whether the events have told of these words: as a turn, in the queue, or as words into a running turn. */
function isTold({ blocks, queue }: Transcript, turnId: TurnId): boolean {
  if (queue.some((queued) => queued.turnId === turnId)) return true;
  // They are new: they can only stand at the end.
  return blocks
    .slice(-5)
    .some(
      (block) =>
        block.kind === 'turn' &&
        (block.id === turnId ||
          block.entries.some(
            (entry) =>
              entry.kind === 'item' && entry.item.type === 'user_message' && entry.item.steer?.turnId === turnId,
          )),
    );
}
