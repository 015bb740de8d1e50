// Routes of what can be seen of Parley's work: the recorder, metrics, processes.

import { z } from 'zod';
import {
  FindRequestsSchema,
  MetricsViewSchema,
  ProcessPageSchema,
  RequestPageSchema,
  RequestRecordSchema,
  TurnIdSchema,
} from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route, streamed } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { prometheusText, prometheusType } from '../observe/prometheus.ts';

export function observeRoutes({ engine, observation, view }: Daemon): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/requests',
      summary: 'The record of requests, newest first, with prompts and answers shortened',
      scope: 'use',
      query: FindRequestsSchema,
      status: 200,
      answer: RequestPageSchema,
      handle: async ({ query }) => ({ requests: await engine.recorder.find(query) }),
    }),
    route({
      method: 'GET',
      path: '/api/requests/:turnId',
      summary: 'One record of a request',
      scope: 'use',
      params: z.object({ turnId: TurnIdSchema }),
      status: 200,
      answer: RequestRecordSchema,
      handle: ({ params }) => engine.recorder.one(params.turnId),
    }),
    route({
      method: 'GET',
      path: '/api/metrics',
      summary: 'Numbers since the daemon started: requests, times, tokens, and the daemon itself',
      scope: 'use',
      status: 200,
      answer: MetricsViewSchema,
      handle: () => Promise.resolve(observation.metrics()),
    }),
    route({
      method: 'GET',
      path: '/metrics',
      summary: 'The same for Prometheus',
      scope: 'use',
      status: 200,
      answer: z.string(),
      streams: 'text/plain',
      handle: ({ response }) => {
        const text = prometheusText(observation.metrics(), view().version);
        response.writeHead(200, { 'content-type': prometheusType, 'cache-control': 'no-store' }).end(text);
        return Promise.resolve(streamed);
      },
    }),
    route({
      method: 'GET',
      path: '/api/processes',
      summary: 'The processes of agents that run now, with their health where the system tells it',
      scope: 'use',
      status: 200,
      answer: ProcessPageSchema,
      handle: () => Promise.resolve({ processes: observation.processes() }),
    }),
  ];
}
