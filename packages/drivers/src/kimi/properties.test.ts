import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ApprovalId, DriverInput, DriverOutput, DriverProtocol, TurnId } from '@parley/schema';
import { shellRequest } from './machine.ts';
import { printProtocol } from './print.ts';
import { fixtureLines, recordedNames, recording } from './recording.ts';
import { wireProtocol } from './wire.ts';

const runId = 'run_1' as never;

/** Lines of recorded runs, whole, cut and garbled. */
const wireLines = recordedNames().flatMap((name) =>
  recording(name).inputs.flatMap((input) => (input.type === 'line' ? [input.line] : [])),
);
const codeLines = ['prompt', 'prompt-two', 'err-flaky', 'int-sigterm'].flatMap((name) =>
  fixtureLines(`code-${name}.jsonl`),
);
const legacyLines = [
  '{"role":"assistant","content":"x"}',
  '{"role":"assistant","content":[],"tool_calls":[{"id":"1","function":{"name":"Shell","arguments":"{}"}}]}',
  '{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"<system>ok</system>"}]}',
  '{"content":"- a","file_path":"/p"}',
  'LLM not set',
];

type Move =
  | readonly ['start' | 'steer' | 'interrupt' | 'answer' | 'handshake' | 'interrupt-deadline' | 'settle', number]
  | readonly ['line', string]
  | readonly ['response', number]
  | readonly ['ask', number];

function moves(lines: readonly string[]): fc.Arbitrary<readonly Move[]> {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...lines) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...lines), fc.nat(40)).map(([each, at]) => each.slice(0, -1 - at)),
    },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  );
  const word = fc.constantFrom(
    'start',
    'start',
    'start',
    'steer',
    'interrupt',
    'answer',
    'handshake',
    'interrupt-deadline',
    'settle',
  );
  const move: fc.Arbitrary<Move> = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(word, fc.nat(5)) as fc.Arbitrary<Move> },
    { weight: 5, arbitrary: line.map((each): Move => ['line', each]) },
    { weight: 3, arbitrary: fc.nat(5).map((n): Move => ['response', n]) },
    { weight: 1, arbitrary: fc.nat(5).map((n): Move => ['ask', n]) },
  );
  return fc.array(move, { maxLength: 60, size: 'max' });
}

/** Plays the engine's part as strictly as it does, and checks what it relies on. */
function play<State>(protocol: DriverProtocol<State>, script: readonly Move[], code: number): readonly DriverOutput[] {
  let state = protocol.begin({ runId, cwd: '/code', policy: 'ask', endpoint: 'url' });
  const all: DriverOutput[] = [];
  const open = new Map<TurnId, 'started' | 'steered'>();
  const ids: string[] = [];
  const approvals: ApprovalId[] = [];
  let active: TurnId | undefined;
  let turns = 0;
  const give = (input: DriverInput): void => {
    const before = JSON.stringify(input);
    const step = protocol.step(state, input);
    state = step.state;
    assert.equal(JSON.stringify(input), before);
    for (const output of step.outputs) {
      all.push(output);
      if (output.type === 'write' && output.line.startsWith('{')) ids.push(output.line);
      if (output.type === 'approval-requested') approvals.push(output.approval.id);
      if (output.type === 'steer-consumed' || output.type === 'steer-returned') {
        assert.equal(open.get(output.turnId), 'steered');
        open.delete(output.turnId);
      }
      if (output.type === 'turn-ended') {
        assert.equal(output.turnId, active, 'only the open turn ends, once');
        open.delete(output.turnId);
        active = undefined;
      }
      if (output.type.startsWith('item-')) assert.equal('turnId' in output && output.turnId, active);
    }
  };
  give({ type: 'opened' });
  for (const [kind, what] of script) {
    switch (kind) {
      case 'line':
        give({ type: 'line', line: String(what) });
        break;
      case 'response': {
        const sent: unknown = JSON.parse(ids.at(-1 - (Number(what) % Math.max(1, ids.length))) ?? '{}');
        const id = typeof sent === 'object' && sent !== null && 'id' in sent ? sent.id : undefined;
        const body =
          Number(what) % 3 === 0 ? { error: { code: -32003, message: 'x' } } : { result: { status: 'finished' } };
        give({ type: 'line', line: JSON.stringify({ jsonrpc: '2.0', id, ...body }) });
        break;
      }
      case 'ask': {
        const params = {
          type: Number(what) % 2 === 0 ? 'ApprovalRequest' : 'QuestionRequest',
          payload: shellRequest(`r${what}`),
        };
        give({ type: 'line', line: JSON.stringify({ jsonrpc: '2.0', method: 'request', id: `r${what}`, params }) });
        break;
      }
      case 'start':
      case 'steer': {
        if ((kind === 'start') === (active !== undefined)) break;
        const turnId = `trn_${++turns}` as TurnId;
        open.set(turnId, kind === 'start' ? 'started' : 'steered');
        const into = active;
        if (into === undefined) {
          active = turnId;
          give({ type: 'start', turnId, text: 'x' });
        } else give({ type: 'steer', into, turnId, text: 'x' });
        break;
      }
      case 'interrupt':
        if (active !== undefined) give({ type: 'interrupt', turnId: active });
        break;
      case 'answer': {
        const approvalId = approvals[Number(what) % Math.max(1, approvals.length)];
        const option = (['allow', 'allow-always', 'deny', 'cancel'] as const)[Number(what) % 4] ?? 'deny';
        if (approvalId !== undefined) give({ type: 'answer', approvalId, option, answer: { optionId: option } });
        break;
      }
      case 'handshake':
      case 'settle':
        give({ type: 'deadline', name: kind });
        break;
      case 'interrupt-deadline':
        give({ type: 'deadline', name: 'interrupt' });
    }
  }
  give({ type: 'exited', code, signal: null, stderrTail: '' });
  assert.deepEqual([...open], [], 'every turn and all steered words have a fate when the process is gone');
  return all;
}

const cases = [
  ['wire', wireProtocol, wireLines],
  ['print of Kimi Code', printProtocol('code'), codeLines],
  ['print of legacy kimi', printProtocol('legacy'), legacyLines],
] as const;

for (const [name, protocol, lines] of cases) {
  test(`${name}: whatever comes in whatever order, every turn ends once, and a replay gives the same`, () => {
    fc.assert(
      fc.property(moves(lines), fc.constantFrom(0, 1, 75), (script, code) => {
        const one = play<never>(protocol as DriverProtocol<never>, script, code);
        assert.deepEqual(play<never>(protocol as DriverProtocol<never>, script, code), one);
      }),
      { numRuns: 1_000 },
    );
  });
}
