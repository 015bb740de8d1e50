// What was decided about a turn that may only start as it was approved: on its row, and in the record of the decision.

import type { ApprovalResolution, LaunchHold, RequestApproval, TurnRow } from '@parley/schema';
import type { Draft } from './draft.ts';
import type { SessionState } from './state.ts';

/** A person or the deadline has decided about the active turn. `words`: what the person said to it. */
export function decideLaunch(
  state: SessionState,
  draft: Draft,
  { allowed, by, words }: { readonly allowed: boolean; readonly by: ApprovalResolution['by']; readonly words?: string },
): void {
  const { active } = state;
  if (active?.row.hold === undefined) return;
  const decidedBy = by === 'person' || by === 'deadline' ? by : 'engine';
  const who = decidedBy === 'person' ? 'A person refused to start it' : 'Nobody allowed it in time';
  const denial = words === undefined ? `${who}.` : `${who}: ${words}`;
  const hold: LaunchHold = {
    ...active.row.hold,
    ...(allowed ? { decision: 'approved' } : { decision: 'denied', denial }),
  };
  active.row = draft.turn({ ...active.row, hold });
  note(draft, hold, { status: allowed ? 'approved' : 'denied', decidedBy, decidedAt: draft.now });
  draft.durable = true;
}

/** The turn is over, or taken back, before anybody has decided. */
export function withdrawLaunch(draft: Draft, { hold }: TurnRow): void {
  if (hold?.decision === 'asked') note(draft, hold, { status: 'withdrawn', decidedBy: 'engine', decidedAt: draft.now });
}

/** In the record. */
export function note(draft: Draft, { record: id }: LaunchHold, change: Partial<RequestApproval>): void {
  draft.requestApprovals.set(id, { ...draft.requestApprovals.get(id), ...change, id });
}
