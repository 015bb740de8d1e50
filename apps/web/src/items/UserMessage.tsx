// What a person said; words sent into a running turn show what became of them.

import { memo } from 'react';
import type { ReactNode } from 'react';
import type { UserMessageItem } from '@parley/schema';
import { LongText } from './LongText.tsx';

const deliveries = {
  sent: 'Sent into the running turn …',
  consumed: 'Taken into the running turn',
  returned: 'Not taken into that turn',
} as const;

export const UserMessage = memo(function UserMessage({ item }: { readonly item: UserMessageItem }) {
  return (
    <MessageBubble note={item.steer === undefined ? undefined : deliveries[item.steer.delivery]}>
      <LongText text={item.text} />
    </MessageBubble>
  );
});

interface Props {
  readonly note?: ReactNode;
  readonly faint?: boolean;
  readonly children: ReactNode;
}

export function MessageBubble({ note, faint = false, children }: Props) {
  return (
    <div className="flex flex-col items-end gap-1 pl-8 sm:pl-16">
      <div className={`max-w-full rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 ${faint ? 'opacity-70' : ''}`}>
        <span className="sr-only">You: </span>
        {children}
      </div>
      {note !== undefined && <div className="px-1 text-xs text-muted">{note}</div>}
    </div>
  );
}
