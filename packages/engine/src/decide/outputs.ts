// What a driver's output means for the session. Guards what a driver might get wrong: words for a turn that is over, a second end.

import { addUsage } from '@parley/schema';
import type { DriverOutput, Item, TurnEnd, TurnId, Usage } from '@parley/schema';
import { requestApproval, withdrawApproval } from './approvals.ts';
import type { TurnRetries } from '../retry/turn-retries.ts';
import type { Draft } from './draft.ts';
import { begun, joined } from './items.ts';
import type { ActiveTurn, SessionState } from './state.ts';
import {
  endRun,
  endTurn,
  interruptTurn,
  retryTurn,
  returnSteer,
  settle,
  settleSteerItem,
  startTurn,
  totalUsage,
} from './turns.ts';

export interface OutputRules {
  readonly approvalMs: number;
  /** Absent: no turn begins again. */
  readonly retries?: Pick<TurnRetries, 'failed' | 'succeeded'>;
}

/** Apply one output. What goes to stdin is the actor's business and never comes here. */
export function applyOutput(
  state: SessionState,
  draft: Draft,
  output: Exclude<DriverOutput, { type: 'write' | 'close-stdin' }>,
  rules: OutputRules,
): void {
  const { active } = state;
  switch (output.type) {
    case 'item-delta': {
      if (active === undefined || active.row.id !== output.turnId || active.phase === 'starting') return;
      worked(active, draft.now);
      active.shownAt ??= draft.now;
      active.items.get(output.itemId)?.text.push(output.text);
      draft.emitDelta(output.turnId, output.itemId, output.text);
      return;
    }
    case 'item-started': {
      const turn = working(state, draft, output.turnId);
      if (turn === undefined) return;
      turn.shownAt ??= draft.now;
      turn.items.set(output.item.id, { item: output.item, text: [] });
      noteFiles(draft, output.item);
      draft.emit({ type: 'item.started', turnId: output.turnId, item: begun(output.item) });
      return;
    }
    case 'item-completed': {
      const turn = working(state, draft, output.turnId);
      if (turn !== undefined) completeItem(turn, draft, output.item);
      return;
    }
    case 'turn-started':
      turnStarted(state, draft, output.turnId);
      return;
    case 'turn-ended':
      if (active?.row.id !== output.turnId || active.phase === 'starting') return;
      turnEnded(state, draft, active, output.end, rules);
      return;
    case 'steer-consumed': {
      const steer = state.steers.get(output.turnId);
      if (steer === undefined) return;
      state.steers.delete(output.turnId);
      settleSteerItem(draft, steer, 'consumed');
      const row = settle(draft, steer.row, { outcome: 'injected', into: steer.into });
      draft.turn({ ...row, state: 'steered', endedAt: draft.now });
      if (active !== undefined)
        Object.assign(active, {
          progressAt: draft.now,
          shownAt: active.shownAt ?? draft.now,
        } satisfies Partial<ActiveTurn>);
      return;
    }
    case 'steer-returned':
      returnSteer(state, draft, output.turnId, output.reason);
      return;
    case 'approval-requested': {
      const turn = working(state, draft, output.turnId);
      if (turn === undefined) return;
      turn.shownAt ??= draft.now;
      requestApproval(state, draft, output.turnId, output.approval, rules.approvalMs);
      return;
    }
    case 'approval-withdrawn': {
      const approval = state.approvals.get(output.approvalId);
      if (approval !== undefined) withdrawApproval(state, draft, approval, 'agent');
      return;
    }
    case 'usage': {
      const turn = working(state, draft, output.turnId);
      if (turn === undefined) return;
      turn.usage = addUsage(
        turn.usageEarlier ?? {},
        state.session.backend.kind === 'rehearsal' ? withoutCost(output.usage) : output.usage,
      );
      if (output.threadTotal !== undefined) state.session.threadTotal = output.threadTotal;
      state.session.usage = totalUsage(state, turn);
      draft.emit({ type: 'usage.updated', turnId: output.turnId, usage: turn.usage, total: state.session.usage });
      draft.touch();
      return;
    }
    case 'thread':
      learnThread(state, draft, output);
      return;
    case 'notice': {
      const { type: _type, ...notice } = output;
      if (notice.code === 'retrying' && active !== undefined && active.row.id === notice.turnId)
        active.retrying = { since: active.retrying?.since ?? draft.now, words: notice.text };
      draft.emit({ type: 'notice', ...notice });
      return;
    }
    case 'ready':
      state.driverDeadlines.delete('handshake');
      return;
    case 'deadline':
      if (output.action === 'set') state.driverDeadlines.set(output.name, draft.now);
      else state.driverDeadlines.delete(output.name);
      return;
    case 'end-run':
      endRun(state, draft, output.reason);
      return;
  }
}

