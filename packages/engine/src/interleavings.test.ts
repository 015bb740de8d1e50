// Random interleavings of input, steer, queue, interrupt, approval, crash, daemon death and finish. After each: every message has exactly
// one fate, none was lost, doubled or reordered, and every turn that began has exactly one end.

import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTerminal, ParleyError } from '@parley/schema';
import type { Approval, ParleyEvent, SessionId, SubmitResult, SubmitWhen, Turn, TurnId } from '@parley/schema';
import type { Engine } from './engine.ts';
import { Requests } from './requests/requests.ts';
import type { FakeProcess } from './test/fake-agent.ts';
import { FakeWorkspaces } from './test/fake-workspaces.ts';
import { settle, silentAgents, World } from './test/world.ts';

type Move =
  | { readonly do: 'submit'; readonly when: SubmitWhen; readonly wait: boolean }
  /** A request whose start is held: approved by its score, or left to a person. */
  | { readonly do: 'request'; readonly held: 'approved' | 'asked'; readonly wait: boolean }
  /** Another launch plan. */
  | { readonly do: 'change'; readonly policy: 'ask' | 'edit' }
  | { readonly do: 'interrupt'; readonly queue: 'keep' | 'drop' }
  | { readonly do: 'cancel' }
  | { readonly do: 'answer'; readonly optionId: 'yes' | 'no' }
  | { readonly do: 'agent'; readonly act: 'work' | 'consume' | 'finish' | 'fail' | 'ask' | 'crash' }
  | { readonly do: 'kill-daemon'; readonly afterCommits: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      when: fc.constantFrom<SubmitWhen>('now', 'steer', 'steer-only', 'queue', 'interrupt'),
      wait: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      held: fc.constantFrom('approved' as const, 'asked' as const),
      wait: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      policy: fc.constantFrom('ask' as const, 'edit' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('interrupt' as const),
      queue: fc.constantFrom('keep' as const, 'drop' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      optionId: fc.constantFrom('yes' as const, 'no' as const),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('agent' as const),
      act: fc.constantFrom(
        'work' as const,
        'consume' as const,
        'finish' as const,
        'finish' as const,
        'fail' as const,
        'ask' as const,
        'crash' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('kill-daemon' as const), afterCommits: fc.integer({ min: 0, max: 3 }) }),
  },
);

/** What the agent does with what it has read, in one of the two ways of real ones with words that it did not get to. */
function act(agent: FakeProcess, what: Extract<Move, { do: 'agent' }>['act'], style: 'returns' | 'takes-up'): void {
  for (const heard of agent.inbox.splice(0)) {
    if (heard.does === 'start') {
      agent.received.push(heard.text ?? '');
      agent.current = heard.turnId;
      agent.interrupted = false;
      agent.say({ says: 'started', turnId: heard.turnId });
    } else if (heard.does === 'steer') {
      if (heard.into === agent.current) agent.pending.push(heard);
      else if (style === 'returns') agent.say({ says: 'returned', turnId: heard.turnId });
      else takeUp(agent, heard);
    } else if (heard.does === 'interrupt') {
      agent.interrupted ||= heard.turnId === agent.current;
    } else {
      agent.asking = false;
    }
  }
  const { current } = agent;
  if (what === 'crash') return agent.die(137);
  if (current === undefined) return;
  if (agent.interrupted) return finish(agent, current, 'interrupted', style);
  switch (what) {
    case 'work':
      return agent.say({ says: 'text', turnId: current, text: 'working' });
    case 'ask':
      if (!agent.asking) agent.say({ says: 'ask', turnId: current, n: agent.asked++ });
      agent.asking = true;
      return;
    case 'consume': {
      const next = agent.pending.shift();
      if (next === undefined) return;
      agent.received.push(next.text);
      return agent.say({ says: 'consumed', turnId: next.turnId });
    }
    case 'finish':
      return finish(agent, current, 'completed', style);
    case 'fail':
      return finish(agent, current, 'failed', style);
  }
}

function finish(
  agent: FakeProcess,
  turnId: TurnId,
  how: 'completed' | 'interrupted' | 'failed',
  style: 'returns' | 'takes-up',
): void {
  agent.say({ says: 'ended', turnId, how });
  agent.current = undefined;
  agent.interrupted = false;
  agent.asking = false;
  if (style === 'returns') {
    for (const { turnId: returned } of agent.pending.splice(0)) agent.say({ says: 'returned', turnId: returned });
  } else {
    const next = agent.pending.shift();
    if (next !== undefined) takeUp(agent, next);
  }
}

function takeUp(agent: FakeProcess, words: { readonly turnId: TurnId; readonly text: string }): void {
  agent.received.push(words.text);
  agent.current = words.turnId;
  agent.say({ says: 'started', turnId: words.turnId });
}

