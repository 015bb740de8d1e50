// May the active turn be started? A turn that is held starts only as it was approved; where a person decides, everything waits for that. A
// plan that is another one than the approved one (the session's policy or model, the words or the program changed) was not approved.

import { errorBody, newId } from '@parley/schema';
import type { Approval, ErrorBody, LaunchHold, Session, TurnRow } from '@parley/schema';
import { withdrawApproval } from './approvals.ts';
import type { Draft } from './draft.ts';
import { note } from './launch-decision.ts';
import { planHashOf, planView } from './launch-plan.ts';
import { sessionOfTurn } from './state.ts';
import type { ActiveTurn, SessionState } from './state.ts';

export type Start = { readonly may: 'start' | 'wait' } | { readonly may: 'not'; readonly error: ErrorBody };

const start: Start = { may: 'start' };
const wait: Start = { may: 'wait' };

/** Decides, and asks where it has to. `approvalMs`: how long a person has. */
export function mayStart(
  state: SessionState,
  draft: Draft,
  active: ActiveTurn,
  { approvalMs }: { readonly approvalMs: number },
): Start {
  const { hold } = active.row;
  if (hold === undefined) return start;
  if (hold.decision === 'denied') return { may: 'not', error: denied(hold) };
  const planHash = planHashOf(sessionOfTurn(state), active.row.text, hold.environment);
  const asked = [...state.approvals.values()].find(({ kind, turnId }) => kind === 'launch' && turnId === active.row.id);
  if (planHash === hold.planHash) {
    if (hold.decision === 'approved') return start;
    if (asked === undefined) ask(state, draft, active, hold, approvalMs);
    return wait;
  }
  if (asked !== undefined) withdrawApproval(state, draft, asked, 'engine');
  if (hold.ask) {
    ask(state, draft, active, { ...hold, planHash, changed: true }, approvalMs);
    return wait;
  }
  const refused: LaunchHold = { ...hold, decision: 'denied', denial: changedWords };
  active.row = draft.turn({ ...active.row, hold: refused });
  note(draft, refused, { status: 'denied', decidedBy: 'engine', decidedAt: draft.now });
  return { may: 'not', error: denied(refused) };
}

/** Whether exactly this may be launched for it: the last look, right before a process is started. */
export function isApproved({ hold, text }: TurnRow, session: Session, environment: string): boolean {
  return (
    hold === undefined || (hold.decision === 'approved' && hold.planHash === planHashOf(session, text, environment))
  );
}

/** What surrounds the agent is another one than when it was decided. */
export function environmentChanged({ active }: SessionState, draft: Draft, environment: string): void {
  if (active?.row.hold !== undefined && active.row.hold.environment !== environment)
    active.row = draft.turn({ ...active.row, hold: { ...active.row.hold, environment } });
}

/** It waits for a person before anything is done for it. */
export function isAsked({ row }: ActiveTurn): boolean {
  return row.hold?.decision === 'asked';
}

const changedWords = 'The launch plan was changed after it had been approved.';

function ask(state: SessionState, draft: Draft, active: ActiveTurn, hold: LaunchHold, approvalMs: number): void {
  const session = sessionOfTurn(state);
  const { text, id: turnId } = active.row;
  const { policy, agent, cwd } = session;
  const approval: Approval = {
    id: newId('approval', draft.now),
    kind: 'launch',
    title: `Start ${agent} with the policy ${policy} in ${cwd}`,
    reason: reasonOf(hold),
    cwd,
    input: planView(session, text),
    options: [
      { id: 'start', label: 'Start it', effect: 'allow' },
      { id: 'refuse', label: 'Do not start it', effect: 'deny' },
    ],
    sessionId: session.id,
    turnId,
    requestedAt: draft.now,
    deadlineAt: draft.now + approvalMs,
  };
  state.approvals.set(approval.id, approval);
  draft.emit({ type: 'approval.requested', turnId, approval });
  draft.approval(approval);
  active.row = draft.turn({ ...active.row, hold: { ...hold, decision: 'asked' } });
  note(draft, hold, { status: 'asked', planHash: hold.planHash, approvalId: approval.id });
  draft.durable = true;
}

function reasonOf({ score, threshold, reasons, changed }: LaunchHold): string {
  const weighed = `It scored ${score}, where ${threshold} goes through unasked: ${reasons.join('; ')}.`;
  return changed === true ? `${changedWords} ${weighed}` : weighed;
}

function denied({ record, score, threshold, reasons, denial = changedWords }: LaunchHold): ErrorBody {
  return errorBody('approval_denied', denial, { record, score, threshold, reasons });
}
