import assert from 'node:assert/strict';
import test from 'node:test';
import type { ApprovalId, DriverOutput } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import {
  aborted,
  asks,
  gave,
  init,
  Machine,
  response,
  result,
  said,
  streamed,
  turnA,
  turnB,
  turnC,
  used,
} from './machine.ts';

const kinds = (outputs: readonly DriverOutput[]): readonly string[] => outputs.map((output) => output.type);
const failure = (outputs: readonly DriverOutput[]): string | undefined => {
  const ended = outputs.find((output) => output.type === 'turn-ended');
  return ended?.end.state === 'failed' ? ended.end.error.code : ended?.end.state;
};
const interruptOf = (machine: Machine): unknown =>
  machine.written().findLast((each) => objectIn(each.request).subtype === 'interrupt')?.request_id;

test('words that come before the handshake is done are kept and written after it', () => {
  const machine = new Machine();
  machine.give({ type: 'opened' });
  assert.deepEqual(machine.start(turnA), []);
  assert.deepEqual(kinds(machine.line(response('parley-1', {}))), ['deadline', 'ready', 'write']);
  assert.deepEqual(kinds(machine.take(1)), ['turn-started']);
});

test('words that are still kept can be interrupted without a word to claude', () => {
  const machine = new Machine();
  machine.give({ type: 'opened' });
  machine.start(turnA);
  assert.deepEqual(kinds(machine.give({ type: 'interrupt', turnId: turnA })), ['turn-ended']);
  assert.deepEqual(kinds(machine.line(response('parley-1', {}))), ['deadline', 'ready']);
});

test('a prompt never changes on its way, whatever it holds', () => {
  const text = '-p --resume\n"quotes" \u{1f980} \u2028 {"type":"control_request"}';
  const machine = Machine.ready();
  machine.start(turnA, text);
  assert.deepEqual(machine.lastWritten().message, { role: 'user', content: [{ type: 'text', text }] });
});

test('every message has an own valid uuid, the same in every replay', () => {
  const uuids = [1, 2].map(() => {
    const machine = Machine.working();
    machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
    return [machine.uuid(1), machine.uuid(2)];
  });
  assert.deepEqual(uuids[0], uuids[1]);
  assert.notEqual(uuids[0]?.[0], uuids[0]?.[1]);
  for (const uuid of uuids[0] ?? [])
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a turn completes by a result with an answer, and an exit code of 0 proves nothing', () => {
  const machine = Machine.working();
  machine.line(said('here you are'));
  machine.line(result());
  machine.start(turnB);
  machine.take(2);
  machine.give({ type: 'exited', code: 0, signal: null, stderrTail: '' });
  assert.deepEqual(machine.ends(), ['trn_a completed', 'trn_b failed']);
});

test('a result without an answer is no success, but a slash command of its own needs none', () => {
  assert.equal(failure(Machine.working().line(result({ result: '' }))), 'no_answer');
  assert.equal(failure(Machine.working().line(result({ result: '', num_turns: 0 }))), 'completed');
});

test('an interrupt of a turn that claude has not even begun ends it when its words come back', () => {
  const machine = Machine.ready();
  machine.start(turnA);
  machine.give({ type: 'interrupt', turnId: turnA });
  machine.line({ type: 'command_lifecycle', command_uuid: machine.uuid(1), state: 'cancelled' });
  machine.line(response(interruptOf(machine), { still_queued: [], cancelled: [machine.uuid(1)] }));
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
});

test('an interrupt is sent once, and its deadline ends the run when claude does not stop', () => {
  const machine = Machine.working();
  machine.give({ type: 'interrupt', turnId: turnA });
  assert.deepEqual(machine.give({ type: 'interrupt', turnId: turnA }), []);
  assert.deepEqual(kinds(machine.give({ type: 'deadline', name: 'interrupt' })), ['deadline', 'turn-ended', 'end-run']);
  assert.deepEqual(machine.line(result()), []);
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
});

