// The page: the list of sessions beside the place that the address names.

import { useEffect } from 'react';
import { SessionView } from '../chat/SessionView.tsx';
import { ConsultView } from '../consult/ConsultView.tsx';
import { NewConsultation } from '../consult/NewConsultation.tsx';
import { Drawer } from '../sessions/Drawer.tsx';
import { Sidebar } from '../sessions/Sidebar.tsx';
import { NewSession } from '../start/NewSession.tsx';
import { loadAgents } from '../state/agents.ts';
import { pairing } from '../state/daemon.ts';
import { drawer } from '../state/drawer.ts';
import { watchSessions } from '../state/sessions.ts';
import { useStore } from '../state/store.ts';
import { LiveRegion } from '../ui/LiveRegion.tsx';
import { useMedia, wide } from '../ui/use-media.ts';
import { ConnectionNote } from './ConnectionNote.tsx';
import { DocumentTitle } from './DocumentTitle.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { PairView } from './PairView.tsx';
import { route } from './route.ts';
import type { Route } from './route.ts';

export function App() {
  const refused = useStore(pairing) === 'refused';
  return (
    <ErrorBoundary>
      {refused ? <PairView /> : <Shell />}
      <LiveRegion />
    </ErrorBoundary>
  );
}

function Shell() {
  const here = useStore(route);
  const isWide = useMedia(wide);
  const drawn = useStore(drawer);
  useEffect(() => {
    const ended = new AbortController();
    void watchSessions(ended.signal);
    void loadAgents();
    return () => ended.abort();
  }, []);
  return (
    <div className="flex h-dvh">
      <a
        href="#main"
        className="sr-only z-40 rounded-lg bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip the list of sessions
      </a>
      {isWide ? (
        <aside className="w-72 shrink-0 border-r border-line">
          <Sidebar />
        </aside>
      ) : (
        drawn && <Drawer />
      )}
      <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        <Place here={here} />
      </main>
      <ConnectionNote />
      <DocumentTitle />
    </div>
  );
}

function Place({ here }: { readonly here: Route }) {
  switch (here.page) {
    case 'new':
      return <NewSession />;
    case 'session':
      return <SessionView key={here.sessionId} sessionId={here.sessionId} />;
    case 'consult':
      return <NewConsultation />;
    case 'consultation':
      return <ConsultView key={here.consultationId} id={here.consultationId} />;
  }
}
