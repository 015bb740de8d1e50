// The life of a turn: queued, started, ended, and what starts next. Every way to end a turn goes through `endTurn`.

import { addUsage, errorBody, newId } from '@parley/schema';
import type { ErrorBody, EventBody, InputReceipt, RunId, TurnEnd, TurnRow, Usage } from '@parley/schema';
import type { Draft } from './draft.ts';
import { fileFindings } from './file-changes.ts';
import { endedWith } from './items.ts';
import { withdrawApprovals } from './approvals.ts';
import { withdrawLaunch } from './launch-decision.ts';
import { environmentChanged, mayStart } from './launch-hold.ts';
import { announceQueue, enqueue } from './queue.ts';
import type { Retry } from '../retry/turn-retries.ts';
import { isBusy, sessionOfTurn } from './state.ts';
import type { ActiveTurn, SessionState, Steer } from './state.ts';

/** Make a turn the active one. Only when the session is not busy. */
export function startTurn(state: SessionState, draft: Draft, queued: TurnRow): void {
  const { queueOrder: _order, steerInto: _into, steerOnly: _only, ...rest } = queued;
  const startSeq = draft.emit({ type: 'turn.started', turnId: queued.id, text: queued.text });
  const row = draft.turn({ ...rest, state: 'running', startedAt: draft.now, startSeq });
  draft.emit({
    type: 'item.completed',
    turnId: row.id,
    item: { id: newId('item', draft.now), type: 'user_message', text: row.text },
  });
  state.active = {
    row,
    phase: 'starting',
    items: new Map(),
    answer: '',
    usage: undefined,
    usageEarlier: undefined,
    failure: undefined,
    progressAt: undefined,
    sentAt: undefined,
    interruptedAt: undefined,
    filesUnclear: false,
    shownAt: undefined,
  };
  state.usageBefore = state.session.usage;
  draft.durable = true;
  draft.touch();
}

/**
 * Do what can be done next: bring up a process, tell the driver, start the next queued turn. Called after every change. `approvalMs`: how
 * long a person has who is asked whether a turn may start.
 */
export function proceed(state: SessionState, draft: Draft, rules: { readonly approvalMs: number }): void {
  if (state.closing) return;
  if (!isBusy(state)) {
    const next = state.queue.shift();
    if (next !== undefined) {
      startTurn(state, draft, next);
      announceQueue(state, draft);
    }
  }
  const { active, run } = state;
  if (active?.phase === 'starting' && active.row.retryAt === undefined && isStartable(state, draft, active, rules)) {
    switch (run.phase) {
      case 'none':
        launch(state, draft);
        break;
      case 'up':
        if (isStale(state)) endRun(state, draft, 'policy or model changed');
        else tellDriver(state, draft, active);
        break;
      case 'launching':
      case 'ending':
        break; // Comes back here when the process is up, or gone.
    }
  }
  if (run.phase === 'up') run.idleSince = isBusy(state) ? undefined : (run.idleSince ?? draft.now);
}

/** False: it waits for a person, or was refused and has ended. */
function isStartable(
  state: SessionState,
  draft: Draft,
  active: ActiveTurn,
  rules: { readonly approvalMs: number },
): boolean {
  const start = mayStart(state, draft, active, rules);
  if (start.may !== 'not') return start.may === 'start';
  endTurn(state, draft, failed(start.error));
  returnSteers(state, draft);
  proceed(state, draft, rules);
  return false;
}

function launch(state: SessionState, draft: Draft): void {
  const { policy, model } = sessionOfTurn(state);
  state.run = { phase: 'launching', runId: newId('run', draft.now), settings: { policy, model } };
  draft.effects.push({ type: 'launch' });
}

