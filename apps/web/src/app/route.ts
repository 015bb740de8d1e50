// The page's two places: `/` (a new session) and `/s/<sessionId>`, by the History API.

import type { SessionId } from '@parley/schema';
import { createStore } from '../state/store.ts';

export type Route = { readonly page: 'new' } | { readonly page: 'session'; readonly sessionId: SessionId };

/** The place that a path names; what it does not know is the start. */
export function routeOf(path: string): Route {
  const id = /^\/s\/([^/]+)\/?$/.exec(path)?.[1];
  return id === undefined ? { page: 'new' } : { page: 'session', sessionId: decodeURIComponent(id) as SessionId };
}

export function pathOf(route: Route): string {
  return route.page === 'new' ? '/' : `/s/${encodeURIComponent(route.sessionId)}`;
}

export const route = createStore<Route>({ page: 'new' });

export function startRouting(): void {
  const read = () => route.set(routeOf(location.pathname));
  addEventListener('popstate', read);
  read();
}

export function go(to: Route): void {
  const path = pathOf(to);
  if (path !== location.pathname) history.pushState(null, '', path);
  route.set(to);
}
