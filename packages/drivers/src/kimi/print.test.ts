import assert from 'node:assert/strict';
import test from 'node:test';
import { Machine, turnA, turnB } from './machine.ts';
import { printProtocol } from './print.ts';
import type { Dialect, PrintState } from './print-state.ts';
import { fixtureLines } from './recording.ts';
import { newSessionId } from './session-id.ts';

function started(dialect: Dialect, text = 'do it'): Machine<PrintState> {
  const machine = new Machine(printProtocol(dialect), { policy: 'full' });
  machine.give({ type: 'opened' });
  machine.start(turnA, text);
  return machine;
}

/** Kimi Code 2.1.0 as it was recorded. */
function played(name: string): Machine<PrintState> {
  const machine = started('code');
  for (const line of fixtureLines(`code-${name}.jsonl`)) machine.line(line);
  return machine;
}

const messageOf = (machine: Machine<PrintState>): string => {
  const end = machine.of('turn-ended')[0]?.end;
  return end !== undefined && 'error' in end ? end.error.message : '';
};

test('Kimi Code: a recorded turn has its tools, its answer, and its id from the last line', () => {
  const machine = played('prompt');
  assert.deepEqual(machine.ends(), []);
  machine.exit(0);
  assert.deepEqual(machine.ends(), ['trn_a completed']);
  assert.deepEqual(
    machine.of('item-completed').map(({ item }) => item.type),
    ['assistant_message', 'command', 'assistant_message'],
  );
  const command = machine.of('item-completed')[1]?.item;
  assert.ok(command?.type === 'command' && command.command === 'echo hi > hello.txt' && command.exitCode === 0);
  assert.deepEqual(
    machine.of('thread').map(({ threadId, agentVersion }) => threadId ?? agentVersion),
    ['2.1.0', 'session_363c3c49-3804-423d-a9b7-2d0903f609b7'],
  );
  assert.deepEqual(machine.of('write'), [], 'its prompt was in argv');
  assert.equal(machine.of('close-stdin').length, 1);
});

test('Kimi Code: two calls of one message are two items with their own results', () => {
  const machine = played('prompt-two');
  machine.exit(0);
  const ids = (type: 'item-started' | 'item-completed'): readonly string[] =>
    machine.of(type).flatMap(({ item }) => (item.type === 'command' ? [item.id] : []));
  assert.equal(ids('item-started').length, 2);
  assert.deepEqual(ids('item-completed'), ids('item-started'));
});

