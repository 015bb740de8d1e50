// From `initialize` to a conversation that is ready: who the agent is, authentication, the conversation, its mode, model and effort.

import { errorBody, serverDefinitions } from '@parley/schema';
import type { McpServer } from '@parley/schema';
import { isObject, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { isUnknownMethod, refusal, resumeFailure } from './failure.ts';
import { wishesFor } from './settings.ts';
import { request } from './state.ts';
import type { AcpState, OpenMethod, Outputs, Wish } from './state.ts';
import { breakDown, sendWaiting } from './turn.ts';

export function sayHello(state: AcpState, out: Outputs): AcpState {
  out.push({ type: 'deadline', name: 'handshake', action: 'set' });
  const params = {
    protocolVersion: 1,
    // A driver opens no file and starts no process, and the agent lives where the files are: it uses its own tools (README.md).
    clientCapabilities: {
      fs: { readTextFile: false, writeTextFile: false },
      terminal: false,
      session: { notices: {}, compaction: {} },
      elicitation: { form: {} },
    },
    clientInfo: { name: 'parley', title: 'Parley', version: '0.1.0' },
  };
  return request(state, out, 'initialize', params, { kind: 'initialize' });
}

/** The reply to `initialize`. */
export function introduced(state: AcpState, result: Json, out: Outputs): AcpState {
  const { title } = state.dialect;
  const version = result['protocolVersion'];
  if (version !== undefined && version !== 1)
    return breakDown(
      state,
      errorBody(
        'agent_protocol',
        `${title} speaks version ${JSON.stringify(version)} of ACP; Parley speaks version 1.`,
      ),
      out,
    );
  const can = objectIn(result['agentCapabilities']);
  const sessions = objectIn(can['sessionCapabilities']);
  // The field's extension for words into a running turn: advertised by the answer's own `_meta` (claude-agent-acp, codex-acp) or by
  // that of the capabilities.
  const steering = [result, can].map((place) => objectIn(objectIn(place['_meta'])['steering'])['supported']);
  const known: AcpState = {
    ...state,
    agent: {
      version: stringIn(objectIn(result['agentInfo'])['version']),
      canLoad: can['loadSession'] === true,
      canResume: isObject(sessions['resume']),
      canFork: isObject(sessions['fork']),
      canAddFolders: isObject(sessions['additionalDirectories']),
      canSteer: steering.includes(true),
    },
  };
  const offered = listIn(result['authMethods']).flatMap((method) => stringIn(objectIn(method)['id']) ?? []);
  const methodId = state.dialect.authMethod?.(state.context, offered);
  return methodId === undefined
    ? openConversation(known, out)
    : request(known, out, 'authenticate', { methodId }, { kind: 'authenticate' });
}

/** A new conversation, the one that the session had, or a copy of another. */
export function openConversation(state: AcpState, out: Outputs): AcpState {
  const { threadId, fork } = state.context;
  if (threadId === undefined) return open(state, 'session/new', out);
  if (fork === true) {
    if (state.agent.canFork) return open(state, 'session/fork', out);
    const words = `${state.dialect.title} offers no copies of conversations over ACP (session/fork).`;
    return breakDown(state, errorBody('fork_unsupported', words), out);
  }
  if (state.dialect.resume !== 'never') {
    // Resume before load: load would tell the whole history again.
    if (state.agent.canResume) return open(state, 'session/resume', out);
    if (state.agent.canLoad) return open(state, 'session/load', out);
  }
  return breakDown(
    state,
    errorBody('thread_missing', `${state.dialect.title} cannot take up an earlier conversation.`),
    out,
  );
}

/** As ACP wants it: variables and headers as lists of pairs. */
function definitionOf(server: McpServer): Json {
  const pairs = (of: Readonly<Record<string, string>> = {}) =>
    Object.entries(of).map(([name, value]) => ({ name, value }));
  if ('url' in server) return { type: 'http', name: server.name, url: server.url, headers: pairs(server.headers) };
  return { name: server.name, command: server.command, args: server.args ?? [], env: pairs(server.env) };
}

/** The conversation is another one than the session's, and the answer tells its id. */
const tellsId = (method: OpenMethod): boolean => method === 'session/new' || method === 'session/fork';

function open(state: AcpState, method: OpenMethod, out: Outputs): AcpState {
  const { cwd, threadId, addedFolders = [] } = state.context;
  if (addedFolders.length > 0 && !state.agent.canAddFolders)
    out.push(
      notice(
        undefined,
        'warning',
        'policy_limit',
        `${state.dialect.title} works in one folder: ${addedFolders.join(', ')} not added.`,
      ),
    );
  const params = {
    ...(method === 'session/new' ? {} : { sessionId: threadId }),
    cwd,
    mcpServers: serverDefinitions(state.context.options?.mcpServers ?? []).map(definitionOf),
    ...(addedFolders.length > 0 && state.agent.canAddFolders ? { additionalDirectories: addedFolders } : {}),
  };
  return request(state, out, method, params, { kind: 'open', method });
}

export function conversationOpened(state: AcpState, method: OpenMethod, result: Json, out: Outputs): AcpState {
  if (state.phase !== 'opening') return state;
  const { title } = state.dialect;
  const sessionId = tellsId(method) ? stringIn(result['sessionId']) : state.context.threadId;
  if (sessionId === undefined)
    return breakDown(state, errorBody('agent_protocol', `${title} opened a conversation without telling its id.`), out);
  const isNew = method === 'session/new';
  const { wishes, modeId, model, problem } = wishesFor(state, sessionId, result, out);
  const opened: AcpState = {
    ...state,
    sessionId,
    modeId,
    model,
    wishes,
    totalUsage: isNew ? {} : undefined,
    totalCost: isNew ? 0 : state.totalCost,
  };
  return problem === undefined ? nextWish(opened, out) : breakDown(opened, problem, out);
}

export function conversationRefused(state: AcpState, method: OpenMethod, error: unknown, out: Outputs): AcpState {
  const { title } = state.dialect;
  if (method === 'session/new') return breakDown(state, refusal(title, 'to open a conversation', error), out);
  if (method === 'session/resume' && isUnknownMethod(error) && state.agent.canLoad)
    return open(state, 'session/load', out);
  return breakDown(state, resumeFailure(title, error), out);
}

/** One setting after the other, then ready. */
export function nextWish(state: AcpState, out: Outputs): AcpState {
  if (state.phase !== 'opening') return state;
  const [wish, ...rest] = state.wishes;
  if (wish !== undefined)
    return request({ ...state, wishes: rest }, out, wish.method, wish.params, { kind: 'wish', wish });
  const { sessionId, agent, model } = state;
  out.push(
    {
      type: 'thread',
      ...(sessionId === undefined ? {} : { threadId: sessionId }),
      ...(model === undefined ? {} : { model }),
      ...(agent.version === undefined ? {} : { agentVersion: agent.version }),
    },
    { type: 'deadline', name: 'handshake', action: 'clear' },
    { type: 'ready' },
  );
  return sendWaiting({ ...state, phase: 'ready' }, out);
}

export function wishRefused(state: AcpState, wish: Wish, error: unknown, out: Outputs): AcpState {
  const failure = refusal(state.dialect.title, wish.purpose, error);
  if (wish.needed) return breakDown(state, failure, out);
  out.push(notice(undefined, 'warning', 'setting_refused', failure.message));
  return nextWish(state, out);
}