function turnEnded(
  state: SessionState,
  draft: Draft,
  active: ActiveTurn,
  end: TurnEnd,
  { retries }: OutputRules,
): void {
  const { session, steers } = state;
  if (end.state === 'completed') retries?.succeeded(session);
  if (end.state === 'failed' && active.phase === 'running' && active.failure === undefined) {
    const fresh = active.shownAt === undefined && steers.size === 0;
    const retry = retries?.failed(session, end.error, { earlier: active.row.retries ?? 0, fresh, now: draft.now });
    if (retry !== undefined) {
      forgetEmptyThread(state, draft); // Else the agent has the same words twice.
      retryTurn(state, draft, active, retry);
      return;
    }
  }
  if ('error' in end && end.error.code === 'thread_missing') forgetEmptyThread(state, draft);
  endTurn(state, draft, end);
}

/** A sign of work: it is not (only) trying to reach its model any more. */
function worked(active: ActiveTurn, now: number): void {
  active.progressAt = now;
  active.retrying = undefined;
}

/** The active turn, if it is the one meant; marks that the agent works. */
function working({ active }: SessionState, draft: Draft, turnId: TurnId): ActiveTurn | undefined {
  if (active === undefined || active.row.id !== turnId || active.phase === 'starting') return undefined;
  worked(active, draft.now);
  return active;
}

function completeItem(turn: ActiveTurn, draft: Draft, completed: Item): void {
  turn.shownAt ??= draft.now;
  const item = joined(completed, turn.items.get(completed.id)?.text ?? []);
  turn.items.delete(item.id);
  noteFiles(draft, item);
  if (item.type === 'command' || item.type === 'tool_call') draft.filesMayDiffer = true;
  if (item.type === 'assistant_message' && item.text.trim() !== '') turn.answer = item.text;
  draft.emit({ type: 'item.completed', turnId: turn.row.id, item });
}

/** What the agent tells itself is not told a second time. */
function noteFiles(draft: Draft, item: Item): void {
  if (item.type === 'file_change') draft.reported.push(...item.changes);
}

/** Either the receipt of a turn that was started, or steered words that the agent takes up as a turn of their own. */
function turnStarted(state: SessionState, draft: Draft, turnId: TurnId): void {
  if (state.active !== undefined) {
    if (state.active.row.id === turnId) worked(state.active, draft.now);
    return;
  }
  const steer = state.steers.get(turnId);
  if (steer === undefined) return;
  state.steers.delete(turnId);
  settleSteerItem(draft, steer, 'returned');
  const row = settle(draft, steer.row, { outcome: 'new-turn', into: steer.into });
  startTurn(state, draft, { ...row, takenUp: true });
  const started: ActiveTurn | undefined = state.active;
  if (started === undefined) return;
  Object.assign(started, { phase: 'running', sentAt: draft.now, progressAt: draft.now } satisfies Partial<ActiveTurn>);
  if (steer.onlyHere !== undefined) interruptTurn(state, draft); // They were not to be that: nothing else can stop it now.
}

/** The agents' list prices say nothing about a model server that costs nothing. */
function withoutCost({ costUsd: _cost, ...tokens }: Usage): Usage {
  return tokens;
}

/**
 * The agent does not know its own conversation: it was killed before it had written it down. If nothing was ever said in it, the next turn
 * may begin a new one; else losing it silently would be a lie.
 */
function forgetEmptyThread({ session, usageBefore }: SessionState, draft: Draft): void {
  if (session.resumed === true || session.answered === true || Object.keys(usageBefore).length > 0) return;
  delete session.threadId;
  draft.touch();
}

function learnThread(state: SessionState, draft: Draft, told: Extract<DriverOutput, { type: 'thread' }>): void {
  const { session } = state;
  // What the agent does not keep cannot be gone on with: its next process begins anew.
  const id = session.options?.ephemeral === true ? undefined : told.threadId;
  const threadId = id !== undefined && id !== session.threadId ? { threadId: id } : {};
  const agentVersion = told.agentVersion === undefined ? {} : { agentVersion: told.agentVersion };
  const model = told.model === undefined ? {} : { model: told.model };
  if (id !== undefined) session.threadId = id;
  draft.emit({ type: 'session.updated', ...threadId, ...model, ...agentVersion });
  draft.touch();
}
