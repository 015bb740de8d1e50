// Routes of agents: which there are, what installing one would do, and doing it.

import { z } from 'zod';
import {
  AgentPageSchema,
  errorBody,
  InstallPlanSchema,
  InstallProgressSchema,
  ParleyError,
  PlanInstallationSchema,
} from '@parley/schema';
import type { InstallProgress } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route, streamed } from '../http/route.ts';
import type { Route } from '../http/route.ts';

const params = z.object({ name: z.string().min(1).max(100) });

export function agentRoutes({ agents }: Pick<Daemon, 'agents'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/agents',
      summary: 'Agents that Parley drives: whether they are here, where their words go, what they can do',
      scope: 'use',
      status: 200,
      answer: AgentPageSchema,
      handle: async () => ({ agents: await agents.views() }),
    }),
    route({
      method: 'GET',
      path: '/api/agents/:name/plan',
      summary: 'What installing an agent (its proven version, or the one that is named) would do',
      scope: 'use',
      params,
      query: PlanInstallationSchema,
      status: 200,
      answer: InstallPlanSchema,
      handle: ({ params: { name }, query: { version } }) => agents.plan(name, version),
    }),
    route({
      method: 'POST',
      path: '/api/agents/:name/install',
      summary: "Install an agent's proven or named version from npm into Parley's own folder; progress as NDJSON",
      scope: 'use',
      params,
      body: PlanInstallationSchema.optional(),
      status: 200,
      answer: InstallProgressSchema,
      streams: 'application/x-ndjson',
      handle: async ({ params: { name }, body, response }) => {
        const install = await agents.installer(name, body?.version);
        response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' });
        const tell = (progress: InstallProgress): void => void response.write(JSON.stringify(progress) + '\n');
        try {
          await install((text) => tell({ text }));
          tell({ text: 'Done.', done: true });
        } catch (error) {
          const failed = ParleyError.is(error) ? error.body : errorBody('internal', String(error));
          tell({ text: failed.message, done: true, error: failed });
        }
        response.end();
        return streamed;
      },
    }),
  ];
}
