import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { ParleyEvent, SessionId } from '@parley/schema';
import type { EventBatch, EventSink } from './hub.ts';
import { fakeDriver as fake } from './test/fake-agent.ts';
import { fakeAgents, settle, World } from './test/world.ts';

async function eventsOf(world: World, id: SessionId): Promise<readonly ParleyEvent[]> {
  return (await world.engine?.events(id, 0, 10_000))?.events ?? [];
}

const types = (events: readonly ParleyEvent[]): string => events.map(({ type }) => type).join(' ');

async function begun(): Promise<{ world: World; id: SessionId; turnId: string }> {
  const world = new World();
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId, outcome } = await engine.submit(id, { text: 'hello' });
  assert.equal(outcome, 'started');
  await settle();
  return { world, id, turnId };
}

test('a turn goes from words to exactly one end, in order', async () => {
  const { world, id } = await begun();
  const agent = world.process;
  assert.ok(agent);
  const [start] = agent.inbox;
  assert.ok(start?.does === 'start');
  agent.say({ says: 'started', turnId: start.turnId });
  agent.say({ says: 'text', turnId: start.turnId, text: 'hi there' });
  agent.say({ says: 'ended', turnId: start.turnId, how: 'completed' });
  await settle();
  const events = await eventsOf(world, id);
  assert.equal(
    types(events),
    'session.created turn.queued turn.started item.completed session.updated item.started item.completed turn.completed',
  );
  const [turn] = (await world.engine?.turns(id, 1)) ?? [];
  assert.equal(turn?.state, 'completed');
  assert.equal(turn?.answer, 'hi there', 'deltas are joined where the agent gives no whole text');
  assert.equal(world.engine?.session(id).state, 'idle');
});

test('a killed agent never counts as completed', async () => {
  const { world, id } = await begun();
  const start = world.process?.inbox[0];
  assert.ok(start?.does === 'start');
  world.process?.say({ says: 'text', turnId: start.turnId, text: 'almost' });
  world.process?.die(137);
  await settle();
  await settle();
  const [turn] = (await world.engine?.turns(id, 1)) ?? [];
  assert.equal(turn?.state, 'failed');
  assert.match(turn?.error?.message ?? '', /137.*its last words/);
  assert.equal(world.engine?.session(id).state, 'failed');
});

test('the same idempotency key does nothing twice, and another text under it is refused', async () => {
  const { world, id } = await begun();
  const engine = world.engine;
  assert.ok(engine);
  const first = await engine.submit(id, { text: 'again', when: 'queue', idempotencyKey: 'k' });
  const second = await engine.submit(id, { text: 'again', when: 'queue', idempotencyKey: 'k' });
  assert.deepEqual(second, { ...first, repeated: true });
  assert.equal(engine.session(id).queue.length, 1);
  await assert.rejects(
    engine.submit(id, { text: 'other', when: 'queue', idempotencyKey: 'k' }),
    (error) => ParleyError.is(error) && error.code === 'idempotency_conflict',
  );
});

test('an empty prompt starts nothing', async () => {
  const world = new World();
  const engine = await world.open();
  const id = await world.session(engine);
  await assert.rejects(
    engine.submit(id, { text: ' \n' }),
    (error) => ParleyError.is(error) && error.code === 'empty_prompt',
  );
  assert.equal(world.processes.size, 0);
});

test('a full queue refuses loudly and changes nothing', async () => {
  const world = new World({ queue: { max: 1 } });
  const engine = await world.open();
  const id = await world.session(engine);
  await engine.submit(id, { text: 'a' });
  await engine.submit(id, { text: 'b', when: 'queue' });
  const { head } = engine.session(id);
  await assert.rejects(
    engine.submit(id, { text: 'c', when: 'queue' }),
    (error) => ParleyError.is(error) && error.code === 'queue_full',
  );
  assert.equal(engine.session(id).head, head);
});

test('a person answers an approval, once', async () => {
  const { world, id } = await begun();
  const agent = world.process;
  const start = agent?.inbox.shift();
  assert.ok(agent && start?.does === 'start');
  agent.say({ says: 'ask', turnId: start.turnId, n: 0 });
  await settle();
  assert.equal(world.engine?.session(id).state, 'waiting');
  const [approval] = (await world.engine?.approvals(true)) ?? [];
  assert.ok(approval);
  await assert.rejects(world.engine?.answer(approval.id, { optionId: 'maybe' }) ?? Promise.resolve(), /has no option/);
  await world.engine?.answer(approval.id, { optionId: 'yes' });
  assert.deepEqual(agent.inbox, [{ does: 'answer', option: 'allow' }]);
  await assert.rejects(
    world.engine?.answer(approval.id, { optionId: 'no' }) ?? Promise.resolve(),
    (error) => ParleyError.is(error) && error.code === 'approval_resolved',
  );
  assert.equal(world.engine?.session(id).state, 'working');
});

