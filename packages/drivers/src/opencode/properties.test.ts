import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ApprovalId, DriverInput, DriverOutput, DriverProtocol, TurnId } from '@parley/schema';
import { isObject, objectIn } from '../shared/json.ts';
import { protocol } from './protocol.ts';
import { Machine, exit, recording, trace } from './recording.ts';
import { runProtocol } from './run-protocol.ts';

const names = ['asked', 'files', 'steer-and-abort', 'sub-agent', 'model-fails', 'unknown-model'];
const recorded = names.flatMap((name) => recording(name).inputs).filter(({ type }) => type === 'line');
const printed = [
  ...recording('run').inputs.filter(({ type }) => type === 'line'),
  ...['run-think', 'run-two', 'run-ask', 'err-401', 'err-ctx', 'err-cut', 'err-html'].flatMap(trace),
];

type Move = readonly [kind: string, n: number];
const kinds = [
  ...['start', 'start', 'start', 'steer', 'steer', 'post', 'user', 'user', 'user', 'reply', 'reply', 'says', 'says'],
  ...[
    'idle',
    'idle',
    'busy',
    'interrupt',
    'answer',
    'ask',
    'tool',
    'delta',
    'error',
    'abort',
    'retry',
    'empty',
    'cut',
    'open',
  ],
  ...['settle', 'interrupt-deadline', 'handshake-deadline', 'recorded', 'recorded', 'noise', 'child'],
];
const moves = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat({ max: 9 })), { maxLength: 90, size: 'max' });

/** Plays the engine's part as strictly as it does, and checks what every engine relies on. */
class Engine<State> extends Machine<State> {
  readonly open = new Map<TurnId, 'started' | 'steered'>();
  readonly approvals: ApprovalId[] = [];
  readonly texts: string[] = [];
  active: TurnId | undefined;
  turns = 0;

  play(input: DriverInput): readonly DriverOutput[] {
    const outputs = this.give(input);
    for (const output of outputs) this.#check(output);
    return outputs;
  }

  #check(output: DriverOutput): void {
    if (output.type === 'approval-requested') this.approvals.push(output.approval.id);
    if (output.type === 'write') this.texts.push(output.line);
    if (output.type === 'steer-consumed' || output.type === 'steer-returned') {
      assert.equal(this.open.get(output.turnId), 'steered', `${output.type} of ${output.turnId}`);
      this.open.delete(output.turnId);
    }
    if (output.type === 'turn-started' && output.turnId !== this.active) {
      assert.equal(this.active, undefined, 'a steered turn begins only when the one before has ended');
      assert.equal(this.open.get(output.turnId), 'steered');
      this.open.set(output.turnId, 'started');
      this.active = output.turnId;
    }
    if (output.type === 'turn-ended') {
      assert.equal(output.turnId, this.active, 'only the open turn ends, once');
      this.open.delete(output.turnId);
      this.active = undefined;
    }
    if (output.type.startsWith('item-')) assert.equal('turnId' in output && output.turnId, this.active);
  }

  start(): void {
    if (this.active !== undefined) return;
    const turnId = this.#next('started');
    this.active = turnId;
    this.play({ type: 'start', turnId, text: `words ${this.turns % 3}` });
  }

  steerIn(): void {
    if (this.active === undefined) return;
    const into = this.active;
    this.play({ type: 'steer', into, turnId: this.#next('steered'), text: `words ${this.turns % 3}` });
  }

  #next(how: 'started' | 'steered'): TurnId {
    this.turns++;
    const turnId = `trn_${this.turns}` as TurnId;
    this.open.set(turnId, how);
    return turnId;
  }

  close(): void {
    this.play(exit(0));
    assert.deepEqual([...this.open], [], 'every turn and all steered words have a fate when the process is gone');
  }
}

