// One session in the list: how it stands, what it is about, with whom, where and since when.

import type { Session } from '@parley/schema';
import { memo } from 'react';
import { go, pathOf } from '../app/route.ts';
import { drawer } from '../state/drawer.ts';
import { agoText } from '../transcript/time-text.ts';
import { sessionTitle } from '../ui/session-title.ts';
import { StateMark, stateWords } from '../ui/StateMark.tsx';

interface Props {
  readonly session: Session;
  readonly agentTitle: string;
  readonly here: boolean;
  readonly now: number;
}

export const SessionRow = memo(function SessionRow({ session, agentTitle, here, now }: Props) {
  const to = { page: 'session', sessionId: session.id } as const;
  const folder = session.cwd.split('/').at(-1) || session.cwd;
  const urgent = session.state === 'waiting' || session.state === 'failed';
  return (
    <li>
      <a
        href={pathOf(to)}
        aria-current={here ? 'page' : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          drawer.set(false);
          go(to);
        }}
        className="flex gap-2.5 rounded-lg px-2.5 py-2 hover:bg-hover aria-[current=page]:bg-surface aria-[current=page]:shadow-sm"
      >
        <span className="flex h-[1.4em] items-center">
          <StateMark state={session.state} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2 text-sm">
            <span className="min-w-0 flex-1 truncate font-medium">{sessionTitle(session)}</span>
            <time
              dateTime={new Date(session.updatedAt).toISOString()}
              className="shrink-0 text-xs text-muted tabular-nums"
            >
              {agoText(session.updatedAt, now)}
            </time>
          </span>
          <span className="block truncate text-xs text-muted" title={session.cwd}>
            {urgent && (
              <span
                aria-hidden="true"
                className={`font-medium ${session.state === 'waiting' ? 'text-waiting' : 'text-failed'}`}
              >
                {stateWords[session.state]} ·{' '}
              </span>
            )}
            {agentTitle} · {folder}
          </span>
        </span>
      </a>
    </li>
  );
});
