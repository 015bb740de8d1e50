// What becomes of a turn when its process comes up late, falls silent, or is taken over by the next daemon.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody, ParleyError } from '@parley/schema';
import type { Driver, DriverProtocol, SessionId, TurnId, Usage } from '@parley/schema';
import type { Agents } from './agents.ts';
import { fakeDriver } from './test/fake-agent.ts';
import { fakeAgents, settle, World } from './test/world.ts';

function agentsOf(driver: Driver, more: Partial<Agents> = {}): Agents {
  return { ...fakeAgents, driver: () => driver, ...more };
}

type Told = { readonly type: 'thread' } | { readonly type: 'usage'; readonly usage: Usage };

/** The fake agent, whose driver reads these lines besides its own. */
const telling: DriverProtocol<unknown> = {
  begin: (context) => fakeDriver.protocol.begin(context),
  step(state, input) {
    const told =
      input.type === 'line' ? (JSON.parse(input.line) as { told?: Told & { turnId: TurnId } }).told : undefined;
    if (told?.type === 'thread') return { state, outputs: [{ type: 'thread', threadId: 'thread-1' }] };
    if (told?.type === 'usage') return { state, outputs: [{ type: 'usage', turnId: told.turnId, usage: told.usage }] };
    return fakeDriver.protocol.step(state as never, input);
  },
};
const sleepy: Driver = { ...fakeDriver, protocol: telling, resumesAfterSilence: true };

function tell(world: World, told: Told & { turnId: TurnId }): void {
  world.process?.say({ told } as never);
}

const idle = { deadlines: { idle: 10, first_byte: 5, keep_warm: 1000 } };

async function silentTurn(): Promise<{ world: World; id: SessionId; turnId: TurnId }> {
  const world = new World(idle, agentsOf(sleepy));
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text: 'count the files' });
  await settle();
  tell(world, { type: 'thread', turnId });
  world.process?.say({ says: 'started', turnId });
  tell(world, { type: 'usage', turnId, usage: { output: 5 } });
  await settle();
  return { world, id, turnId };
}

test('what the silent process used still counts after the daemon has died', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { world, id, turnId } = await silentTurn();
  t.mock.timers.tick(10_000);
  await settle();
  await settle();
  assert.match(JSON.stringify(world.process?.inbox), /Go on from where you are/);
  const engine = await world.restart();
  await settle();
  tell(world, { type: 'usage', turnId, usage: { output: 7 } });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  assert.deepEqual((await engine.turn(id, turnId)).usage, { output: 12 });
  assert.deepEqual(engine.session(id).usage, { output: 12 });
});

test('a daemon that dies before it has ended the silent process leaves a turn that goes on in a new one', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { world, id, turnId } = await silentTurn();
  const silent = world.process;
  assert.ok(silent);
  silent.endures = true;
  t.mock.timers.tick(10_000);
  await settle();
  assert.equal(world.processes.size, 1, 'it has not gone yet');
  silent.endures = false;
  const engine = await world.restart();
  await settle();
  await settle();
  assert.ok(silent.ended);
  assert.equal(world.processes.size, 2);
  assert.match(JSON.stringify(world.process?.inbox), /Go on from where you are/);
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  assert.equal((await engine.turn(id, turnId)).state, 'completed');
});

test('words that a silent process says while it is ended belong to nobody', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { world, id, turnId } = await silentTurn();
  const silent = world.process;
  assert.ok(silent);
  silent.endures = true;
  t.mock.timers.tick(10_000);
  await settle();
  silent.say({ says: 'text', turnId, text: 'too late' });
  await settle();
  const events = (await world.engine?.events(id, 0, 1000))?.events ?? [];
  assert.doesNotMatch(JSON.stringify(events), /too late/);
});

test('an agent that got its words with its start does not work on words that were taken back', async () => {
  const prompts: string[] = [];
  const hold = Promise.withResolvers<void>();
  const driver: Driver = { ...fakeDriver, promptInArgv: true };
  const world = new World(
    {},
    agentsOf(driver, {
      prepare: async (_session, { prompt }) => {
        prompts.push(prompt);
        await hold.promise;
        return { request: { argv: ['fake', prompt], env: {}, cwd: '/' }, limits: [] };
      },
    }),
  );
  const engine = await world.open();
  const id = await world.session(engine);
  await engine.submit(id, { text: 'delete everything' });
  await engine.interrupt(id);
  const { turnId } = await engine.submit(id, { text: 'list the files' });
  hold.resolve();
  await settle();
  await settle();
  const [first, second] = [...world.processes.values()];
  assert.ok(first?.ended, 'the process with the words that were taken back is gone');
  assert.deepEqual(first.inbox, []);
  assert.deepEqual(prompts, ['delete everything', 'list the files']);
  assert.match(JSON.stringify(second?.inbox), new RegExp(turnId));
});

