import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isTerminal } from '@parley/schema';
import type { ParleyEvent, SessionId, TurnId } from '@parley/schema';
import type { Agents } from './agents.ts';
import { fakeDriver } from './test/fake-agent.ts';
import type { FakeProcess } from './test/fake-agent.ts';
import { FakeWorkspaces } from './test/fake-workspaces.ts';
import { fakeAgents, settle, silentAgents, World } from './test/world.ts';

const folder = realpathSync(tmpdir());

interface Scene {
  readonly world: World;
  readonly files: FakeWorkspaces;
  /** A new session in the one folder, with a turn that has begun. */
  readonly begin: () => Promise<Running>;
}

interface Running {
  readonly id: SessionId;
  readonly turnId: TurnId;
  readonly agent: FakeProcess;
  readonly says: (says: 'ran' | 'started') => Promise<void>;
  readonly ends: (how?: 'completed' | 'failed') => Promise<void>;
  /** What was told of files, in short, and the end of each turn. */
  readonly told: () => Promise<readonly string[]>;
}

async function scene(t: TestContext, agents: Agents = silentAgents, config: unknown = {}): Promise<Scene> {
  const files = new FakeWorkspaces(folder);
  const world = new World(config, agents, files);
  await world.open();
  t.after(() => assert.deepEqual(world.reports, []));
  const begin = async (): Promise<Running> => {
    const { engine } = world;
    assert.ok(engine);
    const id = await world.session(engine);
    const { turnId } = await engine.submit(id, { text: 'go' });
    await settle();
    const agent = [...world.processes.values()].findLast(({ inbox }) =>
      inbox.some((heard) => 'turnId' in heard && heard.turnId === turnId),
    );
    assert.ok(agent, 'the agent heard of it');
    return {
      id,
      turnId,
      agent,
      says: async (says) => {
        agent.say({ says, turnId });
        await settle();
      },
      ends: async (how = 'completed') => {
        agent.say({ says: 'ended', turnId, how });
        await settle();
      },
      told: async () => (await eventsOf(world, id)).flatMap(shortOf),
    };
  };
  return { world, files, begin };
}

async function eventsOf(world: World, id: SessionId): Promise<readonly ParleyEvent[]> {
  return (await world.engine?.events(id, 0, 10_000))?.events ?? [];
}

function shortOf(event: ParleyEvent): readonly string[] {
  if (isTerminal(event)) return [event.type];
  if (event.type === 'notice' && event.code === 'file_changes_unclear') return ['unclear'];
  if (event.type !== 'item.completed' || event.item.type !== 'file_change') return [];
  return event.item.changes.map(({ path, kind }) => `${kind} ${path}`);
}

test('what changed by a command is told after it, and the rest before the turn ends', async (t) => {
  const { files, begin } = await scene(t);
  files.write('there', 'before');
  const turn = await begin();
  files.write('there', 'after');
  await turn.says('ran');
  assert.deepEqual(await turn.told(), ['update there']);
  files.write('new', 'x');
  await turn.ends();
  assert.deepEqual(await turn.told(), ['update there', 'add new', 'turn.completed']);
  assert.equal(files.openTrees, 0, 'nothing is left open');
});

test('a turn that changes nothing says nothing', async (t) => {
  const { begin } = await scene(t);
  const turn = await begin();
  await turn.says('ran');
  await turn.ends();
  assert.deepEqual(await turn.told(), ['turn.completed']);
});

test('what a killed agent changed is told before its turn fails', async (t) => {
  const { files, begin } = await scene(t);
  const turn = await begin();
  await turn.says('started');
  files.write('half', 'x');
  turn.agent.die(137);
  await settle();
  await settle();
  assert.deepEqual(await turn.told(), ['add half', 'turn.failed']);
});

test('the agent hears of a turn only after the first look', async (t) => {
  const { world, files } = await scene(t);
  const hold = Promise.withResolvers<void>();
  files.held = hold.promise;
  const { engine } = world;
  assert.ok(engine);
  const id = await world.session(engine);
  const submitted = engine.submit(id, { text: 'go' });
  await settle();
  assert.equal(world.processes.size, 0);
  hold.resolve();
  await submitted;
  await settle();
  assert.equal(world.process?.inbox[0]?.does, 'start');
});