test('a turn that was finished when the interrupt came is finished', () => {
  const machine = Machine.working();
  machine.give({ type: 'interrupt', turnId: turnA });
  machine.line(result());
  machine.line(response(interruptOf(machine), { still_queued: [], cancelled: [] }));
  assert.deepEqual(machine.ends(), ['trn_a completed']);
  assert.deepEqual(machine.give({ type: 'deadline', name: 'interrupt' }), []);
});

test('words steered into a tool call are consumed by the running turn', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  assert.deepEqual(machine.line({ type: 'user', isReplay: true, uuid: machine.uuid(2), message: {} }), [
    { type: 'steer-consumed', turnId: turnB },
  ]);
  assert.deepEqual(machine.take(2), []);
  machine.line(result({ user_message_uuids: [machine.uuid(1), machine.uuid(2)] }));
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('a result that names steered words is their receipt too', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  const outputs = machine.line(result({ user_message_uuids: [machine.uuid(1), machine.uuid(2)] }));
  assert.deepEqual(kinds(outputs), ['steer-consumed', 'turn-ended']);
});

test('words steered into the last model call become a turn of their own, which begins as the first ends', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  assert.deepEqual(kinds(machine.line(result())), ['deadline']);
  assert.deepEqual(machine.take(2), [
    { type: 'deadline', name: 'settle', action: 'clear' },
    { type: 'turn-ended', turnId: turnA, end: { state: 'completed' } },
    { type: 'turn-started', turnId: turnB },
  ]);
  const [started] = machine.line(said('second answer'));
  assert.equal(started?.type === 'item-started' && started.turnId, turnB);
  machine.line(result({ user_message_uuids: [machine.uuid(2)] }));
  assert.deepEqual(machine.ends(), ['trn_a completed', 'trn_b completed']);
});

test('several words that wait together become one turn: the first opens it, the others are consumed by it', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  machine.give({ type: 'steer', into: turnA, turnId: turnC, text: 'even more' });
  machine.line(result());
  machine.take(2);
  assert.deepEqual(machine.take(3), [{ type: 'steer-consumed', turnId: turnC }]);
  machine.line(result());
  assert.deepEqual(machine.ends(), ['trn_a completed', 'trn_b completed']);
});

test('steered words that an interrupt takes out of the queue come back', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  machine.give({ type: 'interrupt', turnId: turnA });
  const answer = response(interruptOf(machine), { still_queued: [], cancelled: [machine.uuid(2)] });
  assert.deepEqual(machine.line(answer), [{ type: 'steer-returned', turnId: turnB }]);
  assert.deepEqual(machine.line({ type: 'command_lifecycle', command_uuid: machine.uuid(2), state: 'cancelled' }), []);
  machine.line(aborted);
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
});

test('steered words that claude leaves lying are taken back after a while, and only then does the turn end', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  machine.line(result());
  machine.give({ type: 'deadline', name: 'settle' });
  const { request_id: id, request } = machine.lastWritten();
  assert.deepEqual(request, { subtype: 'cancel_async_message', message_uuid: machine.uuid(2) });
  assert.deepEqual(kinds(machine.line(response(id, { cancelled: true }))), [
    'steer-returned',
    'deadline',
    'turn-ended',
  ]);
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('a claude that does not say what became of steered words is of no more use', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  machine.line(result());
  machine.give({ type: 'deadline', name: 'settle' });
  const outputs = machine.give({ type: 'deadline', name: 'settle' });
  assert.deepEqual(kinds(outputs), ['steer-returned', 'deadline', 'turn-ended', 'end-run']);
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('words steered into a turn that is over or stopping come back at once', () => {
  const machine = Machine.working();
  machine.give({ type: 'interrupt', turnId: turnA });
  assert.deepEqual(machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' }), [
    { type: 'steer-returned', turnId: turnB },
  ]);
  machine.line(aborted);
  assert.deepEqual(machine.give({ type: 'steer', into: turnA, turnId: turnC, text: 'more' }), [
    { type: 'steer-returned', turnId: turnC },
  ]);
});

test('when claude dies steered words come back and the turn has failed, with exit, signal and the last of stderr', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  const outputs = machine.give({ type: 'exited', code: null, signal: 'SIGKILL', stderrTail: 'oh no\n' });
  assert.deepEqual(kinds(outputs), ['steer-returned', 'turn-ended']);
  const ended = outputs.at(-1);
  assert.ok(ended?.type === 'turn-ended' && ended.end.state === 'failed');
  assert.equal(ended.end.error.code, 'agent_crashed');
  assert.match(ended.end.error.message, /SIGKILL.*oh no/);
  assert.deepEqual(ended.end.error.details, { exitCode: null, signal: 'SIGKILL', stderrTail: 'oh no' });
  assert.equal(failure(machine.start(turnC)), 'agent_crashed');
});

