// Follows one turn to its end.

import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { Approval, ApprovalId, ErrorBody, ParleyEvent, SessionId, TurnId } from '@parley/schema';
import type { Asker } from './asker.ts';
import type { Printer } from './printer.ts';

export type TurnOutcome =
  | { readonly state: 'completed' | 'interrupted' }
  | { readonly state: 'failed' | 'lost'; readonly error: ErrorBody }
  /** Nobody waits any longer; the turn goes on. */
  | { readonly state: 'left' };

export interface FollowTurnOptions {
  readonly client: Client;
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  /** Of the session, from before the turn on. */
  readonly batches: AsyncIterable<readonly ParleyEvent[]>;
  readonly printer: Printer;
  /** Absent where nobody can be asked. */
  readonly asker?: Asker;
  /** The limit that the turn was given, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** The daemon ends a turn that is out of time; one that does not is not waited for much longer. */
const graceMs = 20_000;

/** Prints what belongs to the turn. Throws when the events stop, and `timeout` when the daemon does not end the turn in time. */
export async function followTurn(options: FollowTurnOptions): Promise<TurnOutcome> {
  const { client, sessionId, turnId, printer, asker } = options;
  const waiting = new Map<ApprovalId, Approval>();
  const guard = new Guard(options.timeoutMs);
  let started = false;

  const step = async (event: ParleyEvent): Promise<TurnOutcome | undefined> => {
    if ('turnId' in event && event.turnId !== undefined && event.turnId !== turnId) return undefined;
    printer.print(event);
    switch (event.type) {
      case 'turn.started':
        started = true;
        guard.start();
        return undefined;
      case 'approval.requested':
        waiting.set(event.approval.id, event.approval);
        return undefined;
      case 'approval.resolved':
        waiting.delete(event.approvalId);
        asker?.settle(event.approvalId);
        return undefined;
      case 'turn.completed':
        printer.finish((await client.turn(sessionId, turnId)).answer);
        return { state: 'completed' };
      case 'turn.interrupted':
        printer.finish();
        return { state: 'interrupted' };
      case 'turn.failed':
      case 'turn.lost':
        printer.finish();
        return { state: event.type === 'turn.failed' ? 'failed' : 'lost', error: event.error };
      case 'queue.changed': {
        // A turn that somebody took out of the queue has no event of its own.
        if (started || event.queue.some((queued) => queued.turnId === turnId)) return undefined;
        const { state } = await client.turn(sessionId, turnId);
        return state === 'cancelled' ? { state: 'interrupted' } : undefined;
      }
      default:
        return undefined;
    }
  };

  const follow = async (): Promise<TurnOutcome> => {
    for await (const batch of options.batches) {
      for (const event of batch) {
        const outcome = await step(event);
        if (outcome !== undefined) return outcome;
      }
      // What the policy answers is resolved in the same batch and nobody's business.
      for (const approval of waiting.values()) offer(approval, printer, asker);
      waiting.clear();
    }
    return { state: 'left' };
  };

  try {
    return await Promise.race([follow(), guard.expired]);
  } finally {
    guard.stop();
    asker?.close();
  }
}

/** Brings it to the person here, or tells how it is answered from elsewhere. */
export function offer(approval: Approval, printer: Printer, asker: Asker | undefined): void {
  if (asker !== undefined) asker.ask(approval);
  else printer.note(`  answer with: parley approvals allow ${approval.id}   (or deny ${approval.id})`);
}

class Guard {
  readonly expired: Promise<never>;
  readonly #timeoutMs: number | undefined;
  readonly #reject: (error: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeoutMs: number | undefined) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.expired = promise;
    this.#reject = reject;
    this.#timeoutMs = timeoutMs;
  }

  start(): void {
    if (this.#timeoutMs === undefined) return;
    const text = `The turn did not end ${graceMs / 1000} s after its time was up.`;
    this.#timer = setTimeout(() => void failure('timeout', text).then(this.#reject), this.#timeoutMs + graceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
