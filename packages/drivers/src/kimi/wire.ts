// The reducer of `kimi --wire`: JSON-RPC 2.0 with one object per line, string ids, one process for many turns (facts in README.md).

import { errorBody } from '@parley/schema';
import type { DriverDeadline, DriverInput, DriverProtocol } from '@parley/schema';
import { cutText, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { unreadableLine } from '../shared/unknown-event.ts';
import { exitFailure, promptFailure } from './failure.ts';
import { newSessionId } from './session-id.ts';
import { endWords, readEvent } from './wire-events.ts';
import { answerAsk, readRequest } from './wire-requests.ts';
import { emptyState, request } from './wire-state.ts';
import type { Draft, WireState } from './wire-state.ts';
import {
  beginTurn,
  breakDown,
  cancelRefused,
  endTurn,
  failed,
  interrupt,
  sendWaiting,
  startTurn,
  steer,
  steerRefused,
} from './wire-turn.ts';

export const wireProtocol: DriverProtocol<WireState> = {
  begin: emptyState,
  step: (state, input) => {
    const draft: Draft = { state: { ...state }, outputs: [] };
    if (input.type === 'line') readLine(draft, input.line);
    else obey(draft, input);
    return draft;
  },
};

function obey(draft: Draft, input: Exclude<DriverInput, { type: 'line' }>): void {
  switch (input.type) {
    case 'opened':
      hello(draft);
      return;
    case 'start':
      startTurn(draft, input.turnId, input.text);
      return;
    case 'steer':
      steer(draft, input.into, input.turnId, input.text);
      return;
    case 'interrupt':
      interrupt(draft, input.turnId);
      return;
    case 'answer': {
      const { turn, asked } = draft.state;
      // First the stop: after the "no" alone the turn may end as if all were well.
      if (input.option === 'cancel' && turn !== undefined && asked.some((ask) => ask.approvalId === input.approvalId))
        interrupt(draft, turn.turnId);
      answerAsk(draft, input.approvalId, input.option, input.answer);
      return;
    }
    case 'deadline':
      deadline(draft, input.name);
      return;
    case 'exited':
      exited(draft, input);
  }
}

function hello(draft: Draft): void {
  if (draft.state.phase !== 'opening' || draft.state.counts.requests > 0) return;
  draft.outputs.push({ type: 'deadline', name: 'handshake', action: 'set' });
  const params = {
    protocol_version: '1.10',
    client: { name: 'parley', version: '0.1.0' },
    // Without the first, kimi hides its tool for questions from the model.
    capabilities: { supports_question: true, supports_plan_mode: false },
  };
  request(draft, 'initialize', params, { kind: 'initialize' });
}

function deadline(draft: Draft, name: DriverDeadline): void {
  const { state, outputs } = draft;
  switch (name) {
    case 'handshake': {
      if (state.phase !== 'opening') return;
      const reason = 'Kimi did not answer the handshake in time.';
      const hadTurn = state.turn !== undefined;
      breakDown(draft, errorBody('start_timeout', reason));
      if (!hadTurn) outputs.push({ type: 'end-run', reason });
      return;
    }
    case 'interrupt':
      if (state.turn === undefined || state.turn.interrupt === 'none') return;
      endTurn(draft, { state: 'interrupted' });
      outputs.push({ type: 'end-run', reason: 'Kimi did not stop the turn in time.' });
      return;
    case 'settle':
  }
}

function exited(draft: Draft, exit: Extract<DriverInput, { type: 'exited' }>): void {
  const { state } = draft;
  const isReady = state.phase === 'ready';
  state.phase = 'gone';
  if (state.turn === undefined) return;
  if (state.turn.interrupt !== 'none') endTurn(draft, { state: 'interrupted' });
  else endTurn(draft, failed(state.failure ?? exitFailure(exit, state.lastWords ?? '', isReady)));
}

function readLine(draft: Draft, line: string): void {
  const { state, outputs } = draft;
  const message = objectOfLine(line);
  if (message === undefined) {
    if (line.trim() === '') return;
    state.lastWords = cutText(line.trim(), 2_000);
    outputs.push(unreadableLine(line, state.turn?.turnId));
    return;
  }
  const { id, method } = message;
  const params = objectIn(message.params);
  if (method === 'event') readEvent(draft, params, line);
  else if (method === 'request' && typeof id === 'string') readRequest(draft, id, params, line);
  else if (method === undefined && typeof id === 'string') readResponse(draft, id, message);
  // What is left are errors without an id: kimi could not read a line of ours. No turn of ours hangs on it.
  else outputs.push(unreadableLine(line, state.turn?.turnId));
}

function readResponse(draft: Draft, id: string, message: Json): void {
  const { state } = draft;
  const sent = state.requests.get(id);
  if (sent === undefined) return;
  const rest = new Map(state.requests);
  rest.delete(id);
  state.requests = rest;
  const { error } = message;
  switch (sent.kind) {
    case 'initialize':
      greeted(draft, objectIn(message.result), error);
      return;
    case 'prompt':
      promptAnswered(draft, objectIn(message.result), error);
      return;
    case 'steer':
      // Accepted is not taken: the receipt is `SteerInput`.
      if (error !== undefined)
        steerRefused(draft, sent.turnId, stringIn(objectIn(error).message) ?? 'Kimi refused the words');
      return;
    case 'cancel':
      if (error !== undefined) cancelRefused(draft);
  }
}

function greeted(draft: Draft, result: Json, error: unknown): void {
  const { state, outputs } = draft;
  if (state.phase !== 'opening') return;
  // Protocol 1.0 knows no `initialize` and needs none.
  if (error !== undefined && objectIn(error).code !== -32601) {
    const words = stringIn(objectIn(error).message) ?? 'no reason given';
    breakDown(draft, errorBody('agent_protocol', `Kimi refused the handshake: ${words}`));
    return;
  }
  const agentVersion = stringIn(objectIn(result.server).version);
  const threadId = state.context.threadId ?? newSessionId(state.context.runId);
  outputs.push(
    { type: 'thread', threadId, ...(agentVersion === undefined ? {} : { agentVersion }) },
    { type: 'deadline', name: 'handshake', action: 'clear' },
    { type: 'ready' },
  );
  state.phase = 'ready';
  sendWaiting(draft);
}

/** The one proof of how a turn ended: its `TurnEnd` says nothing. */
function promptAnswered(draft: Draft, result: Json, error: unknown): void {
  const { turn } = draft.state;
  if (turn === undefined || turn.phase === 'waiting') return;
  beginTurn(draft);
  endWords(draft);
  const wasStopped = turn.interrupt !== 'none';
  if (error !== undefined) {
    endTurn(draft, wasStopped ? { state: 'interrupted' } : failed(promptFailure(error)));
    return;
  }
  switch (result.status) {
    case 'finished':
      // It may have ended by itself, before it heard of the stop.
      if (wasStopped && (!turn.answered || turn.declined.length > 0)) endTurn(draft, { state: 'interrupted' });
      else endTurn(draft, finished(draft.state));
      return;
    case 'cancelled':
      endTurn(draft, { state: 'interrupted' });
      return;
    case 'max_steps_reached': {
      const steps = numberIn(result.steps);
      const words = `Kimi stopped after ${steps ?? 'as many'} steps${steps === undefined ? ' as it may take' : ', the most it may take'} in one turn.`;
      endTurn(draft, failed(errorBody('step_limit', words, steps === undefined ? {} : { steps })));
      return;
    }
    default:
      endTurn(draft, failed(errorBody('agent_protocol', `Kimi ended the turn as "${String(result.status)}".`)));
  }
}

function finished({ turn }: WireState): ReturnType<typeof failed> {
  if (turn?.answered === true) return { state: 'completed' };
  const why = (turn?.declined.length ?? 0) > 0 ? ' after it was told no' : '';
  return failed(errorBody('no_answer', `Kimi ended the turn without an answer${why}.`));
}
