import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { Driver, DriverContext, Session, SessionId, TurnId } from '@parley/schema';
import type { Agents } from './agents.ts';
import type { Engine } from './engine.ts';
import { fakeDriver } from './test/fake-agent.ts';
import { Requests } from './requests/requests.ts';
import { fakeAgents, settle, World } from './test/world.ts';

/** An agent that can fork: each run tells its conversation's id, a copy's is new. */
function forkingWorld(): { world: World; prepared: Session[]; begun: DriverContext[] } {
  const prepared: Session[] = [];
  const begun: DriverContext[] = [];
  let threads = 0;
  const { protocol } = fakeDriver;
  const driver: Driver = {
    ...fakeDriver,
    capabilities: { ...fakeDriver.capabilities, fork: true },
    protocol: {
      begin: (context) => {
        begun.push(context);
        const own = context.fork === true || context.threadId === undefined;
        return { inner: protocol.begin(context), threadId: own ? `t${++threads}` : context.threadId };
      },
      step: ({ inner, threadId }, input) => {
        const next = protocol.step(inner, input);
        const told = input.type === 'start' ? [{ type: 'thread' as const, threadId }] : [];
        return { state: { inner: next.state, threadId }, outputs: [...told, ...next.outputs] };
      },
    },
  };
  const agents: Agents = {
    ...fakeAgents,
    driver: () => driver,
    prepare: (session, run) => {
      prepared.push(session);
      return fakeAgents.prepare(session, run);
    },
  };
  return { world: new World({}, agents), prepared, begun };
}

async function turn(world: World, engine: Engine, id: SessionId, text: string): Promise<TurnId> {
  const { turnId } = await engine.submit(id, { text });
  await settle();
  finish(world, turnId);
  await settle();
  return turnId;
}

function finish(world: World, turnId: TurnId): void {
  const process = [...world.processes.values()].findLast((one) =>
    one.inbox.some((heard) => heard.does === 'start' && heard.turnId === turnId),
  );
  assert.ok(process);
  process.say({ says: 'started', turnId });
  process.say({ says: 'text', turnId, text: 'yes' });
  process.say({ says: 'ended', turnId, how: 'completed' });
}

const failsWith =
  (code: string, words = /./) =>
  (error: unknown) =>
    ParleyError.is(error) && error.code === code && words.test(error.message);

test('a fork goes on with a copy of the conversation, and the original stays as it was', async () => {
  const { world, begun } = forkingWorld();
  const engine = await world.open();
  const id = await world.session(engine, 'edit');
  await turn(world, engine, id, 'build it');
  assert.equal(engine.session(id).threadId, 't1');

  const fork = await engine.forkSession(id);
  assert.deepEqual(fork.forkOf, { sessionId: id, threadId: 't1' });
  assert.equal(fork.threadId, undefined, 'nothing is copied before there is something to say');
  assert.deepEqual([fork.title, fork.policy, fork.cwd], ['build it (fork)', 'edit', engine.session(id).cwd]);

  await turn(world, engine, fork.id, 'otherwise');
  assert.equal((await engine.forkSession(fork.id)).title, 'build it (fork)', 'a copy of a copy is a copy');
  assert.deepEqual([begun.at(-1)?.threadId, begun.at(-1)?.fork], ['t1', true]);
  assert.equal(engine.session(fork.id).threadId, 't2');
  assert.equal(engine.session(id).threadId, 't1');

  world.processes.forEach((process) => process.die(0));
  await settle();
  await turn(world, engine, fork.id, 'and on');
  assert.deepEqual([begun.at(-1)?.threadId, begun.at(-1)?.fork], ['t2', undefined], 'it is copied once');
});

test('title, policy and model of a fork can be chosen, and a policy that is not allowed is refused', async () => {
  const { world } = forkingWorld();
  const engine = await world.open();
  const id = await world.session(engine);
  await turn(world, engine, id, 'hello');
  const fork = await engine.forkSession(id, { title: 'other way', policy: 'read-only', model: 'm' });
  assert.deepEqual([fork.title, fork.policy, fork.model], ['other way', 'read-only', 'm']);
});

test('a fork that a request makes goes when nobody goes on with it; one that a person makes stays', async () => {
  const { world } = forkingWorld();
  const engine = await world.open();
  const { id } = await engine.createSession({ agent: 'fake', cwd: tmpdir() }, 'request');
  await turn(world, engine, id, 'hello');
  const { store, agents, config } = world;
  const requests = new Requests({ engine, store, agents, config: config.requests });
  const { sessionId } = await requests.make({ session: { fork: id }, text: 'otherwise' });
  assert.deepEqual([engine.session(sessionId).origin, engine.session(sessionId).forkOf?.sessionId], ['request', id]);
  assert.equal((await engine.forkSession(id)).origin, undefined);
});

test('a fork of a fork that nothing was said in is a copy of the same conversation', async () => {
  const { world } = forkingWorld();
  const engine = await world.open();
  const id = await world.session(engine);
  await turn(world, engine, id, 'hello');
  const first = await engine.forkSession(id);
  assert.deepEqual((await engine.forkSession(first.id)).forkOf, { sessionId: first.id, threadId: 't1' });
});

test('a conversation that Parley has not seen can be forked by its id', async () => {
  const { world, begun } = forkingWorld();
  const engine = await world.open();
  const create = { agent: 'fake', cwd: tmpdir(), threadId: 'elsewhere', fork: true } as const;
  const { id, forkOf, threadId } = await engine.createSession(create);
  assert.deepEqual([forkOf, threadId], [{ threadId: 'elsewhere' }, undefined]);
  await turn(world, engine, id, 'hello');
  assert.deepEqual([begun.at(-1)?.threadId, begun.at(-1)?.fork], ['elsewhere', true]);
  await assert.rejects(
    engine.createSession({ agent: 'fake', cwd: tmpdir(), fork: true }),
    failsWith('invalid_request', /which conversation/i),
  );
});

test('a session that works, one that nothing was said in, and an agent that cannot are refused by name', async () => {
  const { world } = forkingWorld();
  const engine = await world.open();
  const id = await world.session(engine);
  await assert.rejects(engine.forkSession(id), failsWith('invalid_request', /nothing was said/));
  await turn(world, engine, id, 'hello');
  const fork = await engine.forkSession(id);
  const { turnId } = await engine.submit(id, { text: 'work' });
  await settle();
  await assert.rejects(engine.forkSession(id), failsWith('session_working', /half a turn/));

  // Asked for before, but only now to be made.
  await engine.submit(fork.id, { text: 'and me' });
  await settle();
  const [refused] = await engine.turns(fork.id, 1);
  assert.equal(refused?.error?.code, 'session_working');
  assert.equal(refused.error.retryable, true);

  finish(world, turnId);
  await settle();
  await turn(world, engine, fork.id, 'now');
  const { events } = await engine.events(fork.id, 0, 1000);
  const notice = events.find((event) => event.type === 'notice' && event.code === 'forked_later');
  assert.ok(
    notice?.type === 'notice' && notice.text.includes(id),
    'the copy holds what was not there when it was asked for',
  );

  const plain = new World();
  const other = await plain.open();
  const cannot = await plain.session(other);
  await assert.rejects(other.forkSession(cannot), failsWith('fork_unsupported', /Fake cannot.*forker/));
});
