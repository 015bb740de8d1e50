// The OpenCode server machine: HTTP and events of `opencode serve` as lines of `parley adapter http`, as a pure reducer. Seen on 1.18.33.

import { errorBody } from '@parley/schema';
import type { DriverContext, DriverDeadline, DriverInput, DriverProtocol, DriverStep } from '@parley/schema';
import { isObject, listIn, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unreadableLine } from '../shared/unknown-event.ts';
import { answer, permissionAsked, questionAsked } from './asked.ts';
import { catchUp, readEvent } from './events.ts';
import { answerFailure, exitFailure } from './failure.ts';
import { draftOf, emptyState, request, withoutEntry } from './state.ts';
import type { Draft, OpenCodeState, OurRequest } from './state.ts';
import { breakDown, endTurn, idle, interrupt, postTurn, settle, startTurn, steer, steerRefused } from './turns.ts';

export const protocol: DriverProtocol<OpenCodeState> = {
  begin: (context: DriverContext): OpenCodeState => emptyState(context),

  step(state: OpenCodeState, input: DriverInput): DriverStep<OpenCodeState> {
    const draft = draftOf(state);
    change(draft, input);
    return draft;
  },
};

function change(draft: Draft, input: DriverInput): void {
  switch (input.type) {
    case 'line':
      if (draft.state.phase !== 'closed') readLine(draft, input.line);
      return;
    case 'opened':
      draft.outputs.push({ type: 'deadline', name: 'handshake', action: 'set' });
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
    case 'answer':
      answer(draft, input.approvalId, input.option, input.answer);
      return;
    case 'deadline':
      passed(draft, input.name);
      return;
    case 'exited':
      exited(draft, input);
      return;
  }
}

function readLine(draft: Draft, line: string): void {
  const message = objectOfLine(line);
  const { turn } = draft.state;
  if (message === undefined) {
    if (line.trim() !== '') draft.outputs.push(unreadableLine(line, turn?.turnId));
  } else if (isObject(message['event'])) {
    readEvent(draft, message['event'], line);
  } else if (typeof message['id'] === 'string') {
    readAnswer(draft, message['id'], message);
  } else {
    readAdapter(draft, message, line);
  }
}

function readAdapter(draft: Draft, message: Json, line: string): void {
  const { state, outputs } = draft;
  switch (message['adapter']) {
    case 'ready':
      if (state.phase === 'opening' && state.waiting.size === 0) openSession(draft);
      return;
    case 'events-cut':
      state.isCut = state.turn !== undefined;
      // A server that is up and refuses (a broken configuration) will not get better.
      if (state.phase === 'opening' && typeof message['status'] === 'number')
        breakDown(draft, errorBody('agent_start_failed', `OpenCode cannot start: ${stringIn(message['error']) ?? ''}`));
      return;
    case 'events-open':
      if (!state.isCut || state.turn === undefined || state.turn.phase === 'waiting') return;
      state.isCut = false;
      outputs.push(
        notice(state.turn.turnId, 'info', 'events_cut', 'The stream of events was cut; reading what it held.'),
      );
      request(draft, 'GET', '/session/status', { kind: 'status' });
      request(draft, 'GET', '/permission', { kind: 'asked' });
      request(draft, 'GET', '/question', { kind: 'asked' });
      return;
    case 'exited':
      // The engine tells it too, with what was printed to stderr.
      return;
    default:
      outputs.push(unreadableLine(line, state.turn?.turnId));
  }
}

function openSession(draft: Draft): void {
  const { threadId, fork } = draft.state.context;
  request(draft, 'GET', '/global/health', { kind: 'health' });
  if (threadId === undefined) request(draft, 'POST', '/session', { kind: 'session' }, { title: 'Parley' });
  else if (fork === true)
    request(draft, 'POST', `/session/${encodeURIComponent(threadId)}/fork`, { kind: 'session' }, {});
  else request(draft, 'GET', `/session/${encodeURIComponent(threadId)}`, { kind: 'session' });
}

function readAnswer(draft: Draft, id: string, message: Json): void {
  const { state } = draft;
  const meaning = state.waiting.get(id);
  if (meaning === undefined) return;
  state.waiting = withoutEntry(state.waiting, id);
  const status = numberIn(message['status']) ?? 0;
  if (status >= 200 && status < 300) succeeded(draft, meaning, message['body']);
  else failed(draft, meaning, message, status);
}