function tellDriver(state: SessionState, draft: Draft, active: ActiveTurn): void {
  active.phase = 'running';
  active.sentAt = draft.now;
  applyChange(state, draft, active);
  if (state.run.phase === 'up') state.run.told += 1;
  draft.inputs.push({
    type: 'start',
    turnId: active.row.id,
    text: active.row.resumed === true ? goOn : active.row.text,
  });
  for (const steer of state.steers.values()) {
    if (steer.sent) continue;
    steer.sent = true;
    draft.inputs.push({ type: 'steer', into: steer.into, turnId: steer.row.id, text: steer.row.text });
  }
}

/** What its request wanted of the session holds from here on: had it not started, for whatever reason, the session would be as it was. */
function applyChange({ session }: SessionState, draft: Draft, active: ActiveTurn): void {
  const { change, ...row } = active.row;
  if (change === undefined) return;
  active.row = draft.turn(row);
  const { policy = session.policy, model = session.model } = change;
  if (policy === session.policy && model === session.model) return;
  Object.assign(session, change);
  draft.emit({ type: 'session.updated', ...change });
  draft.touch();
}

/** What an agent that fell silent is told when its conversation is resumed. */
export const goOn =
  'Your work on my last message was cut off. Go on from where you are: do not repeat what is done, finish what is left, and end with your answer.';

/** Code of the notice that says so. */
export const resumedCode = 'resumed_after_silence';

/**
 * The agent is silent: instead of giving up, resume its conversation in a new process and let it go on. Once in a turn, and only where the
 * conversation can be resumed. False when that cannot be.
 */
export function resumeAfterSilence(state: SessionState, draft: Draft, silent: string): boolean {
  const { active, session, run } = state;
  if (active?.phase !== 'running' || active.row.resumed === true) return false;
  if (active.progressAt === undefined || session.threadId === undefined || run.phase !== 'up') return false;
  const text = `The agent was silent for ${silent}. Parley resumes its conversation, once, and lets it go on.`;
  draft.emit({ type: 'notice', turnId: active.row.id, level: 'warning', code: resumedCode, text });
  for (const open of active.items.values())
    draft.emit({ type: 'item.completed', turnId: active.row.id, item: endedWith(open, 'interrupted') });
  active.items.clear();
  withdrawApprovals(state, draft);
  active.row = draft.turn({ ...active.row, resumed: true });
  active.phase = 'starting';
  active.sentAt = undefined;
  active.progressAt = undefined;
  active.usageEarlier = active.usage;
  draft.durable = true;
  endRun(state, draft, 'silent');
  return true;
}

/** Code of the notice that says that a turn begins again. */
export const retryCode = 'model_retry';

/** Instead of failing, the turn begins again later, in a new process. Nothing of it was shown, so nothing is shown twice. */
export function retryTurn(state: SessionState, draft: Draft, active: ActiveTurn, { attempt, at, text }: Retry): void {
  draft.emit({ type: 'notice', turnId: active.row.id, level: 'warning', code: retryCode, text });
  active.row = draft.turn({ ...active.row, retries: attempt, retryAt: at });
  active.phase = 'starting';
  active.sentAt = undefined;
  active.progressAt = undefined;
  active.retrying = undefined;
  active.usageEarlier = active.usage;
  draft.durable = true;
  endRun(state, draft, 'its turn begins again');
}

/** The wait before a retry is over. */
export function retryNow({ active }: SessionState, draft: Draft): void {
  if (active === undefined) return;
  const { retryAt: _over, ...row } = active.row;
  active.row = draft.turn(row);
}

/** A process before this one had its words. */
function wasTold({ row }: ActiveTurn): boolean {
  return row.resumed === true || row.retries !== undefined;
}

function isStale(state: SessionState): boolean {
  const { run } = state;
  const { policy, model } = sessionOfTurn(state);
  return run.phase === 'up' && (run.settings.policy !== policy || run.settings.model !== model);
}

