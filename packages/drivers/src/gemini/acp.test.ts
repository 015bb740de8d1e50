import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverContext, DriverInput, TurnId } from '@parley/schema';
import { acpMachine } from './acp.ts';
import { Machine, recorded, turnId } from './recording.ts';

const threadId = 'b171ee87-0a95-4dbd-805b-ae284e0bbc38';
const inputs = recorded('acp-resume.inputs').map((line) => JSON.parse(line) as DriverInput);

function resumed(): Machine<unknown> {
  const machine = new Machine(acpMachine, { threadId });
  for (const input of inputs) machine.give(input);
  return machine;
}

function methods(machine: Machine<unknown>): readonly unknown[] {
  return machine.of('write').map(({ line }) => JSON.parse(line)['method']);
}

test('a conversation is taken up again under an id that cannot overwrite it, and goes on under its own', () => {
  const machine = resumed();
  assert.deepEqual(methods(machine), ['initialize', 'session/load', 'session/prompt']);
  assert.equal(JSON.parse(machine.of('write')[1]?.line ?? '{}')['params']['sessionId'], ` ${threadId}`);
  assert.equal(machine.of('thread')[0]?.threadId, threadId);
});

test('the history that comes after the answer to session/load is not told as the work of the turn', () => {
  const machine = resumed();
  assert.equal(machine.said(), 'still kiwi');
  assert.equal(machine.of('item-started').length, 1);
  assert.deepEqual(machine.end(), { state: 'completed' });
  assert.equal(machine.of('notice').length, 0);
});

test('a history without an end is not waited for beyond the handshake', () => {
  const machine = new Machine(acpMachine, { threadId });
  const untilLoaded = inputs.findIndex(({ type }, place) => type === 'line' && place > 3) + 1;
  for (const input of inputs.slice(0, untilLoaded)) machine.give(input);
  assert.equal(machine.of('ready').length, 0);
  machine.give({ type: 'deadline', name: 'handshake' });
  assert.equal(machine.of('ready').length, 1);
});

test('a conversation that gemini does not have is thread_missing', () => {
  const machine = new Machine(acpMachine, { threadId });
  for (const input of inputs.slice(0, 3)) machine.give(input);
  const details = 'No previous sessions found for this project.';
  machine.lines([JSON.stringify({ id: 2, error: { code: -32603, message: 'Internal error', data: { details } } })]);
  const end = machine.end();
  assert.equal(end?.state === 'failed' && end.error.code, 'thread_missing');
});

function fresh(context: Partial<DriverContext> = {}): Machine<unknown> {
  const machine = new Machine(acpMachine, context);
  machine.give({ type: 'opened' });
  machine.give({ type: 'start', turnId, text: 'please' });
  const modes = { availableModes: [{ id: 'default' }, { id: 'yolo' }], currentModeId: 'default' };
  machine.lines([
    '{"id":1,"result":{"protocolVersion":1,"authMethods":[{"id":"gemini-api-key"}],"agentCapabilities":{"loadSession":true}}}',
    JSON.stringify({ id: 2, result: { sessionId: threadId, modes } }),
  ]);
  return machine;
}

test('it never authenticates: that would write into the settings of the user', () => {
  assert.deepEqual(methods(fresh()), ['initialize', 'session/new', 'session/prompt']);
});

test('folders that were added by argv are no limit', () => {
  assert.equal(fresh({ addedFolders: ['/other'] }).of('notice').length, 0);
});

test('what Google says of a wrong key or an unknown model counts for more than the status beside it', () => {
  const failures: readonly (readonly [code: number, message: string, expected: string])[] = [
    [400, 'API key not valid. Please pass a valid API key.', 'agent_auth'],
    [500, 'models/x is not found for API version v1beta', 'model_unknown'],
    [429, 'Too many requests', 'rate_limited'],
    [500, 'Internal error', 'model_overloaded'],
  ];
  for (const [code, message, expected] of failures) {
    const machine = fresh();
    machine.lines([JSON.stringify({ id: 3, error: { code, message } })]);
    const end = machine.end();
    assert.equal(end?.state === 'failed' && end.error.code, expected, message);
  }
});

test('words for a running turn come back, because a second prompt would cancel it', () => {
  const machine = fresh();
  machine.give({ type: 'steer', into: turnId, turnId: 'trn_2' as TurnId, text: 'also' });
  machine.lines([JSON.stringify({ id: 3, result: { stopReason: 'end_turn' } })]);
  assert.deepEqual(methods(machine), ['initialize', 'session/new', 'session/prompt']);
  assert.equal(machine.of('steer-returned').length, 1);
});
