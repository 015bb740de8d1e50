// Events: numbered, stored, replayable facts about a session. `seq` strictly increases within a session; it may have holes
// (deltas are pruned once their turn has ended: the completed items carry the whole text), but it never lies.

import { z } from 'zod';
import { ApprovalResolutionSchema, ApprovalSchema } from './approval.ts';
import type { Approval, ApprovalResolution } from './approval.ts';
import { ErrorBodySchema } from './error.ts';
import type { ErrorBody } from './error.ts';
import { ApprovalIdSchema, ItemIdSchema, SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { ApprovalId, ItemId, SessionId, TurnId } from './ids.ts';
import { ItemSchema } from './item.ts';
import type { Item } from './item.ts';
import type { Policy } from './policy.ts';
import { PolicySchema } from './policy.ts';
import { QueuedTurnSchema } from './session.ts';
import type { QueuedTurn } from './session.ts';
import { InputReceiptSchema } from './turn.ts';
import type { InputReceipt } from './turn.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

/** What happened, before it has a number. */
export type EventBody =
  | {
      readonly type: 'session.created';
      readonly agent: string;
      readonly cwd: string;
      readonly title: string;
      readonly policy: Policy;
    }
  | {
      readonly type: 'session.updated';
      readonly title?: string;
      readonly policy?: Policy;
      readonly model?: string;
      /** The agent's own id of the conversation. */
      readonly threadId?: string;
      readonly agentVersion?: string;
    }
  /** What became of words that were sent to a busy session. `turnId`: the turn of these words. */
  | { readonly type: 'input.settled'; readonly turnId: TurnId; readonly receipt: InputReceipt }
  | { readonly type: 'turn.queued'; readonly turnId: TurnId; readonly text: string }
  | { readonly type: 'turn.started'; readonly turnId: TurnId; readonly text: string }
  | { readonly type: 'turn.completed'; readonly turnId: TurnId; readonly usage?: Usage }
  | { readonly type: 'turn.interrupted'; readonly turnId: TurnId; readonly usage?: Usage }
  | { readonly type: 'turn.failed'; readonly turnId: TurnId; readonly error: ErrorBody; readonly usage?: Usage }
  | { readonly type: 'turn.lost'; readonly turnId: TurnId; readonly error: ErrorBody; readonly usage?: Usage }
  | { readonly type: 'item.started'; readonly turnId: TurnId; readonly item: Item }
  | {
      readonly type: 'item.delta';
      readonly turnId: TurnId;
      readonly itemId: ItemId;
      /** To be appended to `text` of a message, reasoning; to `output` of a command or tool. */
      readonly text: string;
    }
  | { readonly type: 'item.completed'; readonly turnId: TurnId; readonly item: Item }
  | { readonly type: 'approval.requested'; readonly turnId: TurnId; readonly approval: Approval }
  | {
      readonly type: 'approval.resolved';
      readonly turnId: TurnId;
      readonly approvalId: ApprovalId;
      readonly resolution: ApprovalResolution;
    }
  /** `usage`: this turn so far; `total`: the session so far. */
  | { readonly type: 'usage.updated'; readonly turnId: TurnId; readonly usage: Usage; readonly total: Usage }
  | { readonly type: 'queue.changed'; readonly queue: readonly QueuedTurn[] }
  | {
      readonly type: 'notice';
      readonly turnId?: TurnId;
      readonly level: 'info' | 'warning' | 'error';
      /** Stable word for programs, for example `retrying`, `unknown_event`, `policy_limit`, `rehearsal`. */
      readonly code: string;
      readonly text: string;
      /** What the agent sent, as it sent it (cut at 16 KiB), for events that Parley does not know. */
      readonly raw?: string;
    };

export interface EventPlace {
  readonly seq: number;
  readonly sessionId: SessionId;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type ParleyEvent = EventBody & EventPlace;
export type EventType = EventBody['type'];

const place = { seq: z.number().int().positive(), sessionId: SessionIdSchema, at: z.number() };
const turnId = TurnIdSchema;
const usage = UsageSchema.exactOptional();

export const EventSchema = z.discriminatedUnion('type', [
  z.object({
    ...place,
    type: z.literal('session.created'),
    agent: z.string(),
    cwd: z.string(),
    title: z.string(),
    policy: PolicySchema,
  }),
  z.object({
    ...place,
    type: z.literal('session.updated'),
    title: z.string().exactOptional(),
    policy: PolicySchema.exactOptional(),
    model: z.string().exactOptional(),
    threadId: z.string().exactOptional(),
    agentVersion: z.string().exactOptional(),
  }),
  z.object({ ...place, type: z.literal('input.settled'), turnId, receipt: InputReceiptSchema }),
  z.object({ ...place, type: z.literal('turn.queued'), turnId, text: z.string() }),
  z.object({ ...place, type: z.literal('turn.started'), turnId, text: z.string() }),
  z.object({ ...place, type: z.literal('turn.completed'), turnId, usage }),
  z.object({ ...place, type: z.literal('turn.interrupted'), turnId, usage }),
  z.object({ ...place, type: z.literal('turn.failed'), turnId, error: ErrorBodySchema, usage }),
  z.object({ ...place, type: z.literal('turn.lost'), turnId, error: ErrorBodySchema, usage }),
  z.object({ ...place, type: z.literal('item.started'), turnId, item: ItemSchema }),
  z.object({ ...place, type: z.literal('item.delta'), turnId, itemId: ItemIdSchema, text: z.string() }),
  z.object({ ...place, type: z.literal('item.completed'), turnId, item: ItemSchema }),
  z.object({ ...place, type: z.literal('approval.requested'), turnId, approval: ApprovalSchema }),
  z.object({
    ...place,
    type: z.literal('approval.resolved'),
    turnId,
    approvalId: ApprovalIdSchema,
    resolution: ApprovalResolutionSchema,
  }),
  z.object({ ...place, type: z.literal('usage.updated'), turnId, usage: UsageSchema, total: UsageSchema }),
  z.object({ ...place, type: z.literal('queue.changed'), queue: z.array(QueuedTurnSchema).readonly() }),
  z.object({
    ...place,
    type: z.literal('notice'),
    turnId: turnId.exactOptional(),
    level: z.enum(['info', 'warning', 'error']),
    code: z.string(),
    text: z.string(),
    raw: z.string().exactOptional(),
  }),
]);

/** The events after which a turn is over. */
export const terminalEventTypes = ['turn.completed', 'turn.interrupted', 'turn.failed', 'turn.lost'] as const;

export function isTerminal(
  event: EventBody,
): event is Extract<EventBody, { type: (typeof terminalEventTypes)[number] }> {
  return (terminalEventTypes as readonly string[]).includes(event.type);
}
