// The Codex reducer: `codex app-server` over stdio, JSON-RPC with one object per line (facts in README.md). What Codex says goes to
// `events.ts`, `server-request.ts` and here (replies); what the engine wants is here.

import type {
  ApprovalAnswer,
  ApprovalId,
  ApprovalOption,
  DriverInput,
  DriverProtocol,
  TurnId,
  Usage,
} from '@parley/schema';
import { errorBody } from '@parley/schema';
import { objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unreadableLine } from '../shared/unknown-event.ts';
import { fillForm } from '../shared/elicitation.ts';
import { notification } from './events.ts';
import { exitFailure, refusal } from './failure.ts';
import { firstImages } from './options.ts';
import { serverRequest } from './server-request.ts';
import { answer, request, withEntry, withoutEntry } from './state.ts';
import type { CodexState, OpenItem, OpenTurn, Outputs, PendingApproval, SentRequest, Steer } from './state.ts';
import {
  breakDown,
  cleaned,
  endTurn,
  failBroken,
  giveReason,
  openThread,
  sendHeldBack,
  sendWaiting,
  wantInterrupt,
} from './turn.ts';

export const protocol: DriverProtocol<CodexState> = {
  begin: (context) => ({
    context,
    phase: 'opening',
    failure: undefined,
    agentVersion: undefined,
    threadId: context.threadId,
    roots: [context.cwd],
    turn: undefined,
    requests: new Map<number, SentRequest>(),
    approvals: new Map<ApprovalId, PendingApproval>(),
    totals: new Map<string, Usage>(),
    cleaning: false,
    images: firstImages(context),
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

function line(state: CodexState, text: string, out: Outputs): CodexState {
  const message = objectOfLine(text);
  if (message === undefined) {
    if (text.trim() !== '') out.push(unreadableLine(text, state.turn?.turnId));
    return state;
  }
  const { id, method } = message;
  if (typeof method !== 'string') return typeof id === 'number' ? reply(state, id, message, out) : state;
  const params = objectIn(message['params']);
  return typeof id === 'number' || typeof id === 'string'
    ? serverRequest(state, id, method, params, out)
    : notification(state, method, params, text, out);
}

function command(state: CodexState, input: Exclude<DriverInput, { type: 'line' }>, out: Outputs): CodexState {
  switch (input.type) {
    case 'opened':
      return opened(state, out);
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

// What nobody here reads: each would be sent often, and `turn/diff/updated` is the turn's whole diff every time.
const unwanted = [
  'turn/diff/updated',
  'thread/status/changed',
  'thread/readState/changed',
  'account/rateLimits/updated',
  'remoteControl/status/changed',
];

function opened(state: CodexState, out: Outputs): CodexState {
  if (state.phase !== 'opening' || state.nextRequest > 1) return state;
  out.push({ type: 'deadline', name: 'handshake', action: 'set' });
  const params = {
    clientInfo: { name: 'parley', title: 'Parley', version: '0.1.0' },
    // The experimental API has `thread/backgroundTerminals/clean` and `excludeTurns`.
    capabilities: { experimentalApi: true, requestAttestation: false, optOutNotificationMethods: unwanted },
  };
  return request(state, out, 'initialize', params, { kind: 'initialize' });
}

function start(state: CodexState, turnId: TurnId, text: string, out: Outputs): CodexState {
  if (state.turn !== undefined) return state;
  const turn: OpenTurn = {
    turnId,
    text,
    phase: 'waiting',
    codexId: undefined,
    interrupt: 'none',
    items: new Map<string, OpenItem>(),
    planId: undefined,
    answered: false,
    usage: {},
    steers: new Map<TurnId, Steer>(),
    lastError: undefined,
  };
  const open = { ...state, turn };
  if (state.phase === 'broken') return failBroken(open, out);
  if (state.phase !== 'gone') return sendWaiting(open, out);
  return endTurn(open, { state: 'failed', error: errorBody('agent_crashed', 'Codex is no longer running.') }, out);
}

function steer(state: CodexState, into: TurnId, turnId: TurnId, text: string, out: Outputs): CodexState {
  const { turn } = state;
  if (turn?.turnId !== into || turn.interrupt !== 'none') {
    out.push({ type: 'steer-returned', turnId });
    return state;
  }
  return sendHeldBack(
    { ...state, turn: { ...turn, steers: withEntry(turn.steers, turnId, { text, sent: false }) } },
    out,
  );
}

function interrupt(state: CodexState, turnId: TurnId, out: Outputs): CodexState {
  if (state.turn?.turnId !== turnId) return state;
  // Codex has not heard of it yet, so there is nothing to stop.
  return state.turn.phase === 'waiting' ? endTurn(state, { state: 'interrupted' }, out) : wantInterrupt(state, out);
}

function answered(
  state: CodexState,
  approvalId: ApprovalId,
  words: ApprovalAnswer,
  effect: ApprovalOption['effect'],
  out: Outputs,
): CodexState {
  const pending = state.approvals.get(approvalId);
  if (pending === undefined) return state;
  const { answers } = pending;
  const chosen =
    answers.find(({ option }) => option.id === words.optionId && option.effect === effect) ??
    answers.find(({ option }) => option.effect === effect) ??
    answers.find(({ option }) => option.effect === 'deny');
  if (chosen === undefined) return state;
  const reason = words.message?.trim() ?? '';
  const told = chosen.option.effect === 'deny' && reason !== '' ? giveReason(state, approvalId, reason, out) : state;
  answer(
    out,
    pending.requestId,
    chosen.option.effect === 'allow' ? withWords(pending, chosen.result, words) : chosen.result,
  );
  const rest = { ...told, approvals: withoutEntry(told.approvals, approvalId) };
  return chosen.option.effect === 'cancel' && pending.interruptOnCancel ? wantInterrupt(rest, out) : rest;
}

function withWords(pending: PendingApproval, result: Json, words: ApprovalAnswer): Json {
  const given = words.answers ?? {};
  switch (pending.words?.kind) {
    case undefined:
      return result;
    case 'form':
      return { ...result, content: fillForm(pending.words.fields, given) };
    case 'user-input':
      return { answers: Object.fromEntries(Object.entries(given).map(([id, answers]) => [id, { answers }])) };
  }
}

function deadline(state: CodexState, name: 'handshake' | 'interrupt' | 'settle', out: Outputs): CodexState {
  switch (name) {
    case 'handshake': {
      if (state.phase !== 'opening') return state;
      const reason = 'Codex did not answer the handshake in time.';
      const broken = breakDown(state, errorBody('start_timeout', reason), out);
      if (state.turn === undefined) out.push({ type: 'end-run', reason });
      return broken;
    }
    case 'interrupt': {
      if (state.turn === undefined || state.turn.interrupt === 'none') return state;
      const ended = endTurn(state, { state: 'interrupted' }, out);
      out.push({ type: 'end-run', reason: 'Codex did not stop the turn in time.' });
      return ended;
    }
    case 'settle':
      return cleaned(state, out);
  }
}

function exited(state: CodexState, exit: Extract<DriverInput, { type: 'exited' }>, out: Outputs): CodexState {
  const gone: CodexState = { ...state, phase: 'gone', cleaning: false };
  if (state.turn === undefined) return gone;
  if (state.turn.interrupt !== 'none') return endTurn(gone, { state: 'interrupted' }, out);
  const error = state.failure ?? exitFailure(exit, state.phase === 'ready');
  return endTurn(gone, { state: 'failed', error }, out);
}

function reply(state: CodexState, id: number, message: Json, out: Outputs): CodexState {
  const sent = state.requests.get(id);
  if (sent === undefined) return state;
  const rest = { ...state, requests: withoutEntry(state.requests, id) };
  const { error } = message;
  const result = objectIn(message['result']);
  switch (sent.kind) {
    case 'initialize':
      if (error !== undefined) return breakDown(rest, refusal('the handshake', error), out);
      // "parley/0.169.0 (Debian 12.0.0; x86_64) …": our name, Codex's version.
      return openThread({ ...rest, agentVersion: /^[^/]*\/(\S+)/.exec(stringIn(result['userAgent']) ?? '')?.[1] }, out);
    case 'thread':
      return error === undefined
        ? threadOpened(rest, result, out)
        : breakDown(rest, refusal('to open the conversation', error), out);
    case 'turn':
      return error === undefined ? turnAccepted(rest, result, out) : turnRefused(rest, error, out);
    case 'steer':
      // Accepted is not taken: the receipt is the item.
      return error === undefined ? rest : steerRefused(rest, sent.turnId, out);
    case 'interrupt':
      // Refused only when the turn is ending anyway: its `turn/completed` or the deadline settles it.
      return rest;
    case 'clean':
      return cleaned(rest, out);
    case 'reason':
      if (error !== undefined)
        out.push(
          notice(
            state.turn?.turnId,
            'warning',
            'words_not_taken',
            'Codex did not take the words about what was declined.',
          ),
        );
      return rest;
  }
}

function threadOpened(state: CodexState, result: Json, out: Outputs): CodexState {
  if (state.phase !== 'opening') return state;
  const thread = objectIn(result['thread']);
  const threadId = stringIn(thread['id']);
  if (threadId === undefined)
    return breakDown(state, errorBody('agent_protocol', 'Codex opened a conversation without telling its id.'), out);
  const { agentVersion } = state;
  const model = stringIn(result['model']);
  const cwd = stringIn(result['cwd']);
  out.push(
    {
      type: 'thread',
      threadId,
      ...(model === undefined ? {} : { model }),
      ...(agentVersion === undefined ? {} : { agentVersion }),
    },
    { type: 'deadline', name: 'handshake', action: 'clear' },
    { type: 'ready' },
  );
  const roots = cwd === undefined || state.roots.includes(cwd) ? state.roots : [...state.roots, cwd];
  return sendWaiting({ ...state, phase: 'ready', threadId, roots }, out);
}

/** The reply names the turn; that it has begun, and can be steered and stopped, is told by `turn/started` (0.169.0). */
function turnAccepted(state: CodexState, result: Json, out: Outputs): CodexState {
  const codexId = stringIn(objectIn(result['turn'])['id']);
  if (state.turn?.phase === 'waiting' || state.turn === undefined || codexId === undefined) return state;
  return sendHeldBack({ ...state, turn: { ...state.turn, codexId } }, out);
}

function turnRefused(state: CodexState, error: unknown, out: Outputs): CodexState {
  if (state.turn === undefined || state.turn.phase === 'waiting') return state;
  if (state.turn.interrupt !== 'none') return endTurn(state, { state: 'interrupted' }, out);
  return endTurn(state, { state: 'failed', error: refusal('the message', error) }, out);
}

function steerRefused(state: CodexState, turnId: TurnId, out: Outputs): CodexState {
  const { turn } = state;
  if (turn === undefined || !turn.steers.has(turnId)) return state;
  out.push({ type: 'steer-returned', turnId });
  return { ...state, turn: { ...turn, steers: withoutEntry(turn.steers, turnId) } };
}
