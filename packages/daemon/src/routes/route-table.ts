// All routes. A new one goes into the file of its thing; a new thing gets a file and a line here.

import type { Daemon } from '../daemon.ts';
import type { Route } from '../http/route.ts';
import { agentRoutes } from './agents.ts';
import { approvalRoutes } from './approvals.ts';
import { consultationRoutes } from './consultations.ts';
import { daemonRoutes } from './daemon.ts';
import { modelRoutes } from './models.ts';
import { requestRoutes } from './requests.ts';
import { observeRoutes } from './observe.ts';
import { sessionRoutes } from './sessions.ts';

export function routeTable(daemon: Daemon): readonly Route[] {
  return [
    ...sessionRoutes(daemon),
    ...requestRoutes(daemon),
    ...observeRoutes(daemon),
    ...approvalRoutes(daemon),
    ...consultationRoutes(daemon),
    ...agentRoutes(daemon),
    ...modelRoutes(daemon),
    ...daemonRoutes(daemon),
  ];
}
