import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParleyEvent, RunId, Session, SessionId, TurnId } from '@parley/schema';
import { deadlinePassed, deadlinesOf } from './deadlines.ts';
import type { DeadlineLimits } from './deadlines.ts';
import { Draft } from './draft.ts';
import { applyOutput } from './outputs.ts';
import { restingState } from './state.ts';
import type { SessionState } from './state.ts';
import { beginsAgain, launched, processGone, proceed, startTurn } from './turns.ts';

const limits: DeadlineLimits = {
  handshake: 30_000,
  firstByte: 120_000,
  idle: 900_000,
  unreachable: 180_000,
  tool: 3_600_000,
  approval: 600_000,
  interrupt: 10_000,
  keepWarm: 600_000,
  keepWarmRequests: 30_000,
  resumesAfterSilence: true,
};
const turnId = 'trn_1' as TurnId;

/** A session whose agent works on a turn, up to its first words. */
function working(more: Partial<Session> = {}): SessionState {
  const state = restingState({
    id: 'ses_1' as SessionId,
    agent: 'codex',
    mode: 'app-server',
    cwd: '/',
    title: '',
    policy: 'ask',
    backend: { kind: 'login', detail: '' },
    threadId: 'T',
    state: 'idle',
    queue: [],
    pendingApprovals: 0,
    usage: {},
    head: 0,
    limits: [],
    createdAt: 0,
    updatedAt: 0,
    ...more,
  });
  const draft = new Draft(state, 1000);
  startTurn(state, draft, { id: turnId, sessionId: state.session.id, state: 'queued', text: 'hello', queuedAt: 0 });
  proceed(state, draft, { approvalMs: 1 });
  up(state, draft);
  applyOutput(state, draft, { type: 'turn-started', turnId }, { approvalMs: 1 });
  return state;
}

function up(state: SessionState, draft: Draft): void {
  assert.ok(state.run.phase === 'launching', state.run.phase);
  launched(state, draft, state.run.runId);
  proceed(state, draft, { approvalMs: 1 });
}

const typesOf = (draft: Draft): readonly string[] =>
  draft.events.map(({ json }) => (JSON.parse(json) as ParleyEvent).type);

function silence(state: SessionState): Draft {
  const due = deadlinesOf(state, limits).find(({ name }) => name === 'silence');
  assert.ok(due);
  const draft = new Draft(state, due.at);
  deadlinePassed(state, draft, due, limits);
  return draft;
}

test('an agent that falls silent is resumed once in a new process, with the same turn and both usages (F 13)', () => {
  const state = working();
  const used = new Draft(state, 1000);
  applyOutput(state, used, { type: 'usage', turnId, usage: { output: 5 } }, { approvalMs: 1 });
  assert.deepEqual(typesOf(silence(state)), ['notice']);
  assert.equal(state.run.phase, 'ending');
  const again = new Draft(state, 2000);
  processGone(state, again);
  proceed(state, again, { approvalMs: 1 });
  up(state, again);
  const told = again.inputs.find((input) => input.type === 'start');
  assert.ok(
    told?.type === 'start' &&
      told.turnId === turnId &&
      told.text.startsWith('Your work on my last message was cut off'),
  );
  applyOutput(state, again, { type: 'usage', turnId, usage: { output: 7 } }, { approvalMs: 1 });
  assert.deepEqual(state.active?.usage, { output: 12 });
  assert.equal(silence(state).inputs[0]?.type, 'interrupt', 'the second time the turn is stopped');
  assert.match(state.active?.failure?.message ?? '', /again, after its conversation had been resumed once/);
});

test('it is stopped where there is no conversation to resume, or it never began', () => {
  const unknown = working();
  delete unknown.session.threadId;
  assert.equal(silence(unknown).inputs[0]?.type, 'interrupt');
  const never = working();
  if (never.active !== undefined) never.active.progressAt = undefined;
  assert.equal(silence(never).inputs[0]?.type, 'interrupt');
});

