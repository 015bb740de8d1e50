// Requests: session and turn in one call.

import { MakeRequestSchema, RequestResultSchema, shownSession } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';

export function requestRoutes({ requests }: Daemon): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/requests',
      summary: 'Ask an agent, in a new session or in one that exists, in one call',
      scope: 'use',
      body: MakeRequestSchema,
      status: 202,
      answer: RequestResultSchema,
      handle: async ({ body }) => {
        const result = await requests.make(body);
        return { ...result, session: shownSession(result.session) };
      },
    }),
  ];
}
