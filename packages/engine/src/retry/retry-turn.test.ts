// A turn whose model server fails, in a whole engine: it begins again in a new process, over restarts too, and nothing is shown twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { SessionId, TurnId } from '@parley/schema';
import type { Engine } from '../engine.ts';
import { settle, World } from '../test/world.ts';

interface Scene {
  readonly world: World;
  readonly engine: Engine;
  readonly id: SessionId;
  readonly turnId: TurnId;
}

async function begin(t: TestContext, max = 2): Promise<Scene> {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const world = new World({ retries: { max } });
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text: 'hello' });
  await settle();
  return { world, engine, id, turnId };
}

/** The agent of today says that the model server fails. */
async function fail({ world, turnId }: Scene): Promise<void> {
  world.process?.say({ says: 'started', turnId });
  world.process?.say({ says: 'failed', turnId, code: 'model_overloaded', message: 'Please try again in 2s.' });
  await settle();
  await settle();
}

async function pass(t: TestContext, ms: number): Promise<void> {
  t.mock.timers.tick(ms);
  await settle();
  await settle();
}

test('a turn whose model server fails begins again in a new process, when the server wants it', async (t) => {
  const scene = await begin(t);
  const { world, engine, id, turnId } = scene;
  await fail(scene);
  assert.equal(engine.session(id).state, 'working');
  assert.deepEqual(
    [...world.processes.values()].map(({ ended }) => ended),
    [true],
    'the process that failed is gone',
  );
  await pass(t, 1999);
  assert.equal(world.processes.size, 1, 'not before its time');
  await pass(t, 1000);
  assert.deepEqual(world.process?.inbox, [{ does: 'start', turnId, text: 'hello' }]);
  world.process?.say({ says: 'text', turnId, text: 'hi' });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  const turn = await engine.turn(id, turnId);
  assert.deepEqual([turn.state, turn.answer, turn.retries], ['completed', 'hi', 1]);
  const { events } = await engine.events(id, 0, 1000);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  assert.deepEqual([count('turn.started'), count('turn.failed'), count('turn.completed')], [1, 0, 1]);
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  assert.match(notices.join(), /overloaded or failing\. The turn begins again in 2\.\d s \(1 of at most 2\)/);
});

test('after the last retry the turn fails as the model server said', async (t) => {
  const scene = await begin(t, 1);
  await fail(scene);
  await pass(t, 3000);
  await fail(scene);
  const turn = await scene.engine.turn(scene.id, scene.turnId);
  assert.deepEqual([turn.state, turn.error?.code, turn.retries], ['failed', 'model_overloaded', 1]);
  assert.equal('retryAt' in turn, false);
});

test('without the entry in the configuration nothing begins again', async (t) => {
  const scene = await begin(t, 0);
  await fail(scene);
  assert.equal((await scene.engine.turn(scene.id, scene.turnId)).state, 'failed');
});

test('a turn that has shown something does not begin again', async (t) => {
  const scene = await begin(t);
  scene.world.process?.say({ says: 'text', turnId: scene.turnId, text: 'I will' });
  await fail(scene);
  assert.equal((await scene.engine.turn(scene.id, scene.turnId)).state, 'failed');
});

test('a daemon that dies during the wait leaves a turn that begins again under the next one', async (t) => {
  const scene = await begin(t);
  await fail(scene);
  const engine = await scene.world.restart();
  await settle();
  assert.equal(engine.session(scene.id).state, 'working');
  assert.equal(scene.world.processes.size, 1);
  await pass(t, 3000);
  assert.equal(scene.world.processes.size, 2);
  scene.world.process?.say({ says: 'ended', turnId: scene.turnId, how: 'completed' });
  await settle();
  assert.deepEqual((await engine.turn(scene.id, scene.turnId)).retries, 1);
});

test('a daemon that dies before the failed process is gone ends it first', async (t) => {
  const scene = await begin(t);
  const { world, turnId } = scene;
  const failed = world.process;
  assert.ok(failed);
  failed.endures = true;
  await fail(scene);
  await pass(t, 5000);
  assert.equal(world.processes.size, 1, 'no second process beside the first');
  failed.endures = false;
  const engine = await world.restart();
  await settle();
  await settle();
  await pass(t, 3000);
  assert.ok(failed.ended);
  assert.deepEqual(world.process?.inbox, [{ does: 'start', turnId, text: 'hello' }]);
  assert.equal((await engine.turn(scene.id, turnId)).state, 'running');
});

test('a turn that waits to begin again can be stopped, and the next one runs at once', async (t) => {
  const scene = await begin(t);
  const { engine, id, turnId, world } = scene;
  await fail(scene);
  await engine.interrupt(id);
  assert.equal((await engine.turn(id, turnId)).state, 'interrupted');
  const { outcome } = await engine.submit(id, { text: 'next' });
  await settle();
  assert.equal(outcome, 'started');
  assert.match(JSON.stringify(world.process?.inbox), /next/);
});

test('the limit of a turn holds during the wait', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const world = new World({ retries: { max: 5 } });
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text: 'hello', timeoutMs: 1500 });
  await settle();
  await fail({ world, engine, id, turnId });
  await pass(t, 1500);
  const turn = await engine.turn(id, turnId);
  assert.deepEqual([turn.state, turn.error?.code], ['failed', 'timeout']);
});

test('wherever the daemon dies, a turn that began again has one beginning and one end', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  for (let commits = 1; commits <= 12; commits++) {
    const world = new World({ retries: { max: 2 } });
    let engine = await world.open();
    const id = await world.session(engine);
    const { turnId } = await engine.submit(id, { text: 'hello' });
    world.store.commitsToLive = commits;
    const failing = new Set<unknown>();
    for (let round = 0; round < 12; round++) {
      await settle();
      if (world.store.fenced) engine = await world.restart();
      const agent = world.process;
      const told = agent?.inbox.splice(0).length !== 0;
      if (agent !== undefined && told && failing.size === 0) {
        failing.add(agent);
        agent.say({ says: 'started', turnId });
        agent.say({ says: 'failed', turnId, code: 'rate_limited', message: 'Slow down.' });
      } else if (agent !== undefined && told && !failing.has(agent)) {
        agent.say({ says: 'text', turnId, text: 'hi' });
        agent.say({ says: 'ended', turnId, how: 'completed' });
      }
      await pass(t, 2000);
    }
    if (world.store.commitsToLive !== Infinity) engine = await world.restart();
    const turn = await engine.turn(id, turnId);
    assert.deepEqual([turn.state, turn.answer, turn.retries], ['completed', 'hi', 1], `after ${commits} commits`);
    const { events } = await engine.events(id, 0, 1000);
    const count = (type: string) => events.filter((event) => event.type === type).length;
    assert.deepEqual([count('turn.started'), count('turn.completed'), count('turn.failed')], [1, 1, 0]);
    await engine.close('end');
  }
});