/** Let the process go; `processGone` follows. `hurry`: as in `Effect`. */
export function endRun(
  state: SessionState,
  draft: Draft,
  reason: string,
  hurry = state.active?.phase === 'interrupting',
): void {
  if (state.run.phase !== 'up' && state.run.phase !== 'launching') return;
  state.run = { phase: 'ending', runId: state.run.runId };
  draft.effects.push({ type: 'end-run', reason, hurry });
}

/** The one way a turn ends. What is open in it ends with it. */
export function endTurn(state: SessionState, draft: Draft, saidEnd: TurnEnd): void {
  const { active } = state;
  if (active === undefined) return;
  const end = active.failure !== undefined && saidEnd.state !== 'completed' ? failed(active.failure) : saidEnd;
  for (const open of active.items.values()) {
    draft.emit({ type: 'item.completed', turnId: active.row.id, item: endedWith(open, end.state) });
  }
  // What it used is in the agent's total, and nobody knows how much: the next difference would be of two turns.
  if (active.usage === undefined && (active.phase !== 'starting' || wasTold(active))) delete state.session.threadTotal;
  withdrawApprovals(state, draft);
  withdrawLaunch(draft, active.row);
  if (draft.watched === active.row.id) draft.leaveRoom(fileFindings);
  draft.emit(terminalEvent(active, end));
  const { retryAt: _waited, ...row } = active.row;
  draft.turn({
    ...row,
    state: end.state,
    endedAt: draft.now,
    ...(active.answer === '' ? {} : { answer: active.answer }),
    ...(active.usage === undefined ? {} : { usage: active.usage }),
    ...(active.shownAt === undefined ? {} : { firstOutputAt: active.shownAt }),
    ...('error' in end ? { error: end.error } : {}),
  });
  if (active.row.startSeq !== undefined) draft.prune = { from: active.row.startSeq, to: state.session.head + 1 };
  if (end.state === 'completed') state.session.answered = true;
  state.lastTurnFailed = end.state === 'failed' || end.state === 'lost';
  state.driverDeadlines.delete('interrupt');
  state.active = undefined;
  state.lastEndAt = draft.now;
  draft.durable = true;
  draft.touch();
}

const failed = (error: ErrorBody): TurnEnd => ({ state: 'failed', error });

function terminalEvent(active: ActiveTurn, end: TurnEnd): EventBody {
  const turnId = active.row.id;
  const usage: { usage?: Usage } = active.usage === undefined ? {} : { usage: active.usage };
  switch (end.state) {
    case 'completed':
      return { type: 'turn.completed', turnId, ...usage };
    case 'interrupted':
      return { type: 'turn.interrupted', turnId, ...usage };
    case 'failed':
      return { type: 'turn.failed', turnId, error: end.error, ...usage };
    case 'lost':
      return { type: 'turn.lost', turnId, error: end.error, ...usage };
  }
}

/** Stop the active turn. `failure` is why Parley stops it by itself; absent when somebody asked. */
export function interruptTurn(state: SessionState, draft: Draft, failure?: ErrorBody): void {
  const { active } = state;
  if (active === undefined) return;
  active.failure ??= failure;
  if (active.phase === 'interrupting') return;
  if (active.phase === 'starting') {
    endTurn(state, draft, { state: 'interrupted' }); // Nothing was sent, so nothing runs.
    returnSteers(state, draft);
    return;
  }
  active.phase = 'interrupting';
  active.interruptedAt = draft.now;
  draft.inputs.push({ type: 'interrupt', turnId: active.row.id });
  draft.durable = true;
}

/** Steered words that no agent holds any more run next, in the order in which they came. */
export function returnSteers(state: SessionState, draft: Draft): void {
  for (const turnId of [...state.steers.keys()].reverse()) returnSteer(state, draft, turnId);
}

