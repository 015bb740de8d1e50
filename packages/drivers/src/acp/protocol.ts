// The ACP reducer: JSON-RPC 2.0, one object a line, over stdio (facts in README.md). Parley is the client. What the engine wants and the
// agent's replies are here; what the agent tells and asks is in `updates.ts` and `permission.ts`.

import { errorBody } from '@parley/schema';
import type { ApprovalId, DriverInput, DriverProtocol, TurnId } from '@parley/schema';
import { jsonTextOf, objectIn, objectOfLine, cutText, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import type { AcpDialect } from './dialect.ts';
import { elicitation } from './elicitation.ts';
import { exitFailure, promptFailure, refusal, stopFailure } from './failure.ts';
import {
  conversationOpened,
  conversationRefused,
  introduced,
  nextWish,
  openConversation,
  sayHello,
  wishRefused,
} from './handshake.ts';
import { answered, permissionRequest, requestCancelled } from './permission.ts';
import { refuse, withEntry, withoutEntry } from './state.ts';
import type {
  AcpState,
  AgentRequestId,
  OpenTurn,
  Outputs,
  PendingApproval,
  SentRequest,
  Steer,
  ToolCall,
} from './state.ts';
import { steerAnswered } from './steering.ts';
import {
  breakDown,
  endTurn,
  failBroken,
  finishTurn,
  interruptTurn,
  markRunning,
  sendSteers,
  sendWaiting,
} from './turn.ts';
import { sessionUpdate } from './updates.ts';
import { resultUsage } from './usage.ts';

/** The machine of an agent that speaks ACP over stdio; `dialect` says what is its own. */
export function acpProtocol(dialect: AcpDialect): DriverProtocol<AcpState> {
  return {
    begin: (context) => ({
      context,
      dialect,
      phase: 'opening',
      failure: undefined,
      agent: {
        version: undefined,
        canLoad: false,
        canResume: false,
        canFork: false,
        canAddFolders: false,
        canSteer: false,
      },
      sessionId: undefined,
      wishes: [],
      modeId: undefined,
      model: undefined,
      turn: undefined,
      attachments: context.threadId === undefined ? (context.options?.attachments ?? []) : [],
      requests: new Map<number, SentRequest>(),
      approvals: new Map<ApprovalId, PendingApproval>(),
      totalUsage: undefined,
      totalCost: undefined,
      nextRequest: 1,
      nextItem: 1,
      nextApproval: 1,
    }),
    step: (state, input) => {
      const outputs: Outputs = [];
      return {
        state: input.type === 'line' ? line(state, input.line, outputs) : command(state, input, outputs),
        outputs,
      };
    },
  };
}

function line(state: AcpState, text: string, out: Outputs): AcpState {
  const message = objectOfLine(text);
  if (message === undefined) {
    if (text.trim() !== '') out.push(unreadableLine(text, state.turn?.turnId));
    return state;
  }
  const { id, method } = message;
  if (typeof method !== 'string') return typeof id === 'number' ? reply(state, id, message, out) : state;
  const params = objectIn(message['params']);
  if (typeof id === 'number' || typeof id === 'string') return agentRequest(state, id, method, params, out);
  switch (method) {
    case 'session/update':
      return sessionUpdate(state, params, text, out);
    case '$/cancel_request':
      return requestCancelled(state, params, out);
    default:
      // A `_` marks extensions: what we did not ask for is nothing that we miss.
      if (!method.startsWith('_')) out.push(unknownEvent(method, text, state.turn?.turnId));
      return state;
  }
}

function agentRequest(state: AcpState, id: AgentRequestId, method: string, params: Json, out: Outputs): AcpState {
  if (method === 'session/request_permission') return permissionRequest(state, id, params, out);
  if (method === 'elicitation/create') return elicitation(state, id, params, out);
  refuse(out, id, -32601, `"Method not found": ${cutText(method, 120)}`);
  // `fs/*` and `terminal/*` belong to capabilities that `initialize` did not offer. OpenCode writes through the editor all the same, after
  // it has written itself (1.18.33): nothing is lost, and nobody needs to know.
  if (!/^(_|fs\/|terminal\/)/.test(method)) {
    const text = `The agent asked for something that Parley does not offer: ${cutText(method, 120)}`;
    out.push(notice(state.turn?.turnId, 'info', 'request_declined', text, jsonTextOf(params)));
  }
  return state;
}

function command(state: AcpState, input: Exclude<DriverInput, { type: 'line' }>, out: Outputs): AcpState {
  switch (input.type) {
    case 'opened':
      return state.phase === 'opening' && state.nextRequest === 1 ? sayHello(state, out) : state;
    case 'start':
      return start(state, input.turnId, input.text, out);
    case 'steer':
      return steer(state, input.into, input.turnId, input.text, out);
    case 'interrupt':
      return interrupt(state, input.turnId, out);
    case 'answer':
      return answered(state, input.approvalId, input.answer, input.option, out);
    case 'deadline':
      return deadline(state, input.name, out);
    case 'exited':
      return exited(state, input, out);
  }
}

function start(state: AcpState, turnId: TurnId, text: string, out: Outputs): AcpState {
  if (state.turn !== undefined) return state;
  const turn: OpenTurn = {
    turnId,
    text,
    phase: 'waiting',
    interrupted: false,
    words: undefined,
    calls: new Map<string, ToolCall>(),
    planId: undefined,
    trouble: undefined,
    answered: false,
    usage: {},
    steers: new Map<TurnId, Steer>(),
    ending: undefined,
  };
  const open = { ...state, turn };
  if (state.phase === 'broken') return failBroken(open, out);
  if (state.phase !== 'gone') return sendWaiting(open, out);
  const error = errorBody('agent_crashed', `${state.dialect.title} is no longer running.`);
  return endTurn(open, { state: 'failed', error }, out);
}

function steer(state: AcpState, into: TurnId, turnId: TurnId, text: string, out: Outputs): AcpState {
  const { turn } = state;
  if (turn?.turnId !== into || turn.interrupted || turn.ending !== undefined) {
    out.push({ type: 'steer-returned', turnId });
    return state;
  }
  const steers = withEntry(turn.steers, turnId, { text, sent: false });
  return sendSteers({ ...state, turn: { ...turn, steers } }, out);
}

function interrupt(state: AcpState, turnId: TurnId, out: Outputs): AcpState {
  if (state.turn?.turnId !== turnId) return state;
  // The agent has not heard of it yet, so there is nothing to stop.
  if (state.turn.phase === 'waiting') return endTurn(state, { state: 'interrupted' }, out);
  return interruptTurn(state, out);
}

function deadline(state: AcpState, name: 'handshake' | 'interrupt' | 'settle', out: Outputs): AcpState {
  const { title } = state.dialect;
  switch (name) {
    case 'handshake': {
      if (state.phase !== 'opening') return state;
      const reason = `${title} did not answer the handshake in time.`;
      const broken = breakDown(state, errorBody('start_timeout', reason), out);
      if (state.turn === undefined) out.push({ type: 'end-run', reason });
      return broken;
    }
    case 'interrupt': {
      if (state.turn?.interrupted !== true) return state;
      const ended = endTurn(state, { state: 'interrupted' }, out);
      out.push({ type: 'end-run', reason: `${title} did not stop the turn in time.` });
      return ended;
    }
    case 'settle':
      return state.turn?.ending === undefined ? state : endTurn(state, state.turn.ending, out);
  }
}

function exited(state: AcpState, exit: Extract<DriverInput, { type: 'exited' }>, out: Outputs): AcpState {
  const gone: AcpState = { ...state, phase: 'gone' };
  const { turn } = state;
  if (turn === undefined) return gone;
  if (turn.ending !== undefined) return endTurn(gone, turn.ending, out);
  if (turn.interrupted) return endTurn(gone, { state: 'interrupted' }, out);
  const error = state.failure ?? exitFailure(state.dialect.title, exit, state.phase === 'ready');
  return endTurn(gone, { state: 'failed', error }, out);
}

function reply(state: AcpState, id: number, message: Json, out: Outputs): AcpState {
  const sent = state.requests.get(id);
  if (sent === undefined) return state;
  const rest = { ...state, requests: withoutEntry(state.requests, id) };
  const { error } = message;
  const result = objectIn(message['result']);
  const { title } = state.dialect;
  switch (sent.kind) {
    case 'initialize':
      if (state.phase !== 'opening') return rest;
      return error === undefined
        ? introduced(rest, result, out)
        : breakDown(rest, refusal(title, 'the handshake', error), out);
    case 'authenticate':
      if (state.phase !== 'opening') return rest;
      return error === undefined
        ? openConversation(rest, out)
        : breakDown(rest, { ...refusal(title, 'the login', error), ...authError }, out);
    case 'open':
      return error === undefined
        ? conversationOpened(rest, sent.method, result, out)
        : conversationRefused(rest, sent.method, error, out);
    case 'wish':
      return error === undefined ? nextWish(rest, out) : wishRefused(rest, sent.wish, error, out);
    case 'prompt':
      return rest.turn?.turnId === sent.turnId && rest.turn.ending === undefined
        ? promptAnswered(rest, error, result, out)
        : rest;
    case 'steer':
      return steerAnswered(rest, sent.turnId, error, result, out);
  }
}

const authError = (({ code, hint, retryable }) => ({ code, hint, retryable }))(errorBody('agent_auth', ''));

/** The turn's own end, in the agent's words. */
function promptAnswered(state: AcpState, error: unknown, result: Json, out: Outputs): AcpState {
  const { title } = state.dialect;
  if (error !== undefined) {
    if (state.turn?.interrupted === true) return finishTurn(state, { state: 'interrupted' }, out);
    return finishTurn(state, { state: 'failed', error: promptFailure(title, error) }, out);
  }
  const stopReason = stringIn(result['stopReason']);
  if (stopReason === 'cancelled') return finishTurn(resultUsage(state, result, out), { state: 'interrupted' }, out);
  const told = resultUsage(markRunning(state, out), result, out);
  if (stopReason !== 'end_turn')
    return finishTurn(told, { state: 'failed', error: stopFailure(title, stopReason) }, out);
  const { trouble } = told.turn ?? {};
  if (trouble !== undefined)
    return finishTurn(told, { state: 'failed', error: promptFailure(title, { message: trouble.trim() }) }, out);
  if (told.turn?.answered === true) return finishTurn(told, { state: 'completed' }, out);
  if (told.turn?.interrupted === true) return finishTurn(told, { state: 'interrupted' }, out);
  const silent = errorBody('no_answer', `${title} ended the turn without an answer.`);
  return finishTurn(told, { state: 'failed', error: silent }, out);
}
