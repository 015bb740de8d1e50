// Turns: one accepted input and all that follows from it until exactly one terminal state.

import { z } from 'zod';
import { ErrorBodySchema } from './error.ts';
import type { ErrorBody } from './error.ts';
import { SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { SessionId, TurnId } from './ids.ts';
import { OptimizedTextSchema } from './optimization.ts';
import type { OptimizedText } from './optimization.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

export type TurnEndState = 'completed' | 'interrupted' | 'failed' | 'lost';

/**
 * `steering`: words sent into another, running turn, whose fate is not settled yet. They end as `steered` (consumed by that turn) or
 * become a turn of their own.
 */
export type TurnState = 'queued' | 'running' | 'steering' | 'steered' | 'cancelled' | TurnEndState;

/**
 * What became of words that were sent to a busy session. Each such input gets exactly one.
 * - `injected`: the agent proved that it took them into the running turn `into`.
 * - `queued`: they run as a turn of their own, after the running one.
 * - `new-turn`: the turn that they were sent into ended before the agent took them: they became a turn of their own.
 * - `returned`: they did nothing and will do nothing; `reason` says why.
 */
export interface InputReceipt {
  readonly outcome: 'injected' | 'queued' | 'new-turn' | 'returned';
  readonly into?: TurnId;
  readonly reason?: string;
}

export interface Turn {
  readonly id: TurnId;
  readonly sessionId: SessionId;
  readonly state: TurnState;
  readonly text: string;
  /** The words as they came, where `text` is what the optimiser made of them. */
  readonly originalText?: string;
  /** The caller's own name for it, as it was sent. */
  readonly correlationId?: string;
  /** It answers more than one request: one caller who leaves does not stop it. */
  readonly shared?: boolean;
  /** Set once the fate of words that were sent to a busy session is settled. */
  readonly receipt?: InputReceipt;
  /** The final words of the agent, once the turn has completed. */
  readonly answer?: string;
  /** The answer without what says nothing, where the request wanted that and one turn alone is read. `answer` stays as it was given. */
  readonly optimizedAnswer?: OptimizedText;
  readonly error?: ErrorBody;
  readonly usage?: Usage;
  /** Times that it began again because the model server failed before anything was shown. */
  readonly retries?: number;
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

const openStates: ReadonlySet<TurnState> = new Set(['queued', 'running', 'steering']);

/** It has no end yet. */
export function isOpen({ state }: Pick<Turn, 'state'>): boolean {
  return openStates.has(state);
}

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

export const InputReceiptSchema = z.object({
  outcome: z.enum(['injected', 'queued', 'new-turn', 'returned']),
  into: TurnIdSchema.exactOptional(),
  reason: z.string().exactOptional(),
});

export const TurnSchema = z.object({
  id: TurnIdSchema,
  sessionId: SessionIdSchema,
  state: z.enum(turnStates),
  text: z.string(),
  originalText: z.string().exactOptional(),
  correlationId: z.string().exactOptional(),
  shared: z.boolean().exactOptional(),
  receipt: InputReceiptSchema.exactOptional(),
  answer: z.string().exactOptional(),
  optimizedAnswer: OptimizedTextSchema.exactOptional(),
  error: ErrorBodySchema.exactOptional(),
  usage: UsageSchema.exactOptional(),
  retries: z.number().int().exactOptional(),
  queuedAt: z.number(),
  startedAt: z.number().exactOptional(),
  endedAt: z.number().exactOptional(),
});
