// What runs now: the processes of agents that the daemon owns, and how they are.

import { z } from 'zod';
import type { AgentName } from './agent.ts';
import { RunIdSchema, SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { RunId, SessionId, TurnId } from './ids.ts';

/** A process (group) at one moment. Where the system tells nothing but that it lives, the rest is null. */
export interface ProcessHealth {
  /** Of the wrapper, which leads the process group: what to end is `-pid`. */
  readonly pid: number;
  readonly alive: boolean;
  /** The system's letter for what the group does: R runs, S sleeps, D waits for a disk, T is stopped, Z is dead and unburied. */
  readonly state: string | null;
  /** Of one processor, by all processes of the group together, since the last look, else since their start; above 100 where they use several. */
  readonly cpuPercent: number | null;
  /** Kilobytes of resident memory of all processes of the group together. */
  readonly memoryRssKb: number | null;
  /** Processes of the group. */
  readonly processes: number | null;
  /** Milliseconds since the epoch. */
  readonly sampledAt: number;
}

export interface OwnedProcess {
  readonly sessionId: SessionId;
  readonly agent: AgentName;
  /** The turn that it works on; absent while it is kept warm for the next one. */
  readonly turnId?: TurnId;
  /** Absent while it is being brought up. */
  readonly runId?: RunId;
  /** Milliseconds that its turn has been running. */
  readonly runningForMs?: number;
  readonly health?: ProcessHealth;
}

// GET /api/processes → ProcessPage
export interface ProcessPage {
  readonly processes: readonly OwnedProcess[];
}

export const ProcessHealthSchema = z.object({
  pid: z.number().int(),
  alive: z.boolean(),
  state: z.string().nullable(),
  cpuPercent: z.number().nullable(),
  memoryRssKb: z.number().nullable(),
  processes: z.number().int().nullable(),
  sampledAt: z.number(),
});

export const OwnedProcessSchema = z.object({
  sessionId: SessionIdSchema,
  agent: z.string(),
  turnId: TurnIdSchema.exactOptional(),
  runId: RunIdSchema.exactOptional(),
  runningForMs: z.number().exactOptional(),
  health: ProcessHealthSchema.exactOptional(),
});

export const ProcessPageSchema = z.object({ processes: z.array(OwnedProcessSchema).readonly() });