function run(script: readonly Move[], extra: readonly number[]): Engine<unknown> {
  const engine = new Engine<unknown>(protocol);
  const line = (message: object): void => void engine.play({ type: 'line', line: JSON.stringify(message) });
  const event = (type: string, properties: object): void =>
    line({ event: { type, properties: { sessionID: 'ses_1', ...properties } } });
  const part = (value: object): void => event('message.part.updated', { part: value });
  const pad = (n: number): string => `msg_${String(n).padStart(3, '0')}`;
  let message = 0;
  const users: string[] = [pad(0)];
  engine.play({ type: 'opened' });
  if ((extra[0] ?? 0) % 6 !== 0) {
    line({ adapter: 'ready' });
    line({ id: '2', status: 200, body: { id: 'ses_1' } });
  }
  script.forEach(([kind, n], at) => {
    const parent = users[Math.max(0, users.length - 1 - (n % 3))] ?? pad(0);
    switch (kind) {
      case 'start':
        return engine.start();
      case 'steer':
        return engine.steerIn();
      case 'interrupt':
        if (engine.active !== undefined) engine.play({ type: 'interrupt', turnId: engine.active });
        return;
      case 'user': {
        const id = pad(++message);
        users.push(id);
        event('message.updated', { info: { id, role: 'user' } });
        return part({ id: `${id}u`, messageID: id, type: 'text', text: `words ${n % 3}` });
      }
      case 'says': {
        const id = pad(++message);
        event('message.updated', { info: { id, role: 'assistant', parentID: parent, summary: n === 9 } });
        part({ id: `${id}t`, messageID: id, type: 'text', text: 'hi', time: { start: 1, end: 2 } });
        return part({
          id: `${id}s`,
          messageID: id,
          type: 'step-finish',
          reason: n < 7 ? 'stop' : 'tool-calls',
          tokens: {},
        });
      }
      case 'empty': {
        const id = pad(++message);
        return part({ id: `${id}s`, messageID: id, type: 'step-finish', reason: 'unknown', tokens: {} });
      }
      case 'tool': {
        const status = (['pending', 'running', 'completed', 'error'] as const)[n % 4];
        const tool = ['bash', 'write', 'todowrite', 'task', 'apply_patch'][n % 5];
        const state = { status, input: { command: 'ls', filePath: 'a' }, metadata: { output: 'x' }, error: 'aborted' };
        return part({ id: `t${at % 4}`, messageID: pad(message), type: 'tool', tool, callID: 'c', state });
      }
      case 'delta':
        part({ id: `d${n}`, messageID: pad(message), type: 'reasoning', text: '', time: { start: 1 } });
        return event('message.part.delta', { partID: `d${n}`, field: 'text', delta: 'x' });
      case 'reply':
      case 'post': {
        const sent = objectIn(JSON.parse(engine.texts.at(-1 - (n % 3)) ?? '{}'));
        const list = [
          { info: { id: pad(message), role: 'user' }, parts: [{ id: 'x', text: 'words 1', type: 'text' }] },
        ];
        const status = n === 0 ? 404 : n === 1 ? undefined : 200;
        return line({ id: sent['id'] ?? 'none', status, body: n % 2 === 0 ? list : { ses_1: { type: 'busy' } } });
      }
      case 'ask': {
        const question = n % 2 === 0 ? {} : { questions: [{ question: 'Which?', options: [] }] };
        const name = n % 2 === 0 ? 'permission.asked' : 'question.asked';
        return event(name, { id: `per_${n}`, permission: 'bash', patterns: [], metadata: {}, always: [], ...question });
      }
      case 'answer': {
        const approvalId = engine.approvals[n % Math.max(1, engine.approvals.length)];
        const option = (['allow', 'allow-always', 'deny', 'cancel'] as const)[n % 4] ?? 'deny';
        if (approvalId !== undefined) engine.play({ type: 'answer', approvalId, option, answer: { optionId: option } });
        return;
      }
      case 'idle':
        return event(n % 2 === 0 ? 'session.idle' : 'session.status', { status: { type: 'idle' } });
      case 'busy':
        return event('session.status', { status: { type: 'busy' } });
      case 'retry':
        return event('session.status', { status: { type: 'retry', attempt: n, message: 'boom' } });
      case 'error':
        return event('session.error', { error: { name: 'APIError', data: { message: 'x', statusCode: 400 + n } } });
      case 'abort':
        return event('session.error', { error: { name: 'MessageAbortedError', data: {} } });
      case 'child':
        event('session.created', { sessionID: 'ses_2', info: { id: 'ses_2', parentID: 'ses_1' } });
        return event('session.idle', { sessionID: 'ses_2' });
      case 'cut':
        return line({ adapter: 'events-cut', ...(n === 9 ? { status: 500, error: 'no' } : {}) });
      case 'open':
        return line({ adapter: 'events-open' });
      case 'settle':
        return void engine.play({ type: 'deadline', name: 'settle' });
      case 'interrupt-deadline':
        return void (n < 2 && engine.play({ type: 'deadline', name: 'interrupt' }));
      case 'handshake-deadline':
        return void (n === 0 && engine.play({ type: 'deadline', name: 'handshake' }));
      case 'recorded':
        return void engine.play(recorded[(extra[n % extra.length] ?? 0) % recorded.length] ?? exit(0));
      default:
        return void engine.play({ type: 'line', line: ['', '{', '[]', '{"event":7}', '{"id":"1"}'][n % 5] ?? '' });
    }
  });
  engine.close();
  return engine;
}

