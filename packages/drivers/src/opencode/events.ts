// OpenCode's events (`GET /event`), read for the open turn. Seen on 1.18.33.

import { errorBody } from '@parley/schema';
import { isObject, listIn, numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { permissionAsked, questionAsked, questionGone } from './asked.ts';
import { failureOf, isAbort, retryFailure } from './failure.ts';
import { readDelta, readPart, readPlan } from './parts.ts';
import { updateTurn, withEntry } from './state.ts';
import type { Draft, OpenTurn } from './state.ts';
import { idle, stop, wordsAnswered } from './turns.ts';

/** After so many failed tries of one request to the model, about 20 s, the turn fails: OpenCode itself would go on for minutes. */
const maxTries = 4;

/** Events that nobody here reads: the adapter drops them. Some come every few seconds, some hold whole diffs. */
export const unwantedEvents: readonly string[] = [
  'server.heartbeat',
  'server.connected',
  'session.updated',
  'session.diff',
  'plugin.added',
  'catalog.updated',
  'reference.updated',
  'integration.updated',
  'models-dev.refreshed',
  'lsp.updated',
  'lsp.client.diagnostics',
  'file.edited',
  'file.watcher.updated',
  'project.updated',
  'project.directories.updated',
  'vcs.branch.updated',
  'mcp.tools.changed',
  'message.removed',
  'message.part.removed',
  'command.executed',
  'installation.updated',
  'installation.update-available',
  'server.instance.disposed',
  'global.disposed',
  'session.deleted',
];
const unwanted: ReadonlySet<string> = new Set(unwantedEvents);

export function readEvent(draft: Draft, event: Json, line: string): void {
  const { state } = draft;
  const type = stringIn(event['type']) ?? '';
  const properties = objectIn(event['properties']);
  if (type === 'session.created') {
    const info = objectIn(properties['info']);
    const [id, parent] = [stringIn(info['id']), stringIn(info['parentID'])];
    if (id !== undefined && parent !== undefined && state.family.has(parent))
      state.family = new Set([...state.family, id]);
    return;
  }
  const sessionId = stringIn(properties['sessionID']);
  // Other conversations of the same server, and what is about none.
  if (sessionId === undefined || !state.family.has(sessionId)) {
    if (sessionId === undefined && type !== '' && !unwanted.has(type) && !isForTerminal(type))
      draft.outputs.push(unknownEvent(type, line, state.turn?.turnId));
    return;
  }
  const isChild = sessionId !== state.sessionId;
  switch (type) {
    case 'message.part.delta':
      if (!isChild) readDelta(draft, properties);
      return;
    case 'message.part.updated':
      readPart(draft, objectIn(properties['part']), isChild);
      return;
    case 'message.updated':
      if (!isChild) readMessage(draft, objectIn(properties['info']));
      return;
    case 'session.status':
      if (!isChild) readStatus(draft, objectIn(properties['status']));
      return;
    case 'session.idle':
      if (!isChild) idle(draft);
      return;
    case 'session.error':
      if (!isChild) readError(draft, properties['error']);
      return;
    case 'todo.updated':
      if (!isChild) readPlan(draft, properties['todos']);
      return;
    case 'permission.asked':
      permissionAsked(draft, properties);
      return;
    case 'question.asked':
      questionAsked(draft, properties);
      return;
    case 'permission.replied':
    case 'question.replied':
    case 'question.rejected':
      questionGone(draft, stringIn(properties['requestID']));
      return;
    case 'session.compacted':
      if (!isChild && state.turn !== undefined) {
        const text = 'OpenCode summarised the conversation to make room.';
        draft.outputs.push(notice(state.turn.turnId, 'info', 'context_compacted', text));
      }
      return;
    default:
      if (!unwanted.has(type) && !isForTerminal(type)) draft.outputs.push(unknownEvent(type, line, state.turn?.turnId));
  }
}

/** `session.next.*` and `permission.v2.*` double the events above for a client that is not out yet. */
function isForTerminal(type: string): boolean {
  return /^(tui|pty|workspace|worktree|session\.next|permission\.v2|question\.v2|integration|mcp\.browser)\b/.test(
    type,
  );
}

export function readMessage(draft: Draft, info: Json): void {
  const { state } = draft;
  const { turn } = state;
  const id = stringIn(info['id']);
  if (turn === undefined || id === undefined || turn.phase === 'waiting') return;
  // Of an earlier turn: its changes are still being summed up.
  if (!turn.messages.has(id) && state.lastMessageId !== undefined && id <= state.lastMessageId) return;
  if (info['role'] === 'user') {
    if (!turn.messages.has(id)) updateTurn(draft, { messages: withEntry(turn.messages, id, 'user') });
    return;
  }
  const role = info['summary'] === true ? 'summary' : 'assistant';
  const parent = stringIn(info['parentID']);
  if (!turn.messages.has(id)) {
    // What it answers was not seen in this turn.
    if (parent === undefined || !turn.messages.has(parent)) return;
    updateTurn(draft, { messages: withEntry(turn.messages, id, role) });
    if (role === 'assistant') {
      tellModel(draft, info);
      wordsAnswered(draft, parent);
    }
  }
  if (isObject(info['error'])) readError(draft, info['error']);
}

function tellModel(draft: Draft, info: Json): void {
  const [provider, model] = [stringIn(info['providerID']), stringIn(info['modelID'])];
  if (provider === undefined || model === undefined) return;
  const name = `${provider}/${model}`;
  if (name === draft.state.toldModel) return;
  draft.state.toldModel = name;
  draft.outputs.push({ type: 'thread', model: name });
}

function readStatus(draft: Draft, status: Json): void {
  const { turn } = draft.state;
  if (status['type'] === 'idle') idle(draft);
  if (status['type'] !== 'retry' || turn?.phase !== 'running') return;
  const attempt = numberIn(status['attempt']) ?? 0;
  const message = stringIn(status['message']) ?? '';
  const text = `The model server failed, OpenCode tries again (${attempt}): ${message}`;
  draft.outputs.push(notice(turn.turnId, 'warning', 'model_retry', text));
  if (attempt >= maxTries) stop(draft, retryFailure(message));
}

/** An abort is told as an error before the conversation is idle; what it means is known then. */
function readError(draft: Draft, error: unknown): void {
  const { turn } = draft.state;
  if (turn === undefined || turn.phase === 'waiting') return;
  if (isAbort(error)) {
    // Somebody else stopped it, in OpenCode's own screen for example.
    if (turn.stopping === undefined && turn.phase === 'running')
      updateTurn(draft, { lastError: errorBody('interrupted', 'The turn was stopped in OpenCode.') });
    return;
  }
  updateTurn(draft, { lastError: failureOf(error) });
  // Refused before it began (an unknown model): no idle follows for sure, so it may not be waited for.
  if (turn.phase === 'sent') draft.outputs.push({ type: 'deadline', name: 'settle', action: 'set' });
}

/** After a cut: what the stream would have told. `messages` is the body of `GET /session/ID/message`, the oldest first. */
export function catchUp(draft: Draft, messages: unknown, isIdle: boolean): void {
  const { turn } = draft.state;
  if (turn === undefined || turn.phase === 'waiting') return;
  const all = listIn(messages).map(objectIn);
  const own = all.findIndex((each) => isOwn(draft, turn, each, isIdle));
  if (own < 0 && turn.phase === 'sent') return;
  // Not among the last hundred messages: then all of these came after it.
  for (const { info, parts } of all.slice(Math.max(0, own))) {
    readMessage(draft, objectIn(info));
    for (const part of listIn(parts)) readPart(draft, objectIn(part), false);
  }
}

/** Is this the message that the turn's words became? */
function isOwn(draft: Draft, turn: OpenTurn, message: Json, isIdle: boolean): boolean {
  const info = objectIn(message['info']);
  const id = stringIn(info['id']) ?? '';
  if (turn.phase === 'running') return id === turn.messageId;
  // In a conversation that was resumed it may be an old message of the same words, unless OpenCode works.
  const { lastMessageId } = draft.state;
  if (info['role'] !== 'user' || (lastMessageId === undefined ? isIdle : id <= lastMessageId)) return false;
  return listIn(message['parts']).some((part) => objectIn(part)['text'] === turn.text);
}