test('a first look that takes too long delays the turn by its limit once, and nothing is told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { world, files } = await scene(t);
  files.held = new Promise(() => undefined);
  const { engine } = world;
  assert.ok(engine);
  const id = await world.session(engine);
  const submitted = engine.submit(id, { text: 'go' });
  await settle();
  t.mock.timers.tick(2000);
  const { turnId } = await submitted;
  await settle();
  files.write('a', '1');
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  assert.deepEqual((await eventsOf(world, id)).flatMap(shortOf), ['turn.completed']);
  await engine.submit(id, { text: 'again' });
  await settle();
  assert.equal(world.process?.inbox.length, 2, 'it does not wait again');
});

test('a last look that takes too long delays the end by its limit, and it is said', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { files, begin } = await scene(t);
  const turn = await begin();
  files.held = new Promise(() => undefined);
  files.write('a', '1');
  await turn.ends();
  assert.deepEqual(await turn.told(), []);
  t.mock.timers.tick(1000);
  await settle();
  assert.deepEqual(await turn.told(), ['unclear', 'turn.completed']);
});

test('who looks at a session during the last look does not take the turn for running after its end', async (t) => {
  const { world, files, begin } = await scene(t);
  const turn = await begin();
  const hold = Promise.withResolvers<void>();
  files.held = hold.promise;
  await turn.ends();
  const seen = world.engine?.session(turn.id);
  hold.resolve();
  await settle();
  const later = (await eventsOf(world, turn.id)).filter(({ seq }) => seq > (seen?.head ?? 0));
  assert.ok(seen?.activeTurnId === undefined || later.some(isTerminal), 'its end would never be heard of');
});

test('commands that end while a look is under way cost one more look', async (t) => {
  const { files, begin } = await scene(t);
  const turn = await begin();
  const hold = Promise.withResolvers<void>();
  files.held = hold.promise;
  for (let n = 0; n < 5; n++) {
    files.write(`file ${n}`, 'x');
    await turn.says('ran');
  }
  assert.equal(files.looks, 2, 'the first, and one under way');
  files.held = undefined;
  hold.resolve();
  await settle();
  assert.equal(files.looks, 3);
  assert.deepEqual(await turn.told(), ['add file 0', 'add file 1', 'add file 2', 'add file 3', 'add file 4']);
});

test('a look that is late for the end of its turn tells nothing twice, nor anything after it', async (t) => {
  const { files, begin } = await scene(t);
  const turn = await begin();
  const hold = Promise.withResolvers<void>();
  files.held = hold.promise;
  files.write('a', '1');
  await turn.says('ran');
  files.held = undefined;
  await turn.ends();
  hold.resolve();
  await settle();
  assert.deepEqual(await turn.told(), ['add a', 'turn.completed']);
});

test('a file that the agent told itself is not told again', async (t) => {
  const { files, begin } = await scene(t);
  const turn = await begin();
  files.write('told', '1');
  files.write('untold', '1');
  turn.agent.say({ says: 'edited', turnId: turn.turnId, path: `${folder}/told` });
  await turn.ends();
  assert.deepEqual(await turn.told(), [`update ${folder}/told`, 'add untold', 'turn.completed']);
});

test('without a work tree nothing happens', async (t) => {
  const { files, begin } = await scene(t);
  files.root = undefined;
  const turn = await begin();
  files.write('a', '1');
  await turn.says('ran');
  await turn.ends();
  assert.deepEqual(await turn.told(), ['turn.completed']);
  assert.equal(files.looks, 0);
});

test('an agent that tells its changes itself is not looked at', async (t) => {
  const { files, begin } = await scene(t, fakeAgents);
  const turn = await begin();
  await turn.says('ran');
  await turn.ends();
  assert.equal(files.looks, 0);
});

test('where the files cannot be read any more, that is said once', async (t) => {
  const { files, begin } = await scene(t);
  const turn = await begin();
  files.readable = false;
  await turn.says('ran');
  files.readable = true;
  await turn.says('ran');
  files.write('a', '1');
  await turn.ends();
  assert.deepEqual(await turn.told(), ['unclear', 'turn.completed']);
});

