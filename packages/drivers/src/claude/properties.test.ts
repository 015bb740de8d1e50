import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ApprovalId, DriverInput, TurnId } from '@parley/schema';
import { aborted, asks, gave, init, Machine, response, result, said, streamed, used } from './machine.ts';
import { recordedNames, recording } from './recording.ts';

const recorded = recordedNames()
  .flatMap((name) => recording(name).inputs)
  .filter(({ type }) => type === 'line');
const exited: DriverInput = { type: 'exited', code: 0, signal: null, stderrTail: '' };

/** Claude as it may behave between two of our inputs; numbers choose which of our messages or requests it means. */
type Move = readonly [kind: string, n: number];
const moves = fc.array(
  fc.tuple(
    // What leads far into a conversation stands here more than once.
    fc.constantFrom(
      'start',
      'start',
      'start',
      'start',
      'steer',
      'steer',
      'take',
      'take',
      'take',
      'take',
      'say',
      'say',
      'tool',
      'result',
      'result',
      'start',
      'steer',
      'interrupt',
      'answer',
      'settle-deadline',
      'interrupt-deadline',
      'handshake-deadline',
      'take',
      'replay',
      'cancel',
      'respond',
      'result',
      'abort',
      'error',
      'say',
      'delta',
      'tool',
      'tool-result',
      'ask',
      'withdraw',
      'recorded',
      'noise',
    ),
    fc.nat({ max: 5 }),
  ),
  { maxLength: 80, size: 'max' },
);

/** Plays the engine's part as strictly as it does: a turn starts only while none is open, words are steered only into an open one. */
function run(script: readonly Move[], extra: readonly number[]): Machine {
  const machine = new Machine();
  const open = new Map<TurnId, 'started' | 'steered'>();
  let turns = 0;
  let active: TurnId | undefined;
  const approvals: ApprovalId[] = [];
  const give = (input: DriverInput): void => {
    for (const output of machine.give(input)) {
      if (output.type === 'approval-requested') approvals.push(output.approval.id);
      if (output.type === 'steer-consumed' || output.type === 'steer-returned') {
        assert.equal(open.get(output.turnId), 'steered', `${output.type} of ${output.turnId}`);
        open.delete(output.turnId);
      }
      if (output.type === 'turn-started' && output.turnId !== active) {
        assert.equal(active, undefined, 'a steered turn begins only when the one before has ended');
        assert.equal(open.get(output.turnId), 'steered');
        open.set(output.turnId, 'started');
        active = output.turnId;
      }
      if (output.type === 'turn-ended') {
        assert.equal(output.turnId, active, 'only the open turn ends, once');
        open.delete(output.turnId);
        active = undefined;
      }
      if (output.type.startsWith('item-')) assert.equal('turnId' in output && output.turnId, active);
    }
  };
  const line = (message: object): void => give({ type: 'line', line: JSON.stringify(message) });
  // Mostly one of the last messages, as claude would mean.
  const pick = (n: number): string => machine.uuid(Math.max(1, machine.state.counts.messages - (n % 3)));
  give({ type: 'opened' });
  if ((extra[0] ?? 0) % 8 !== 0) line(response('parley-1', {}));
  script.forEach(([kind, n], at) => {
    const turnId = `trn_${turns}` as TurnId;
    switch (kind) {
      case 'start':
        if (active !== undefined) break;
        turns++;
        active = turnId;
        open.set(turnId, 'started');
        give({ type: 'start', turnId, text: 'x' });
        break;
      case 'steer':
        if (active === undefined) break;
        turns++;
        open.set(turnId, 'steered');
        give({ type: 'steer', into: active, turnId, text: 'x' });
        break;
      case 'interrupt':
        if (active !== undefined) give({ type: 'interrupt', turnId: active });
        break;
      case 'answer': {
        const approvalId = approvals[n % Math.max(1, approvals.length)];
        const option = (['allow', 'allow-always', 'deny', 'cancel'] as const)[n % 4] ?? 'deny';
        if (approvalId !== undefined) give({ type: 'answer', approvalId, option, answer: { optionId: option } });
        break;
      }
      case 'settle-deadline':
        give({ type: 'deadline', name: 'settle' });
        break;
      case 'interrupt-deadline':
        if (n === 0 && at % 5 === 0) give({ type: 'deadline', name: 'interrupt' });
        break;
      case 'handshake-deadline':
        if (n === 0) give({ type: 'deadline', name: 'handshake' });
        break;
      case 'take':
        line({ type: 'command_lifecycle', command_uuid: pick(n), state: 'started' });
        break;
      case 'replay':
        line({ type: 'user', isReplay: true, uuid: pick(n), message: { content: [] } });
        break;
      case 'cancel':
        line({ type: 'command_lifecycle', command_uuid: pick(n), state: 'cancelled' });
        break;
      case 'respond': {
        const request = machine.state.waiting[n % Math.max(1, machine.state.waiting.length)];
        if (request !== undefined) line(response(request.id, { cancelled: n % 2 === 0 ? true : [pick(n)] }));
        break;
      }
      case 'result':
        line(result({ user_message_uuids: [pick(n)] }));
        break;
      case 'abort':
        line(aborted);
        break;
      case 'error':
        line(result({ is_error: true, result: 'API Error: 500', api_error_status: 500 }));
        break;
      case 'say':
        line(said('words'));
        break;
      case 'delta':
        line(
          streamed({
            type: 'content_block_start',
            index: n,
            content_block: { type: n % 2 === 0 ? 'text' : 'thinking' },
          }),
        );
        line(streamed({ type: 'content_block_delta', index: n, delta: { type: 'text_delta', text: 'x' } }));
        break;
      case 'tool':
        line(
          used(`t${n}`, ['Bash', 'Write', 'TodoWrite', 'TaskCreate', 'Read', 'Edit'][n] ?? 'Read', { command: 'ls' }),
        );
        break;
      case 'tool-result':
        line(gave(`t${n}`, 'done'));
        break;
      case 'ask':
        line(asks(`r${at}`, n % 2 === 0 ? 'Bash' : 'AskUserQuestion', {}));
        break;
      case 'withdraw':
        line({ type: 'control_cancel_request', request_id: `r${n}` });
        break;
      case 'recorded':
        give(recorded[(extra[n] ?? 0) % recorded.length] ?? exited);
        break;
      default:
        line(init({ user_message_uuids: [pick(n)] }));
    }
  });
  if (machine.state.phase !== 'closed' || active !== undefined || open.size > 0) give(exited);
  assert.deepEqual([...open], [], 'every turn and all steered words have a fate when the process is gone');
  return machine;
}