test('a turn that had its result keeps it when claude dies right after', () => {
  const machine = Machine.working();
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'more' });
  machine.line(result());
  machine.give({ type: 'exited', code: 0, signal: null, stderrTail: '' });
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('a start that never became ready says why', () => {
  const cases = [
    ['--dangerously-skip-permissions cannot be used with root/sudo privileges', 'agent_start_failed'],
    ['No conversation found with session ID: x', 'thread_missing'],
    ['Invalid API key · Please run /login', 'agent_auth'],
  ] as const;
  for (const [stderrTail, code] of cases) {
    const machine = new Machine();
    machine.give({ type: 'opened' });
    machine.start(turnA);
    assert.equal(failure(machine.give({ type: 'exited', code: 1, signal: null, stderrTail })), code);
  }
});

test('a handshake that is not answered in time ends the run', () => {
  const machine = new Machine();
  machine.give({ type: 'opened' });
  machine.start(turnA);
  const outputs = machine.give({ type: 'deadline', name: 'handshake' });
  assert.equal(failure(outputs), 'start_timeout');
  assert.equal(outputs.at(-1)?.type, 'end-run');
});

test('refused credentials end the turn at once instead of after ten tries', () => {
  const machine = Machine.working();
  const retry = {
    type: 'system',
    subtype: 'api_retry',
    attempt: 1,
    max_retries: 10,
    error_status: 401,
    error: 'authentication_failed',
  };
  assert.deepEqual(kinds(machine.line(retry)), ['write', 'deadline']);
  assert.equal(failure(machine.line(aborted)), 'agent_auth');
});

test('other retries are notices, not errors', () => {
  const machine = Machine.working();
  const retry = {
    type: 'system',
    subtype: 'api_retry',
    attempt: 2,
    max_retries: 10,
    error_status: 529,
    error: 'overloaded',
  };
  const [notice] = machine.line(retry);
  assert.ok(notice?.type === 'notice' && notice.level === 'warning' && notice.code === 'retrying');
  assert.match(notice.text, /529.*attempt 2 of 10/);
});

test('an answer to an approval goes back in the words of claude', () => {
  const input = { command: 'npm test', description: 'Run the tests' };
  const suggestion = {
    type: 'addRules',
    rules: [{ toolName: 'Bash', ruleContent: 'npm test *' }],
    behavior: 'allow',
    destination: 'localSettings',
  };
  const cases = [
    ['allow', { behavior: 'allow', updatedInput: input }],
    [
      'allow-always',
      { behavior: 'allow', updatedInput: input, updatedPermissions: [{ ...suggestion, destination: 'session' }] },
    ],
    ['deny', { behavior: 'deny', message: 'because' }],
    ['cancel', { behavior: 'deny', message: 'because', interrupt: true }],
  ] as const;
  for (const [option, expected] of cases) {
    const machine = Machine.working();
    const [asked] = machine.line(asks('r1', 'Bash', input, { permission_suggestions: [suggestion] }));
    assert.ok(asked?.type === 'approval-requested');
    assert.equal(asked.approval.kind, 'command');
    assert.deepEqual(
      asked.approval.options.map(({ effect }) => effect),
      ['allow', 'allow-always', 'deny', 'cancel'],
    );
    const approvalId = asked.approval.id;
    machine.give({ type: 'answer', approvalId, option, answer: { optionId: option, message: 'because' } });
    assert.deepEqual(machine.lastWritten(), response('r1', expected));
    assert.deepEqual(machine.give({ type: 'answer', approvalId, option, answer: { optionId: option } }), []);
  }
});