export function returnSteer(state: SessionState, draft: Draft, turnId: TurnRow['id'], reason?: string): void {
  const steer = state.steers.get(turnId);
  if (steer === undefined) return;
  state.steers.delete(turnId);
  settleSteerItem(draft, steer, 'returned');
  const { into, row, onlyHere } = steer;
  if (onlyHere !== undefined) {
    const returned = settle(draft, row, { outcome: 'returned', into, reason: reason ?? onlyHere });
    draft.turn({ ...returned, state: 'cancelled', endedAt: draft.now });
    return;
  }
  const outcome = state.active?.row.id === into ? 'queued' : 'new-turn';
  enqueue(state, draft, settle(draft, row, { outcome, into, ...(reason === undefined ? {} : { reason }) }), 'front');
}

/** Tell what became of words that were sent to a busy session; the row keeps it. */
export function settle(draft: Draft, row: TurnRow, receipt: InputReceipt): TurnRow {
  draft.emit({ type: 'input.settled', turnId: row.id, receipt });
  draft.durable = true;
  return { ...row, receipt };
}

/** Tell in the transcript what became of steered words. */
export function settleSteerItem(
  draft: Draft,
  steer: Pick<Steer, 'row' | 'into' | 'itemId'>,
  delivery: 'consumed' | 'returned',
): void {
  draft.emit({
    type: 'item.completed',
    turnId: steer.into,
    item: { id: steer.itemId, type: 'user_message', text: steer.row.text, steer: { turnId: steer.row.id, delivery } },
  });
  draft.durable = true;
  draft.touch();
}

/**
 * The process could not be brought up: the turn that it was for fails, and so will the next ones, each with its own end. A turn that began
 * meanwhile has had no start of its own yet: it gets one.
 */
export function launchFailed(
  state: SessionState,
  draft: Draft,
  error: ErrorBody,
  wantedBy: TurnRow['id'] | undefined,
): void {
  state.run = { phase: 'none' };
  if (state.active?.row.id !== wantedBy) return;
  endTurn(state, draft, failed(error));
  returnSteers(state, draft);
}

/** Nothing was started, because the plan is not the approved one: whether the active turn may start as things are now is decided anew. */
export function notLaunched(state: SessionState, draft: Draft, environment: string): void {
  state.run = { phase: 'none' };
  environmentChanged(state, draft, environment);
}

/** The process is up and has been told nothing yet. */
export function launched(state: SessionState, draft: Draft, runId: RunId): void {
  if (state.run.phase !== 'launching' || state.run.runId !== runId) return;
  state.run = { phase: 'up', runId, settings: state.run.settings, idleSince: draft.now, told: 0 };
  draft.inputs.push({ type: 'opened' });
}

/**
 * A process that was kept warm can die unseen, and the next turn is told to a dead one. It showed no sign of work on it, so the turn begins
 * again in a new process. False when that is not what happened.
 */
export function beginsAgain(state: SessionState, draft: Draft): boolean {
  const { active, run } = state;
  if (active?.phase !== 'running' || active.progressAt !== undefined || run.phase !== 'up' || run.told < 2)
    return false;
  active.phase = 'starting';
  active.sentAt = undefined;
  draft.emit({
    type: 'notice',
    turnId: active.row.id,
    level: 'info',
    code: 'process_replaced',
    text: 'The process that was kept for this turn had ended: the turn begins in a new one.',
  });
  return true;
}

/** The process is gone and its driver has had its last word. What it did not settle is settled here. */
export function processGone(state: SessionState, draft: Draft): void {
  state.run = { phase: 'none' };
  state.driverDeadlines.clear();
  if (state.active !== undefined && state.active.phase !== 'starting') {
    endTurn(
      state,
      draft,
      state.active.phase === 'interrupting'
        ? { state: 'interrupted' }
        : failed(errorBody('agent_crashed', 'The agent ended in the middle of the turn without saying why.')),
    );
  }
  returnSteers(state, draft);
}

/** What all turns up to now have used. */
export function totalUsage(state: SessionState, active: ActiveTurn): Usage {
  return active.usage === undefined ? state.usageBefore : addUsage(state.usageBefore, active.usage);
}