test('Kimi Code: attempts at the model server are notices, not errors', () => {
  const machine = played('err-flaky');
  machine.exit(0);
  assert.deepEqual(
    machine.of('notice').map(({ code }) => code),
    ['retrying', 'retrying'],
  );
  assert.match(machine.of('notice')[0]?.text ?? '', /500 mock: flaky.*attempt 2 of 10/);
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('Kimi Code: what it says on stderr is the error, without its frame', () => {
  const log = 'See log: /home/dev/.kimi-code/logs/kimi-code.log\n';
  const failures: readonly (readonly [string, string])[] = [
    ['provider.auth_error: 401 mock: Incorrect API key provided.', 'agent_auth'],
    ['provider.api_error: 400 mock: bad request', 'model_request_rejected'],
    ['provider.connection_error: Connection error.', 'model_overloaded'],
    ['Session "session_x" not found.', 'thread_missing'],
    ['No model configured. Run `kimi` and use /login to sign in, then retry.', 'agent_auth'],
  ];
  for (const [words, code] of failures) {
    const machine = played('err-401');
    machine.exit(1, `error: failed to run prompt: ${words}\n${log}`);
    assert.deepEqual(machine.ends(), [`trn_a failed ${code}`], words);
    assert.equal(messageOf(machine), words);
  }
});

test('Kimi Code: exit 0 without the last line is no success', () => {
  const machine = started('code');
  machine.line({ role: 'assistant', content: 'I think' });
  machine.exit(0);
  assert.deepEqual(machine.ends(), ['trn_a failed agent_protocol']);
  const silent = started('code');
  silent.exit(0);
  assert.deepEqual(silent.ends(), ['trn_a failed no_answer']);
});

test('an interrupt ends the run, and the turn when the process is gone', () => {
  const machine = started('code');
  machine.give({ type: 'interrupt', turnId: turnA });
  machine.give({ type: 'interrupt', turnId: turnA });
  assert.equal(machine.of('end-run').length, 1);
  for (const line of fixtureLines('code-int-sigterm.jsonl')) machine.line(line);
  assert.deepEqual(machine.ends(), []);
  machine.exit(143);
  assert.deepEqual(machine.ends(), ['trn_a interrupted']);
  const command = machine.of('item-completed').at(-1)?.item;
  assert.ok(command?.type === 'command' && command.status === 'interrupted');
});

test('a killed process is never a success, whatever it had said', () => {
  const machine = played('prompt');
  machine.exit(null, '', 'SIGKILL');
  assert.deepEqual(machine.ends(), ['trn_a failed agent_crashed']);
});

test('legacy: the prompt goes over stdin byte for byte, and the id is the one that was given', () => {
  const machine = started('legacy', '-x\n "ü" \n');
  assert.deepEqual(
    machine.of('write').map(({ line }) => line),
    ['-x\n "ü" \n'],
  );
  assert.deepEqual(
    machine.outputs.map(({ type }) => type),
    ['ready', 'write', 'close-stdin'],
  );
  machine.line({ role: 'assistant', content: 'Done.' });
  machine.exit(0, '\nTo resume this session: kimi -r x\n');
  assert.equal(machine.of('thread')[0]?.threadId, newSessionId('run_1' as never));
  assert.deepEqual(machine.ends(), ['trn_a completed']);
});

test('legacy: parts, thoughts, tool results with their wrapping', () => {
  const machine = started('legacy');
  const call = (id: string, name: string, input: object): object => ({
    type: 'function',
    id,
    function: { name, arguments: JSON.stringify(input) },
  });
  const calls = [
    call('1', 'Shell', { command: 'ls' }),
    call('2', 'ReadFile', { path: '/code/a.txt' }),
    call('3', 'SetTodoList', { todos: [{ title: 'x', status: 'pending' }] }),
  ];
  machine.line({ role: 'assistant', content: [], tool_calls: calls });
  const text = (words: string): object => ({ type: 'text', text: words });
  machine.line({
    role: 'tool',
    content: [text('<system>ERROR: Command failed with exit code: 2.</system>'), text('no\n')],
    tool_call_id: '1',
  });
  machine.line({ role: 'tool', content: [text('<system>ERROR: `a.txt` does not exist.</system>')], tool_call_id: '2' });
  machine.line({ role: 'tool', content: [text('<system>ok</system>')], tool_call_id: '3' });
  machine.line({
    role: 'assistant',
    content: [{ type: 'think', think: 'hm', encrypted: null }, text('Hello'), text(' you')],
  });
  machine.exit(0);
  assert.deepEqual(machine.ends(), ['trn_a completed']);
  const items = machine.of('item-completed').map(({ item }) => item);
  assert.deepEqual(
    items.find(({ type }) => type === 'command'),
    {
      id: 'itm_1.1',
      type: 'command',
      status: 'failed',
      command: 'ls',
      output: 'no\n',
      exitCode: 2,
    },
  );
  const read = items.find(({ type }) => type === 'tool_call');
  assert.ok(read?.type === 'tool_call' && read.status === 'failed' && read.output === '`a.txt` does not exist.');
  assert.deepEqual(machine.texts('reasoning'), ['hm']);
  assert.deepEqual(machine.texts('assistant_message'), ['Hello', ' you']);
  assert.equal(items.filter(({ type }) => type === 'plan').length, 1);
});

test('legacy: plain lines on stdout are the reason, and exit 75 means that it may be tried again', () => {
  const end = (code: number, ...said: readonly string[]): readonly string[] => {
    const machine = started('legacy');
    for (const line of said) machine.line(line);
    machine.exit(code);
    return machine.ends();
  };
  assert.deepEqual(end(75, "Error code: 503 - {'error': 'busy'}"), ['trn_a failed model_overloaded']);
  assert.deepEqual(end(75, "Error code: 429 - {'error': 'slow'}"), ['trn_a failed rate_limited']);
  assert.deepEqual(end(75, 'something new'), ['trn_a failed model_overloaded']);
  assert.deepEqual(end(1, 'LLM not set'), ['trn_a failed agent_auth']);
  assert.deepEqual(end(1, 'Max number of steps reached: 100'), ['trn_a failed step_limit']);
  assert.deepEqual(end(1, 'Unknown error: x'), ['trn_a failed agent_refused']);
  assert.deepEqual(end(1), ['trn_a failed agent_crashed']);
  assert.deepEqual(end(0, 'odd'), ['trn_a failed no_answer']);
});

test('legacy: lines without a role are notifications and plans', () => {
  const machine = started('legacy');
  machine.line({
    id: 'n1',
    category: 'task',
    type: 'task.completed',
    title: 'Task',
    body: 'done',
    severity: 'success',
  });
  machine.line({ content: '1. one\n2. two\n', file_path: '/plan.md' });
  assert.equal(machine.of('notice')[0]?.text, 'Task: done');
  assert.ok(machine.of('item-completed')[0]?.item.type === 'plan');
});

test('words into a running turn go back with a reason, and a second turn is not begun', () => {
  const machine = started('legacy');
  machine.give({ type: 'steer', into: turnA, turnId: turnB, text: 'x' });
  assert.equal(machine.of('steer-returned')[0]?.turnId, turnB);
  machine.line({ role: 'assistant', content: 'Done.' });
  machine.exit(0);
  machine.start(turnB);
  assert.deepEqual(machine.ends(), ['trn_a completed', 'trn_b failed agent_crashed']);
});
