// The page's places, by the History API: `/` (a new session), `/s/<sessionId>`, `/consult` (a new consultation) and `/c/<consultationId>`.

import type { ConsultationId, SessionId } from '@parley/schema';
import { createStore } from '../state/store.ts';

export type Route =
  | { readonly page: 'new' }
  | { readonly page: 'session'; readonly sessionId: SessionId }
  | { readonly page: 'consult' }
  | { readonly page: 'consultation'; readonly consultationId: ConsultationId };

/** The place that a path names; what it does not know is the start. */
export function routeOf(path: string): Route {
  if (/^\/consult\/?$/.test(path)) return { page: 'consult' };
  const [, kind, id] = /^\/([sc])\/([^/]+)\/?$/.exec(path) ?? [];
  if (kind === 's') return { page: 'session', sessionId: decodeURIComponent(id ?? '') as SessionId };
  if (kind === 'c') return { page: 'consultation', consultationId: decodeURIComponent(id ?? '') as ConsultationId };
  return { page: 'new' };
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'new':
      return '/';
    case 'session':
      return `/s/${encodeURIComponent(route.sessionId)}`;
    case 'consult':
      return '/consult';
    case 'consultation':
      return `/c/${encodeURIComponent(route.consultationId)}`;
  }
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
