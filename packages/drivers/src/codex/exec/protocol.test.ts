import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverInput, DriverOutput, TurnId } from '@parley/schema';
import { context, endOf, outputsOf, play, traceInputs, turnId } from './recording.ts';

const opened: DriverInput = { type: 'opened' };
const start: DriverInput = { type: 'start', turnId, text: '-do "it"\nnow' };
const say = (event: object): DriverInput => ({ type: 'line', line: JSON.stringify(event) });
const item = (when: string, body: object): DriverInput => say({ type: `item.${when}`, item: body });
const exit = (code: number | null, signal: string | null = null, stderrTail = ''): DriverInput => ({
  type: 'exited',
  code,
  signal,
  stderrTail,
});
const begun = [opened, start, say({ type: 'thread.started', thread_id: 'T' }), say({ type: 'turn.started' })];
const message = item('completed', { id: 'item_0', type: 'agent_message', text: 'hello' });
const completed = say({
  type: 'turn.completed',
  usage: { input_tokens: 12, cached_input_tokens: 4, output_tokens: 3 },
});
const items = (outputs: readonly DriverOutput[]) =>
  outputs.flatMap((output) => (output.type === 'item-completed' ? [output.item] : []));
const without =
  (...types: readonly string[]) =>
  (output: DriverOutput) =>
    !types.includes(output.type);

test('the prompt goes to stdin as it is, then EOF', () => {
  assert.deepEqual(play([opened, start]), [
    { type: 'ready' },
    { type: 'write', line: '-do "it"\nnow' },
    { type: 'close-stdin' },
  ]);
});

test('a turn of the real program: thread, begin, items, usage, end, and the run is over', () => {
  const outputs = outputsOf('answer');
  assert.deepEqual(
    outputs.filter(without('item-started', 'write')).map(({ type }) => type),
    [
      'ready',
      'close-stdin',
      'thread',
      'turn-started',
      'item-completed',
      'item-completed',
      'item-completed',
      'usage',
      'turn-ended',
      'end-run',
    ],
  );
  assert.deepEqual(
    items(outputs).map(({ type }) => type),
    ['assistant_message', 'reasoning', 'assistant_message'],
  );
  assert.equal(endOf(outputs), 'completed');
});

test('the conversation is told only when it can be resumed', () => {
  assert.equal(
    outputsOf('killed').some(({ type }) => type === 'thread'),
    false,
  );
  assert.deepEqual(
    play(begun).find(({ type }) => type === 'thread'),
    { type: 'thread', threadId: 'T' },
  );
});

test('commands have output and exit code, files their paths, and no line counts that nobody told', () => {
  assert.deepEqual(items(outputsOf('resume'))[1], {
    id: 'itm_1.2',
    type: 'command',
    status: 'failed',
    command: 'echo out; echo err >&2; exit 3',
    output: 'out\nerr\n',
    exitCode: 3,
  });
  assert.deepEqual(items(outputsOf('file'))[1], {
    id: 'itm_1.2',
    type: 'file_change',
    status: 'completed',
    changes: [{ path: 'f.txt', kind: 'add' }],
  });
});

test('the other kinds of item', () => {
  const outputs = play([
    ...begun,
    item('started', { id: 'a', type: 'todo_list', items: [{ text: 'one', completed: false }] }),
    item('updated', { id: 'a', type: 'todo_list', items: [{ text: 'one', completed: true }] }),
    item('started', {
      id: 'b',
      type: 'mcp_tool_call',
      server: 's',
      tool: 't',
      arguments: { x: 1 },
      status: 'in_progress',
    }),
    item('completed', {
      id: 'b',
      type: 'mcp_tool_call',
      server: 's',
      tool: 't',
      arguments: { x: 1 },
      result: { content: [{ type: 'text', text: 'found' }], structured_content: null },
      status: 'completed',
    }),
    item('completed', { id: 'c', type: 'web_search', id2: 'w', query: 'bees', action: { type: 'search' } }),
    item('completed', { id: 'd', type: 'error', message: 'beware' }),
    item('completed', { id: 'e', type: 'hologram' }),
    completed,
  ]);
  assert.deepEqual(items(outputs), [
    { id: 'itm_1.1', type: 'plan', steps: [{ text: 'one', status: 'pending' }] },
    { id: 'itm_1.1', type: 'plan', steps: [{ text: 'one', status: 'completed' }] },
    {
      id: 'itm_1.2',
      type: 'tool_call',
      status: 'completed',
      name: 't',
      server: 's',
      input: '{"x":1}',
      output: 'found',
    },
    {
      id: 'itm_1.3',
      type: 'tool_call',
      status: 'completed',
      name: 'web_search',
      title: 'bees',
      input: '{"type":"search"}',
    },
  ]);
  assert.deepEqual(
    outputs.flatMap((output) => (output.type === 'notice' ? [output.code] : [])),
    ['agent_warning', 'unknown_event'],
  );
  assert.equal(endOf(outputs), 'completed');
});

