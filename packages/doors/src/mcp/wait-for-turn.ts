// Waits for one turn by its events, never by asking again and again.

import { isParleyError } from '@parley/client';
import { isOpen } from '@parley/schema';
import type { Approval, ApprovalId, Interrupt, ParleyEvent, SessionId, Turn, TurnId } from '@parley/schema';
import type { Daemon } from './door.ts';

export type Waited =
  | { readonly outcome: 'ended'; readonly turn: Turn }
  /** The time is up, or the caller has gone; the turn goes on. */
  | { readonly outcome: 'deadline' | 'cancelled' }
  /** `onApprovals` wants these to be answered before anybody waits on. `after`: the newest event that was seen. */
  | { readonly outcome: 'asking'; readonly approvals: readonly Approval[]; readonly after: number };

export interface WaitOptions {
  readonly client: Daemon;
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  /** The newest event that is known already: one from before the turn's end was looked for. */
  readonly after: number;
  /** Milliseconds; 0: as long as it takes. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Events of the turn, in batches as they came. */
  readonly onEvents?: (events: readonly ParleyEvent[]) => void;
  /** Approvals that wait for a person. Those that it returns end the wait. */
  readonly onApprovals?: (approvals: readonly Approval[]) => readonly Approval[];
  readonly onSettled?: (id: ApprovalId) => void;
}

/** Throws what following a session throws. */
export async function waitForTurn(options: WaitOptions): Promise<Waited> {
  const { client, sessionId, turnId, after, deadlineMs, signal } = options;
  const timeUp = new AbortController();
  const timer = deadlineMs === 0 ? undefined : setTimeout(() => timeUp.abort(), deadlineMs);
  const waiting = new Map<ApprovalId, Approval>();
  let seen = after;
  try {
    const batches = client.eventBatches(sessionId, { after, signal: AbortSignal.any([signal, timeUp.signal]) });
    for await (const batch of batches) {
      const events = batch.filter((event) => 'turnId' in event && event.turnId === turnId);
      if (events.length > 0) options.onEvents?.(events);
      seen = batch.at(-1)?.seq ?? seen;
      for (const event of events) {
        if (event.type === 'approval.requested') waiting.set(event.approval.id, event.approval);
        if (event.type === 'approval.resolved') {
          waiting.delete(event.approvalId);
          options.onSettled?.(event.approvalId);
        }
      }
      if (batch.some((event) => mayEnd(event, turnId))) {
        const turn = await client.turn(sessionId, turnId);
        if (!isOpen(turn)) return { outcome: 'ended', turn };
      }
      // What the policy answers is resolved in the same batch and nobody's business.
      const approvals = waiting.size === 0 ? [] : await stillPending(client, waiting);
      waiting.clear();
      const asking = options.onApprovals?.(approvals) ?? [];
      if (asking.length > 0) return { outcome: 'asking', approvals: asking, after: seen };
    }
    return { outcome: signal.aborted ? 'cancelled' : 'deadline' };
  } finally {
    clearTimeout(timer);
  }
}

/** A turn that is taken out of the queue or consumed by another one has no last event of its own. */
function mayEnd(event: ParleyEvent, turnId: TurnId): boolean {
  switch (event.type) {
    case 'turn.completed':
    case 'turn.interrupted':
    case 'turn.failed':
    case 'turn.lost':
    case 'input.settled':
      return event.turnId === turnId;
    case 'queue.changed':
      return !event.queue.some((queued) => queued.turnId === turnId);
    default:
      return false;
  }
}

/** Events may be old ones that are read again: what they ask may be answered long since. */
async function stillPending(client: Daemon, asked: ReadonlyMap<ApprovalId, Approval>): Promise<readonly Approval[]> {
  return (await client.approvals({ pending: true })).filter(({ id }) => asked.has(id));
}

/** Stops this turn and no other: takes it out of the queue, or interrupts it when it is the one that runs. `options`: as of an interrupt. */
export async function stopTurn(
  client: Daemon,
  sessionId: SessionId,
  turnId: TurnId,
  options: Pick<Interrupt, 'unlessShared'> = {},
): Promise<void> {
  const { activeTurnId } = await client.session(sessionId);
  if (activeTurnId !== turnId) {
    try {
      return await client.cancelQueued(sessionId, turnId);
    } catch (error) {
      // It may have started a moment ago.
      if (!isParleyError(error) || error.code !== 'turn_not_queued') throw error;
      if ((await client.session(sessionId)).activeTurnId !== turnId) return;
    }
  }
  await client.interrupt(sessionId, options);
}
