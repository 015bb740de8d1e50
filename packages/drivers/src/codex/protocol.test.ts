import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { DriverInput, DriverOutput, TurnId } from '@parley/schema';
import { protocol } from './protocol.ts';
import { fixture, outputsOf, play, playTrace, recording, runId } from './recording.ts';

const recorded = readdirSync(new URL('fixtures/', import.meta.url))
  .filter((name) => name.endsWith('.inputs.jsonl'))
  .map((name) => name.slice(0, -'.inputs.jsonl'.length));

const traces = [
  ['app-server', 'full'],
  ['app-server-500', 'full'],
  ['app-server-approval-onrequest', 'read-only'],
  ['app-server-interrupt', 'full'],
  ['app-server-mcp-tools', 'full'],
  ['app-server-resume-2', 'full'],
  ['app-server-steer', 'full'],
  ['app-server-think-patch', 'ask'],
] as const;

/** One output a line. `UPDATE_SNAPSHOTS=1` writes what comes out now; read the difference before it is committed. */
function matchSnapshot(name: string, outputs: readonly DriverOutput[]): void {
  const text = outputs.map((output) => JSON.stringify(output)).join('\n') + '\n';
  const file = `${name}.outputs.jsonl`;
  if (process.env['UPDATE_SNAPSHOTS'] === '1') writeFileSync(new URL(`fixtures/${file}`, import.meta.url), text);
  assert.deepEqual(text.split('\n'), fixture(file).split('\n'));
}

for (const name of recorded) {
  test(`the recorded conversation "${name}" gives the same outputs`, () =>
    matchSnapshot(name, outputsOf(recording(name))));

  test(`"${name}" gives the same state when it is replayed from any point`, () => {
    const { context, inputs } = recording(name);
    const whole = play({ context, inputs });
    assert.deepEqual(play({ context, inputs }), whole);
    for (let at = 0; at <= inputs.length; at++) {
      let state = structuredClone(play({ context, inputs: inputs.slice(0, at) }).state);
      for (const input of inputs.slice(at)) state = protocol.step(state, input).state;
      assert.deepEqual(state, whole.state, `split at ${at}`);
    }
  });
}

for (const [name, policy] of traces) {
  test(`the trace "${name}" of another client gives the same outputs`, () =>
    matchSnapshot(name, playTrace(name, policy)));
}

test('a step never changes the state that it was given', () => {
  const { context, inputs } = recording('work');
  let state = protocol.begin(context);
  for (const input of inputs) {
    const before = structuredClone(state);
    const next = protocol.step(state, input);
    assert.deepEqual(state, before);
    state = next.state;
  }
});

test('whatever is cut out, doubled or reordered, no turn ends twice and every started turn ends', () => {
  const pool = recorded.flatMap((name) => recording(name).inputs).filter(({ type }) => type !== 'exited');
  fc.assert(
    fc.property(
      fc.constantFrom(...recorded),
      fc.array(fc.nat({ max: pool.length - 1 }), { maxLength: 30 }),
      fc.infiniteStream(fc.nat()),
      (name, extra, chance) => {
        const inputs: DriverInput[] = [...recording(name).inputs].filter(({ type }) => type !== 'exited');
        for (const each of extra)
          inputs.splice(
            (chance.next().value ?? 0) % (inputs.length + 1),
            (chance.next().value ?? 0) % 2,
            pool[each] as DriverInput,
          );
        inputs.push({ type: 'exited', code: 0, signal: null, stderrTail: '' });
        checkTurns(inputs);
      },
    ),
    { numRuns: 400 },
  );
});

test('garbage and arbitrary JSON never throw and never end a turn', () => {
  const opening = recording('work').inputs.slice(0, 12);
  const turnId = 'trn_1' as TurnId;
  const threadId = play({ ...recording('work'), inputs: opening }).state.threadId;
  const codexTurn = play({ ...recording('work'), inputs: opening }).state.turn?.codexId;
  const methods = [
    ...new Set(recorded.flatMap((name) => fixture(`${name}.inputs.jsonl`).match(/(?<=\\"method\\":\\")[\w/]+/g) ?? [])),
  ];
  const message = fc.record({
    method: fc.oneof(
      fc.constantFrom(...methods.filter((method) => !method.startsWith('turn/') && !method.startsWith('thread/'))),
      fc.string(),
    ),
    id: fc.option(fc.oneof(fc.nat({ max: 9 }), fc.string()), { nil: undefined }),
    params: fc.oneof(
      fc.jsonValue(),
      fc.record({
        threadId: fc.constant(threadId),
        turnId: fc.constant(codexTurn),
        item: fc.jsonValue(),
        itemId: fc.jsonValue(),
        delta: fc.jsonValue(),
        plan: fc.jsonValue(),
        questions: fc.jsonValue(),
        error: fc.jsonValue(),
      }),
    ),
  });
  const line = fc.oneof(
    message.map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value) ?? ''),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const inputs = [...opening, ...lines.map((text) => ({ type: 'line', line: text }) as const)];
      const outputs = outputsOf({ ...recording('work'), inputs });
      assert.equal(
        outputs.some(({ type }) => type === 'turn-ended'),
        false,
      );
      const { steps } = play({
        ...recording('work'),
        inputs: [...inputs, { type: 'exited', code: null, signal: 'SIGKILL', stderrTail: '' }],
      });
      const ends = steps.flatMap(({ outputs: some }) => some).filter((output) => output.type === 'turn-ended');
      assert.deepEqual(
        ends.map((end) => end.turnId),
        [turnId],
      );
    }),
    { numRuns: 600 },
  );
});

function checkTurns(inputs: readonly DriverInput[]): void {
  let state = protocol.begin({ runId, cwd: '/home/dev/project', policy: 'ask', endpoint: 'own' });
  let open: TurnId | undefined;
  const steered = new Set<TurnId>();
  for (const input of inputs) {
    // The engine starts a turn only while none is open, and only steers into the open one.
    if (input.type === 'start' && open !== undefined) continue;
    if (input.type === 'start') open = input.turnId;
    if (input.type === 'steer' && (open !== input.into || steered.has(input.turnId))) continue;
    if (input.type === 'steer') steered.add(input.turnId);
    const next = protocol.step(state, input);
    state = next.state;
    for (const output of next.outputs) {
      if (output.type === 'steer-consumed' || output.type === 'steer-returned')
        assert.ok(steered.delete(output.turnId), 'steered words are settled once');
      if (output.type !== 'turn-ended') continue;
      assert.equal(output.turnId, open, 'only the open turn ends');
      assert.equal(steered.size, 0, 'steered words are settled before their turn ends');
      open = undefined;
    }
  }
  assert.equal(open, undefined, 'every turn has ended when the process has');
}
