// The life of a turn: words written, taken up, steered into it, given back, and its one end.
//
// Facts of 2.1.329: every user message that carries a uuid gets `command_lifecycle` lines (queued → started → completed or cancelled),
// an `isReplay` echo, and a place in `user_message_uuids` of its turn's `system/init` and `result`. Words sent while a tool runs
// are taken in at the tool's end; words sent during the last model call open a turn of their own right after the `result`, all
// that wait together in one turn. An interrupt with `cancel_queued` lists the words that it took out of the queue.

import { errorBody } from '@parley/schema';
import type { TurnEnd, TurnId } from '@parley/schema';
import { denial } from './approvals.ts';
import { write, writeRequest, writeWords } from './state.ts';
import type { Draft, OpenTurn } from './state.ts';

export function startTurn(draft: Draft, turnId: TurnId, text: string): void {
  const { state, outputs } = draft;
  if (state.failure !== undefined || state.phase === 'closed') {
    const error = state.failure ?? errorBody('agent_crashed', 'Claude is not running any more');
    outputs.push({ type: 'turn-ended', turnId, end: { state: 'failed', error } });
  } else if (state.phase === 'opening') {
    state.kept = { turnId, text };
  } else {
    state.turn = openTurn(turnId, writeWords(draft, text), false);
  }
}

/** `uuid`: of the message that opens it. */
export function openTurn(turnId: TurnId, uuid: string, begun: boolean): OpenTurn {
  return {
    turnId,
    uuid,
    begun,
    answered: false,
    planId: undefined,
    stopping: undefined,
    refusal: undefined,
    ending: undefined,
  };
}

export function steer(draft: Draft, into: TurnId, turnId: TurnId, text: string): void {
  const { state, outputs } = draft;
  if (state.phase !== 'ready' || state.turn?.turnId !== into || state.turn.stopping !== undefined) {
    outputs.push({ type: 'steer-returned', turnId });
    return;
  }
  state.steered = [...state.steered, { turnId, uuid: writeWords(draft, text) }];
}

export function interrupt(draft: Draft, turnId: TurnId): void {
  const { state } = draft;
  if (state.kept?.turnId === turnId) {
    state.kept = undefined;
    draft.outputs.push({ type: 'turn-ended', turnId, end: { state: 'interrupted' } });
  } else if (state.turn?.turnId === turnId) {
    stop(draft, 'asked');
  }
}

/** Ask claude to stop, and to give back what waits in its queue. */
export function stop(draft: Draft, why: 'asked' | 'refused'): void {
  const { state, outputs } = draft;
  if (state.turn === undefined || state.turn.stopping !== undefined) return;
  state.turn = { ...state.turn, stopping: why };
  if (!state.oneShot) writeRequest(draft, { subtype: 'interrupt', cancel_queued: true }, { type: 'interrupt' });
  outputs.push({ type: 'deadline', name: 'interrupt', action: 'set' });
  // There, the end of the process is the only way.
  if (state.oneShot) outputs.push({ type: 'end-run', reason: 'The turn is to stop.' });
}

/** Claude has taken the words with this uuid: into the running turn, or as the beginning of one. */
export function take(draft: Draft, uuid: string): void {
  const { state, outputs } = draft;
  if (state.turn?.uuid === uuid) {
    if (state.turn.begun) return;
    state.turn = { ...state.turn, begun: true };
    outputs.push({ type: 'turn-started', turnId: state.turn.turnId });
    return;
  }
  const words = state.steered.find((each) => each.uuid === uuid);
  if (words === undefined) return;
  state.steered = state.steered.filter((each) => each !== words);
  if (state.turn !== undefined && state.turn.ending === undefined) {
    outputs.push({ type: 'steer-consumed', turnId: words.turnId });
    return;
  }
  if (state.turn?.ending !== undefined) endTurn(draft, state.turn.ending);
  state.turn = openTurn(words.turnId, uuid, true);
  outputs.push({ type: 'turn-started', turnId: words.turnId });
}

