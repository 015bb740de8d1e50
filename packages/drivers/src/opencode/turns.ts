// The life of a turn: words posted, seen in the conversation, steered into it, and its one end.
//
// Facts of 1.18.33: `prompt_async` is answered with 204 before the message exists; then come `message.updated` with role user, its text
// part, `session.status busy`, and assistant messages whose `parentID` is the newest user message that they answer. A step that
// ends with "stop" is not the end of the turn: words posted meanwhile are answered by another assistant message, and only
// `session.status idle` (then `session.idle`) says that nothing more comes.

import { errorBody } from '@parley/schema';
import type { ErrorBody, TurnEnd, TurnId } from '@parley/schema';
import { cutText } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { namedModel } from './model.ts';
import { openTurn, request, updateTurn } from './state.ts';
import type { Draft, OpenTurn } from './state.ts';

export function startTurn(draft: Draft, turnId: TurnId, text: string): void {
  const { state } = draft;
  if (state.turn !== undefined) return;
  state.turn = openTurn(turnId, text, 'waiting');
  if (state.phase === 'ready') postTurn(draft);
  else if (state.phase !== 'opening') failBroken(draft);
}

/** Post the words of the turn that waits. */
export function postTurn(draft: Draft): void {
  const { state } = draft;
  if (state.turn?.phase !== 'waiting' || state.sessionId === undefined) return;
  updateTurn(draft, { phase: 'sent' });
  if (state.untitled) {
    // With a title of its own a session costs no extra request to the model for one.
    state.untitled = false;
    const title = cutText(state.turn.text.trim().split('\n', 1)[0] ?? '', 80);
    if (title !== '') request(draft, 'PATCH', `/session/${state.sessionId}`, { kind: 'title' }, { title });
  }
  request(
    draft,
    'POST',
    `/session/${state.sessionId}/prompt_async`,
    { kind: 'prompt' },
    prompt(draft, state.turn.text),
  );
}

function prompt(draft: Draft, text: string): Json {
  const { model, endpoint, variant, effort } = draft.state.context;
  const named = namedModel(model, endpoint);
  const variation = variant ?? effort;
  return {
    agent: 'build',
    ...(named === undefined ? {} : { model: named }),
    ...(variation === undefined ? {} : { variant: variation }),
    parts: [{ type: 'text', text }],
  };
}

export function steer(draft: Draft, into: TurnId, turnId: TurnId, text: string): void {
  const { state, outputs } = draft;
  if (state.phase !== 'ready' || state.turn?.turnId !== into || state.turn.stopping !== undefined) {
    outputs.push({ type: 'steer-returned', turnId });
    return;
  }
  state.steered = [...state.steered, { turnId, text, phase: 'kept', messageId: undefined }];
  postSteered(draft);
}

/** One at a time, and only into a turn that runs, so that they arrive in their order. */
export function postSteered(draft: Draft): void {
  const { state } = draft;
  if (state.turn?.phase !== 'running' || state.turn.stopping !== undefined || state.sessionId === undefined) return;
  if (state.steered.some(({ phase }) => phase === 'sent')) return;
  const next = state.steered.find(({ phase }) => phase === 'kept');
  if (next === undefined) return;
  state.steered = state.steered.map((each) => (each === next ? { ...each, phase: 'sent' } : each));
  const meaning = { kind: 'steer', turnId: next.turnId } as const;
  request(draft, 'POST', `/session/${state.sessionId}/prompt_async`, meaning, prompt(draft, next.text));
}

/** A message of the user with this text is in the conversation: the turn's own words, or steered ones. */
export function wordsArrived(draft: Draft, messageId: string, text: string): void {
  const { state, outputs } = draft;
  const { turn } = state;
  const sent = state.steered.find(({ phase }) => phase === 'sent');
  if (turn?.phase === 'sent') {
    updateTurn(draft, { phase: 'running', messageId });
    outputs.push({ type: 'turn-started', turnId: turn.turnId });
    if (turn.stopping !== undefined) postAbort(draft);
    else postSteered(draft);
  } else if (sent !== undefined && (sent.text === text || turn?.phase === 'running')) {
    state.steered = state.steered.map((each) => (each === sent ? { ...each, phase: 'arrived', messageId } : each));
    postSteered(draft);
  }
}

/** An assistant message answers the user message `parentId`: with it, all words that arrived before have been taken. */
export function wordsAnswered(draft: Draft, parentId: string): void {
  const { state, outputs } = draft;
  const at = state.steered.findIndex(({ messageId }) => messageId === parentId);
  if (at < 0) return;
  const taken = state.steered.slice(0, at + 1);
  state.steered = state.steered.slice(at + 1);
  const { turn } = state;
  let rest = taken;
  if (turn?.ending !== undefined) {
    // They came when the turn was over: OpenCode made a turn of its own of them.
    const [first] = taken;
    const { messages, ending } = turn;
    const later = state.steered;
    state.steered = [];
    endTurn(draft, ending);
    if (first === undefined) return;
    state.steered = later;
    state.turn = { ...openTurn(first.turnId, first.text, 'running'), messageId: first.messageId, messages };
    outputs.push({ type: 'turn-started', turnId: first.turnId });
    rest = taken.slice(1);
  }
  for (const { turnId } of rest) outputs.push({ type: 'steer-consumed', turnId });
}