async function play(moves: readonly Move[], style: 'returns' | 'takes-up', files?: FakeWorkspaces): Promise<void> {
  const world = files === undefined ? new World() : new World({}, silentAgents, files);
  let engine = await world.open();
  const id = await world.session(engine);
  const accepted = new Map<
    TurnId,
    { readonly text: string; readonly when: SubmitWhen; readonly result: SubmitResult }
  >();
  let words = 0;
  for (const one of moves) {
    switch (one.do) {
      case 'submit':
      case 'request': {
        const text = `message ${words++}${one.do === 'request' && one.held === 'asked' ? ' token' : ''}`;
        const when = one.do === 'request' ? 'queue' : one.when;
        const send = (): Promise<SubmitResult> =>
          one.do === 'request'
            ? requestOf(world, engine, id, text)
            : engine.submit(id, { text, when, idempotencyKey: text });
        const noted = send().then((result) => accepted.set(result.turnId, { text, when, result }));
        // A daemon that dies answers nobody: the caller sends again, with the same key, to the next one.
        if (world.store.commitsToLive === Infinity) await noted;
        else {
          await Promise.race([noted, settle()]);
          if (world.store.fenced) {
            engine = await world.restart();
            const result = await send();
            accepted.set(result.turnId, { text, when, result });
          }
        }
        if (one.wait) await settle();
        break;
      }
      case 'interrupt':
        await Promise.race([engine.interrupt(id, one.queue), settle()]);
        break;
      case 'cancel': {
        const [first] = engine.session(id).queue;
        if (first !== undefined) await Promise.race([engine.cancelQueued(id, first.turnId).catch(onlyLate), settle()]);
        break;
      }
      case 'answer': {
        const [approval] = await Promise.race([engine.approvals(true), settle().then(() => [])]);
        if (approval !== undefined)
          await Promise.race([answer(engine, approval, one.optionId).catch(onlyLate), settle()]);
        break;
      }
      case 'change':
        await Promise.race([engine.updateSession(id, { policy: one.policy }), settle()]);
        break;
      case 'agent':
        files?.write(`file ${files.files.size}`, 'x');
        if (world.process !== undefined) act(world.process, one.act, style);
        await settle();
        break;
      case 'kill-daemon':
        if (one.afterCommits === 0) engine = await world.restart();
        else world.store.commitsToLive = one.afterCommits;
        break;
    }
    if (world.store.fenced) engine = await world.restart();
  }
  if (world.store.commitsToLive !== Infinity) engine = await world.restart();
  await drain(world, id, style);
  assert.deepEqual(world.reports, []);
  await judge(world, id, accepted);
  if (files !== undefined) await judgeFiles(world, id);
}

const onlyLate = (error: unknown): void => {
  assert.ok(
    ParleyError.is(error) && ['turn_not_queued', 'approval_resolved', 'unknown_turn'].includes(error.code),
    String(error),
  );
};

function requestOf(world: World, engine: Engine, session: SessionId, text: string): Promise<SubmitResult> {
  const { store, agents, config } = world;
  const approval = { strategy: 'mcp_managed', policy: 'strict', ask: true } as const;
  return new Requests({ engine, store, agents, config: config.requests }).make({
    session,
    text,
    approval,
    idempotencyKey: text,
  });
}

function answer(engine: Engine, { id, kind }: Approval, optionId: 'yes' | 'no'): Promise<void> {
  return engine.answer(id, { optionId: kind !== 'launch' ? optionId : optionId === 'yes' ? 'start' : 'refuse' });
}

/** Let the agent finish what there is. */
async function drain(world: World, id: SessionId, style: 'returns' | 'takes-up'): Promise<void> {
  for (let i = 0; i < 500; i++) {
    await settle();
    const session = world.engine?.session(id);
    if (
      session?.activeTurnId === undefined &&
      session?.queue.length === 0 &&
      session.state !== 'working' &&
      session.state !== 'waiting'
    )
      return;
    const question = (await world.engine?.approvals(true))?.find(({ kind }) => kind === 'launch');
    if (world.engine !== undefined && question !== undefined) await answer(world.engine, question, 'yes');
    if (world.process !== undefined) act(world.process, 'finish', style);
  }
  assert.fail(`the session never came to rest: ${JSON.stringify(world.engine?.session(id))}`);
}