function succeeded(draft: Draft, meaning: OurRequest, body: unknown): void {
  const { state, outputs } = draft;
  switch (meaning.kind) {
    case 'health': {
      const agentVersion = stringIn(objectIn(body)['version']);
      if (agentVersion !== undefined) outputs.push({ type: 'thread', agentVersion });
      return;
    }
    case 'session':
      sessionOpened(draft, stringIn(objectIn(body)['id']));
      return;
    case 'status': {
      const { sessionId, turn } = state;
      if (sessionId === undefined || turn === undefined) return;
      // Sessions that do nothing are not in the list.
      const type = stringIn(objectIn(objectIn(body)[sessionId])['type']) ?? 'idle';
      const meant = { kind: 'messages', isIdle: type === 'idle' } as const;
      request(draft, 'GET', `/session/${sessionId}/message?limit=100`, meant);
      return;
    }
    case 'messages':
      catchUp(draft, body, meaning.isIdle);
      if (meaning.isIdle) idle(draft);
      return;
    case 'asked':
      for (const each of listIn(body)) readAsked(draft, objectIn(each));
      return;
    case 'title':
    case 'prompt':
    case 'abort':
    case 'reply':
    case 'steer':
      // Accepted is not done: the events tell.
      return;
  }
}

function readAsked(draft: Draft, asked: Json): void {
  if (!draft.state.family.has(stringIn(asked['sessionID']) ?? '')) return;
  if (Array.isArray(asked['questions'])) questionAsked(draft, asked);
  else permissionAsked(draft, asked);
}

function sessionOpened(draft: Draft, sessionId: string | undefined): void {
  const { state, outputs } = draft;
  if (state.phase !== 'opening') return;
  if (sessionId === undefined) {
    breakDown(draft, errorBody('agent_protocol', 'OpenCode opened a conversation without telling its id.'));
    return;
  }
  state.phase = 'ready';
  state.sessionId = sessionId;
  state.family = new Set([sessionId]);
  state.untitled = state.context.threadId === undefined;
  outputs.push(
    { type: 'thread', threadId: sessionId },
    { type: 'deadline', name: 'handshake', action: 'clear' },
    { type: 'ready' },
  );
  postTurn(draft);
}

function failed(draft: Draft, meaning: OurRequest, message: Json, status: number): void {
  const { state, outputs } = draft;
  switch (meaning.kind) {
    case 'session': {
      const words = `OpenCode does not have the conversation ${state.context.threadId ?? ''} any more.`;
      const isMissing = status === 404 && state.context.threadId !== undefined;
      breakDown(
        draft,
        isMissing ? errorBody('thread_missing', words) : answerFailure('to open the conversation', message),
      );
      return;
    }
    case 'prompt':
      if (state.turn?.phase === 'sent')
        endTurn(draft, { state: 'failed', error: answerFailure('the message', message) });
      return;
    case 'steer':
      steerRefused(draft, meaning.turnId, answerFailure('the words', message).message);
      return;
    case 'messages':
    case 'status':
      // Nothing was learned: what still comes is read, and the engine's own deadline guards the rest.
      outputs.push(
        notice(
          state.turn?.turnId,
          'warning',
          'events_lost',
          answerFailure('what the stream of events held', message).message,
        ),
      );
      return;
    case 'reply':
      outputs.push(
        notice(
          state.turn?.turnId,
          'warning',
          'answer_refused',
          answerFailure('an answer to its question', message).message,
        ),
      );
      return;
    case 'health':
    case 'title':
    case 'abort':
    case 'asked':
      // Not worth a word: an abort that fails meets its deadline.
      return;
  }
}

function passed(draft: Draft, name: DriverDeadline): void {
  const { state, outputs } = draft;
  switch (name) {
    case 'handshake': {
      if (state.phase !== 'opening') return;
      const hadTurn = state.turn !== undefined;
      const reason = 'OpenCode did not come up in time.';
      breakDown(draft, errorBody('start_timeout', reason));
      if (!hadTurn) outputs.push({ type: 'end-run', reason });
      return;
    }
    case 'interrupt': {
      const stopping = state.turn?.stopping;
      if (stopping === undefined) return;
      endTurn(draft, stopping === 'asked' ? { state: 'interrupted' } : { state: 'failed', error: stopping });
      outputs.push({ type: 'end-run', reason: 'OpenCode did not stop the turn in time.' });
      return;
    }
    case 'settle':
      if (state.turn?.phase === 'sent' && state.turn.lastError !== undefined)
        endTurn(draft, { state: 'failed', error: state.turn.lastError });
      else settle(draft);
      return;
  }
}

function exited(draft: Draft, exit: Extract<DriverInput, { type: 'exited' }>): void {
  const { state } = draft;
  const wasReady = state.phase === 'ready';
  const { turn } = state;
  state.phase = 'closed';
  if (turn === undefined) return;
  if (turn.ending !== undefined) return endTurn(draft, turn.ending);
  if (turn.stopping === 'asked') return endTurn(draft, { state: 'interrupted' });
  const error = turn.stopping ?? state.failure ?? exitFailure(exit, wasReady);
  endTurn(draft, { state: 'failed', error });
}
