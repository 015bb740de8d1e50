// Every wait of a session and when it is over, derived from its state: nothing is armed or cleared by hand, so nothing is forgotten.

import { errorBody } from '@parley/schema';
import type { ApprovalId } from '@parley/schema';
import { expireApproval } from './approvals.ts';
import type { Draft } from './draft.ts';
import { isToolWork } from './items.ts';
import { isBusy } from './state.ts';
import type { ActiveTurn, SessionState } from './state.ts';
import { endRun, endTurn, interruptTurn, resumeAfterSilence, retryNow, returnSteers } from './turns.ts';

/** Milliseconds. */
export interface DeadlineLimits {
  readonly handshake: number;
  readonly firstByte: number;
  readonly idle: number;
  readonly unreachable: number;
  readonly tool: number;
  readonly approval: number;
  readonly interrupt: number;
  readonly keepWarm: number;
  /** In sessions that no person made. */
  readonly keepWarmRequests: number;
  /** Of the driver. */
  readonly resumesAfterSilence?: boolean;
  readonly printsAtEnd?: boolean;
}

/** How long an agent may take to say what it does with steered words after a turn has ended. */
const settleMs = 5000;
/** How long after the interrupt's deadline the driver may still end the turn in its own way. */
const forceMs = 1000;

export type Deadline =
  | {
      readonly name:
        | 'handshake'
        | 'settle'
        | 'interrupt'
        | 'force'
        | 'silence'
        | 'unreachable'
        | 'overall'
        | 'begin-again'
        | 'unsettled'
        | 'keep-warm';
      readonly at: number;
    }
  | { readonly name: 'approval'; readonly at: number; readonly approvalId: ApprovalId };

/** All waits that are on, with the time (milliseconds since the epoch) at which each is over. */
export function deadlinesOf(state: SessionState, limits: DeadlineLimits): readonly Deadline[] {
  const { active, run } = state;
  const deadlines: Deadline[] = [];
  const handshake = state.driverDeadlines.get('handshake');
  if (handshake !== undefined && run.phase === 'up')
    deadlines.push({ name: 'handshake', at: handshake + limits.handshake });
  const settle = state.driverDeadlines.get('settle');
  if (settle !== undefined && run.phase === 'up') deadlines.push({ name: 'settle', at: settle + settleMs });
  if (active !== undefined) {
    if (active.row.timeoutMs !== undefined && active.row.startedAt !== undefined && active.phase !== 'interrupting') {
      deadlines.push({ name: 'overall', at: active.row.startedAt + active.row.timeoutMs });
    }
    // Not before the process that failed is gone: what is told belongs to the next one.
    if (active.row.retryAt !== undefined && run.phase === 'none')
      deadlines.push({ name: 'begin-again', at: active.row.retryAt });
    if (active.retrying !== undefined && active.phase === 'running')
      deadlines.push({ name: 'unreachable', at: active.retrying.since + limits.unreachable });
    if (active.interruptedAt !== undefined) {
      if (state.driverDeadlines.has('interrupt'))
        deadlines.push({ name: 'interrupt', at: active.interruptedAt + limits.interrupt });
      deadlines.push({ name: 'force', at: active.interruptedAt + limits.interrupt + forceMs });
    } else if (active.phase === 'running' && active.sentAt !== undefined && state.approvals.size === 0) {
      deadlines.push({
        name: 'silence',
        at: (active.progressAt ?? active.sentAt) + silenceLimit(state, active, limits),
      });
    }
  }
  if (active === undefined && state.steers.size > 0 && state.lastEndAt !== undefined && run.phase === 'up') {
    deadlines.push({ name: 'unsettled', at: state.lastEndAt + 2 * settleMs });
  }
  for (const { id, deadlineAt } of state.approvals.values())
    deadlines.push({ name: 'approval', at: deadlineAt, approvalId: id });
  if (run.phase === 'up' && run.idleSince !== undefined && !isBusy(state)) {
    const keepWarm = state.session.origin === undefined ? limits.keepWarm : limits.keepWarmRequests;
    deadlines.push({ name: 'keep-warm', at: run.idleSince + keepWarm });
  }
  return deadlines;
}

function silenceLimit({ session }: SessionState, active: ActiveTurn, limits: DeadlineLimits): number {
  for (const { item } of active.items.values()) if (isToolWork(item)) return limits.tool;
  // It works in one go, as a tool does; a process that hangs must come to an end all the same.
  if (limits.printsAtEnd === true) return session.idleMs ?? limits.tool;
  const idle = session.idleMs ?? limits.idle;
  return active.progressAt === undefined ? Math.min(limits.firstByte, idle) : idle;
}

const inSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** A wait is over. */
export function deadlinePassed(state: SessionState, draft: Draft, deadline: Deadline, limits: DeadlineLimits): void {
  const { active } = state;
  switch (deadline.name) {
    case 'handshake':
      state.driverDeadlines.delete('handshake');
      if (active !== undefined) {
        active.failure ??= errorBody(
          'start_timeout',
          `The agent did not answer its handshake within ${inSeconds(limits.handshake)}.`,
        );
      }
      draft.inputs.push({ type: 'deadline', name: 'handshake' });
      endRun(state, draft, 'handshake timed out');
      return;
    case 'settle':
      state.driverDeadlines.delete('settle');
      draft.inputs.push({ type: 'deadline', name: 'settle' });
      return;
    case 'interrupt':
      if (!state.driverDeadlines.delete('interrupt')) return;
      draft.inputs.push({ type: 'deadline', name: 'interrupt' });
      return;
    case 'force':
      endTurn(state, draft, { state: 'interrupted' });
      returnSteers(state, draft);
      endRun(state, draft, 'did not stop when asked');
      return;
    case 'silence': {
      if (active === undefined) return;
      const silent = inSeconds(silenceLimit(state, active, limits));
      if (limits.resumesAfterSilence === true && resumeAfterSilence(state, draft, silent)) return;
      const again = active.row.resumed === true ? ' again, after its conversation had been resumed once' : '';
      const what = `${active.progressAt === undefined ? 'gave no sign of work' : 'was silent'}${again}`;
      interruptTurn(
        state,
        draft,
        errorBody('idle_timeout', `The agent ${what} for ${silent}, so Parley stopped the turn.`),
      );
      return;
    }
    case 'unreachable': {
      const tried = `The agent could not reach its model for ${inSeconds(limits.unreachable)}. It says: ${active?.retrying?.words ?? ''}`;
      interruptTurn(state, draft, errorBody('model_overloaded', tried));
      return;
    }
    case 'overall': {
      const limit = inSeconds(active?.row.timeoutMs ?? 0);
      interruptTurn(state, draft, errorBody('timeout', `The turn took longer than its limit of ${limit}.`));
      return;
    }
    case 'begin-again':
      retryNow(state, draft);
      return;
    case 'unsettled':
      endRun(state, draft, 'did not say what became of steered words'); // They come back when it is gone, and run then.
      return;
    case 'keep-warm':
      endRun(state, draft, 'idle');
      return;
    case 'approval': {
      const approval = state.approvals.get(deadline.approvalId);
      if (approval !== undefined) expireApproval(state, draft, approval);
      return;
    }
  }
}