async function judge(
  world: World,
  id: SessionId,
  accepted: ReadonlyMap<TurnId, { readonly text: string; readonly when: SubmitWhen; readonly result: SubmitResult }>,
): Promise<void> {
  const engine = world.engine;
  assert.ok(engine);
  const { events } = await engine.events(id, 0, 100_000);
  let last = 0;
  for (const { seq } of events) {
    assert.ok(seq > last, 'seq strictly increases');
    last = seq;
  }
  const turns = new Map((await engine.turns(id, 1000)).map((turn) => [turn.id, turn]));
  assert.equal(turns.size, accepted.size, 'every accepted message is there, and nothing else');
  const received = [...world.processes.values()].flatMap((agent) => agent.received);
  const approvals = await engine.approvals(false);
  const records = new Map((await engine.requestApprovals({ limit: 1000 })).map((record) => [record.turnId, record]));
  for (const [turnId, { text, result }] of accepted) {
    const turn = turns.get(turnId);
    assert.ok(turn, `${text} was lost`);
    assert.equal(turn.text, text);
    const started = count(events, (event) => event.type === 'turn.started' && event.turnId === turnId);
    const ended = count(events, (event) => isTerminal(event) && event.turnId === turnId);
    const times = received.filter((heard) => heard === text).length;
    if (text.endsWith(' token') && times > 0) {
      const yes = approvals.some(
        ({ kind, turnId: of, resolution }) => kind === 'launch' && of === turnId && resolution?.outcome === 'allowed',
      );
      assert.ok(yes, `${text} was heard before a person had allowed it`);
    }
    if (turn.error?.code === 'approval_denied') assert.equal(times, 0, `${text} was refused, and heard`);
    assert.notEqual(records.get(turnId)?.status, 'asked', `${text} is over, and so is its question`);
    const receipts = events.flatMap((event) =>
      event.type === 'input.settled' && event.turnId === turnId ? [event.receipt] : [],
    );
    assert.equal(receipts.length, result.outcome === 'started' ? 0 : 1, `${text}: one receipt if the session was busy`);
    assert.deepEqual(turn.receipt, receipts[0]);
    assert.equal(receipts[0]?.outcome === 'injected', turn.state === 'steered', `${text}: injected is steered`);
    if (receipts[0]?.outcome === 'returned')
      assert.equal(turn.state, 'cancelled', `${text}: returned, so it never ran`);
    switch (turn.state) {
      case 'completed':
        assert.deepEqual([started, ended, times], [1, 1, 1], `${text}: one start, one end, heard once`);
        break;
      case 'failed':
      case 'interrupted':
        assert.deepEqual([started, ended], [1, 1], `${text}: one start, one end`);
        assert.ok(times <= 1, `${text} was heard ${times} times`);
        break;
      case 'steered':
        assert.deepEqual([started, ended, times], [0, 0, 1], `${text}: steered, heard once`);
        break;
      case 'cancelled':
        assert.deepEqual([started, ended, times], [0, 0, 0], `${text}: cancelled, never heard`);
        break;
      default:
        assert.fail(`${text} ended as ${turn.state}`);
    }
  }
  inOrder(accepted, received);
  judgeRecords(world, [...turns.values()]);
}

/** The recorder has one row for each turn, with the end that it had; that it ends once the store of these tests sees to. */
function judgeRecords(world: World, turns: readonly Turn[]): void {
  const statuses = [...world.data.records.values()].map(({ id, status }) => `${id} ${status}`);
  assert.deepEqual(statuses.toSorted(), turns.map(({ id, state }) => `${id} ${state}`).toSorted());
  const told = world.ended.map(({ id }) => id);
  assert.equal(new Set(told).size, told.length, 'no end is counted twice');
}

/** What files changed is told inside of a turn, each change once; a turn says at most once that it cannot be told. */
async function judgeFiles(world: World, id: SessionId): Promise<void> {
  const events = (await world.engine?.events(id, 0, 100_000))?.events ?? [];
  const told = new Set<string>();
  const unclear = new Set<TurnId>();
  let running: TurnId | undefined;
  for (const event of events) {
    if (event.type === 'turn.started') running = event.turnId;
    if (isTerminal(event)) running = undefined;
    if (event.type === 'notice' && event.code === 'file_changes_unclear' && event.turnId !== undefined) {
      assert.equal(event.turnId, running);
      assert.ok(!unclear.has(event.turnId), 'said twice');
      unclear.add(event.turnId);
    }
    if (event.type !== 'item.completed' || event.item.type !== 'file_change') continue;
    assert.equal(event.turnId, running, 'told inside of its turn');
    for (const { path } of event.item.changes) {
      assert.ok(!told.has(path), `${path} was told twice`);
      told.add(path);
    }
  }
}

/** What was simply queued is heard in the order in which it was accepted. */
function inOrder(
  accepted: ReadonlyMap<TurnId, { readonly text: string; readonly when: SubmitWhen; readonly result: SubmitResult }>,
  received: readonly string[],
): void {
  // Words that come with an interrupt go in front of the queue, so they are left out here.
  const queued = [...accepted.values()]
    .filter(({ when, result }) => result.outcome === 'queued' && when !== 'interrupt')
    .map(({ text }) => text);
  const asHeard = received.filter((text) => queued.includes(text));
  assert.deepEqual(
    asHeard,
    [...asHeard].sort((a, b) => numberOf(a) - numberOf(b)),
    'queued messages keep their order',
  );
}

const numberOf = (text: string): number => Number(text.split(' ')[1]);
const count = (events: readonly ParleyEvent[], matches: (event: ParleyEvent) => boolean): number =>
  events.filter(matches).length;

for (const style of ['returns', 'takes-up'] as const) {
  test(`no message is lost, doubled or reordered in 10,000 interleavings (an agent that ${style} late words)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 30 }), (moves) => play(moves, style)),
      { numRuns: 10_000 },
    );
  });

  test(`the same where files are watched (an agent that ${style} late words)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 30 }), (moves) =>
        play(moves, style, new FakeWorkspaces(realpathSync(tmpdir()))),
      ),
      { numRuns: 2_000 },
    );
  });
}
