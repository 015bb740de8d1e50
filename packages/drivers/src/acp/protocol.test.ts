import assert from 'node:assert/strict';
import test from 'node:test';
import type { TurnId } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { Conversation, outcomeOf, ready, turn, typesOf, working } from './conversation.ts';
import { written } from './recording.ts';

test('the handshake offers no file system and no terminal, and says who we are', () => {
  const conversation = new Conversation();
  const [hello] = written(conversation.feed({ type: 'opened' }));
  assert.equal(hello?.['jsonrpc'], '2.0');
  assert.deepEqual(hello?.['params'], {
    protocolVersion: 1,
    clientCapabilities: {
      fs: { readTextFile: false, writeTextFile: false },
      terminal: false,
      session: { notices: {}, compaction: {} },
      elicitation: { form: {} },
    },
    clientInfo: { name: 'parley', title: 'Parley', version: '0.1.0' },
  });
  assert.deepEqual(conversation.feed({ type: 'opened' }), []);
});

test('a turn that comes before the handshake is done is sent as soon as it is', () => {
  const conversation = new Conversation();
  conversation.feed({ type: 'opened' });
  assert.deepEqual(conversation.starts('a "b"\nc'), []);
  conversation.replies('initialize', { result: { protocolVersion: 1, agentInfo: { version: '7.1' } } });
  const outputs = conversation.replies('session/new', { result: { sessionId: 's1' } });
  assert.deepEqual(typesOf(outputs), ['thread', 'deadline', 'ready', 'write']);
  assert.deepEqual(outputs[0], { type: 'thread', threadId: 's1', agentVersion: '7.1' });
  assert.deepEqual(written(outputs)[0]?.['params'], { sessionId: 's1', prompt: [{ type: 'text', text: 'a "b"\nc' }] });
});

test('it authenticates first where the dialect says so', () => {
  const conversation = new Conversation({ dialect: { authMethod: (_, offered) => offered[1] } });
  conversation.feed({ type: 'opened' });
  const outputs = conversation.replies('initialize', { result: { authMethods: [{ id: 'browser' }, { id: 'key' }] } });
  assert.deepEqual(written(outputs)[0]?.['params'], { methodId: 'key' });
  assert.equal(written(conversation.replies('authenticate', { result: {} }))[0]?.['method'], 'session/new');
});

test('a refused login is an error of the login, whatever its words', () => {
  const conversation = new Conversation({ dialect: { authMethod: () => 'key' } });
  conversation.feed({ type: 'opened' });
  conversation.starts();
  conversation.replies('initialize', { result: {} });
  const outputs = conversation.replies('authenticate', { error: { code: -32603, message: 'no' } });
  assert.equal(outcomeOf(outputs), 'agent_auth');
  assert.equal(typesOf(outputs).at(-1), 'end-run');
});

test('an agent without a login, or of another protocol version, fails the turn and the run', () => {
  const without = new Conversation();
  without.feed({ type: 'opened' });
  without.replies('initialize', { result: {} });
  without.replies('session/new', { error: { code: -32000, message: 'Authentication required' } });
  // The turn came later: it learns why.
  assert.equal(outcomeOf(without.starts()), 'agent_auth');

  const later = new Conversation();
  later.feed({ type: 'opened' });
  later.starts();
  assert.equal(outcomeOf(later.replies('initialize', { result: { protocolVersion: 2 } })), 'agent_protocol');
});

test('a conversation is resumed rather than loaded, loaded where it cannot be resumed, and missing where neither works', () => {
  const resumable = { agentCapabilities: { loadSession: true, sessionCapabilities: { resume: {} } } };
  const open = (agent: object, resume?: 'never'): Conversation => {
    const dialect = resume === undefined ? {} : { resume };
    const conversation = new Conversation({ context: { threadId: 's1' }, dialect });
    conversation.feed({ type: 'opened' });
    conversation.starts();
    conversation.replies('initialize', { result: agent });
    return conversation;
  };
  const resumed = open(resumable);
  const missing = resumed.replies('session/resume', { error: { code: -32603, message: 'Internal error: gone' } });
  assert.equal(outcomeOf(missing), 'thread_missing');

  const fallen = open(resumable);
  const asked = fallen.replies('session/resume', { error: { code: -32601, message: 'Method not found' } });
  assert.equal(written(asked)[0]?.['method'], 'session/load');

  assert.equal(outcomeOf(open({}).all), 'thread_missing');
  assert.equal(outcomeOf(open(resumable, 'never').all), 'thread_missing');
});

test('a conversation is copied where the agent offers it, and nowhere silently resumed instead', () => {
  const open = (sessionCapabilities: object): Conversation => {
    const conversation = new Conversation({ context: { threadId: 's0', fork: true } });
    conversation.feed({ type: 'opened' });
    conversation.starts();
    conversation.replies('initialize', { result: { agentCapabilities: { loadSession: true, sessionCapabilities } } });
    return conversation;
  };
  const copied = open({ resume: {}, fork: {} });
  const asked = written(copied.all).find(({ method }) => method === 'session/fork');
  assert.equal(objectIn(asked?.['params'])['sessionId'], 's0');
  const opened = copied.replies('session/fork', { result: { sessionId: 's1' } });
  assert.ok(opened.some((output) => output.type === 'thread' && output.threadId === 's1'));
  assert.equal(objectIn(written(opened)[0]?.['params'])['sessionId'], 's1');

  assert.equal(outcomeOf(open({ resume: {} }).all), 'fork_unsupported');
});