test('an agent that only tries to reach its model is stopped, and one that reaches it again is not', () => {
  const state = working();
  const draft = new Draft(state, 5000);
  const notice = { type: 'notice', turnId, level: 'warning', code: 'retrying', text: 'Reconnecting... 1/5' } as const;
  applyOutput(state, draft, notice, { approvalMs: 1 });
  applyOutput(state, new Draft(state, 9000), notice, { approvalMs: 1 });
  const due = deadlinesOf(state, limits).find(({ name }) => name === 'unreachable');
  assert.equal(due?.at, 185_000, 'since the first try');
  const reached = working();
  applyOutput(reached, new Draft(reached, 5000), notice, { approvalMs: 1 });
  applyOutput(reached, new Draft(reached, 6000), { type: 'usage', turnId, usage: {} }, { approvalMs: 1 });
  assert.equal(
    deadlinesOf(reached, limits).some(({ name }) => name === 'unreachable'),
    false,
  );
  const stop = new Draft(state, 185_000);
  deadlinePassed(state, stop, { name: 'unreachable', at: 185_000 }, limits);
  assert.equal(stop.inputs[0]?.type, 'interrupt');
  assert.match(state.active?.failure?.message ?? '', /could not reach its model for 180 s.*Reconnecting/);
});

test('a session can be silent for longer or shorter than the others', () => {
  const [own, usual] = [working({ idleMs: 5000 }), working()].map(
    (state) => deadlinesOf(state, limits).find(({ name }) => name === 'silence')?.at,
  );
  assert.deepEqual([own, usual], [6000, 901_000]);
});

test('a kept process that died before it showed work on a turn costs that turn nothing; one that worked on it does', () => {
  const kept = (progressAt: number | undefined, told: number): boolean => {
    const state = working();
    if (state.active !== undefined) state.active.progressAt = progressAt;
    state.run = {
      phase: 'up',
      runId: 'run_1' as RunId,
      settings: { policy: 'ask', model: undefined },
      idleSince: undefined,
      told,
    };
    const draft = new Draft(state, 2000);
    const begins = beginsAgain(state, draft);
    assert.equal(state.active?.phase, begins ? 'starting' : 'running');
    return begins;
  };
  assert.deepEqual([kept(undefined, 2), kept(1000, 2), kept(undefined, 1)], [true, false, false]);
});

const silentUntil = (state: SessionState, more: Partial<DeadlineLimits> = {}): number =>
  deadlinesOf(state, { ...limits, ...more }).find(({ name }) => name === 'silence')?.at ?? 0;

test('the silence that a session may have holds from the first sign of work on, and before it too where it is shorter (G 27)', () => {
  const state = working({ idleMs: 30_000 });
  assert.equal(silentUntil(state), 31_000);
  if (state.active !== undefined) state.active.progressAt = undefined;
  assert.equal(silentUntil(state), 31_000);
  state.session.idleMs = 600_000;
  assert.equal(silentUntil(state), 121_000, 'nothing at all is another matter');
  delete state.session.threadId;
  state.session.idleMs = 30_000;
  silence(state);
  assert.equal(state.active?.failure?.code, 'idle_timeout');
});

test('an agent that prints only at its end may be silent for as long as a tool, unless somebody set a limit (G 28)', () => {
  const state = working();
  assert.equal(silentUntil(state, { printsAtEnd: true }), 1000 + limits.tool);
  if (state.active !== undefined) state.active.progressAt = undefined;
  assert.equal(silentUntil(state, { printsAtEnd: true }), 1000 + limits.tool);
  state.session.idleMs = 60_000;
  assert.equal(silentUntil(state, { printsAtEnd: true }), 61_000);
});

test('an idle process of a session that a request made is kept for a shorter time', () => {
  const idle = working();
  idle.active = undefined;
  assert.ok(idle.run.phase === 'up');
  idle.run.idleSince = 1000;
  const keptUntil = () => deadlinesOf(idle, limits).find(({ name }) => name === 'keep-warm')?.at;
  assert.equal(keptUntil(), 601_000);
  idle.session.origin = 'request';
  assert.equal(keptUntil(), 31_000);
});
