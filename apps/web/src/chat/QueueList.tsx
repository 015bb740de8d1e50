// What runs after the current turn, with ways to run it earlier and to take it back.

import type { QueuedTurn, SessionId, TurnId } from '@parley/schema';
import { useState } from 'react';
import { client, errorOf } from '../state/daemon.ts';
import { Icon } from '../ui/Icon.tsx';
import { IconButton } from '../ui/IconButton.tsx';

export function QueueList({
  sessionId,
  queue,
}: {
  readonly sessionId: SessionId;
  readonly queue: readonly QueuedTurn[];
}) {
  const [problem, setProblem] = useState<string>();
  if (queue.length === 0) return null;
  const cancel = (turnId: TurnId) => {
    setProblem(undefined);
    client.cancelQueued(sessionId, turnId).catch((error: unknown) => {
      const { code, message } = errorOf(error);
      // It has just started: the transcript shows it.
      if (code !== 'turn_not_queued') setProblem(message);
    });
  };
  const moveUp = (turnId: TurnId, place: number) => {
    setProblem(undefined);
    client.changeQueued(sessionId, turnId, { position: place }).catch((error: unknown) => {
      const { code, message } = errorOf(error);
      if (code !== 'turn_not_queued') setProblem(message);
    });
  };
  return (
    <section aria-label="Queue" className="mb-2 rounded-xl border border-line bg-surface py-1.5 pl-3.5">
      <h3 className="flex items-center gap-2 text-xs font-medium text-muted">
        <Icon name="queue" className="size-3.5" />
        {queue.length === 1 ? 'Runs next' : `${queue.length} run next`}
      </h3>
      <ol className="max-h-32 overflow-y-auto">
        {queue.map(({ turnId, text }, index) => (
          <li key={turnId} className="flex items-center gap-2 text-sm">
            <span className="min-w-0 flex-1 truncate">{text}</span>
            {index > 0 && (
              <IconButton
                icon="arrow-up"
                label={`Run earlier: ${text.slice(0, 60)}`}
                onClick={() => moveUp(turnId, index)}
              />
            )}
            <IconButton icon="x" label={`Take back: ${text.slice(0, 60)}`} onClick={() => cancel(turnId)} />
          </li>
        ))}
      </ol>
      {problem !== undefined && (
        <p role="alert" className="pr-3 text-sm text-failed">
          {problem}
        </p>
      )}
    </section>
  );
}