/** OpenCode did not take these steered words, and will not. */
export function steerRefused(draft: Draft, turnId: TurnId, reason: string): void {
  const { state, outputs } = draft;
  if (!state.steered.some((each) => each.turnId === turnId)) return;
  state.steered = state.steered.filter((each) => each.turnId !== turnId);
  outputs.push({ type: 'steer-returned', turnId, reason });
  if (state.turn?.ending !== undefined && state.steered.length === 0) endTurn(draft, state.turn.ending);
  else postSteered(draft);
}

export function interrupt(draft: Draft, turnId: TurnId): void {
  const { turn } = draft.state;
  if (turn?.turnId !== turnId) return;
  // OpenCode has not heard of it yet, so there is nothing to stop.
  if (turn.phase === 'waiting') endTurn(draft, { state: 'interrupted' });
  else stop(draft, 'asked');
}

/** Have OpenCode stop, once it works on the turn: an abort that overtakes the prompt would stop nothing. */
export function stop(draft: Draft, why: 'asked' | ErrorBody): void {
  const { turn } = draft.state;
  if (turn === undefined || turn.stopping !== undefined) return;
  updateTurn(draft, { stopping: why });
  draft.outputs.push({ type: 'deadline', name: 'interrupt', action: 'set' });
  returnSteered(draft, 'kept');
  if (turn.phase === 'running') postAbort(draft);
}

function postAbort(draft: Draft): void {
  const { sessionId } = draft.state;
  if (sessionId !== undefined) request(draft, 'POST', `/session/${sessionId}/abort`, { kind: 'abort' });
}

/** OpenCode is idle: that ends the turn, unless steered words are still on their way to it. */
export function idle(draft: Draft): void {
  const { state, outputs } = draft;
  const { turn } = state;
  // Before its words have arrived it is the idle of an earlier turn.
  if (turn?.phase !== 'running' || turn.ending !== undefined) return;
  const end = endOf(turn);
  returnSteered(draft, 'kept');
  // After an abort nothing answers the words that had arrived.
  if (turn.stopping !== undefined) returnSteered(draft, 'arrived');
  if (state.steered.length === 0) {
    endTurn(draft, end);
  } else {
    updateTurn(draft, { ending: end });
    outputs.push({ type: 'deadline', name: 'settle', action: 'set' });
  }
}

function endOf(turn: OpenTurn): TurnEnd {
  if (turn.stopping === 'asked') return { state: 'interrupted' };
  if (turn.stopping !== undefined) return { state: 'failed', error: turn.stopping };
  if (turn.lastError !== undefined) return { state: 'failed', error: turn.lastError };
  if (turn.finish === 'tool-calls' && turn.denied.size > 0) {
    return {
      state: 'failed',
      error: errorBody('agent_refused', 'OpenCode ended the turn because it was denied a tool.'),
    };
  }
  return turn.answered && turn.finish !== 'tool-calls'
    ? { state: 'completed' }
    : { state: 'failed', error: errorBody('no_answer', 'OpenCode ended the turn without an answer.') };
}

/** Nothing has become of the steered words: they are run again as turns of their own. */
export function settle(draft: Draft): void {
  const { turn } = draft.state;
  if (turn?.ending !== undefined) endTurn(draft, turn.ending);
}

function returnSteered(draft: Draft, phase: 'kept' | 'arrived'): void {
  const { state, outputs } = draft;
  for (const each of state.steered) {
    if (each.phase === phase) outputs.push({ type: 'steer-returned', turnId: each.turnId });
  }
  state.steered = state.steered.filter((each) => each.phase !== phase);
}

/** The one place where a turn ends. What it still held goes back: steered words, questions. */
export function endTurn(draft: Draft, end: TurnEnd): void {
  const { state, outputs } = draft;
  const { turn } = state;
  if (turn === undefined) return;
  for (const { turnId } of state.steered) outputs.push({ type: 'steer-returned', turnId });
  state.steered = [];
  for (const { approvalId } of state.asked) outputs.push({ type: 'approval-withdrawn', approvalId });
  state.asked = [];
  if (turn.stopping !== undefined) outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  if (turn.ending !== undefined) outputs.push({ type: 'deadline', name: 'settle', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: turn.turnId, end });
  for (const id of turn.messages.keys()) {
    if (state.lastMessageId === undefined || id > state.lastMessageId) state.lastMessageId = id;
  }
  state.turn = undefined;
  state.isCut = false;
}

/** The run cannot go on: the turn that waits, or the next one, ends with this. */
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
  const error = state.failure ?? errorBody('agent_crashed', 'OpenCode is no longer running.');
  if (state.turn === undefined) return;
  endTurn(draft, { state: 'failed', error });
  if (state.phase !== 'closed') outputs.push({ type: 'end-run', reason: error.message });
}
