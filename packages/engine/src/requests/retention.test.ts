import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { SessionId, SessionOrigin } from '@parley/schema';
import { settle, World } from '../test/world.ts';
import { Retention } from './retention.ts';

const dayMs = 24 * 3600 * 1000;

/** Sessions of each origin, all with one turn that has ended, and a clock that the test moves. */
async function stage(config: unknown = {}) {
  const world = new World(config);
  const engine = await world.open();
  let days = 0;
  const reports: string[] = [];
  const forgotten: number[] = [];
  const store = Object.assign(world.store, {
    forgetConsultations: async (before: number) => void forgotten.push(before),
  });
  const retention = new Retention({
    engine,
    store,
    config: world.config.requests,
    recordDays: world.config.recorder.days,
    now: () => Date.now() + days * dayMs,
    report: (text, error) => reports.push(`${text}: ${String(error)}`),
  });
  const begin = async (origin?: SessionOrigin): Promise<SessionId> => {
    const { id } = await engine.createSession({ agent: 'fake', cwd: tmpdir() }, origin);
    await engine.submit(id, { text: 'hello' }, origin);
    await settle();
    return id;
  };
  const end = async (id: SessionId): Promise<void> => {
    const turnId = engine.session(id).activeTurnId;
    assert.ok(turnId);
    const agent = [...world.processes.values()].find(({ inbox }) =>
      inbox.some((one) => 'turnId' in one && one.turnId === turnId),
    );
    agent?.say({ says: 'text', turnId, text: 'Hi.' });
    agent?.say({ says: 'ended', turnId, how: 'completed' });
    await settle();
    await settle();
  };
  const after = async (more: number): Promise<readonly SessionId[]> => {
    days = more;
    await retention.sweep();
    return engine.sessions().map(({ id }) => id);
  };
  return { world, engine, retention, reports, forgotten, begin, end, after };
}

test('what requests and consultations made is kept for its time and then goes; what people made stays (G 32)', async () => {
  const { engine, begin, end, after } = await stage();
  const [mine, request, consultation] = [await begin(), await begin('request'), await begin('consultation')];
  for (const id of [mine, request, consultation]) await end(id);
  const [turn] = await engine.turns(request, 1);
  assert.equal((await after(29.9)).length, 3);
  assert.equal(turn && (await engine.findTurn(turn.id)).answer, 'Hi.', 'its answer is there as long');
  assert.deepEqual(await after(30.1), [mine]);
});

test('a session that a person has gone on with stays, and so does one that has a name of a person', async () => {
  const { engine, begin, end, after } = await stage();
  const [spoken, named] = [await begin('request'), await begin('request')];
  await end(spoken);
  await end(named);
  await engine.submit(spoken, { text: 'And then?' });
  await settle();
  await end(spoken);
  await engine.updateSession(named, { title: 'Keep this' });
  assert.equal((await after(1000)).length, 2);
});

test('a session with an open turn never goes, however old it is', async () => {
  const { begin, end, after } = await stage();
  const id = await begin('request');
  assert.deepEqual(await after(1000), [id]);
  await end(id);
  assert.deepEqual(await after(1000), []);
});

test('the time counts from the last turn, not from the first', async () => {
  const { world, engine, begin, end, after } = await stage();
  const id = await begin('request');
  await end(id);
  const [turn] = await engine.turns(id, 1);
  assert.ok(turn);
  const row = world.data.turns.get(turn.id);
  assert.ok(row);
  world.data.turns.set(turn.id, { ...row, endedAt: Date.now() + 20 * dayMs });
  assert.deepEqual(await after(45), [id]);
  assert.deepEqual(await after(51), []);
});

test('0 days keep everything', async () => {
  const { forgotten, begin, end, after } = await stage({ requests: { retention_days: 0 } });
  await end(await begin('request'));
  assert.equal((await after(10_000)).length, 1);
  assert.deepEqual(forgotten, []);
});

test('consultations are forgotten that ended before the same time', async () => {
  const { forgotten, after } = await stage();
  await after(0);
  const [before = 0] = forgotten;
  assert.ok(Math.abs(Date.now() - 30 * dayMs - before) < 60_000);
});

test('one that cannot be removed is told of, and the others go all the same', async () => {
  const { world, engine, reports, begin, end, after } = await stage();
  const ids = [await begin('request'), await begin('request'), await begin('request')];
  for (const id of ids) await end(id);
  const [, broken] = engine.sessions().map(({ id }) => id);
  assert.ok(broken);
  const { turns } = engine;
  engine.turns = (id, limit) =>
    id === broken ? Promise.reject(new Error('unreadable')) : turns.call(engine, id, limit);
  assert.deepEqual(await after(31), [broken]);
  assert.deepEqual(reports, [`removing the old session ${broken}: Error: unreadable`]);
  assert.deepEqual(world.reports, []);
});

test('a session that is given something to do in the last moment stays, and does it', async () => {
  const { engine, begin, end, after } = await stage();
  const id = await begin('request');
  await end(id);
  const { deleteSession } = engine;
  engine.deleteSession = async (which, may) => {
    const accepted = engine.submit(which, { text: 'And this?' }, 'request');
    await deleteSession.call(engine, which, may);
    await accepted;
  };
  assert.deepEqual(await after(31), [id]);
  await settle();
  const [turn] = await engine.turns(id, 1);
  assert.deepEqual([turn?.text, turn?.state], ['And this?', 'running']);
});

test('a session that a person deletes meanwhile is no trouble', async () => {
  const { engine, reports, begin, end, after } = await stage();
  const id = await begin('request');
  await end(id);
  const { turns } = engine;
  engine.turns = async (which, limit) => {
    const found = await turns.call(engine, which, limit);
    await engine.deleteSession(which);
    return found;
  };
  assert.deepEqual(await after(31), []);
  assert.deepEqual(reports, []);
});

test('it sweeps when it is started and tells what went wrong; once closed nothing of it goes on', async () => {
  const { world, engine, retention, reports, begin, end } = await stage();
  await end(await begin('request'));
  retention.start();
  await retention.close();
  assert.equal(engine.sessions().length, 1);
  world.store.forgetRequests = () => Promise.reject(new Error('the disk is full'));
  retention.start();
  await retention.close();
  assert.match(String(reports), /old sessions.*the disk is full/);
});
