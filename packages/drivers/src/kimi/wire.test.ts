import assert from 'node:assert/strict';
import test from 'node:test';
import type { ApprovalId } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { Machine, shellRequest, turnA, turnB, turnC, WireMachine } from './machine.ts';
import { matchSnapshot, recordedNames, recording } from './recording.ts';
import { newSessionId } from './session-id.ts';
import { wireProtocol } from './wire.ts';

const answer = (machine: WireMachine, option: 'allow' | 'allow-always' | 'deny' | 'cancel', more = {}): void => {
  const approvalId = machine.of('approval-requested').at(-1)?.approval.id ?? ('' as ApprovalId);
  machine.give({ type: 'answer', approvalId, option, answer: { optionId: option, ...more } });
};

test('recorded runs come out as they did', () => {
  assert.ok(recordedNames().length >= 8);
  for (const name of recordedNames()) {
    const { context, inputs } = recording(name);
    const machine = new Machine(wireProtocol, context);
    for (const input of inputs) machine.give(input);
    matchSnapshot(name, machine.outputs);
  }
});

test('every id that is written is a string, because kimi refuses numbers', () => {
  const machine = WireMachine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  machine.give({ type: 'interrupt', turnId: turnA });
  for (const message of machine.written()) {
    assert.equal(typeof message.id, 'string');
    assert.equal(message.jsonrpc, '2.0');
  }
});

test('a prompt waits for the handshake and is sent byte for byte', () => {
  const machine = new WireMachine();
  machine.give({ type: 'opened' });
  machine.start(turnA, '-x "ü"\n\n  two ');
  assert.equal(machine.idOf('prompt'), undefined);
  machine.greet();
  assert.equal(objectIn(machine.written().at(-1)?.params).user_input, '-x "ü"\n\n  two ');
  assert.deepEqual(machine.of('turn-started'), []);
  machine.event('TurnBegin');
  assert.equal(machine.of('turn-started').length, 1);
});

