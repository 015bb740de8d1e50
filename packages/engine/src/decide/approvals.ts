// Approvals: what the policy answers by itself, what waits for a person, and what the deadline does. Default is deny.

import { isAbsolute, relative, resolve } from 'node:path';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalOption,
  ApprovalRequest,
  ApprovalResolution,
  Policy,
  TurnId,
} from '@parley/schema';
import type { Draft } from './draft.ts';
import { decideLaunch } from './launch-decision.ts';
import { tallied } from './record.ts';
import type { SessionState } from './state.ts';

export type Verdict = 'allow' | 'deny' | 'ask';

/** What a policy says to a question of the agent, without a person. */
export function verdictOf(policy: Policy, request: ApprovalRequest, cwd: string): Verdict {
  if (request.kind === 'question') return 'ask';
  switch (policy) {
    case 'read-only':
      return 'deny';
    case 'ask':
      return 'ask';
    case 'edit':
      return request.kind === 'file_change' && staysInside(request, cwd) ? 'allow' : 'ask';
    case 'full':
      return 'allow';
  }
}

function staysInside(request: ApprovalRequest, cwd: string): boolean {
  const changes = request.changes ?? [];
  const inside = (path: string): boolean => {
    const way = relative(cwd, resolve(cwd, path));
    return way !== '' && !isAbsolute(way) && way.split(/[\\/]/)[0] !== '..';
  };
  return (
    changes.length > 0 &&
    changes.every(({ path, movedTo }) => inside(path) && (movedTo === undefined || inside(movedTo)))
  );
}

/** An agent asks. */
export function requestApproval(
  state: SessionState,
  draft: Draft,
  turnId: TurnId,
  request: ApprovalRequest,
  approvalMs: number,
): void {
  const approval: Approval = {
    ...request,
    sessionId: state.session.id,
    turnId,
    requestedAt: draft.now,
    deadlineAt: draft.now + approvalMs,
  };
  state.approvals.set(approval.id, approval);
  draft.emit({ type: 'approval.requested', turnId, approval });
  draft.approval(approval);
  const runPolicy = state.run.phase === 'up' ? state.run.settings.policy : state.session.policy;
  const verdict = verdictOf(runPolicy, request, state.session.cwd);
  if (verdict === 'ask') return;
  const option = optionFor(approval, verdict);
  resolveApproval(state, draft, approval, option, { optionId: option.id }, 'policy');
}

/** The option that means this; an agent that offers no plain "deny" is told to cancel. */
function optionFor(approval: Approval, effect: 'allow' | 'deny'): ApprovalOption {
  const wanted: ApprovalOption['effect'][] = effect === 'allow' ? ['allow'] : ['deny', 'cancel'];
  for (const each of wanted) {
    const option = approval.options.find((candidate) => candidate.effect === each);
    if (option !== undefined) return option;
  }
  return { id: effect, label: effect, effect };
}

/** Settle an approval and tell the agent; the agent does not know of a question of Parley's own. */
export function resolveApproval(
  state: SessionState,
  draft: Draft,
  approval: Approval,
  option: ApprovalOption,
  answer: ApprovalAnswer,
  by: ApprovalResolution['by'],
): void {
  settle(state, draft, approval, {
    outcome: by === 'deadline' ? 'expired' : outcomeOf(option),
    by,
    optionId: option.id,
    at: draft.now,
  });
  if (approval.kind === 'launch') {
    const allowed = option.effect === 'allow';
    const words = by === 'person' ? answer.message : undefined;
    return decideLaunch(state, draft, { allowed, by, ...(words === undefined ? {} : { words }) });
  }
  draft.inputs.push({ type: 'answer', approvalId: approval.id, answer, option: option.effect });
  draft.durable = true;
  if (state.active !== undefined) state.active.progressAt = draft.now; // The clock of silence starts anew.
}

function outcomeOf(option: ApprovalOption): ApprovalResolution['outcome'] {
  switch (option.effect) {
    case 'allow':
    case 'allow-always':
      return 'allowed';
    case 'deny':
      return 'denied';
    case 'cancel':
      return 'cancelled';
  }
}

/** Nobody answered in time. */
export function expireApproval(state: SessionState, draft: Draft, approval: Approval): void {
  const option = optionFor(approval, 'deny');
  const message = 'Nobody answered in time, so this was denied.';
  resolveApproval(state, draft, approval, option, { optionId: option.id, message }, 'deadline');
}

/** The agent no longer asks. */
export function withdrawApproval(state: SessionState, draft: Draft, approval: Approval, by: 'agent' | 'engine'): void {
  settle(state, draft, approval, { outcome: 'withdrawn', by, at: draft.now });
}

/** The turn is over: what it still asked is void. */
export function withdrawApprovals(state: SessionState, draft: Draft): void {
  for (const approval of state.approvals.values()) withdrawApproval(state, draft, approval, 'engine');
}

function settle(state: SessionState, draft: Draft, approval: Approval, resolution: ApprovalResolution): void {
  state.approvals.delete(approval.id);
  draft.approval({ ...approval, resolution });
  const { active } = state;
  if (active?.row.id === approval.turnId)
    active.row = draft.turn({ ...active.row, approvals: tallied(active.row.approvals, resolution.outcome) });
  draft.emit({ type: 'approval.resolved', turnId: approval.turnId, approvalId: approval.id, resolution });
}