test('the read-only policy denies by itself', async () => {
  const world = new World();
  const engine = await world.open();
  const id = await world.session(engine, 'read-only');
  await engine.submit(id, { text: 'do it' });
  await settle();
  const start = world.process?.inbox.shift();
  assert.ok(start?.does === 'start');
  world.process?.say({ says: 'ask', turnId: start.turnId, n: 0 });
  await settle();
  assert.deepEqual(world.process?.inbox, [{ does: 'answer', option: 'deny' }]);
  assert.equal((await engine.approvals(true)).length, 0);
});

test('an approval that nobody answers is denied at its deadline', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const world = new World({ deadlines: { approval: 5 } });
  const engine = await world.open();
  const id = await world.session(engine);
  await engine.submit(id, { text: 'do it' });
  await settle();
  const start = world.process?.inbox.shift();
  assert.ok(start?.does === 'start');
  world.process?.say({ says: 'ask', turnId: start.turnId, n: 0 });
  await settle();
  t.mock.timers.tick(5000);
  await settle();
  assert.deepEqual(world.process?.inbox, [{ does: 'answer', option: 'deny' }]);
  const events = await eventsOf(world, id);
  assert.ok(events.some((event) => event.type === 'approval.resolved' && event.resolution.outcome === 'expired'));
});

test('a silent agent is stopped, and one that does not stop is ended; the turn says why', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const world = new World({ deadlines: { first_byte: 10, interrupt: 2 } });
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text: 'anybody there?' });
  await settle();
  t.mock.timers.tick(10_000);
  await settle();
  assert.equal(world.process?.inbox.at(-1)?.does, 'interrupt');
  t.mock.timers.tick(3000);
  await settle();
  const turn = await engine.turn(id, turnId);
  assert.equal(turn.state, 'failed');
  assert.deepEqual(await engine.findTurn(turnId), turn);
  assert.equal(turn.error?.code, 'idle_timeout');
  assert.equal(world.process, undefined, 'the process is gone');
});

test('a queued turn that cannot start fails with its own end and does not strand the next', async () => {
  const world = new World(
    {},
    {
      driver: () => fake,
      defaults: () => Promise.resolve({ backend: { kind: 'rehearsal', detail: '' }, policy: 'ask', mode: 'lines' }),
      modelName: (_session, wanted) => Promise.resolve(wanted),
      prepare: () => Promise.reject(new ParleyError('agent_not_installed', 'gone')),
      checkPolicy: () => undefined,
      environmentOf: () => Promise.resolve('fake'),
      forking: () => [],
    },
  );
  const engine = await world.open();
  const id = await world.session(engine);
  await Promise.all([
    engine.submit(id, { text: 'a' }),
    engine.submit(id, { text: 'b', when: 'queue' }),
    engine.submit(id, { text: 'c', when: 'queue' }),
  ]);
  await settle();
  await settle();
  assert.deepEqual(
    (await engine.turns(id, 9)).map(({ state, error }) => `${state} ${error?.code}`),
    Array(3).fill('failed agent_not_installed'),
  );
});

test('a slow subscriber is told to read again, and nobody else waits', async () => {
  const { world, id } = await begun();
  const engine = world.engine;
  const start = world.process?.inbox[0];
  assert.ok(engine && start?.does === 'start');
  const seen: number[] = [];
  let lagged = 0;
  const quick: EventSink = {
    send: (batch: EventBatch) => (seen.push(...batch.events.map(({ seq }) => seq)), true),
    drained: () => Promise.resolve(),
    lagged: () => undefined,
  };
  const slow: EventSink = { send: () => false, drained: () => Promise.resolve(), lagged: () => void (lagged += 1) };
  await engine.subscribe(id, 0, quick);
  await engine.subscribe(id, 0, slow);
  await settle();
  for (let i = 0; i < 5; i++) world.process?.say({ says: 'text', turnId: start.turnId, text: `word ${i}` });
  await settle();
  assert.equal(lagged, 1);
  assert.equal(seen.at(-1), engine.session(id).head);
  assert.deepEqual(
    seen,
    [...new Set(seen)].sort((a, b) => a - b),
    'no gap, no duplicate',
  );
});

test('a model is stored by the name that the agent knows, when a session is made and when it is changed', async () => {
  const known = (wanted: string): string | undefined => (wanted === 'fast' ? 'haiku' : undefined);
  const world = new World(
    {},
    {
      ...fakeAgents,
      defaults: async (input) => ({
        ...(await fakeAgents.defaults({ ...input, model: known(input.model ?? '') ?? 'x' })),
      }),
      modelName: (_session, wanted) => Promise.resolve(known(wanted)),
    },
  );
  const engine = await world.open();
  const { id, model } = await engine.createSession({ agent: 'fake', cwd: '/', model: 'fast' });
  assert.equal(model, 'haiku');
  assert.equal((await engine.updateSession(id, { model: 'fast', title: 'Quick' })).model, 'haiku');
  await assert.rejects(
    engine.updateSession(id, { model: 'default' }),
    (error: unknown) => ParleyError.is(error) && error.code === 'invalid_request',
  );
});
