// The route of models: which names each agent knows, and what one becomes.

import { FindModelsSchema, ModelPageSchema } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';

export function modelRoutes({ agents }: Pick<Daemon, 'agents'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/models',
      summary:
        'Models that each agent (or the one named) is known to know, with source and confidence; what a name becomes',
      scope: 'use',
      query: FindModelsSchema,
      status: 200,
      answer: ModelPageSchema,
      handle: ({ query }) => agents.models(query),
    }),
  ];
}
