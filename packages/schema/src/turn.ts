// Turns: one accepted input and all that follows from it until exactly one terminal state.

import { z } from 'zod';
import { ErrorBodySchema } from './error.ts';
import type { ErrorBody } from './error.ts';
import { SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { SessionId, TurnId } from './ids.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

export type TurnEndState = 'completed' | 'interrupted' | 'failed' | 'lost';

/**
 * `steering`: words sent into another, running turn, whose fate is not settled yet. They end as `steered` (consumed by that turn) or
 * become a turn of their own.
 */
export type TurnState = 'queued' | 'running' | 'steering' | 'steered' | 'cancelled' | TurnEndState;

export interface Turn {
  readonly id: TurnId;
  readonly sessionId: SessionId;
  readonly state: TurnState;
  readonly text: string;
  /** The final words of the agent, once the turn has completed. */
  readonly answer?: string;
  readonly error?: ErrorBody;
  readonly usage?: Usage;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** How a turn ended, as a driver or the engine says it. */
export type TurnEnd =
  | { readonly state: 'completed' }
  | { readonly state: 'interrupted' }
  | { readonly state: 'failed'; readonly error: ErrorBody }
  | { readonly state: 'lost'; readonly error: ErrorBody };

export const turnStates = [
  'queued',
  'running',
  'steering',
  'steered',
  'cancelled',
  'completed',
  'interrupted',
  'failed',
  'lost',
] as const;

export const TurnSchema = z.object({
  id: TurnIdSchema,
  sessionId: SessionIdSchema,
  state: z.enum(turnStates),
  text: z.string(),
  answer: z.string().exactOptional(),
  error: ErrorBodySchema.exactOptional(),
  usage: UsageSchema.exactOptional(),
  queuedAt: z.number(),
  startedAt: z.number().exactOptional(),
  endedAt: z.number().exactOptional(),
});