const extras = fc.array(fc.nat(), { minLength: 6, maxLength: 6 });

test('whatever OpenCode and the person do in whatever order, every turn ends once and no words are lost', () => {
  fc.assert(
    fc.property(moves, extras, (script, extra) => {
      run(script, extra);
    }),
    { numRuns: 2_000 },
  );
});

test('the same inputs give the same outputs and the same state', () => {
  fc.assert(
    fc.property(moves, extras, (script, extra) => {
      const [one, two] = [run(script, extra), run(script, extra)];
      assert.deepEqual(one.outputs, two.outputs);
      assert.deepEqual(one.state, two.state);
    }),
    { numRuns: 200 },
  );
});

test('one shot: whatever is printed, cut off or asked of it, its turn ends once', () => {
  const step = fc.constantFrom('line', 'line', 'line', 'noise', 'start', 'steer', 'interrupt', 'deadline', 'exit');
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat()), { maxLength: 40 }), (script) => {
      const engine = new Engine(runProtocol);
      engine.play({ type: 'opened' });
      let isGone = false;
      for (const [kind, n] of script) {
        if (kind === 'start') engine.start();
        if (kind === 'steer') engine.steerIn();
        if (kind === 'interrupt' && engine.active !== undefined)
          engine.play({ type: 'interrupt', turnId: engine.active });
        if (kind === 'deadline') engine.play({ type: 'deadline', name: n % 2 === 0 ? 'interrupt' : 'settle' });
        if (isGone) continue;
        if (kind === 'line') engine.play(printed[n % printed.length] ?? exit(0));
        if (kind === 'noise') engine.play({ type: 'line', line: ['{', 'x', '[]', '{"type":3}'][n % 4] ?? '' });
        if (kind === 'exit') engine.play(exit(n % 2, 'Error: gone'));
        isGone ||= kind === 'exit';
      }
      if (isGone) assert.equal(engine.active, undefined);
      else engine.close();
    }),
    { numRuns: 2_000 },
  );
});

test('no line throws, whatever it holds', () => {
  const words = fc.constantFrom(
    ...['message.updated', 'message.part.updated', 'session.status', 'permission.asked', 'question.asked', 'ses_1'],
    ...[
      'session.created',
      'todo.updated',
      'session.error',
      'text',
      'tool',
      'bash',
      'apply_patch',
      'step-finish',
      'user',
    ],
  );
  const fields = fc.constantFrom(
    ...[
      'id',
      'type',
      'event',
      'properties',
      'sessionID',
      'info',
      'part',
      'state',
      'input',
      'metadata',
      'files',
      'error',
    ],
    ...['data', 'questions', 'options', 'patterns', 'always', 'tokens', 'cache', 'time', 'role', 'messageID', 'status'],
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      words,
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fields, tie('any'), { maxKeys: 6 }),
    ),
  })).any;
  const message = fc.tuple(words, value).map(([type, rest]) =>
    JSON.stringify({
      event: { type, properties: isObject(rest) ? { sessionID: 'ses_1', ...rest } : rest },
      type,
      part: rest,
    }),
  );
  const both: readonly DriverProtocol<unknown>[] = [protocol, runProtocol];
  fc.assert(
    fc.property(fc.array(fc.oneof(message, fc.string(), fc.json()), { maxLength: 20 }), (lines) => {
      for (const machine of both.map((each) => new Engine<unknown>(each))) {
        machine.play({ type: 'opened' });
        machine.give({ type: 'line', line: '{"adapter":"ready"}' });
        machine.give({ type: 'line', line: '{"id":"2","status":200,"body":{"id":"ses_1"}}' });
        machine.start();
        for (const line of lines) machine.play({ type: 'line', line });
        machine.close();
      }
    }),
    { numRuns: 1_000 },
  );
});
