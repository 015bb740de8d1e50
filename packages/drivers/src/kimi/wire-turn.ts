// The life of the open turn on the wire: prompt sent, begun, steered, stopped, ended once.

import { errorBody } from '@parley/schema';
import type { ErrorBody, TurnEnd, TurnId } from '@parley/schema';
import { activeTurn, changeTurn, newTurn, request } from './wire-state.ts';
import type { Draft } from './wire-state.ts';

export function startTurn(draft: Draft, turnId: TurnId, text: string): void {
  const { state } = draft;
  if (state.turn !== undefined) return;
  state.turn = newTurn(turnId, text);
  if (state.phase === 'broken') failBroken(draft);
  else if (state.phase === 'gone') endTurn(draft, failed(errorBody('agent_crashed', 'Kimi is no longer running.')));
  else sendWaiting(draft);
}

/** Send the prompt that waits for the handshake, once that is done. Its response comes when the whole turn is over. */
export function sendWaiting(draft: Draft): void {
  const { turn, phase } = draft.state;
  if (phase !== 'ready' || turn?.phase !== 'waiting') return;
  changeTurn(draft, { phase: 'sent' });
  request(draft, 'prompt', { user_input: turn.text }, { kind: 'prompt' });
}

/** Kimi said something that only a turn in progress says. */
export function beginTurn(draft: Draft): void {
  const { turn } = draft.state;
  if (turn?.phase !== 'sent') return;
  changeTurn(draft, { phase: 'running' });
  draft.outputs.push({ type: 'turn-started', turnId: turn.turnId });
  if (turn.interrupt === 'again') sendCancel(draft);
  else sendHeldBack(draft);
}

export function steer(draft: Draft, into: TurnId, turnId: TurnId, text: string): void {
  const { turn } = draft.state;
  if (turn?.turnId !== into || turn.interrupt !== 'none') {
    draft.outputs.push({ type: 'steer-returned', turnId });
    return;
  }
  changeTurn(draft, { steers: [...turn.steers, { turnId, text, sent: false }] });
  sendHeldBack(draft);
}

/** Steered words that came before the turn had begun: kimi refuses them until then. */
function sendHeldBack(draft: Draft): void {
  const turn = activeTurn(draft);
  if (turn === undefined || turn.interrupt !== 'none') return;
  for (const each of turn.steers) {
    if (!each.sent) request(draft, 'steer', { user_input: each.text }, { kind: 'steer', turnId: each.turnId });
  }
  changeTurn(draft, { steers: turn.steers.map((each) => ({ ...each, sent: true })) });
}

/**
 * `SteerInput`: kimi took steered words into the turn, between two steps. It tells their text and takes them in order, so the first ones
 * with that text are meant, or the first ones at all where it tells them otherwise (as content parts).
 */
export function steerTaken(draft: Draft, text: string | undefined): void {
  const turn = activeTurn(draft);
  const sent = turn?.steers.filter((each) => each.sent) ?? [];
  const taken = sent.find((each) => each.text === text) ?? sent[0];
  if (turn === undefined || taken === undefined) return;
  changeTurn(draft, { steers: turn.steers.filter((each) => each !== taken) });
  draft.outputs.push({ type: 'steer-consumed', turnId: taken.turnId });
}

export function steerRefused(draft: Draft, turnId: TurnId, reason: string): void {
  const { turn } = draft.state;
  if (turn === undefined || !turn.steers.some((each) => each.turnId === turnId)) return;
  changeTurn(draft, { steers: turn.steers.filter((each) => each.turnId !== turnId) });
  draft.outputs.push({ type: 'steer-returned', turnId, reason });
}

export function interrupt(draft: Draft, turnId: TurnId): void {
  const { turn } = draft.state;
  if (turn?.turnId !== turnId || turn.interrupt !== 'none') return;
  // Kimi has not heard of it yet, so there is nothing to stop.
  if (turn.phase === 'waiting') {
    endTurn(draft, { state: 'interrupted' });
    return;
  }
  draft.outputs.push({ type: 'deadline', name: 'interrupt', action: 'set' });
  sendCancel(draft);
}

function sendCancel(draft: Draft): void {
  changeTurn(draft, { interrupt: 'asked' });
  request(draft, 'cancel', {}, { kind: 'cancel' });
}

/** Kimi had no turn to cancel: either it begins ours only now, or its response is on the way. */
export function cancelRefused(draft: Draft): void {
  if (draft.state.turn?.phase === 'sent') changeTurn(draft, { interrupt: 'again' });
}

/** The turn's one end. What it still held goes back: steered words, questions. */
export function endTurn(draft: Draft, end: TurnEnd): void {
  const { state, outputs } = draft;
  const { turn } = state;
  if (turn === undefined) return;
  for (const { turnId } of turn.steers) outputs.push({ type: 'steer-returned', turnId });
  // Kimi itself settles its open requests when a turn ends.
  for (const { approvalId } of state.asked) outputs.push({ type: 'approval-withdrawn', approvalId });
  if (turn.interrupt !== 'none') outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: turn.turnId, end });
  state.turn = undefined;
  state.asked = [];
}

/** The handshake failed for good: the waiting turn, or the next one, ends with this. */
export function breakDown(draft: Draft, failure: ErrorBody): void {
  const { state, outputs } = draft;
  if (state.phase === 'opening') outputs.push({ type: 'deadline', name: 'handshake', action: 'clear' });
  state.phase = 'broken';
  state.failure = failure;
  failBroken(draft);
}

/** End the turn of a broken run, and the run. Without a turn it waits for one, so that its caller learns why. */
function failBroken(draft: Draft): void {
  const { state, outputs } = draft;
  if (state.failure === undefined || state.turn === undefined) return;
  endTurn(draft, failed(state.failure));
  outputs.push({ type: 'end-run', reason: state.failure.message });
}

export function failed(error: ErrorBody): TurnEnd {
  return { state: 'failed', error };
}
