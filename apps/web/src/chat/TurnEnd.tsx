// How a turn ended, how long it took and what it used.

import { memo } from 'react';
import type { TurnBlock } from '../transcript/model.ts';
import { durationText } from '../transcript/time-text.ts';
import { usageText } from '../transcript/usage-text.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Icon } from '../ui/Icon.tsx';

export const TurnEnd = memo(function TurnEnd({ turn }: { readonly turn: TurnBlock }) {
  const { state, error, usage, startedAt, endedAt } = turn;
  const took = endedAt === undefined ? '' : `${durationText(endedAt - startedAt)} · `;
  const answer = answerOf(turn);
  const stderr = error?.details?.['stderrTail'] ?? error?.details?.['stderr'];
  return (
    <footer className="space-y-2">
      {error !== undefined && (
        <ErrorNote error={error}>
          {typeof stderr === 'string' && stderr !== '' && (
            <details className="mt-1.5 text-xs text-muted">
              <summary>What the agent printed last</summary>
              <pre className="mt-1 max-h-60 overflow-auto font-mono whitespace-pre-wrap wrap-anywhere">{stderr}</pre>
            </details>
          )}
        </ErrorNote>
      )}
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted tabular-nums has-[button]:-ml-1.5">
        {state === 'interrupted' && (
          <span className="inline-flex items-center gap-1 font-medium text-text">
            <Icon name="x" className="size-3.5" /> Stopped
          </span>
        )}
        {state === 'failed' && <span className="font-medium text-failed">Failed</span>}
        {state === 'lost' && <span className="font-medium text-failed">Lost: nobody could find out how it ended</span>}
        {state === 'completed' && <span className="sr-only">Completed</span>}
        {answer !== undefined && <CopyButton text={answer} label="Copy answer" />}
        <span>
          {took}
          {usageText(usage)}
        </span>
      </p>
    </footer>
  );
});

/** The agent's last words in this turn. */
function answerOf(turn: TurnBlock): string | undefined {
  const last = turn.entries.findLast((entry) => entry.kind === 'item' && entry.item.type === 'assistant_message');
  return last?.kind === 'item' && last.item.type === 'assistant_message' && last.item.text !== ''
    ? last.item.text
    : undefined;
}