test('two new conversations never share an id, and a resumed one keeps its own', () => {
  const told = (context: ConstructorParameters<typeof WireMachine>[0]): string | undefined => {
    const machine = new WireMachine(context);
    machine.give({ type: 'opened' });
    machine.greet();
    return machine.of('thread')[0]?.threadId;
  };
  const one = told({});
  const two = told({ runId: 'run_2' as never });
  assert.notEqual(one, two);
  assert.equal(one, newSessionId('run_1' as never));
  assert.match(one ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(told({ threadId: 'before' }), 'before');
});

test('pieces of text are joined exactly, and thoughts never become part of the answer', () => {
  const machine = WireMachine.working();
  machine.event('ContentPart', { type: 'think', think: 'hm ', encrypted: null });
  machine.event('ContentPart', { type: 'think', think: ' so', encrypted: null });
  machine.event('ContentPart', { type: 'think', think: '', encrypted: 'x' });
  machine.say('Hello');
  machine.say(' world');
  machine.say('\n');
  machine.endTurn();
  assert.deepEqual(machine.texts('assistant_message'), ['Hello world\n']);
  assert.deepEqual(machine.texts('reasoning'), ['hm  so']);
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('a turn ends by the response to its prompt and by nothing else', () => {
  const end = (give: (machine: WireMachine) => void, say = true): readonly string[] => {
    const machine = WireMachine.working();
    if (say) machine.say('words');
    machine.event('TurnEnd');
    assert.deepEqual(machine.ends(), []);
    give(machine);
    return machine.ends();
  };
  const prompt = (machine: WireMachine): unknown => machine.idOf('prompt');
  assert.deepEqual(
    end((machine) => machine.result(prompt(machine), { status: 'finished' })),
    ['trn_a completed'],
  );
  assert.deepEqual(
    end((machine) => machine.result(prompt(machine), { status: 'finished' }), false),
    ['trn_a failed no_answer'],
  );
  assert.deepEqual(
    end((machine) => machine.result(prompt(machine), { status: 'cancelled' })),
    ['trn_a interrupted'],
  );
  assert.deepEqual(
    end((machine) => machine.result(prompt(machine), { status: 'max_steps_reached', steps: 3 })),
    ['trn_a failed step_limit'],
  );
  const failures: readonly (readonly [number, string, string])[] = [
    [-32000, 'An agent turn is already in progress', 'agent_protocol'],
    [-32001, 'LLM is not set', 'agent_auth'],
    [-32002, 'The model does not support image input', 'model_request_rejected'],
    [-32003, "Error code: 429 - {'error': {'message': 'slow down'}}", 'rate_limited'],
    [-32003, "Error code: 500 - {'error': {'message': 'boom'}}", 'model_overloaded'],
    [-32003, 'Connection error.', 'model_overloaded'],
    [-32004, 'Token expired', 'agent_auth'],
    [-32603, 'KeyError: x', 'agent_refused'],
  ];
  for (const [code, words, expected] of failures)
    assert.deepEqual(
      end((machine) => machine.error(prompt(machine), code, words)),
      [`trn_a failed ${expected}`],
      words,
    );
});

test('a step that is tried again drops what it had said', () => {
  const machine = WireMachine.working();
  machine.say('Half an ans');
  machine.event('StepRetry', {
    n: 1,
    next_attempt: 2,
    max_attempts: 3,
    wait_s: 1,
    error_type: 'APIError',
    status_code: 503,
  });
  machine.say('A whole answer');
  machine.endTurn();
  assert.deepEqual(machine.texts('assistant_message'), ['Half an ans', 'A whole answer']);
  const [retry] = machine.of('notice');
  assert.equal(retry?.code, 'retrying');
  assert.match(retry?.text ?? '', /503.*attempt 2 of 3/);

  const silent = WireMachine.working();
  silent.say('Half an ans');
  silent.event('StepRetry', { n: 1, next_attempt: 2 });
  silent.endTurn();
  assert.deepEqual(silent.ends(), ['trn_a failed no_answer']);
});

test('the tokens of all steps, and of sub-agents, are added up', () => {
  const machine = WireMachine.working();
  const tokens = { input_other: 5, output: 2, input_cache_read: 3, input_cache_creation: 1 };
  machine.event('StatusUpdate', { token_usage: tokens });
  machine.event('StatusUpdate', { token_usage: null, plan_mode: true });
  machine.event('SubagentEvent', {
    parent_tool_call_id: 'tc_1',
    agent_id: 'a1',
    event: { type: 'StatusUpdate', payload: { token_usage: tokens } },
  });
  assert.deepEqual(machine.of('usage').at(-1)?.usage, { inputUncached: 10, output: 4, cacheRead: 6, cacheWrite5m: 2 });
});

test('a tool call is shown when its last part has come, and ended by its result', () => {
  const machine = WireMachine.working();
  machine.event('ToolCall', { type: 'function', id: 'tc_1', function: { name: 'Shell', arguments: '{"comm' } });
  machine.event('ToolCallPart', { arguments_part: 'and":"ls"}' });
  assert.deepEqual(machine.of('item-started'), []);
  machine.event('StatusUpdate', {});
  assert.deepEqual(machine.of('item-started')[0]?.item, {
    id: 'itm_1.1',
    type: 'command',
    status: 'running',
    command: 'ls',
  });
  machine.event('ToolResult', {
    tool_call_id: 'tc_1',
    return_value: { is_error: true, output: 'no\n', message: 'Command failed with exit code: 2.', display: [] },
  });
  assert.deepEqual(machine.of('item-completed')[0]?.item, {
    id: 'itm_1.1',
    type: 'command',
    status: 'failed',
    command: 'ls',
    output: 'no\n',
    exitCode: 2,
  });
});

test('diff blocks tell what was really changed, todo lists are one plan', () => {
  const machine = WireMachine.working();
  const call = (id: string, name: string, input: object): unknown =>
    machine.event('ToolCall', { id, function: { name, arguments: JSON.stringify(input) } });
  const ended = (id: string, display: readonly object[]): unknown =>
    machine.event('ToolResult', {
      tool_call_id: id,
      return_value: { is_error: false, output: '', message: 'ok', display },
    });
  call('tc_1', 'StrReplaceFile', { path: 'a.txt', edit: { old: 'b', new: 'c', replace_all: true } });
  ended('tc_1', [{ type: 'diff', path: '/code/a.txt', old_text: 'a\nb\n', new_text: 'a\nc\nd\n' }]);
  const change = machine.of('item-completed')[0]?.item;
  assert.ok(change?.type === 'file_change');
  const [{ path, kind, added, removed } = { path: '' }] = change.changes;
  assert.deepEqual({ path, kind, added, removed }, { path: 'a.txt', kind: 'update', added: 2, removed: 1 });
  const todos = [
    { title: 'one', status: 'done' },
    { title: 'two', status: 'in_progress' },
  ];
  call('tc_2', 'SetTodoList', { todos });
  ended('tc_2', [{ type: 'todo', items: todos }]);
  machine.event('PlanDisplay', { content: '# Plan\n\n- [x] one\n- two\n', file_path: '/p.md' });
  const plans = machine.of('item-completed').flatMap(({ item }) => (item.type === 'plan' ? [item] : []));
  assert.deepEqual(
    plans.map(({ id }) => id),
    [plans[0]?.id, plans[0]?.id],
  );
  assert.deepEqual(plans[0]?.steps, [
    { text: 'one', status: 'completed' },
    { text: 'two', status: 'in_progress' },
  ]);
  assert.deepEqual(plans[1]?.steps, [
    { text: 'one', status: 'completed' },
    { text: 'two', status: 'pending' },
  ]);
});

test("a sub-agent's tools are shown, and its words go to the call that it works for", () => {
  const machine = WireMachine.working();
  machine.event('ToolCall', { id: 'tc_1', function: { name: 'Task', arguments: '{"description":"look"}' } });
  const inner = (type: string, payload: object): unknown =>
    machine.event('SubagentEvent', { parent_tool_call_id: 'tc_1', agent_id: 'a1', event: { type, payload } });
  inner('ContentPart', { type: 'text', text: 'looking' });
  inner('ToolCall', { id: 'tc_1', function: { name: 'Shell', arguments: '{"command":' } });
  inner('ToolCallPart', { arguments_part: '"ls"}' });
  inner('ToolResult', {
    tool_call_id: 'tc_1',
    return_value: { is_error: false, output: 'x', message: 'Command executed successfully.' },
  });
  machine.event('ToolResult', {
    tool_call_id: 'tc_1',
    return_value: { is_error: false, output: 'report', message: '' },
  });
  assert.deepEqual(
    machine.of('item-delta').map(({ text, itemId }) => [text, itemId]),
    [['looking', 'itm_1.1']],
  );
  assert.deepEqual(
    machine.of('item-completed').map(({ item }) => [item.id, item.type, 'output' in item ? item.output : '']),
    [
      ['itm_1.2', 'command', 'x'],
      ['itm_1.1', 'tool_call', 'report'],
    ],
  );
  assert.deepEqual(machine.texts('assistant_message'), []);
});

test('a permission is asked with what it is about, and its answer echoes the id of the request', () => {
  const machine = WireMachine.working();
  machine.request('ApprovalRequest', shellRequest('r1'));
  const { approval } = machine.of('approval-requested')[0] ?? {};
  assert.equal(approval?.kind, 'command');
  assert.equal(approval?.command, 'ls');
  answer(machine, 'allow');
  assert.deepEqual(machine.answerTo('r1'), { request_id: 'r1', response: 'approve' });
  machine.event('ApprovalResponse', { request_id: 'r1', response: 'approve' });
  assert.deepEqual(machine.of('approval-withdrawn'), []);
  const diff = { type: 'diff', path: '/code/a.txt', old_text: '', new_text: 'x\n' };
  machine.request('ApprovalRequest', {
    ...shellRequest('r2'),
    sender: 'WriteFile',
    action: 'edit file',
    display: [diff],
  });
  const edit = machine.of('approval-requested')[1]?.approval;
  assert.equal(edit?.kind, 'file_change');
  assert.equal(edit?.changes?.[0]?.path, 'a.txt');
});

test('a no with words lets kimi go on, a stop cancels the turn first', () => {
  const machine = WireMachine.working();
  machine.event('ToolCall', { id: 'tc_1', function: { name: 'Shell', arguments: '{"command":"ls"}' } });
  machine.request('ApprovalRequest', shellRequest('r1'));
  answer(machine, 'deny', { message: 'not now' });
  assert.deepEqual(machine.answerTo('r1'), { request_id: 'r1', response: 'reject', feedback: 'not now' });
  machine.event('ToolResult', {
    tool_call_id: 'tc_1',
    return_value: { is_error: true, output: '', message: 'Rejected by user' },
  });
  const item = machine.of('item-completed').at(-1)?.item;
  assert.equal(item !== undefined && 'status' in item ? item.status : undefined, 'declined');
  machine.request('ApprovalRequest', shellRequest('r2', 'tc_2'));
  answer(machine, 'cancel');
  const methods = machine
    .written()
    .slice(-2)
    .map(({ method, id }) => method ?? id);
  assert.deepEqual(methods, ['cancel', 'r2']);
  machine.say('Oh.');
  machine.endTurn();
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
});

test('"from now on" holds in this run for that kind and never reaches the disk of kimi', () => {
  const machine = WireMachine.working();
  machine.request('ApprovalRequest', shellRequest('r1'));
  answer(machine, 'allow-always');
  machine.request('ApprovalRequest', shellRequest('r2'));
  assert.deepEqual(machine.answerTo('r1'), { request_id: 'r1', response: 'approve' });
  assert.deepEqual(machine.answerTo('r2'), { request_id: 'r2', response: 'approve' });
  machine.request('ApprovalRequest', { ...shellRequest('r3'), action: 'edit file' });
  assert.equal(machine.of('approval-requested').length, 2);
});

test('a question is answered with a map of texts to labels, or with an empty one', () => {
  const machine = WireMachine.working();
  const questions = [
    { question: 'Which?', options: [{ label: 'red', description: 'warm' }, { label: 'blue' }], multi_select: true },
    { question: 'Why?', options: [] },
  ];
  machine.request('QuestionRequest', { id: 'q1', tool_call_id: 'tc_1', questions });
  const { approval } = machine.of('approval-requested')[0] ?? {};
  assert.deepEqual(approval?.questions?.[0], {
    id: '1',
    text: 'Which?',
    choices: [{ label: 'red', description: 'warm' }, { label: 'blue' }],
    multiple: true,
  });
  answer(machine, 'allow', { answers: { 1: ['red', 'blue'], 2: ['because'] } });
  assert.deepEqual(machine.answerTo('q1'), { request_id: 'q1', answers: { 'Which?': 'red,blue', 'Why?': 'because' } });
  machine.request('QuestionRequest', { id: 'q2', questions });
  answer(machine, 'deny');
  assert.deepEqual(machine.answerTo('q2'), { request_id: 'q2', answers: {} });
});

test('hooks are allowed, unknown tools and requests are refused, and nothing is left unanswered', () => {
  const machine = WireMachine.working();
  machine.request('HookRequest', { id: 'h1', event: 'PreToolUse' });
  assert.deepEqual(machine.answerTo('h1'), { request_id: 'h1', action: 'allow', reason: '' });
  machine.request('ToolCallRequest', { id: 'tc_9', name: 'x', arguments: '{}' });
  assert.equal(machine.answerTo('tc_9').tool_call_id, 'tc_9');
  assert.equal(objectIn(machine.answerTo('tc_9').return_value).is_error, true);
  machine.request('Novelty', { id: 'n1' });
  assert.equal(objectIn(machine.written().at(-1)?.error).code, -32601);
  machine.say('x');
  machine.endTurn();
  machine.request('ApprovalRequest', shellRequest('late'));
  assert.equal(machine.answerTo('late').response, 'reject');
});

test('steered words are consumed when kimi says so, and go back when it does not', () => {
  const machine = new WireMachine();
  machine.give({ type: 'opened' });
  machine.greet();
  machine.start(turnA);
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  assert.equal(machine.idOf('steer'), undefined);
  machine.event('TurnBegin');
  assert.notEqual(machine.idOf('steer'), undefined);
  machine.result(machine.idOf('steer'), { status: 'steered' });
  assert.deepEqual(machine.of('steer-consumed'), []);
  machine.event('SteerInput', { user_input: 'more' });
  assert.equal(machine.of('steer-consumed')[0]?.turnId, turnB);
  machine.give({ type: 'steer', into: turnA, turnId: turnC, text: 'too late' });
  machine.say('done');
  machine.endTurn();
  assert.equal(machine.of('steer-returned')[0]?.turnId, turnC);
  machine.error(machine.idOf('steer'), -32000, 'No agent turn is in progress');
  assert.equal(machine.of('steer-returned').length, 1);
});

test('an interrupt that comes before the turn has begun is sent again', () => {
  const machine = new WireMachine();
  machine.give({ type: 'opened' });
  machine.greet();
  machine.start(turnA);
  machine.give({ type: 'interrupt', turnId: turnA });
  const first = machine.idOf('cancel');
  machine.error(first, -32000, 'No agent turn is in progress');
  machine.event('TurnBegin');
  assert.notEqual(machine.idOf('cancel'), first);
  machine.endTurn({ status: 'cancelled' });
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
  assert.deepEqual(
    machine
      .of('deadline')
      .filter(({ name }) => name === 'interrupt')
      .map(({ action }) => action),
    ['set', 'clear'],
  );
});

test('an interrupt that is not heard ends the turn and the run at its deadline', () => {
  const machine = WireMachine.working();
  machine.give({ type: 'interrupt', turnId: turnA });
  machine.give({ type: 'deadline', name: 'interrupt' });
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
  assert.equal(machine.of('end-run').length, 1);
});

test('a process that dies says how, and is never a success', () => {
  const machine = WireMachine.working();
  machine.say('I am about to');
  machine.exit(70, 'Traceback\nRuntimeError: boom\n\nTo resume this session: kimi -r x\n');
  assert.deepEqual(machine.ends(), ['trn_a failed agent_crashed']);
  const [{ end } = { end: undefined }] = machine.of('turn-ended');
  assert.match(end !== undefined && 'error' in end ? end.error.message : '', /exit code 70.*RuntimeError: boom$/);
  const early = new WireMachine();
  early.give({ type: 'opened' });
  early.start(turnA);
  early.line('Invalid configuration file: x');
  early.exit(1);
  assert.deepEqual(early.ends(), ['trn_a failed agent_start_failed']);
});

test('a handshake that is refused or not answered fails the waiting turn', () => {
  const refused = new WireMachine();
  refused.give({ type: 'opened' });
  refused.start(turnA);
  refused.error(refused.idOf('initialize'), -32602, 'Invalid parameters');
  assert.deepEqual(refused.ends(), ['trn_a failed agent_protocol']);
  const slow = new WireMachine();
  slow.give({ type: 'opened' });
  slow.give({ type: 'deadline', name: 'handshake' });
  assert.equal(slow.of('end-run').length, 1);
  slow.start(turnA);
  assert.deepEqual(slow.ends(), ['trn_a failed start_timeout']);
  const old = new WireMachine();
  old.give({ type: 'opened' });
  old.error(old.idOf('initialize'), -32601, 'Unexpected method received: initialize');
  assert.equal(old.of('ready').length, 1);
});