test('a turn used what came on top of the total before; where that is not known, its usage is not either', () => {
  const usage = (outputs: readonly DriverOutput[]) => outputs.find((output) => output.type === 'usage');
  const total = { inputUncached: 8, cacheRead: 4, output: 3 };
  const played = (more: object) => usage(play([...begun, message, completed], { ...context, ...more }));
  assert.deepEqual(usage(play([...begun, message, completed])), {
    type: 'usage',
    turnId,
    usage: total,
    threadTotal: total,
  });
  assert.deepEqual(played({ threadId: 'T', threadTotal: { inputUncached: 5, cacheRead: 4, output: 1 } })?.usage, {
    inputUncached: 3,
    cacheRead: 0,
    output: 2,
  });
  assert.deepEqual(played({ threadId: 'T' }), { type: 'usage', turnId, usage: {}, threadTotal: total });
});

test('how turns of the real program end', () => {
  const ends = {
    'exec-think': 'completed',
    'exec-two': 'completed',
    'exec-patch': 'completed',
    'resume-2': 'completed',
    'err-cut1': 'completed',
    'exec-nokey': 'agent_auth',
    'exec-nogit': 'agent_start_failed',
    'err-400': 'model_request_rejected',
    'err-401': 'agent_auth',
    'err-403': 'agent_auth',
    'err-404': 'model_unknown',
    'err-429': 'rate_limited',
    'err-quota': 'quota_exceeded',
    'err-500-noretry': 'model_overloaded',
    'err-503': 'model_overloaded',
    'err-cut': 'model_overloaded',
    'err-html': 'model_overloaded',
    'err-ctx': 'context_exceeded',
    'err-unreachable': 'agent_crashed',
    'int-sigterm': 'agent_crashed',
    'int-sigint': 'agent_crashed',
  };
  for (const [name, end] of Object.entries(ends)) assert.equal(endOf(play(traceInputs(name))), end, name);
  assert.equal(endOf(outputsOf('resume-unknown')), 'thread_missing');
  assert.equal(endOf(outputsOf('model-401')), 'agent_auth');
});

test('a reconnect is a notice', () => {
  const notices = play(traceInputs('err-cut1')).filter((output) => output.type === 'notice');
  assert.deepEqual(
    notices.map(({ code }) => code),
    ['agent_warning', 'retrying'],
  );
});

test('without its own word at the end it has failed, whatever the exit code', () => {
  assert.equal(endOf(play([...begun, message, exit(0)])), 'agent_protocol');
  assert.equal(endOf(play([...begun, message, exit(null, 'SIGKILL')])), 'agent_crashed');
  assert.equal(endOf(play([...begun, completed, exit(0)])), 'no_answer');
  assert.equal(
    endOf(play([...begun, say({ type: 'error', message: 'stream disconnected' }), exit(1)])),
    'model_overloaded',
  );
});

test('a process that ends before it began says why, without the noise around it', () => {
  const stderr =
    "error: unexpected argument '--nope' found\n\nUsage: codex\n\nFor more information, try '--help'.\nReading prompt from stdin...\n";
  const [end] = play([opened, start, exit(2, null, stderr)]).filter(({ type }) => type === 'turn-ended');
  assert.match(JSON.stringify(end), /agent_start_failed.*exit code 2 before it was ready: Usage: codex/);
});

test('a message that is too long is named', () => {
  const stderr = 'Error: turn/start: turn/start failed: Input exceeds the maximum length of 1048576 characters.';
  assert.equal(endOf(play([opened, start, exit(1, null, stderr)])), 'prompt_too_large');
});

test('an interrupt ends the process, and with it the turn', () => {
  const stop: DriverInput = { type: 'interrupt', turnId };
  const outputs = play([...begun, stop, stop, exit(null, 'SIGTERM')]);
  assert.deepEqual(outputs.slice(-4), [
    { type: 'deadline', name: 'interrupt', action: 'set' },
    { type: 'end-run', reason: 'The turn was interrupted.' },
    { type: 'deadline', name: 'interrupt', action: 'clear' },
    { type: 'turn-ended', turnId, end: { state: 'interrupted' } },
  ]);
  assert.equal(
    endOf(play([...begun, stop, { type: 'deadline', name: 'interrupt' }, exit(null, 'SIGKILL')])),
    'interrupted',
  );
  assert.equal(
    endOf(play([...begun, stop, say({ type: 'turn.failed', error: { message: 'x' } }), exit(1)])),
    'interrupted',
  );
  // Its answer was complete when the interrupt came.
  assert.equal(endOf(play([...begun, message, stop, completed, exit(0)])), 'completed');
  assert.equal(endOf(outputsOf('interrupt')), 'interrupted');
});

test('steered words come back, and a second turn in the same process fails at once', () => {
  const second = 'trn_2' as TurnId;
  const outputs = play([
    ...begun,
    { type: 'steer', into: turnId, turnId: second, text: 'also' },
    message,
    completed,
    { type: 'start', turnId: second, text: 'again' },
    exit(0),
  ]);
  assert.ok(outputs.some((output) => output.type === 'steer-returned' && output.turnId === second));
  assert.equal(endOf(outputs), 'completed agent_crashed');
});
