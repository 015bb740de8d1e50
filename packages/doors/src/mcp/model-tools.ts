// `list_models`: the names of models that agents know, and how Parley knows of them.

import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { agentOfCli, cliOfAgent } from './agents.ts';
import type { Door } from './door.ts';
import { ModelListSchema, modelListOf } from './model-list.ts';
import { cliParameter } from './parameters.ts';
import { failed, structured } from './reply.ts';

export function addModelTools(server: McpServer, door: Door): void {
  server.registerTool(
    'list_models',
    {
      title: 'Models of the agents',
      description:
        'By agent: the names of models, where each comes from and how sure that is, aliases, and the one that a request gets which names none.',
      inputSchema: z.strictObject({
        cli: z
          .union([cliParameter, z.literal(''), z.null()])
          .describe('One agent; absent: all.')
          .exactOptional(),
      }),
      outputSchema: z.object({}).catchall(ModelListSchema),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ cli }) => {
      try {
        const agent = cli === undefined || cli === null || cli === '' ? undefined : agentOfCli(cli);
        const { agents } = await (await door.client()).models(agent === undefined ? {} : { agent });
        return structured(Object.fromEntries(agents.map((each) => [cliOfAgent(each.agent), modelListOf(each)])));
      } catch (caught) {
        return failed(caught);
      }
    },
  );
}
