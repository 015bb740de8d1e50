// The tab tells what it is about, and how many sessions wait for an answer.

import { useEffect } from 'react';
import { sessions } from '../state/sessions.ts';
import { useStore } from '../state/store.ts';
import { route } from './route.ts';

export function DocumentTitle() {
  const here = useStore(route);
  const all = useStore(sessions) ?? [];
  const title = here.page === 'session' ? all.find(({ id }) => id === here.sessionId)?.title : undefined;
  const waiting = all.filter(({ state }) => state === 'waiting').length;
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${(title ?? '') === '' ? 'Parley' : `${title} · Parley`}`;
  }, [title, waiting]);
  return null;
}
