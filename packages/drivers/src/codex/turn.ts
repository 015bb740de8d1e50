// The life of the open turn: sent, running, interrupted, ended once.

import type { ApprovalId, ErrorBody, TurnEnd } from '@parley/schema';
import { notify, request } from './state.ts';
import type { CodexState, OpenTurn, Outputs } from './state.ts';
import { threadOptions, turnOptions } from './options.ts';
import { sandboxOf } from './policy.ts';

/** Send what waits, if nothing is in the way of it any more. */
export function sendWaiting(state: CodexState, out: Outputs): CodexState {
  const { turn, threadId } = state;
  if (state.phase !== 'ready' || state.cleaning || turn?.phase !== 'waiting' || threadId === undefined) return state;
  const { effort, personality } = state.context;
  const params = {
    threadId,
    clientUserMessageId: turn.turnId,
    input: [...state.images.map((path) => ({ type: 'localImage', path })), ...textInput(turn.text)],
    ...turnOptions(state.context),
    ...(effort === undefined ? {} : { effort }),
    ...(personality === undefined ? {} : { personality }),
  };
  return request({ ...state, images: [], turn: { ...turn, phase: 'sent' } }, out, 'turn/start', params, {
    kind: 'turn',
  });
}

/** Steered words and a wish to stop that came before Codex could take them: 0.169.0 refuses both until it said `turn/started`. */
export function sendHeldBack(state: CodexState, out: Outputs): CodexState {
  let next = state;
  const { turn, threadId } = state;
  if (turn?.phase !== 'running' || turn.codexId === undefined || threadId === undefined) return state;
  if (turn.interrupt === 'wanted') {
    const stopping: OpenTurn = { ...turn, interrupt: 'sent' };
    return request(
      { ...state, turn: stopping },
      out,
      'turn/interrupt',
      { threadId, turnId: turn.codexId },
      { kind: 'interrupt' },
    );
  }
  const steers = new Map(turn.steers);
  for (const [turnId, { text, sent }] of turn.steers) {
    if (sent) continue;
    steers.set(turnId, { text, sent: true });
    const params = { threadId, expectedTurnId: turn.codexId, clientUserMessageId: turnId, input: textInput(text) };
    next = request(next, out, 'turn/steer', params, { kind: 'steer', turnId });
  }
  return next === state ? state : { ...next, turn: { ...turn, steers } };
}

/**
 * Words of a person about what they declined. An answer of Codex's protocol has no room for them, and the model reads no more than
 * "rejected by user": so they are steered into the turn, and reach the model together with that (0.169.0). Written before the answer, else
 * the model might have gone on already.
 */
export function giveReason(state: CodexState, approvalId: ApprovalId, words: string, out: Outputs): CodexState {
  const { turn, threadId } = state;
  if (turn?.phase !== 'running' || turn.codexId === undefined || turn.interrupt !== 'none') return state;
  const params = { threadId, expectedTurnId: turn.codexId, clientUserMessageId: approvalId, input: textInput(words) };
  return request(state, out, 'turn/steer', params, { kind: 'reason' });
}

function textInput(text: string): readonly object[] {
  return [{ type: 'text', text, text_elements: [] }];
}

/** Ask Codex to stop the turn, now or as soon as it can be asked. */
export function wantInterrupt(state: CodexState, out: Outputs): CodexState {
  const { turn } = state;
  if (turn === undefined || turn.interrupt !== 'none') return state;
  out.push({ type: 'deadline', name: 'interrupt', action: 'set' });
  return sendHeldBack({ ...state, turn: { ...turn, interrupt: 'wanted' } }, out);
}

/** The turn's one end. What it still held goes back: steered words, questions. */
export function endTurn(state: CodexState, end: TurnEnd, out: Outputs): CodexState {
  const { turn } = state;
  if (turn === undefined) return state;
  for (const turnId of turn.steers.keys()) out.push({ type: 'steer-returned', turnId });
  for (const approvalId of state.approvals.keys()) out.push({ type: 'approval-withdrawn', approvalId });
  if (turn.interrupt !== 'none') out.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  out.push({ type: 'turn-ended', turnId: turn.turnId, end });
  return { ...state, turn: undefined, approvals: new Map<ApprovalId, never>() };
}

/** An interrupt ends the turn, but leaves its shell command running (0.169.0): end that too, and only then begin another turn. */
export function cleanUp(state: CodexState, out: Outputs): CodexState {
  if (state.threadId === undefined) return state;
  out.push({ type: 'deadline', name: 'settle', action: 'set' });
  return request(
    { ...state, cleaning: true },
    out,
    'thread/backgroundTerminals/clean',
    { threadId: state.threadId },
    { kind: 'clean' },
  );
}

export function cleaned(state: CodexState, out: Outputs): CodexState {
  if (!state.cleaning) return state;
  out.push({ type: 'deadline', name: 'settle', action: 'clear' });
  return sendWaiting({ ...state, cleaning: false }, out);
}

/** The handshake failed for good: the waiting turn, or the next one, ends with this. */
export function breakDown(state: CodexState, failure: ErrorBody, out: Outputs): CodexState {
  if (state.phase === 'opening') out.push({ type: 'deadline', name: 'handshake', action: 'clear' });
  return failBroken({ ...state, phase: 'broken', failure }, out);
}

/** End the turn of a broken run, and the run. Without a turn it waits for one, so that its caller learns why. */
export function failBroken(state: CodexState, out: Outputs): CodexState {
  if (state.failure === undefined || state.turn === undefined) return state;
  const ended = endTurn(state, { state: 'failed', error: state.failure }, out);
  out.push({ type: 'end-run', reason: state.failure.message });
  return ended;
}

/** After `initialize`: a new conversation, the one that the session had, or a copy of another. */
export function openThread(state: CodexState, out: Outputs): CodexState {
  const { cwd, policy, model, threadId, fork, addedFolders = [] } = state.context;
  notify(out, 'initialized');
  const settings = {
    cwd,
    ...sandboxOf(policy),
    ...threadOptions(state.context),
    // A configuration may let a model answer for the user; a session's questions go to the session.
    approvalsReviewer: 'user',
    ...(model === undefined ? {} : { model }),
    // These become `writableRoots` of the sandbox as well (0.169.0).
    ...(addedFolders.length === 0 ? {} : { runtimeWorkspaceRoots: [cwd, ...addedFolders] }),
  };
  return threadId === undefined
    ? request(state, out, 'thread/start', settings, { kind: 'thread' })
    : request(
        state,
        out,
        fork === true ? 'thread/fork' : 'thread/resume',
        { threadId, excludeTurns: true, ...settings },
        { kind: 'thread' },
      );
}