test('whatever claude and the person do in whatever order, every turn ends once and no words are lost', () => {
  fc.assert(
    fc.property(moves, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (script, extra) => {
      run(script, extra);
    }),
    { numRuns: 3_000 },
  );
});

test('the same inputs give the same outputs and the same state', () => {
  fc.assert(
    fc.property(moves, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (script, extra) => {
      const [one, two] = [run(script, extra), run(script, extra)];
      assert.deepEqual(one.outputs, two.outputs);
      assert.deepEqual(one.state, two.state);
    }),
    { numRuns: 300 },
  );
});

test('no line throws, whatever it holds', () => {
  const names = [
    'type',
    'subtype',
    'event',
    'message',
    'content',
    'request',
    'response',
    'uuid',
    'index',
    'delta',
    'tool_use_result',
    'tool_result_meta',
  ];
  const types = [
    'assistant',
    'user',
    'system',
    'result',
    'stream_event',
    'control_request',
    'control_response',
    'command_lifecycle',
    'init',
    'api_retry',
    'can_use_tool',
    'tool_use',
    'tool_result',
    'content_block_delta',
    'Write',
    'Edit',
    'AskUserQuestion',
    'TaskUpdate',
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...types),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          ...names,
          'name',
          'input',
          'id',
          'text',
          'file_path',
          'edits',
          'questions',
          'structuredPatch',
          'filePath',
          'tool_name',
          'tool_use_id',
          'permission_suggestions',
        ),
        tie('any'),
        { maxKeys: 6 },
      ),
    ),
  })).any;
  const message = fc
    .tuple(fc.constantFrom(...types), value)
    .map(([type, rest]) =>
      JSON.stringify(
        typeof rest === 'object' && rest !== null && !Array.isArray(rest)
          ? { ...rest, type }
          : { type, message: rest, event: rest, request: rest, response: rest },
      ),
    );
  fc.assert(
    fc.property(fc.array(fc.oneof(message, fc.string(), fc.json()), { maxLength: 20 }), (lines) => {
      const machine = Machine.working();
      for (const line of lines) machine.line(line);
    }),
    { numRuns: 2_000 },
  );
});
