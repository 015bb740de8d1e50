import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverOutput, TurnId } from '@parley/schema';
import { Machine, context, exit, firstTurn, ofType, trace } from './recording.ts';
import { runProtocol } from './run-protocol.ts';
import type { RunState } from './run-protocol.ts';

function started(text = 'do it'): Machine<RunState> {
  const machine = new Machine(runProtocol, { ...context, policy: 'full' });
  machine.give({ type: 'opened' }, { type: 'start', turnId: firstTurn, text });
  return machine;
}

const endsOf = (outputs: readonly DriverOutput[]) =>
  ofType(outputs, 'turn-ended').map(({ end }) => (end.state === 'failed' ? end.error.code : end.state));
const endOf = (name: string, code: number, stderr = '') => {
  const machine = started();
  machine.give(...trace(name));
  return endsOf(machine.give(exit(code, stderr)));
};

test('the prompt goes over stdin as it is, and stdin is closed behind it', () => {
  const machine = new Machine(runProtocol);
  assert.deepEqual(machine.give({ type: 'opened' }), [{ type: 'ready' }]);
  assert.deepEqual(machine.give({ type: 'start', turnId: firstTurn, text: ' "a" \n\\b' }), [
    { type: 'write', line: ' "a" \n\\b' },
    { type: 'close-stdin' },
  ]);
});

test('a turn begins with the first event and ends when the process has, after a last step that stopped', () => {
  const machine = started();
  const out = machine.give(...trace('run-two'));
  assert.equal(ofType(out, 'turn-started').length, 1);
  assert.equal(ofType(out, 'turn-ended').length, 0);
  assert.deepEqual(
    ofType(out, 'item-completed').map(({ item }) => item.type),
    ['assistant_message', 'command', 'command', 'assistant_message'],
  );
  // Both steps together.
  assert.deepEqual(ofType(out, 'usage').at(-1)?.usage, {
    inputUncached: 200,
    cacheRead: 0,
    cacheWrite5m: 0,
    output: 40,
    reasoning: 0,
  });
  assert.deepEqual(endsOf(machine.give(exit(0))), ['completed']);
});

test('exit 0 without a step that stopped is no success', () => {
  assert.deepEqual(endsOf(started().give(exit(0))), ['agent_protocol']);
  const cut = started();
  cut.give(...trace('run-think').slice(0, 3));
  assert.deepEqual(endsOf(cut.give(exit(0))), ['agent_protocol']);
  assert.equal(endOf('run-ask', 0)[0], 'agent_refused');
});

test('a killed process never counts as an answer, whatever it had said', () => {
  const machine = started();
  machine.give(...trace('run-two'));
  assert.deepEqual(endsOf(machine.give(exit(null, '', 'SIGKILL'))), ['agent_crashed']);
});

test('failures of the model server and of OpenCode have their own codes', () => {
  assert.deepEqual(endOf('err-401', 1), ['agent_auth']);
  assert.deepEqual(endOf('err-ctx', 1), ['context_exceeded']);
  assert.deepEqual(endOf('err-cut', 1), ['model_overloaded']);
  assert.deepEqual(endOf('run-badmodel', 1), ['agent_refused']);
  assert.deepEqual(endsOf(started().give(exit(1, '\u001b[91m\u001b[1mError: \u001b[0mSession not found'))), [
    'thread_missing',
  ]);
});

test('a model server that answers with a web page is not asked for ever', () => {
  const machine = started();
  const out = machine.give(...trace('err-html'));
  assert.deepEqual(endsOf(out), ['model_request_rejected']);
  assert.equal(ofType(out, 'end-run').length, 1);
  assert.deepEqual(endsOf(machine.give(exit(143))), []);
});

test('an interrupt ends the run, and the turn is interrupted when it has ended', () => {
  const machine = started();
  machine.give(...trace('run-two').slice(0, 2));
  const out = machine.give({ type: 'interrupt', turnId: firstTurn });
  assert.deepEqual(
    out.map(({ type }) => type),
    ['deadline', 'end-run'],
  );
  assert.deepEqual(machine.give({ type: 'interrupt', turnId: firstTurn }), []);
  assert.deepEqual(endsOf(machine.give(exit(143))), ['interrupted']);
});

test('it takes no words while it works, and one process is good for one turn', () => {
  const machine = started();
  const other = 'trn_2' as TurnId;
  assert.equal(
    ofType(machine.give({ type: 'steer', into: firstTurn, turnId: other, text: 'x' }), 'steer-returned').length,
    1,
  );
  machine.give(...trace('run-two'), exit(0));
  assert.deepEqual(endsOf(machine.give({ type: 'start', turnId: other, text: 'x' })), ['agent_crashed']);
});

test('todos are the plan, under one id', () => {
  const machine = started();
  const todo = (status: string) =>
    machine.line({
      type: 'tool_use',
      sessionID: 'ses_1',
      part: {
        type: 'tool',
        tool: 'todowrite',
        state: {
          status: 'completed',
          input: {
            todos: [
              { content: 'a', status },
              { content: 'b', status: 'cancelled' },
            ],
          },
        },
      },
    });
  const plans = [...todo('pending'), ...todo('completed')].filter(({ type }) => type === 'item-completed');
  assert.deepEqual(
    ofType(plans, 'item-completed').map(({ item }) => item),
    [
      { id: 'itm_R.1', type: 'plan', steps: [{ text: 'a', status: 'pending' }] },
      { id: 'itm_R.1', type: 'plan', steps: [{ text: 'a', status: 'completed' }] },
    ],
  );
});
