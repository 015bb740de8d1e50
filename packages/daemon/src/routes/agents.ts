// Routes of agents: which there are, and installing one.

import { z } from 'zod';
import { AgentPageSchema, errorBody, InstallProgressSchema, ParleyError } from '@parley/schema';
import type { InstallProgress } from '@parley/schema';
import { installAgent } from '../agents/install.ts';
import type { Daemon } from '../daemon.ts';
import { route, streamed } from '../http/route.ts';
import type { Route } from '../http/route.ts';

export function agentRoutes({ agents, agentsDir, env }: Daemon): readonly Route[] {
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
      method: 'POST',
      path: '/api/agents/:name/install',
      summary: "Install an agent's pinned version from npm into Parley's own folder; progress as NDJSON",
      scope: 'use',
      params: z.object({ name: z.string().min(1).max(100) }),
      status: 200,
      answer: InstallProgressSchema,
      streams: 'application/x-ndjson',
      handle: async ({ params, response }) => {
        const driver = agents.driver(params.name);
        response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' });
        const tell = (progress: InstallProgress): void => void response.write(JSON.stringify(progress) + '\n');
        try {
          await installAgent(agentsDir, driver, env, (text) => tell({ text }));
          agents.forget(driver.agent);
          tell({ text: 'Done.', done: true });
        } catch (error) {
          const body = ParleyError.is(error) ? error.body : errorBody('internal', String(error));
          tell({ text: body.message, done: true, error: body });
        }
        response.end();
        return streamed;
      },
    }),
  ];
}
