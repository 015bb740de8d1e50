// `cli_upgrade`: what would bring another version of an agent, and, where Parley has installed it, bringing it.

import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { failure } from '@parley/client';
import { z } from 'zod';
import { agentOfCli } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import { cliParameter } from './parameters.ts';
import { ErrorSchema, failed, structured } from './reply.ts';
import { planUpgrade, provenTarget, targetProblem } from './upgrade-plan.ts';
import type { UpgradePlan } from './upgrade-plan.ts';

const parameters = z.strictObject({
  cli: cliParameter,
  target: z
    .string()
    .max(100)
    .describe('A version (1.2.3), a tag, or `proven`: the version that Parley was proven on. Default: latest.')
    .exactOptional(),
  dryRun: z.boolean().describe('Only say what would be done. Default: true.').exactOptional(),
  timeoutMs: z
    .int()
    .min(30_000)
    .max(3_600_000)
    .describe('Wait so long for the installation. Default: 600000.')
    .exactOptional(),
});

const answer = z.object({
  success: z.boolean(),
  dryRun: z.boolean().exactOptional(),
  plan: z
    .object({
      cli: z.string(),
      target: z.string(),
      command: z.string(),
      args: z.array(z.string()),
      strategy: z.string(),
      requiresNetwork: z.boolean(),
      note: z.string().exactOptional(),
    })
    .exactOptional(),
  /** What the installation told. */
  stdout: z.string().exactOptional(),
  error: ErrorSchema.exactOptional(),
});

export function addUpgradeTool(server: McpServer, door: Door): void {
  server.registerTool(
    'cli_upgrade',
    {
      title: 'Upgrade an agent',
      description:
        'Says which command would bring another version of an agent; with dryRun false it is run, but only for agents that Parley has installed itself (into its own folder). What the user installed with npm, brew, pip or uv the user has to upgrade: the plan names the command.',
      inputSchema: parameters,
      outputSchema: answer,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    async ({ cli, target = 'latest', dryRun = true, timeoutMs = 600_000 }, ctx) => {
      let known: Record<string, unknown> = {};
      try {
        const wrong = targetProblem(target);
        if (wrong !== undefined) throw await failure('invalid_request', wrong);
        const client = await door.client();
        const plan = await planFor(client, cli, target);
        const { byParley, ...shown } = plan;
        known = { dryRun, plan: { cli, target, ...shown, requiresNetwork: true } };
        if (dryRun) return structured({ success: true, ...known });
        if (!byParley) throw await failure('invalid_request', `${plan.note} Run: ${commandLine(plan)}`);
        const version = target === provenTarget ? {} : { version: target };
        const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ctx.mcpReq.signal]);
        const told = await install(door, client, agentOfCli(cli), { ...version, signal }, ctx);
        return structured({ success: true, ...known, stdout: told.join('\n') });
      } catch (caught) {
        return failed(caught, known);
      }
    },
  );
}

async function planFor(client: Daemon, cli: string, target: string): Promise<UpgradePlan> {
  const agent = (await client.agents()).find(({ name }) => name === agentOfCli(cli));
  if (agent === undefined) throw await failure('unknown_agent', `There is no agent ${agentOfCli(cli)}.`);
  const plan = planUpgrade(agent, target);
  if (typeof plan === 'string') throw await failure('invalid_request', plan);
  if (!plan.byParley) return plan;
  // npm knows whether there is such a version, and the configuration whether it would be started.
  const { version, command } = await client.planInstallation(
    agent.name,
    target === provenTarget ? {} : { version: target },
  );
  const notes = [
    plan.note,
    `This brings ${agent.title} ${version}; Parley was proven on ${agent.provenVersion}.`,
    command && `The configuration names another program (agents.${agent.name}.command): that is started, not this.`,
  ];
  return { ...plan, note: notes.filter(Boolean).join(' ') };
}

/** The lines that the installation tells. Throws what it fails with. */
async function install(
  door: Door,
  client: Daemon,
  agent: string,
  wanted: { readonly version?: string; readonly signal: AbortSignal },
  { mcpReq }: ServerContext,
): Promise<readonly string[]> {
  const told: string[] = [];
  const progressToken = mcpReq._meta?.progressToken;
  for await (const { text } of client.installAgent(agent, wanted)) {
    told.push(text);
    if (progressToken === undefined) continue;
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress: told.length, message: text } })
      .catch((error: unknown) => door.note(`progress was not told: ${String(error)}`));
  }
  return told;
}

function commandLine({ command, args }: UpgradePlan): string {
  return [command, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ');
}
