// A step's decisions as one change for the store.

import type { Change, JournalEntry, RunChange, RequestRecord, RunId, Session } from '@parley/schema';
import type { Draft } from './decide/draft.ts';

/** What the step did to runs: at most one run a step. */
export interface RunStep {
  /** From the caller: an offset that moved, a record, a close. */
  readonly given: RunChange | undefined;
  /** A run that this step decided to launch. */
  readonly opening?: { readonly runId: RunId; readonly context: string };
  /** The recorder's rows of the turns that changed. */
  readonly records: readonly RequestRecord[];
  /** What the driver of the living run was fed. */
  readonly journalled?: { readonly runId: RunId; readonly journal: readonly JournalEntry[] };
}

export function changeOf(draft: Draft, session: Session, step: RunStep): Change {
  const run = runChangeOf(step);
  return {
    sessionId: session.id,
    events: draft.events,
    durable: draft.durable,
    ...(draft.sessionChanged ? { session } : {}),
    ...(draft.turns.size > 0 ? { turns: [...draft.turns.values()] } : {}),
    ...(step.records.length > 0 ? { records: step.records } : {}),
    ...(draft.approvals.size > 0 ? { approvals: [...draft.approvals.values()] } : {}),
    ...(draft.requestApprovals.size > 0 ? { requestApprovals: [...draft.requestApprovals.values()] } : {}),
    ...(draft.prune === undefined ? {} : { pruneDeltas: draft.prune }),
    ...(draft.remember === undefined ? {} : { idempotency: draft.remember }),
    ...(draft.request === undefined ? {} : { request: draft.request }),
    ...(run === undefined ? {} : { run }),
  };
}

function runChangeOf({ given, opening, journalled }: RunStep): RunChange | undefined {
  if (opening !== undefined) return { ...opening, offset: 0 };
  const runId = given?.runId ?? journalled?.runId;
  const journal = journalled?.journal ?? [];
  if (runId === undefined || (given === undefined && journal.length === 0)) return undefined;
  return { ...given, runId, ...(journal.length > 0 ? { journal } : {}) };
}

export function isEmpty({
  events,
  session,
  turns,
  approvals,
  run,
  idempotency,
  request,
  pruneDeltas,
}: Change): boolean {
  return (
    events.length === 0 &&
    [session, turns, approvals, run, idempotency, request, pruneDeltas].every((part) => part === undefined)
  );
}
