// The list of sessions, with the way to a new one.

import type { Session } from '@parley/schema';
import { useState } from 'react';
import { go, pathOf, route } from '../app/route.ts';
import type { Route } from '../app/route.ts';
import { agents, agentTitle } from '../state/agents.ts';
import { drawer } from '../state/drawer.ts';
import { sessions } from '../state/sessions.ts';
import { useStore } from '../state/store.ts';
import { Icon } from '../ui/Icon.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { useNow } from '../ui/use-now.ts';
import { SessionRow } from './SessionRow.tsx';
import { ThemeButton } from './ThemeButton.tsx';

/** From so many sessions on there is a field to search them. */
const searchedFrom = 8;

export function Sidebar() {
  const all = useStore(sessions);
  const allAgents = useStore(agents);
  const here = useStore(route);
  const now = useNow(30_000);
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = all?.filter((session) => (wanted === '' ? isListed(session) : matches(session, wanted))) ?? [];
  return (
    <div className="flex h-full flex-col bg-sunken pt-[env(safe-area-inset-top)]">
      <div className="flex min-h-14 items-center gap-2 px-4">
        <img src="/icon.svg" alt="" className="size-6" />
        <span className="flex-1 font-semibold">Parley</span>
        <ThemeButton />
      </div>
      <div className="space-y-2 px-3 pb-2">
        <PlaceLink to={{ page: 'new' }} here={here.page === 'new'} icon="plus" label="New session" />
        <PlaceLink to={{ page: 'consult' }} here={here.page === 'consult'} icon="queue" label="Consult several" />
        {(all?.length ?? 0) >= searchedFrom && (
          <input
            type="search"
            aria-label="Search sessions"
            placeholder="Search sessions"
            className="field text-sm"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </div>
      <nav aria-label="Sessions" className="relative min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        <ul className="space-y-0.5">
          {shown.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              agentTitle={agentTitle(allAgents, session.agent)}
              here={here.page === 'session' && here.sessionId === session.id}
              now={now}
            />
          ))}
        </ul>
        {all !== undefined && wanted === '' && shown.length === 0 && (
          <p className="px-3 py-6 text-center text-sm text-muted">Your sessions will be listed here.</p>
        )}
        {wanted !== '' && shown.length === 0 && (
          <p className="px-3 py-6 text-center text-sm text-muted">None matches.</p>
        )}
      </nav>
    </div>
  );
}

/** What a consultation asked of each agent is found in the consultation; here it is listed only when it wants somebody. */
function isListed({ origin, state }: Session): boolean {
  return origin !== 'consultation' || state === 'waiting';
}

function matches({ title, cwd, agent }: Session, wanted: string): boolean {
  return `${title}\n${cwd}\n${agent}`.toLowerCase().includes(wanted);
}

interface PlaceLinkProps {
  readonly to: Route;
  readonly here: boolean;
  readonly icon: IconName;
  readonly label: string;
}

function PlaceLink({ to, here, icon, label }: PlaceLinkProps) {
  return (
    <a
      href={pathOf(to)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        drawer.set(false);
        go(to);
      }}
      aria-current={here ? 'page' : undefined}
      className="flex min-h-10 items-center justify-center gap-2 rounded-lg border border-edge/60 bg-surface text-sm font-medium hover:bg-hover pointer-coarse:min-h-11"
    >
      <Icon name={icon} /> {label}
    </a>
  );
}