test('an approval that claude takes back is withdrawn, and an answer to it goes nowhere', () => {
  const machine = Machine.working();
  machine.line(asks('r1', 'Bash', { command: 'ls' }));
  const [withdrawn] = machine.line({ type: 'control_cancel_request', request_id: 'r1' });
  assert.ok(withdrawn?.type === 'approval-withdrawn');
  const input = {
    type: 'answer',
    approvalId: withdrawn.approvalId,
    option: 'allow',
    answer: { optionId: 'allow' },
  } as const;
  assert.deepEqual(machine.give(input), []);
  assert.deepEqual(machine.give({ ...input, approvalId: 'apr_none' as ApprovalId }), []);
});

test('a question outside a turn is denied, and every other request of claude gets a valid error', () => {
  const machine = Machine.ready();
  machine.line(asks('r1', 'Bash', { command: 'ls' }));
  assert.equal(objectIn(objectIn(machine.lastWritten().response).response).behavior, 'deny');
  for (const subtype of ['hook_callback', 'mcp_message', 'elicitation', 'something_new']) {
    machine.line({ type: 'control_request', request_id: `r-${subtype}`, request: { subtype } });
    const answer = objectIn(machine.lastWritten().response);
    assert.deepEqual([answer.subtype, answer.request_id], ['error', `r-${subtype}`]);
  }
});

test('the thread is told as soon as it can be resumed, and again when claude begins another conversation', () => {
  const machine = Machine.working();
  assert.deepEqual(machine.line(init()), [{ type: 'thread', model: 'claude-sonnet-5-5', agentVersion: '2.1.329' }]);
  machine.line(said('first'));
  const threads = () =>
    machine.outputs.flatMap((each) => (each.type === 'thread' && each.threadId !== undefined ? [each.threadId] : []));
  assert.deepEqual(threads(), ['11111111-2222-4333-8444-555555555555']);
  machine.line(result());
  machine.start(turnB, '/clear');
  machine.take(2);
  machine.line(init({ session_id: 'another' }));
  machine.line(result({ result: '', num_turns: 0 }));
  assert.deepEqual(threads().slice(1), ['another']);
});

test('in a long first answer the thread is told after some deltas', () => {
  const machine = Machine.working();
  machine.line(init());
  machine.line(streamed({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }));
  const told = Array.from({ length: 10 }, () =>
    machine.line(streamed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } })),
  ).map((outputs) => outputs.some((each) => each.type === 'thread'));
  assert.deepEqual(told.indexOf(true), 7);
  assert.equal(told.filter(Boolean).length, 1);
});

test('a stream that is cut closes its item, and what follows is an item of its own', () => {
  const machine = Machine.working();
  const begin = streamed({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  const delta = streamed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'partial' } });
  const outputs = [
    streamed({ type: 'message_start' }),
    begin,
    delta,
    streamed({ type: 'message_start' }),
    begin,
    delta,
  ].flatMap((each) => machine.line(each));
  assert.deepEqual(kinds(outputs), ['item-started', 'item-delta', 'item-completed', 'item-started', 'item-delta']);
});

