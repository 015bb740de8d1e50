// What there is on this machine: agents, and what runs now.

import type { AgentView } from '@parley/schema';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { agentOfCli, cliOfAgent } from './agents.ts';
import type { Door } from './door.ts';
import { cliParameter } from './parameters.ts';
import { addProcessHealth } from './process-health.ts';
import { ErrorSchema, failed, structured } from './reply.ts';

const error = ErrorSchema.exactOptional();
const looks = { readOnlyHint: true, openWorldHint: false } as const;

export function addMachineTools(server: McpServer, door: Door): void {
  server.registerTool(
    'cli_versions',
    {
      title: 'Agents on this machine',
      description: 'Which agents are installed, in which version, how they can be spoken to, and what is missing.',
      inputSchema: z.strictObject({ cli: cliParameter.exactOptional() }),
      outputSchema: z.object({
        success: z.boolean(),
        versions: z
          .array(
            z.object({
              cli: z.string(),
              title: z.string(),
              installed: z.boolean(),
              command: z.string().nullable(),
              version: z.string().nullable(),
              provenVersion: z.string(),
              modes: z.array(z.string()),
              modelServer: z.string(),
              loginStatus: z.enum(['authenticated', 'not_authenticated']),
              loginGuidance: z.string(),
              problem: z.string().nullable(),
            }),
          )
          .exactOptional(),
        error,
      }),
      annotations: looks,
    },
    async ({ cli }) => {
      try {
        const agents = await (await door.client()).agents();
        const chosen = agents.filter(({ name }) => cli === undefined || name === agentOfCli(cli));
        return structured({ success: true, versions: chosen.map(versionOf) });
      } catch (caught) {
        return failed(caught);
      }
    },
  );

  addProcessHealth(server, door);
}

function versionOf(agent: AgentView): Record<string, unknown> {
  const { name, title, installed, path, version, provenVersion, modes, backend, loginHint, installHint, problem } =
    agent;
  return {
    cli: cliOfAgent(name),
    title,
    installed,
    command: path ?? null,
    version: version ?? null,
    provenVersion,
    modes,
    modelServer: `${backend.kind}: ${backend.detail}`,
    // Without a login, a key or a server of its own it would only rehearse.
    loginStatus: backend.kind === 'rehearsal' ? 'not_authenticated' : 'authenticated',
    loginGuidance: loginHint,
    problem: problem ?? (installed ? null : (installHint ?? `Run \`parley agents install ${name}\`.`)),
  };
}
