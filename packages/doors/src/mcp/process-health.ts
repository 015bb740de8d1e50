// What runs now: the jobs of all doors, with the health of the processes that work on them.

import { ProcessHealthSchema } from '@parley/schema';
import type { OwnedProcess, ProcessHealth } from '@parley/schema';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cliOfAgent } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import { ErrorSchema, failed, structured } from './reply.ts';

type SampledHealth = Omit<ProcessHealth, 'sampledAt'> & { readonly sampledAt: string };

export interface JobHealth {
  readonly jobId: string;
  readonly cli: string;
  readonly sessionId: string;
  readonly status: 'running';
  /** Null while its process is being brought up. */
  readonly processHealth: SampledHealth | null;
  /** Its process is gone; what that means for the job is being settled. */
  readonly isDead: boolean;
  /** Its process has ended and waits to be collected. */
  readonly isZombie: boolean;
  readonly runningForMs: number | null;
}

export interface JobsHealth {
  readonly success: true;
  readonly runningJobs: number;
  readonly deadJobs: number;
  readonly zombieJobs: number;
  readonly daemon: {
    readonly pid: number;
    readonly version: string;
    readonly memoryRssKb: number;
    readonly startedAt: string;
  };
  readonly jobs: readonly JobHealth[];
}

const HealthSchema = ProcessHealthSchema.extend({ sampledAt: z.string() });

export function addProcessHealth(server: McpServer, door: Door): void {
  server.registerTool(
    'llm_process_health',
    {
      title: 'What runs now',
      description:
        'The daemon and the jobs that run now, of all doors: how long they have been running, and the state, processor time and memory of their processes (on Linux; elsewhere only whether they live).',
      inputSchema: z.strictObject({}),
      outputSchema: z.object({
        success: z.boolean(),
        runningJobs: z.number().int().exactOptional(),
        deadJobs: z.number().int().exactOptional(),
        zombieJobs: z.number().int().exactOptional(),
        daemon: z
          .object({ pid: z.number(), version: z.string(), memoryRssKb: z.number(), startedAt: z.string() })
          .exactOptional(),
        jobs: z
          .array(
            z.object({
              jobId: z.string(),
              cli: z.string(),
              sessionId: z.string(),
              status: z.literal('running'),
              processHealth: HealthSchema.nullable(),
              isDead: z.boolean(),
              isZombie: z.boolean(),
              runningForMs: z.number().nullable(),
            }),
          )
          .exactOptional(),
        error: ErrorSchema.exactOptional(),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async () => {
      try {
        return structured({ ...(await processHealth(await door.client())) });
      } catch (caught) {
        return failed(caught);
      }
    },
  );
}

export async function processHealth(client: Pick<Daemon, 'daemon' | 'processes'>): Promise<JobsHealth> {
  const [daemon, processes] = await Promise.all([client.daemon(), client.processes()]);
  const jobs = processes.flatMap((one) => healthOf(one) ?? []);
  const { pid, version, memory, startedAt } = daemon;
  return {
    success: true,
    runningJobs: jobs.length,
    deadJobs: jobs.filter(({ isDead }) => isDead).length,
    zombieJobs: jobs.filter(({ isZombie }) => isZombie).length,
    daemon: { pid, version, memoryRssKb: Math.round(memory / 1024), startedAt: new Date(startedAt).toISOString() },
    jobs,
  };
}

/** Undefined for a process that is kept warm: no job is its. */
function healthOf({ turnId, agent, sessionId, runningForMs, health }: OwnedProcess): JobHealth | undefined {
  if (turnId === undefined) return undefined;
  const isZombie = health?.state === 'Z';
  return {
    jobId: turnId,
    cli: cliOfAgent(agent),
    sessionId,
    status: 'running',
    processHealth: health === undefined ? null : { ...health, sampledAt: new Date(health.sampledAt).toISOString() },
    isDead: health !== undefined && !health.alive && !isZombie,
    isZombie,
    runningForMs: runningForMs ?? null,
  };
}
