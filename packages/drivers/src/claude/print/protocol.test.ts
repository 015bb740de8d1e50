import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverInput, DriverOutput, TurnId } from '@parley/schema';
import { context, endOf, outputsOf, play, turnId } from './recording.ts';
import { init, result, said } from '../machine.ts';

const opened: DriverInput = { type: 'opened' };
const start: DriverInput = { type: 'start', turnId, text: '-do "it"\nnow' };
const say = (message: object): DriverInput => ({ type: 'line', line: JSON.stringify(message) });
const exit = (code: number | null, signal: string | null = null, stderrTail = ''): DriverInput => ({
  type: 'exited',
  code,
  signal,
  stderrTail,
});
const begun = [opened, start, say(init())];
const items = (outputs: readonly DriverOutput[]) =>
  outputs.flatMap((output) => (output.type === 'item-completed' ? [output.item] : []));

test('the prompt goes to stdin as it is, then EOF', () => {
  assert.deepEqual(play([opened, start]), [
    { type: 'ready' },
    { type: 'write', line: '-do "it"\nnow' },
    { type: 'close-stdin' },
  ]);
});

test('a turn of the real program: begin, thread, deltas, item, usage with its cost, end, and the run is over', () => {
  const outputs = outputsOf('answer');
  assert.deepEqual(
    outputs.filter(({ type }) => type !== 'item-delta').map(({ type }) => type),
    [
      'ready',
      'write',
      'close-stdin',
      'turn-started',
      'thread',
      'item-started',
      'thread',
      'item-completed',
      'usage',
      'turn-ended',
      'end-run',
    ],
  );
  assert.equal(endOf(outputs), 'completed');
  const usage = outputs.find((output) => output.type === 'usage')?.usage;
  assert.ok(usage?.costUsd !== undefined && usage.costUsd > 0);
});

test('nothing is ever written after the prompt', () => {
  for (const name of ['ask', 'interrupt', 'model-401', 'resume']) {
    const writes = outputsOf(name).filter(({ type }) => type === 'write');
    assert.equal(writes.length, 1, name);
  }
});

test('a resumed conversation: usage is of this process only', () => {
  const outputs = outputsOf('resume');
  const usage = outputs.find((output) => output.type === 'usage')?.usage;
  assert.deepEqual([usage?.inputUncached, usage?.cacheRead], [14, 21_920]);
  const [, command] = items(outputs);
  assert.equal(command?.type === 'command' && command.exitCode, 3);
});

test('files that are written are items with their diff', () => {
  const change = items(outputsOf('file')).find((item) => item.type === 'file_change');
  assert.deepEqual(
    change?.changes.map(({ path, kind, added }) => [path, kind, added]),
    [['f.txt', 'add', 1]],
  );
});

test('what would ask is declined, and the turn goes on', () => {
  const outputs = outputsOf('ask');
  const command = items(outputs).find((item) => item.type === 'command');
  assert.equal(command?.status, 'declined');
  assert.equal(
    outputs.some(({ type }) => type === 'approval-requested'),
    false,
  );
  assert.equal(endOf(outputs), 'completed');
});

test('errors of the model server and of the start are typed', () => {
  assert.equal(endOf(outputsOf('model-400')), 'model_request_rejected');
  // Refused credentials end the process at the first try instead of after three minutes.
  assert.equal(endOf(outputsOf('model-401')), 'agent_auth');
  assert.equal(endOf(outputsOf('resume-unknown')), 'thread_missing');
  const root = '--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons';
  assert.equal(endOf(play([opened, start, exit(1, null, root)])), 'agent_start_failed');
  assert.equal(endOf(play([opened, start, exit(1, null, 'Not logged in')])), 'agent_auth');
  const long = 'Error: piped stdin input exceeds 10MB. Pass large content as a file path in your prompt instead.';
  assert.equal(endOf(play([opened, start, exit(1, null, long)])), 'prompt_too_large');
});

test('without a result it has failed, whatever the exit code', () => {
  assert.equal(endOf(outputsOf('killed')), 'agent_crashed');
  assert.equal(endOf(play([...begun, say(said('almost')), exit(0)])), 'agent_crashed');
  assert.equal(endOf(play([...begun, say(result({ result: '' })), exit(0)])), 'no_answer');
});

test('a result whose message has an id of its own ends the turn as well', () => {
  assert.equal(endOf(play([opened, start, say(result({ user_message_uuids: ['x'] })), exit(0)])), 'completed');
});

test('an interrupt ends the process, and with it the turn', () => {
  const stop: DriverInput = { type: 'interrupt', turnId };
  assert.deepEqual(play([...begun, stop, stop, exit(143)]).slice(-4), [
    { type: 'deadline', name: 'interrupt', action: 'set' },
    { type: 'end-run', reason: 'The turn is to stop.' },
    { type: 'deadline', name: 'interrupt', action: 'clear' },
    { type: 'turn-ended', turnId, end: { state: 'interrupted' } },
  ]);
  assert.equal(endOf(play([opened, start, stop, exit(143)])), 'interrupted');
  assert.equal(
    endOf(play([...begun, stop, { type: 'deadline', name: 'interrupt' }, exit(null, 'SIGKILL')])),
    'interrupted',
  );
  assert.equal(endOf(outputsOf('interrupt')), 'interrupted');
});

test('steered words come back, and a second turn in the same process fails at once', () => {
  const second = 'trn_2' as TurnId;
  const outputs = play(
    [
      ...begun,
      { type: 'steer', into: turnId, turnId: second, text: 'also' },
      say(result()),
      { type: 'start', turnId: second, text: 'again' },
      exit(0),
    ],
    context,
  );
  assert.ok(outputs.some((output) => output.type === 'steer-returned' && output.turnId === second));
  assert.equal(endOf(outputs), 'completed agent_crashed');
});
