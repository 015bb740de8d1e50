import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ApprovalId, DriverInput, Policy, TurnId } from '@parley/schema';
import type { Json } from '../shared/json.ts';
import { usualDialect } from './dialect.ts';
import { Stepper, traceLines, written } from './recording.ts';

const recorded = traceLines();

/** What the agent or the engine does next; the number chooses which of several things is meant. */
type Move = readonly [kind: string, n: number];

const kinds = [
  // What leads far into a conversation stands here more than once.
  ...['reply', 'reply', 'reply', 'reply', 'start', 'start', 'start', 'say', 'say', 'tool', 'tool', 'ask', 'answer'],
  ...[
    'steer',
    'interrupt',
    'error',
    'result',
    'plan',
    'withdraw',
    'recorded',
    'noise',
    'update',
    'handshake',
    'settle',
  ],
  'deaf',
] as const;
const moves = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat({ max: 9 })), { maxLength: 80, size: 'max' });
const setting = fc.record({
  policy: fc.constantFrom<Policy>('read-only', 'ask', 'edit', 'full'),
  canSteer: fc.boolean(),
  thread: fc.boolean(),
});

interface Setting {
  readonly policy: Policy;
  readonly canSteer: boolean;
  readonly thread: boolean;
}

/** Plays the engine's part as strictly as it does: a turn starts only while none is open, words are steered only into an open one. */
function run(script: readonly Move[], { policy, canSteer, thread }: Setting): void {
  const context = { policy, ...(thread ? { threadId: 's1' } : {}) };
  const machine = new Stepper(usualDialect('Agent'), context);
  const steered = new Set<TurnId>();
  const approvals: ApprovalId[] = [];
  const asked: { readonly id: unknown; readonly method: unknown }[] = [];
  let active: TurnId | undefined;
  let ended = 0;
  let turns = 0;
  let dead = false;
  const give = (input: DriverInput): void => {
    const before = structuredClone({ ...machine.state, dialect: undefined });
    const previous = machine.state;
    const outputs = machine.feed(input);
    assert.deepEqual({ ...previous, dialect: undefined }, before, 'a step leaves the old state as it was');
    for (const { id, method } of written(outputs))
      if (method !== undefined && id !== undefined) asked.push({ id, method });
    for (const output of outputs) {
      if (output.type === 'approval-requested') approvals.push(output.approval.id);
      if (output.type === 'steer-consumed' || output.type === 'steer-returned')
        assert.ok(steered.delete(output.turnId), 'words are settled once');
      if (output.type === 'turn-ended') {
        assert.equal(output.turnId, active, 'only the open turn ends, once');
        assert.equal(steered.size, 0, 'words are settled before their turn ends');
        active = undefined;
        ended++;
      }
      if (output.type === 'turn-started' || output.type.startsWith('item-'))
        assert.equal('turnId' in output && output.turnId, active);
      if (output.type === 'write')
        assert.ok(!dead && !output.line.includes('\n'), 'nothing is written to a dead process');
    }
  };
  const line = (message: Json): void => give({ type: 'line', line: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  const update = (each: Json): void => line({ method: 'session/update', params: { sessionId: 's1', update: each } });
  const replyTo = (method: unknown): Json => {
    switch (method) {
      case 'initialize': {
        const agentCapabilities = { sessionCapabilities: { resume: {} }, _meta: { steering: { supported: canSteer } } };
        return { protocolVersion: 1, agentCapabilities };
      }
      case 'session/prompt':
        return {
          stopReason: ['end_turn', 'end_turn', 'cancelled', 'refusal', 'x'][turns % 5],
          usage: { inputTokens: 1 },
        };
      case '_session/steering':
        return { outcome: ['injected', 'promptRequired', 'failed', 'startedNewTurn'][turns % 4] };
      default:
        return { sessionId: 's1', modes: { currentModeId: 'x', availableModes: [{ id: 'plan' }, { id: 'default' }] } };
    }
  };
  give({ type: 'opened' });
  for (const [kind, n] of script) {
    switch (kind) {
      case 'start':
        if (active !== undefined) break;
        active = `trn_${++turns}` as TurnId;
        give({ type: 'start', turnId: active, text: 'x' });
        break;
      case 'steer': {
        if (active === undefined) break;
        const turnId = `trn_${++turns}` as TurnId;
        steered.add(turnId);
        give({ type: 'steer', into: active, turnId, text: 'x' });
        break;
      }
      case 'interrupt':
        if (active !== undefined) give({ type: 'interrupt', turnId: active });
        break;
      case 'answer': {
        const approvalId = approvals[n % Math.max(1, approvals.length)];
        const option = (['allow', 'allow-always', 'deny', 'cancel'] as const)[n % 4] ?? 'deny';
        if (approvalId !== undefined) give({ type: 'answer', approvalId, option, answer: { optionId: option } });
        break;
      }
      case 'reply': {
        const request = asked.shift();
        if (request !== undefined) line({ id: request.id, result: replyTo(request.method) });
        break;
      }
      case 'error': {
        const request = n < 4 ? asked.pop() : undefined;
        if (request !== undefined)
          line({ id: request.id, error: { code: [-32000, -32601, 429, -32603][n], message: 'no' } });
        break;
      }
      case 'result':
        line({ id: n, result: { stopReason: 'end_turn', outcome: 'injected', sessionId: 's2' } });
        break;
      case 'say': {
        const type = n % 4 === 0 ? 'agent_thought_chunk' : 'agent_message_chunk';
        update({
          sessionUpdate: type,
          messageId: `m${n % 3}`,
          content: { type: n === 9 ? 'image' : 'text', text: 'word' },
        });
        break;
      }
      case 'tool': {
        const status = ['pending', 'in_progress', 'completed', 'failed', undefined][n % 5];
        const kindOf = ['execute', 'edit', 'read', undefined][n % 4];
        const rawInput = n % 3 === 0 ? { command: 'ls', path: '/code/a' } : {};
        update({ sessionUpdate: 'tool_call_update', toolCallId: `c${n % 3}`, status, kind: kindOf, rawInput });
        break;
      }
      case 'ask': {
        const toolCall = { toolCallId: `c${n % 4}`, kind: ['execute', 'edit', 'read'][n % 3] };
        const options = n % 2 === 0 ? [] : [{ optionId: 'y', name: 'Y', kind: 'allow_once' }];
        line({ id: n, method: 'session/request_permission', params: { toolCall, options } });
        break;
      }
      case 'withdraw':
        line({ method: '$/cancel_request', params: { requestId: n } });
        break;
      case 'plan':
        update({ sessionUpdate: 'plan', entries: [{ content: 'x' }] });
        break;
      case 'update':
        update({ sessionUpdate: ['usage_update', 'notice', 'current_mode_update', 'session_info_update', 'x'][n % 5] });
        break;
      case 'recorded':
        give({ type: 'line', line: recorded[(n * 37 + turns) % recorded.length] ?? '' });
        break;
      case 'noise':
        give({ type: 'line', line: ['', '{', 'null', '[1]', '{"id":1}', '{"method":"x","id":null}'][n % 6] ?? '' });
        break;
      case 'handshake':
        if (n === 0) give({ type: 'deadline', name: 'handshake' });
        break;
      case 'settle':
        give({ type: 'deadline', name: 'settle' });
        break;
      case 'deaf':
        give({ type: 'deadline', name: 'interrupt' });
        break;
    }
  }
  dead = true;
  give({ type: 'exited', code: 1, signal: null, stderrTail: 'gone' });
  assert.equal(active, undefined, 'no turn is left open');
  active = 'trn_late' as TurnId;
  give({ type: 'start', turnId: active, text: 'late' });
  assert.equal(active, undefined, 'a turn for a dead process ends at once');
  assert.ok(ended >= 1);
}

test('whatever the agent does and when, each started turn ends exactly once and each steered word is settled', () => {
  fc.assert(
    fc.property(moves, setting, (script, each) => run(script, each)),
    { numRuns: 800 },
  );
});

test('the same inputs give the same outputs, and lines cut anywhere do no harm', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }), (cuts) => {
      const inputs = cuts.map(([at, length]): DriverInput => {
        const whole = recorded[at % recorded.length] ?? '';
        return { type: 'line', line: whole.slice(0, length % (whole.length + 1)) };
      });
      const outputs = [0, 1].map(() => {
        const machine = new Stepper(usualDialect('Agent'));
        machine.feed({ type: 'opened' });
        machine.feed({ type: 'start', turnId: 'trn_1' as TurnId, text: 'x' });
        for (const input of inputs) machine.feed(input);
        machine.feed({ type: 'exited', code: 0, signal: null, stderrTail: '' });
        return machine.all;
      });
      assert.deepEqual(outputs[0], outputs[1]);
      assert.equal(outputs[0]?.filter(({ type }) => type === 'turn-ended').length, 1);
    }),
    { numRuns: 300 },
  );
});
