// The line that tells that a turn is running, what it is at, and for how long.

import type { TurnBlock } from '../transcript/model.ts';
import { clockText } from '../transcript/time-text.ts';
import { workText } from '../transcript/work-text.ts';
import { Icon } from '../ui/Icon.tsx';
import { useNow } from '../ui/use-now.ts';

export function Working({ turn }: { readonly turn: TurnBlock }) {
  const now = useNow(1000);
  const text = workText(turn);
  return (
    <div className="flex items-center gap-2.5 text-sm text-muted">
      {text === 'Waiting for you' ? (
        <Icon name="clock" className="size-4 text-waiting" />
      ) : (
        <span className="flex size-4 items-center justify-center">
          <span className="size-2.5 animate-pulse-dot rounded-full bg-accent" />
        </span>
      )}
      <span>{text}</span>
      <span aria-hidden="true" className="text-xs tabular-nums">
        {clockText(now - turn.startedAt)}
      </span>
    </div>
  );
}