test('the history that a load tells again is not news', () => {
  const conversation = new Conversation({ context: { threadId: 's1' } });
  conversation.feed({ type: 'opened' });
  conversation.starts('next');
  conversation.replies('initialize', { result: { agentCapabilities: { loadSession: true } } });
  assert.deepEqual(conversation.says('first answer'), []);
  assert.deepEqual(conversation.updates({ sessionUpdate: 'tool_call', toolCallId: 'old', title: 'Read' }), []);
  conversation.replies('session/load', { result: null });
  conversation.says('second answer');
  const told = conversation.all.flatMap((output) => (output.type === 'item-delta' ? [output.text] : []));
  assert.deepEqual(told, ['second answer']);
});

test('mode, model and effort are set one after the other before the conversation is ready', () => {
  const conversation = new Conversation({ context: { policy: 'read-only', model: 'Big', effort: 'high' } });
  conversation.feed({ type: 'opened' });
  conversation.replies('initialize', { result: {} });
  const modes = { currentModeId: 'default', availableModes: [{ id: 'default' }, { id: 'plan' }] };
  const configOptions = [
    { id: 'm', category: 'model', currentValue: 'a', options: [{ value: 'a' }, { value: 'b', name: 'Big' }] },
    {
      id: 't',
      category: 'thought_level',
      currentValue: 'low',
      options: [{ name: 'All', options: [{ value: 'high' }] }],
    },
  ];
  const first = conversation.replies('session/new', { result: { sessionId: 's1', modes, configOptions } });
  assert.deepEqual(written(first)[0]?.['params'], { sessionId: 's1', modeId: 'plan' });
  const second = conversation.replies('session/set_mode', { result: {} });
  assert.deepEqual(written(second)[0]?.['params'], { sessionId: 's1', configId: 'm', value: 'b' });
  const third = conversation.replies('session/set_config_option', { result: {} });
  assert.deepEqual(written(third)[0]?.['params'], { sessionId: 's1', configId: 't', value: 'high' });
  const last = conversation.replies('session/set_config_option', { error: { code: -32603, message: 'no' } });
  assert.deepEqual(typesOf(last), ['notice', 'thread', 'deadline', 'ready']);
});

test('a mode that the policy needs and the agent refuses ends the run', () => {
  const conversation = new Conversation({ context: { policy: 'ask' } });
  conversation.feed({ type: 'opened' });
  conversation.starts();
  conversation.replies('initialize', { result: {} });
  const modes = { currentModeId: 'yolo', availableModes: [{ id: 'default' }, { id: 'yolo' }] };
  conversation.replies('session/new', { result: { sessionId: 's1', modes } });
  const outputs = conversation.replies('session/set_mode', { error: { code: -32603, message: 'no' } });
  assert.equal(outcomeOf(outputs), 'agent_protocol');
});

test("an unknown model fails the turn on the agent's own account, and is a notice on a server of our choice", () => {
  const models = { currentModelId: 'a', availableModels: [{ modelId: 'a' }] };
  const opened = { models };
  const own = ready({ context: { model: 'zzz' }, opened });
  assert.equal(outcomeOf(own.starts()), 'model_unknown');
  const url = ready({ context: { model: 'zzz', endpoint: 'url' }, opened });
  assert.ok(url.all.some((output) => output.type === 'notice' && output.code === 'setting_refused'));
  assert.equal(written(url.starts())[0]?.['method'], 'session/prompt');
});

test('end_turn is a success only if something was said', () => {
  const silent = ready();
  silent.starts();
  assert.equal(outcomeOf(silent.ends()), 'no_answer');
  assert.equal(outcomeOf(working().ends()), 'completed');
});

test('each other stop reason has its own end', () => {
  assert.equal(outcomeOf(working().ends('cancelled')), 'interrupted');
  assert.equal(outcomeOf(working().ends('refusal')), 'agent_refused');
  assert.equal(outcomeOf(working().ends('max_tokens')), 'context_exceeded');
  assert.equal(outcomeOf(working().ends('max_turn_requests')), 'step_limit');
  assert.equal(outcomeOf(working().ends('tired')), 'agent_protocol');
});

test("a prompt's error is typed by its code, its status or its words", () => {
  const failed = (error: object): string | undefined =>
    outcomeOf(working().replies('session/prompt', { error: { ...error } }));
  assert.equal(failed({ code: -32000, message: 'Authentication required' }), 'agent_auth');
  assert.equal(failed({ code: 429, message: '{"error":{"message":"Slow down"}}' }), 'rate_limited');
  assert.equal(
    failed({ code: -32603, message: 'Internal error', data: { details: 'Overloaded' } }),
    'model_overloaded',
  );
  assert.equal(failed({ code: -32603, message: 'Internal error: Incorrect API key provided' }), 'agent_auth');
  assert.equal(failed({ code: 500, message: 'Unknown model x' }), 'model_unknown');
  assert.equal(failed({ code: -32602, message: 'Session not found: s1' }), 'thread_missing');
  assert.equal(failed({ code: -32603, message: 'Internal error: hm' }), 'agent_refused');
});