test('what changes while two turns are at work in one folder is told of neither', async (t) => {
  const { files, begin } = await scene(t);
  const one = await begin();
  files.write('by one', '1');
  await one.says('ran');
  const two = await begin();
  files.write('by somebody', '1');
  await one.says('ran');
  await two.says('ran');
  files.write('by somebody else', '1');
  await two.ends();
  assert.deepEqual(await two.told(), ['unclear', 'turn.completed']);
  await one.says('ran');
  files.write('by one again', '1');
  await one.ends();
  assert.deepEqual(await one.told(), ['add by one', 'unclear', 'add by one again', 'turn.completed']);
});

test('a turn that came and went between two looks of another counts', async (t) => {
  const { files, begin } = await scene(t);
  const one = await begin();
  const two = await begin();
  files.write('by two', '1');
  await two.ends();
  await one.ends();
  assert.deepEqual(await one.told(), ['unclear', 'turn.completed']);
});

test('turns of an agent that tells its changes itself count for others', async (t) => {
  const files = new FakeWorkspaces(folder);
  const loudDriver = { ...fakeDriver, agent: 'loud' };
  const driver: Agents['driver'] = (name) => (name === 'loud' ? loudDriver : silentAgents.driver(name));
  const world = new World({}, { ...silentAgents, driver }, files);
  const engine = await world.open();
  t.after(() => assert.deepEqual(world.reports, []));
  const silent = await world.session(engine);
  const { turnId } = await engine.submit(silent, { text: 'go' });
  await settle();
  const agent = world.process;
  const loud = await engine.createSession({ agent: 'loud', cwd: tmpdir() });
  assert.equal(loud.agent, 'loud');
  await engine.submit(loud.id, { text: 'go' });
  await settle();
  const looks = files.looks;
  files.write('a', '1');
  agent?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  assert.deepEqual((await eventsOf(world, silent)).flatMap(shortOf), ['unclear', 'turn.completed']);
  assert.deepEqual([looks, files.looks], [1, 2], 'only one of them is looked at');
});

test('turns one after the other in one folder each get their own', async (t) => {
  const { files, begin } = await scene(t);
  const one = await begin();
  files.write('by one', '1');
  await one.ends();
  const two = await begin();
  files.write('by two', '1');
  await two.ends();
  assert.deepEqual(await one.told(), ['add by one', 'turn.completed']);
  assert.deepEqual(await two.told(), ['add by two', 'turn.completed']);
});

test('the next turn of a session begins where the last one ended', async (t) => {
  const { world, files, begin } = await scene(t);
  const first = await begin();
  const { turnId } = (await world.engine?.submit(first.id, { text: 'next', when: 'queue' })) ?? {};
  assert.ok(turnId);
  files.write('a', '1');
  await first.ends();
  files.write('b', '1');
  first.agent.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  assert.deepEqual(await first.told(), ['add a', 'turn.completed', 'add b', 'turn.completed']);
});

test('a turn that outlives its daemon says that its changes are not known, once', async (t) => {
  const { world, files, begin } = await scene(t);
  const turn = await begin();
  files.write('a', '1');
  await world.restart();
  await settle();
  assert.deepEqual(await turn.told(), ['unclear']);
  files.write('b', '1');
  await turn.says('ran');
  await turn.ends();
  assert.deepEqual(await turn.told(), ['unclear', 'turn.completed']);
  const next = await world.engine?.submit(turn.id, { text: 'next' });
  assert.ok(next);
  await settle();
  files.write('c', '1');
  turn.agent.say({ says: 'ended', turnId: next.turnId, how: 'completed' });
  await settle();
  assert.deepEqual(await turn.told(), ['unclear', 'turn.completed', 'add c', 'turn.completed']);
});

test('a turn that ended while no daemon was there says so before its end', async (t) => {
  const { world, files, begin } = await scene(t);
  const turn = await begin();
  world.store.fenced = true;
  files.write('a', '1');
  turn.agent.say({ says: 'ended', turnId: turn.turnId, how: 'completed' });
  turn.agent.die(0);
  await world.open();
  await settle();
  await settle();
  assert.deepEqual(await turn.told(), ['unclear', 'turn.completed']);
});

test("a session that is deleted in the middle leaves nothing behind and is in nobody's way", async (t) => {
  const { world, files, begin } = await scene(t);
  const turn = await begin();
  await world.engine?.deleteSession(turn.id);
  assert.equal(files.openTrees, 0);
  const next = await begin();
  files.write('a', '1');
  await next.ends();
  assert.deepEqual(await next.told(), ['add a', 'turn.completed']);
});