/** Claude has put the words with this uuid out of its queue: it did not and will not take them. */
export function giveBack(draft: Draft, uuid: string): void {
  const { state, outputs } = draft;
  const words = state.steered.find((each) => each.uuid === uuid);
  if (words !== undefined) {
    state.steered = state.steered.filter((each) => each !== words);
    outputs.push({ type: 'steer-returned', turnId: words.turnId });
    if (state.turn?.ending !== undefined && state.steered.length === 0) endTurn(draft, state.turn.ending);
  } else if (state.turn?.uuid === uuid && !state.turn.begun) {
    // Its own words were still queued when the interrupt came: no result follows.
    endTurn(draft, endOfStopped(state.turn));
  }
}

/** How a turn ends that claude stopped, or that nobody could stop in time. */
export function endOfStopped(turn: OpenTurn): TurnEnd {
  return turn.refusal === undefined ? { state: 'interrupted' } : { state: 'failed', error: turn.refusal };
}

/** The turn has its result. With words still on their way it stays open until it is known what becomes of them. */
export function concludeTurn(draft: Draft, end: TurnEnd): void {
  const { state, outputs } = draft;
  if (state.turn === undefined) return;
  if (state.steered.length === 0) {
    endTurn(draft, end);
  } else {
    state.turn = { ...state.turn, ending: end };
    outputs.push({ type: 'deadline', name: 'settle', action: 'set' });
  }
}

/** Nothing has become of the steered words: take them back, so that they run exactly once. */
export function settle(draft: Draft): void {
  const { state, outputs } = draft;
  if (state.turn?.ending === undefined) return;
  if (state.waiting.some((request) => request.type === 'withdraw')) {
    // It does not even answer any more.
    closeRun(draft, 'Claude did not say what became of words that were sent into a turn');
    return;
  }
  for (const { uuid } of state.steered) {
    writeRequest(draft, { subtype: 'cancel_async_message', message_uuid: uuid }, { type: 'withdraw', uuid });
  }
  outputs.push({ type: 'deadline', name: 'settle', action: 'set' });
}

/** The one place where a turn ends. */
export function endTurn(draft: Draft, end: TurnEnd): void {
  const { state, outputs } = draft;
  const { turn } = state;
  if (turn === undefined) return;
  for (const { approvalId, requestId } of state.asked) {
    // A question that is still open when its turn is over is one that claude has forgotten; if it has not, the answer is no.
    if (state.phase === 'ready') write(draft, denial(requestId, 'The turn is over.'));
    outputs.push({ type: 'approval-withdrawn', approvalId });
  }
  if (turn.stopping !== undefined) outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  if (turn.ending !== undefined) outputs.push({ type: 'deadline', name: 'settle', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: turn.turnId, end });
  state.turn = undefined;
  state.blocks = [];
  state.tools = [];
  state.asked = [];
  if (state.oneShot && state.phase !== 'closed') {
    state.phase = 'closed';
    outputs.push({ type: 'end-run', reason: 'The turn is over.' });
  }
}

/** Give back all words, end the open turn by `end` (default: by what is known of it), and ask for the end of the run. */
export function closeRun(draft: Draft, reason: string, end?: TurnEnd): void {
  const { state, outputs } = draft;
  if (state.phase === 'closed') return;
  endAll(draft, end ?? { state: 'failed', error: errorBody('agent_protocol', reason) });
  outputs.push({ type: 'end-run', reason });
}

/** Nothing more will be heard of claude. An open turn ends by its own result where it has one, else by `end`. */
export function endAll(draft: Draft, end: TurnEnd): void {
  const { state, outputs } = draft;
  state.phase = 'closed';
  for (const { turnId } of state.steered) outputs.push({ type: 'steer-returned', turnId });
  state.steered = [];
  if (state.kept !== undefined) {
    outputs.push({ type: 'turn-ended', turnId: state.kept.turnId, end });
    state.kept = undefined;
  }
  if (state.turn !== undefined) endTurn(draft, state.turn.ending ?? end);
}