test('an error that codex-acp tells as an answer is an error', () => {
  const conversation = ready();
  conversation.starts();
  conversation.updates({
    sessionUpdate: 'session_info_update',
    _meta: { codex: { threadStatus: { type: 'systemError' } } },
  });
  assert.deepEqual(conversation.says('429 Too Many Requests'), [{ type: 'turn-started', turnId: turn }]);
  assert.equal(outcomeOf(conversation.ends()), 'rate_limited');
});

test('an interrupt is asked for once, and the prompt’s result is the end', () => {
  const conversation = working();
  const outputs = conversation.feed({ type: 'interrupt', turnId: turn });
  assert.deepEqual(written(outputs), [{ jsonrpc: '2.0', method: 'session/cancel', params: { sessionId: 's1' } }]);
  assert.deepEqual(conversation.feed({ type: 'interrupt', turnId: turn }), []);
  assert.equal(outcomeOf(conversation.ends('cancelled')), 'interrupted');
  // The process is good for another turn.
  assert.equal(written(conversation.starts('next', 'trn_2' as TurnId))[0]?.['method'], 'session/prompt');
});

test('a turn that the agent has not heard of is interrupted at once; one that it does not stop ends with its process', () => {
  const early = new Conversation();
  early.starts();
  assert.equal(outcomeOf(early.feed({ type: 'interrupt', turnId: turn })), 'interrupted');
  const deaf = working();
  deaf.feed({ type: 'interrupt', turnId: turn });
  const outputs = deaf.feed({ type: 'deadline', name: 'interrupt' });
  assert.equal(outcomeOf(outputs), 'interrupted');
  assert.equal(typesOf(outputs).at(-1), 'end-run');
  assert.deepEqual(deaf.ends('cancelled'), []);
});

test('a result that crosses an interrupt still counts if something was said', () => {
  const conversation = working();
  conversation.feed({ type: 'interrupt', turnId: turn });
  assert.equal(outcomeOf(conversation.ends()), 'completed');
  const failed = working();
  failed.feed({ type: 'interrupt', turnId: turn });
  assert.equal(
    outcomeOf(failed.replies('session/prompt', { error: { code: -32603, message: 'aborted' } })),
    'interrupted',
  );
});

test('a process that ends in a turn fails it with its last words; a killed one that was told to stop is interrupted', () => {
  const exit = { type: 'exited', code: 0, signal: null, stderrTail: '\u001b[31mout of luck\u001b[0m\n' } as const;
  const outputs = working().feed(exit);
  assert.equal(outcomeOf(outputs), 'agent_crashed');
  assert.match(JSON.stringify(outputs), /out of luck/);
  const stopped = working();
  stopped.feed({ type: 'interrupt', turnId: turn });
  assert.equal(
    outcomeOf(stopped.feed({ type: 'exited', code: null, signal: 'SIGKILL', stderrTail: '' })),
    'interrupted',
  );
  const early = new Conversation();
  early.feed({ type: 'opened' });
  early.starts();
  assert.equal(outcomeOf(early.feed(exit)), 'agent_start_failed');
  assert.equal(outcomeOf(early.starts('again', 'trn_2' as TurnId)), 'agent_crashed');
});

test('a handshake that nobody answers is a start timeout', () => {
  const conversation = new Conversation();
  conversation.feed({ type: 'opened' });
  conversation.starts();
  assert.equal(outcomeOf(conversation.feed({ type: 'deadline', name: 'handshake' })), 'start_timeout');
});

test('requests that were not offered are refused with their own id, also 0 and texts', () => {
  const conversation = working();
  for (const [id, method] of [
    [0, 'fs/read_text_file'],
    ['r-1', 'terminal/create'],
    [2, 'x/y'],
  ] as const) {
    const [reply] = written(conversation.line({ id, method, params: {} }));
    assert.equal(reply?.['id'], id);
    assert.equal((reply?.['error'] as { code?: number } | undefined)?.code, -32601);
  }
});

test('what is unknown becomes a notice and is in nobody’s way', () => {
  const conversation = working();
  const codes = [
    ...conversation.updates({ sessionUpdate: 'hologram', size: 3 }),
    ...conversation.line({ method: 'session/dance' }),
    ...conversation.feed({ type: 'line', line: 'Loaded cached credentials.' }),
  ].map((output) => (output.type === 'notice' ? output.code : output.type));
  assert.deepEqual(codes, ['unknown_event', 'unknown_event', 'unreadable_line']);
  assert.equal(outcomeOf(conversation.ends()), 'completed');
});

test('sub-agents with sessions of their own, and words after the turn, are not told', () => {
  const conversation = working();
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'hm' } };
  assert.deepEqual(conversation.updates(update, 'other'), []);
  conversation.ends();
  assert.deepEqual(conversation.updates(update), []);
});