test('what a sub-agent does is shown, what it says is not part of the answer', () => {
  const machine = Machine.working();
  const inside = { parent_tool_use_id: 'toolu_0' };
  assert.deepEqual(machine.line({ ...said('from inside'), ...inside }), []);
  assert.deepEqual(
    machine.line({
      ...streamed({ type: 'content_block_start', index: 0, content_block: { type: 'text' } }),
      ...inside,
    }),
    [],
  );
  const [command] = machine.line({ ...used('toolu_1', 'Bash', { command: 'ls' }), ...inside });
  assert.ok(command?.type === 'item-started' && command.item.type === 'command');
  assert.equal(failure(machine.line(result({ result: '' }))), 'no_answer');
});

test('a tool that is denied is declined, one that an interrupt hits is interrupted, one that fails has failed', () => {
  const cases = [
    [gave('t', 'fine'), 'completed'],
    [
      {
        ...gave('t', 'x'),
        message: { content: [{ type: 'tool_result', tool_use_id: 't', content: 'x', is_error: true }] },
      },
      'failed',
    ],
    [gave('t', 'no', { tool_result_meta: [{ id: 't', permission_decision: { decision: 'reject' } }] }), 'declined'],
    [gave('t', 'STOP', { tool_result_meta: [{ id: 't', non_execution_kind: 'user-rejected' }] }), 'interrupted'],
    [gave('t', '', { tool_use_result: { stdout: '', stderr: '', interrupted: true } }), 'interrupted'],
  ] as const;
  for (const [line, status] of cases) {
    const machine = Machine.working();
    machine.line(used('t', 'Grep', { pattern: 'x' }));
    const [done] = machine.line(line);
    assert.ok(done?.type === 'item-completed' && done.item.type === 'tool_call');
    assert.equal(done.item.status, status);
  }
});

test('usage is of the turn alone, in separate buckets, and an invented price is no cost', () => {
  const model = {
    inputTokens: 10,
    outputTokens: 7,
    thinkingTokens: 3,
    cacheReadInputTokens: 5,
    cacheCreationInputTokens: 9,
    cacheCreationEphemeral5mInputTokens: 4,
    cacheCreationEphemeral1hInputTokens: 5,
    costUSD: 0.5,
    costBasis: 'list',
  };
  const usage = (models: object) =>
    Machine.working()
      .line(result({ total_cost_usd: 99, model_usage_since_last_result: models }))
      .find((each) => each.type === 'usage')?.usage;
  const tokens = { inputUncached: 10, cacheRead: 5, cacheWrite5m: 4, cacheWrite1h: 5, output: 7, reasoning: 3 };
  assert.deepEqual(usage({ a: model }), { ...tokens, costUsd: 0.5 });
  assert.equal(usage({ a: model, b: model })?.costUsd, 1);
  assert.deepEqual(usage({ a: { ...model, costBasis: 'unknown' } }), tokens);
  assert.equal(usage({}), undefined);
});

test('a turn that claude began by itself is not mistaken for the one that waits', () => {
  const machine = Machine.ready();
  machine.start(turnA);
  const outputs = machine.line(
    result({ user_message_uuids: [], origin: { kind: 'task-notification' }, result: 'by myself' }),
  );
  assert.deepEqual(kinds(outputs), ['notice']);
  machine.take(1);
  machine.line(result({ user_message_uuids: [machine.uuid(1)] }));
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('unknown events and lines that are no JSON become notices with what came, cut at 16 KiB', () => {
  const machine = Machine.working();
  const [garbage] = machine.line('x'.repeat(100_000));
  assert.ok(garbage?.type === 'notice' && garbage.code === 'unreadable_line');
  assert.ok((garbage.raw?.length ?? 0) <= 16 * 1024 + 1);
  const [unknown] = machine.line({ type: 'brand_new' });
  assert.ok(unknown?.type === 'notice' && unknown.code === 'unknown_event');
  const [system] = machine.line({ type: 'system', subtype: 'brand_new' });
  assert.ok(system?.type === 'notice' && system.code === 'unknown_event');
  assert.deepEqual(machine.line({ type: 'system', subtype: 'task_progress' }), []);
  assert.deepEqual(machine.line(''), []);
});