test('a start that fails costs the turn that it was for, not the next one', async () => {
  const answers = [Promise.withResolvers<never>()];
  let calls = 0;
  const world = new World(
    {},
    agentsOf(fakeDriver, {
      prepare: () =>
        answers[calls++]?.promise ?? Promise.resolve({ request: { argv: ['fake'], env: {}, cwd: '/' }, limits: [] }),
    }),
  );
  const engine = await world.open();
  const id = await world.session(engine);
  await engine.submit(id, { text: 'far too long for a command line' });
  await engine.interrupt(id);
  const { turnId } = await engine.submit(id, { text: 'short' });
  answers[0]?.reject(new ParleyError('prompt_too_large', 'too long'));
  await settle();
  await settle();
  assert.equal((await engine.turn(id, turnId)).state, 'running');
  assert.match(JSON.stringify(world.process?.inbox), /short/);
});

test('a process that comes up after its time is ended', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const world = new World({ deadlines: { start: 2 } });
  const engine = await world.open();
  const late = Promise.withResolvers<void>();
  world.launching = late.promise;
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text: 'hello' });
  await settle();
  t.mock.timers.tick(2000);
  await settle();
  assert.equal((await engine.turn(id, turnId)).state, 'failed');
  late.resolve();
  await settle();
  assert.equal(world.process, undefined, 'nobody would ever end it');
  assert.equal(world.processes.size, 1);
});

test('steered words that the agent never speaks of come back after a restart too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const world = new World({ deadlines: { keep_warm: 1000 } });
  let engine = await world.open();
  const id = await world.session(engine);
  const first = await engine.submit(id, { text: 'one' });
  await settle();
  world.process?.say({ says: 'started', turnId: first.turnId });
  await settle();
  const second = await engine.submit(id, { text: 'two', when: 'steer' });
  assert.equal(second.outcome, 'steered');
  world.process?.say({ says: 'ended', turnId: first.turnId, how: 'completed' });
  await settle();
  engine = await world.restart();
  await settle();
  t.mock.timers.tick(15_000);
  await settle();
  await settle();
  assert.equal((await engine.turn(id, second.turnId)).receipt?.outcome, 'new-turn');
});

test('a conversation in which something was said is not replaced silently, also where no usage is told', async () => {
  let lost = false;
  const protocol: DriverProtocol<unknown> = {
    begin: telling.begin,
    step(state, input) {
      if (!lost || input.type !== 'start') return telling.step(state, input);
      const error = errorBody('thread_missing', 'no such conversation');
      return { state, outputs: [{ type: 'turn-ended', turnId: input.turnId, end: { state: 'failed', error } }] };
    },
  };
  const world = new World({}, agentsOf({ ...fakeDriver, protocol }));
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text: 'remember 42' });
  await settle();
  tell(world, { type: 'thread', turnId });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  lost = true;
  await engine.submit(id, { text: 'which number?' });
  await settle();
  assert.equal(engine.session(id).threadId, 'thread-1');
});

test('words that were for one turn only, and that the agent takes up as their own, are stopped', async () => {
  const world = new World();
  const engine = await world.open();
  const id = await world.session(engine);
  const first = await engine.submit(id, { text: 'one' });
  await settle();
  world.process?.say({ says: 'started', turnId: first.turnId });
  await settle();
  const { turnId } = await engine.submit(id, { text: 'two', when: 'steer-only' });
  world.process?.say({ says: 'ended', turnId: first.turnId, how: 'completed' });
  world.process?.say({ says: 'started', turnId });
  await settle();
  assert.deepEqual(world.process?.inbox.at(-1), { does: 'interrupt', turnId });
  world.process?.say({ says: 'ended', turnId, how: 'interrupted' });
  await settle();
  assert.equal((await engine.turn(id, turnId)).state, 'interrupted');
});
