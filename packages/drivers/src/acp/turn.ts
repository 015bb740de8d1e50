// The life of the open turn: sent, running, told to stop, ended once.

import { basename } from 'node:path';
import type { ApprovalId, ErrorBody, TurnEnd, TurnId } from '@parley/schema';
import { answer, notify, request, withEntry } from './state.ts';
import type { AcpState, OpenTurn, Outputs } from './state.ts';

/** Send the waiting prompt, once the conversation is open. */
export function sendWaiting(state: AcpState, out: Outputs): AcpState {
  const { turn, sessionId } = state;
  if (state.phase !== 'ready' || turn?.phase !== 'waiting' || sessionId === undefined) return state;
  const files = state.attachments.map((path) => ({
    type: 'resource_link',
    // As it is: Gemini, the one that has attachments, takes the path as it stands here (0.61.0).
    uri: `file://${path}`,
    name: basename(path),
  }));
  const params = { sessionId, prompt: [...files, ...textPrompt(turn.text)] };
  const sent: OpenTurn = { ...turn, phase: 'sent' };
  return request({ ...state, turn: sent, attachments: [] }, out, 'session/prompt', params, {
    kind: 'prompt',
    turnId: turn.turnId,
  });
}

export function textPrompt(text: string): readonly object[] {
  return [{ type: 'text', text }];
}

/** The agent gave a sign of work on the turn: say so once, and give it the steered words that waited for this. */
export function markRunning(state: AcpState, out: Outputs): AcpState {
  const { turn } = state;
  if (turn?.phase !== 'sent') return state;
  out.push({ type: 'turn-started', turnId: turn.turnId });
  return sendSteers({ ...state, turn: { ...turn, phase: 'running' } }, out);
}

/** An agent that has not begun the turn would answer that there is none to steer, so words wait until it has. */
export function sendSteers(state: AcpState, out: Outputs): AcpState {
  const { turn, sessionId } = state;
  if (turn?.phase !== 'running' || turn.interrupted || sessionId === undefined) return state;
  if (!state.agent.canSteer) return returnSteers(state, turn, out);
  let next = state;
  let steers = turn.steers;
  for (const [turnId, { text, sent }] of turn.steers) {
    if (sent) continue;
    steers = withEntry(steers, turnId, { text, sent: true });
    // `promptRequired`: if the turn is over by then, leave the words to us; we run them as a turn that we see the end of.
    const params = { sessionId, prompt: textPrompt(text), _meta: { steering: { idleBehavior: 'promptRequired' } } };
    next = request(next, out, '_session/steering', params, { kind: 'steer', turnId });
  }
  return steers === turn.steers ? state : { ...next, turn: { ...turn, steers } };
}

function returnSteers(state: AcpState, turn: OpenTurn, out: Outputs): AcpState {
  const reason = `${state.dialect.title} takes no words into a running turn.`;
  for (const turnId of turn.steers.keys()) out.push({ type: 'steer-returned', turnId, reason });
  return turn.steers.size === 0 ? state : { ...state, turn: { ...turn, steers: new Map<TurnId, never>() } };
}

/** Complete the open message or thought. Its text is what its deltas said: the agent gives no whole text. */
export function closeWords(turn: OpenTurn, out: Outputs): OpenTurn {
  const { words } = turn;
  if (words === undefined) return turn;
  out.push({ type: 'item-completed', turnId: turn.turnId, item: { id: words.id, type: words.type, text: '' } });
  return { ...turn, words: undefined };
}

/** Tell the agent to stop. Its questions are answered `cancelled`, as the protocol wants it; the prompt's result is the end. */
export function interruptTurn(state: AcpState, out: Outputs): AcpState {
  const { turn, sessionId } = state;
  if (turn === undefined || turn.interrupted || sessionId === undefined) return state;
  notify(out, 'session/cancel', { sessionId });
  const quiet = cancelQuestions(state, out);
  out.push({ type: 'deadline', name: 'interrupt', action: 'set' });
  return { ...quiet, turn: { ...turn, interrupted: true } };
}

function cancelQuestions(state: AcpState, out: Outputs): AcpState {
  for (const [approvalId, { requestId, cancelled }] of state.approvals) {
    answer(out, requestId, cancelled);
    out.push({ type: 'approval-withdrawn', approvalId });
  }
  return { ...state, approvals: new Map<ApprovalId, never>() };
}

/**
 * The agent said that the turn is over. Steered words that it has not answered for yet come first: whether they are to run again
 * depends on its answer.
 */
export function finishTurn(state: AcpState, end: TurnEnd, out: Outputs): AcpState {
  const { turn } = state;
  if (turn === undefined) return state;
  const waits = [...turn.steers.values()].some(({ sent }) => sent);
  if (!waits) return endTurn(state, end, out);
  out.push({ type: 'deadline', name: 'settle', action: 'set' });
  return { ...state, turn: { ...turn, ending: end } };
}

/** The turn's one end. What it still held goes back: steered words, questions. */
export function endTurn(state: AcpState, end: TurnEnd, out: Outputs): AcpState {
  const { turn } = state;
  if (turn === undefined) return state;
  closeWords(turn, out);
  for (const turnId of turn.steers.keys()) out.push({ type: 'steer-returned', turnId });
  const quiet = state.phase === 'gone' ? withdrawQuestions(state, out) : cancelQuestions(state, out);
  if (turn.interrupted) out.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  if (turn.ending !== undefined) out.push({ type: 'deadline', name: 'settle', action: 'clear' });
  out.push({ type: 'turn-ended', turnId: turn.turnId, end });
  return { ...quiet, turn: undefined };
}

/** Nobody is left to be answered. */
function withdrawQuestions(state: AcpState, out: Outputs): AcpState {
  for (const approvalId of state.approvals.keys()) out.push({ type: 'approval-withdrawn', approvalId });
  return { ...state, approvals: new Map<ApprovalId, never>() };
}

/** The handshake failed for good: the waiting turn, or the next one, ends with this. */
export function breakDown(state: AcpState, failure: ErrorBody, out: Outputs): AcpState {
  if (state.phase !== 'opening') return state;
  out.push({ type: 'deadline', name: 'handshake', action: 'clear' });
  return failBroken({ ...state, phase: 'broken', failure }, out);
}

/** End the turn of a broken run, and the run. Without a turn it waits for one, so that its caller learns why. */
export function failBroken(state: AcpState, out: Outputs): AcpState {
  if (state.failure === undefined || state.turn === undefined) return state;
  const ended = endTurn(state, { state: 'failed', error: state.failure }, out);
  out.push({ type: 'end-run', reason: state.failure.message });
  return ended;
}
